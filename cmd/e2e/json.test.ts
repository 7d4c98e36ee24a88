import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { differences, type JsonShape } from "../output/shape.ts";
import { openWorkbench, startBroker, type Workbench, weirAlone } from "./weir.testing.ts";

/** A command as `weir help --json` tells it. */
interface Told {
  readonly name: string;
  readonly json: JsonShape | null;
  readonly json_note: string | null;
  readonly options: readonly { readonly name: string }[];
  readonly examples: readonly string[];
  readonly exit_codes: readonly { readonly code: number }[];
  readonly commands: readonly Told[];
}

const told: Told = JSON.parse((await weirAlone(["help", "--json"])).stdout);
const verbs = leaves(told);

function leaves(command: Told): Told[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

/** A call of each verb that prints something, in the order in which they can be made. */
const CALLS: Readonly<Record<string, string>> = {
  "weir topic create": "weir topic create made orders --if-not-exists --json",
  "weir topic ls": "weir topic ls --json",
  "weir topic describe": "weir topic describe orders --json",
  "weir topic config": "weir topic config orders --set retention.ms=1000 --json",
  "weir topic delete": "weir topic delete made missing --yes --json",
  "weir group ls": "weir group ls --json",
  "weir group describe": "weir group describe billing --json",
  "weir group reset": "weir group reset billing --to start --json",
  "weir group delete": "weir group delete scratch --yes --json",
  "weir cluster ls": "weir cluster ls --json",
  "weir cluster rebalance": "weir cluster rebalance --dry-run --json",
  "weir cluster drain": "weir cluster drain 1 --dry-run --json",
  "weir produce": "printf 'a\\n\\xff\\n' | weir produce orders -H a=1 --json",
  "weir consume": "weir consume orders -o ndjson",
  "weir status": "weir status --json",
  "weir check lag": "weir check lag --warn 1 --json",
  "weir check isr": "weir check isr --json",
  "weir check disk": "weir check disk --json",
  "weir check damage": "weir check damage --json",
  "weir check broker": "weir check broker --json",
  "weir check replication": "weir check replication --json",
  "weir config show": "weir config show --json",
  "weir config set": "weir config set metrics.series.max=500 --json",
  "weir context add": "XDG_CONFIG_HOME=$PWD/home weir context add a -b a:1 --json",
  "weir context use": "XDG_CONFIG_HOME=$PWD/home weir context use a --json",
  "weir context ls": "XDG_CONFIG_HOME=$PWD/home weir context ls --json",
  "weir context rm": "XDG_CONFIG_HOME=$PWD/home weir context rm a --json",
  "weir events": "weir events --json",
  "weir log dump": "weir log dump orders-0 --data data --json",
  "weir log export": "weir log export orders --to told.weir --json",
  "weir log import": "weir log export orders | weir log import --as back --json",
  "weir log verify": "weir log verify data --json",
  "weir doctor": "weir doctor --json",
  "weir log repair": "weir log repair data --json",
  "weir bench": "weir bench --records 100 --json",
  "weir top": "weir top --json --refresh 100ms | head -2",
  "weir completion": "weir completion bash --json",
  "weir help": "weir help topic create --json",
};

/** Verbs that have nothing to say here. */
const EMPTY = new Set([
  "weir log verify",
  "weir log repair",
  "weir context rm",
  "weir cluster rebalance",
  "weir cluster drain",
]);

/** Verbs that are tried where there is what they need. */
const ELSEWHERE = new Set([
  "weir broker",
  "weir dev",
  "weir promote",
  "weir switch",
  "weir cluster undrain",
  "weir cluster remove",
]);

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--set", "group.initial.rebalance.delay.ms=0"]);
  await bench.bash(`
    seq 5 | weir produce orders -k key
    weir consume orders -g billing > /dev/null; weir consume orders -g scratch > /dev/null`);
});
afterAll(() => bench[Symbol.asyncDispose]());

test("every verb says what it prints, how it ends, and gives examples", () => {
  for (const { name, json, json_note, examples, exit_codes } of verbs) {
    expect([name, json === null]).toEqual([name, json_note !== null]);
    expect([name, examples.length > 0]).toEqual([name, true]);
    expect([name, exit_codes.map(({ code }) => code)]).toEqual([name, expect.arrayContaining([0])]);
  }
});

test("every verb that prints JSON is called here", () => {
  const printing = verbs.filter(({ json }) => json !== null).map(({ name }) => name);
  const known = [...Object.keys(CALLS), ...ELSEWHERE];
  expect(printing.filter((name) => !known.includes(name))).toEqual([]);
});

describe("what a verb prints is what it says that it prints", () => {
  test.each(Object.entries(CALLS))("%s", async (name, line) => {
    const verb = verbs.find((each) => each.name === name);
    if (!verb?.json) throw new Error(`${name} says nothing`);
    const { code, stdout } = await bench.bash(line);
    expect(verb.exit_codes.map((each) => each.code)).toContain(code);
    const { kind, version, form } = verb.json;
    const lines = stdout.trimEnd().split("\n");
    const printed = lines.map((each) => JSON.parse(each));
    if (form === "lines") {
      expect(printed.flatMap((each) => differences(verb.json ?? never(), each))).toEqual([]);
      return;
    }
    expect(lines).toHaveLength(1);
    expect(printed[0]).toMatchObject({ kind, version });
    const { kind: _, version: __, ...fields } = printed[0];
    const items: object[] = form === "listing" ? fields.items : [fields];
    expect(items.flatMap((item) => differences(verb.json ?? never(), item))).toEqual([]);
    if (!EMPTY.has(name)) expect(items.length).toBeGreaterThan(0);
  });
});

