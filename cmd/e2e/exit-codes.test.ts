import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exitCodes } from "../exit-codes.ts";
import { openWorkbench, type Workbench, weirAlone } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.weir(["topic", "create", "there"]);
});
afterAll(() => bench[Symbol.asyncDispose]());

interface Told {
  readonly name: string;
  readonly exit_codes: readonly { readonly code: number }[];
  readonly commands: readonly Told[];
}
const root: Told = JSON.parse((await weirAlone(["help", "--json"])).stdout);

/** The codes that help names for the verb that a line begins with; all where it names none. */
function documentedCodes(line: string): readonly number[] {
  let told = root;
  for (const word of line.split(" ")) {
    told = told.commands.find(({ name }) => name.endsWith(` ${word}`)) ?? told;
  }
  const codes = told.exit_codes.map(({ code }) => code);
  return codes.length > 0 ? codes : Object.values(exitCodes);
}

describe("exit codes and the one line that explains them", () => {
  test.each([
    // A failed operation.
    ["consume missing", 1, "unknown-topic-or-partition"],
    ["consume missing -g g", 1, "unknown-topic-or-partition"],
    ["topic describe missing", 1, "unknown-topic-or-partition"],
    ["topic config missing", 1, "unknown-topic-or-partition"],
    ["topic delete missing --yes", 1, "unknown-topic-or-partition"],
    ["topic create there", 1, "topic-exists"],
    ["topic create a/b", 1, "invalid-topic-name"],
    ["topic create fresh --config nope=1", 1, "invalid-config"],
    ["topic create fresh -p 100001", 1, "invalid-partitions"],
    ["topic config there --set retention.ms=x", 1, "invalid-config"],
    ["topic describe missing absent", 1, "failed"],
    ["group describe missing", 1, "group-id-not-found"],
    ["group delete missing --yes", 1, "group-id-not-found"],
    ["group reset missing --to start", 1, "group-id-not-found"],
    ["group reset g --to start --topic missing", 1, "unknown-topic-or-partition"],
    // A wrong call.
    ["consume there -p 9", 2, "usage"],
    ["produce there -p 9", 2, "usage"],
    ["", 2, "usage"],
    ["topic", 2, "usage"],
    ["prodce x", 2, "usage"],
    ["consume", 2, "usage"],
    ["consume there --from yesterday", 2, "usage"],
    ["consume there --until start", 2, "usage"],
    ["consume there -f --until end", 2, "usage"],
    ["consume there --format %q", 2, "usage"],
    ["consume there --format %v -o ndjson", 2, "usage"],
    ["consume there -n -1", 2, "usage"],
    ["consume there -g g -p 0", 2, "usage"],
    ["consume there -g g --until 5", 2, "usage"],
    ["consume there -g g --from 5", 2, "usage"],
    ["produce there --acks 2", 2, "usage"],
    ["produce there -k a -K b", 2, "usage"],
    ["produce there -K ''", 2, "usage"],
    ["produce there --input ndjson -k a", 2, "usage"],
    ["produce there -H nothing", 2, "usage"],
    ["produce there --compression zip", 2, "usage"],
    ["topic delete there", 2, "usage"],
    ["topic create", 2, "usage"],
    ["topic create x -p 0", 2, "usage"],
    ["topic ls extra", 2, "usage"],
    ["group", 2, "usage"],
    ["group delete g", 2, "usage"],
    ["group reset g", 2, "usage"],
    ["group reset g --to yesterday", 2, "usage"],
    ["group reset g --to start --topic there -p 9", 2, "usage"],
    ["topic ls -o xml", 2, "usage"],
    ["status --timeout 5", 2, "usage"],
    ["status -b host:99999", 2, "usage"],
    ["help nothing", 2, "usage"],
    // Some of several.
    ["topic create there new-one", 3, "partial"],
    ["topic describe there missing", 3, "partial"],
    ["topic delete new-two missing --yes", 1, "failed"],
    // Nobody there.
    ["status -b 127.0.0.1:1", 4, "unreachable"],
    ["consume there -b 127.0.0.1:1", 4, "unreachable"],
    ["produce there -b 127.0.0.1:1", 4, "unreachable"],
  ])("weir %s: %d, %s", async (line, expected, word) => {
    const { code, stderr } = await bench.bash(`weir ${line}`);
    const lastError = stderr.split("\n").findLast((each) => each.startsWith("error: ")) ?? "";
    expect(lastError).toStartWith(`error: ${word}: `);
    expect(code).toBe(expected);
    expect(documentedCodes(line)).toContain(code);
    expect(stderr).not.toMatch(/\n +at /);
  });

  test("a wrong call suggests what may have been meant", async () => {
    expect((await weirAlone(["prodce", "x"])).stderr).toContain("(Did you mean produce?)");
    expect((await weirAlone(["topic", "crate"])).stderr).toContain("(Did you mean create?)");
    expect((await weirAlone(["consume", "x", "--form"])).stderr).toMatch(/Did you mean/);
  });

  test("a wrong environment is a wrong call", async () => {
    const { code, stderr } = await weirAlone(["status"], { env: { WEIR_BROKER: "a:b:c" } });
    expect(code).toBe(2);
    expect(stderr).toContain("WEIR_BROKER");
  });

  test("a broker that says nothing is one that can't be reached", async () => {
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const args = ["status", "-b", `127.0.0.1:${silent.port}`, "--timeout", "200ms"];
    const { code, stderr } = await weirAlone(args);
    expect(code).toBe(4);
    expect(stderr).toStartWith("error: timed-out: ");
  });

  test("another server is not a broker", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hi") });
    const { code, stderr } = await weirAlone(["status", "-b", `127.0.0.1:${server.port}`]);
    expect(code).toBe(1);
    expect(stderr).toStartWith("error: not-weir: ");
  });

  test("partial results are in the data, item by item", async () => {
    const { stdout } = await bench.weir(["topic", "create", "p1", "there", "p2", "--json"]);
    const { items } = JSON.parse(stdout);
    expect(items.map((item: { result: string }) => item.result)).toEqual([
      "created",
      "failed",
      "created",
    ]);
    expect(items[1].error.code).toBe("topic-exists");
  });

  test("what is there already is fine where that was said", async () => {
    const result = await bench.weir(["topic", "create", "there", "--if-not-exists"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
  });
});