test.each([
  ["weir broker", ["broker", "--data", "ready", "--listen", "127.0.0.1:0", "--json"]],
  ["weir dev", ["dev", "--topic", "a", "--json"]],
])("%s says that it is ready as it says that it does", async (name, args) => {
  const shape = verbs.find((each) => each.name === name)?.json ?? never();
  const running = bench.start(args);
  const { kind, version, ...fields } = JSON.parse((await running.line()) ?? "");
  running.kill("SIGTERM");
  await running.exited;
  expect({ kind, version }).toEqual({ kind: shape.kind, version: shape.version });
  expect(differences(shape, fields)).toEqual([]);
});

function never(): never {
  throw new Error("has no shape");
}

describe("--watch", () => {
  test("is there for every verb that looks at a broker", () => {
    const looking = verbs.filter(({ name }) =>
      /(ls|describe|show|config|status|events)$/.test(name),
    );
    const checking = verbs.filter(({ name }) => /^weir (check|doctor)/.test(name));
    const files = verbs.filter(({ name }) => /^weir log (dump|verify)/.test(name));
    const watched = verbs.filter(({ options }) => options.some((one) => one.name === "--watch"));
    expect(new Set(watched)).toEqual(new Set([...looking, ...checking, ...files]));
    expect(watched.length).toBeGreaterThan(13);
  });

  test("prints an item a line in a pipe, each with its time, until it is stopped", async () => {
    const watching = bench.start(["topic", "describe", "orders", "--watch", "100ms"]);
    const first = JSON.parse((await watching.line()) ?? "");
    await bench.bash("echo more | weir produce orders");
    let item = first;
    while (item.partitions[0].high_watermark === first.partitions[0].high_watermark) {
      item = JSON.parse((await watching.line()) ?? "");
    }
    expect(item.name).toBe("orders");
    expect(item.time_ms).toBeGreaterThan(first.time_ms);
    watching.kill("SIGINT");
    expect(await watching.exited).toBe(130);
    expect(await watching.stderr()).toBe("");
  });

  test("of a check goes on whatever it finds, and while there is no broker", async () => {
    const { stdout } = await bench.bash(
      "weir check lag billing --crit 0 --watch 100ms | head -2; " +
        "weir check broker --watch 100ms -b 127.0.0.1:1 | head -2",
    );
    const looks = stdout.trimEnd().split("\n");
    const found = looks.map((line) => JSON.parse(line));
    expect(found.map(({ check, status }) => `${check} ${status}`)).toEqual([
      ...["lag critical", "lag critical", "broker critical", "broker critical"],
    ]);
    expect(found[1].time_ms).toBeGreaterThan(found[0].time_ms);
  });

  test.each([...["doctor", "events", "group ls", "cluster ls", "log dump orders-0 --data data"]])(
    "of %s is lines of JSON in a pipe",
    async (verb) => {
      // Who has printed all that there is finds out with the next line that nobody reads any more.
      const { stdout } = await bench.bash(`
      until [ -e seen ]; do
        weir topic create more; weir topic delete more --yes
      done > noise 2>&1 &
      weir ${verb} --watch 100ms | head -3; touch seen; wait; rm seen`);
      const times = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).time_ms);
      expect(times).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    },
  );

  test("as JSON is a listing a line", async () => {
    const { stdout } = await bench.bash("weir status --watch 100ms --json | head -2");
    const looks = stdout.trimEnd().split("\n");
    expect(looks.map((line) => JSON.parse(line).kind)).toEqual(["status", "status"]);
  });

  test("ends with 4 when the broker goes", async () => {
    const { code, stderr } = await bench.bash("weir status --watch 100ms -b 127.0.0.1:1");
    expect([code, stderr]).toEqual([4, expect.stringContaining("error: unreachable: ")]);
  });
});

describe("weir events", () => {
  test("can be told from when on, and how grave", async () => {
    await bench.bash("weir topic create told; weir topic delete told --yes");
    const { stdout } = await bench.bash("weir events --since 1m -o ndjson");
    const kinds = stdout.split("\n").filter((line) => line.includes('"subject":"told"'));
    expect(kinds.map((line) => JSON.parse(line).kind)).toEqual(["topic-created", "topic-deleted"]);
    const later = await bench.bash(
      "weir events --since 2099-01-01 --json; weir events --severity error",
    );
    expect(later.stdout).toBe(
      '{"kind":"events","version":1,"items":[]}\nTIME  SEVERITY  KIND  SUBJECT  MESSAGE\n',
    );
  });

  test("of a broker that was killed are there when it is back", async () => {
    const data = ["--data", `${bench.directory}/killed`, "--listen", "127.0.0.1:0"];
    const first = await startBroker(data);
    await bench.bash("weir topic create before", { env: { WEIR_BROKER: first.address } });
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await startBroker(data);
    const { stdout } = await bench.bash("weir events --since 1h -o ndjson", {
      env: { WEIR_BROKER: second.address },
    });
    await second.stop();
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ sequence, kind, subject }) => [sequence, kind, subject])).toEqual([
      [1, "broker-started", null],
      [2, "topic-created", "before"],
      [3, "broker-started", null],
    ]);
  });

  test("can be followed", async () => {
    const events = bench.start(["events", "-f", "--json"]);
    await events.line();
    await bench.bash("weir topic create followed");
    for (;;) {
      const event = JSON.parse((await events.line()) ?? "");
      if (event.subject === "followed") break;
    }
    events.kill("SIGINT");
    expect(await events.exited).toBe(130);
  });
});
