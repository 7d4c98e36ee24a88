import { afterAll, beforeAll, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  const settings = ["group.max.size=1", "group.initial.rebalance.delay.ms=0", "max.connections=12"];
  bench = await openWorkbench(settings.flatMap((setting) => ["--set", setting]));
  await bench.bash(`
    weir topic create small --config max.message.bytes=500
    weir topic create safe --config min.insync.replicas=2
    weir topic create orders`);
});
afterAll(() => bench[Symbol.asyncDispose]());

/** How often something was refused for that reason, as `weir status` and `/metrics` tell it. */
async function counted(reason: string): Promise<[status: number, metrics: number]> {
  const { stdout } = await bench.weir(["status", "--json"]);
  const refusals: { reason: string; count: number }[] = JSON.parse(stdout).items[0].refusals;
  // A connection that is kept for the next question would count as one of those that are open.
  const once = { keepalive: false };
  const metrics = await (await fetch(`http://${bench.address}/metrics`, once)).text();
  const series = `weir_refusals_total{reason="${reason}"} `;
  const line = metrics.split("\n").find((each) => each.startsWith(series)) ?? "0";
  return [
    refusals.find((each) => each.reason === reason)?.count ?? 0,
    Number(line.split(" ").at(-1)),
  ];
}

test.each([
  [
    "batch-too-large",
    "head -c 1000 /dev/zero | tr '\\0' x | weir produce small",
    "max.message.bytes",
  ],
  ["not-enough-replicas", "echo a | weir produce safe", "min.insync.replicas asks for 2"],
  [
    "group-max-size-reached",
    `weir consume orders -f -g full & pid=$!
     until weir group describe full --json 2> /dev/null | grep -q Stable; do :; done
     weir consume orders -g full >&2; kill -INT $pid; wait $pid`,
    "group.max.size",
  ],
])("%s is told to the client with its limit, and counted", async (reason, line, setting) => {
  const [before] = await counted(reason);
  const { stderr } = await bench.bash(line);
  expect(stderr).toContain(`error: ${reason}: `);
  expect(stderr).toContain(setting);
  let [status, metrics] = await counted(reason);
  expect(status).toBeGreaterThan(before);
  // All who ask for metrics within half a second get the same.
  while (metrics !== status) [status, metrics] = await counted(reason);
});

test("a full disk names the space that is to be left, and where", async () => {
  await using full = await openWorkbench(["--set", "storage.min.free.bytes=1000000000000000"]);
  const { code, stderr } = await full.bash(
    "weir topic create a > /dev/null; echo a | weir produce a",
  );
  expect(code).toBe(4);
  expect(stderr).toMatch(
    /^error: storage-full: .*storage\.min\.free\.bytes asks for 1000000000000000/,
  );
  const { stdout } = await full.weir(["status", "--json"]);
  const [status] = JSON.parse(stdout).items;
  expect(status.writable).toBe(false);
  expect(status.write_refusal).toContain("storage.min.free.bytes");
  expect(status.refusals).toContainEqual({ reason: "storage-full", count: expect.any(Number) });
});

test("connections beyond the limit are told so, and counted", async () => {
  await bench.weir(["produce", "orders"], { stdin: "first\n" });
  const many = Array.from({ length: 12 }, () => bench.start(["consume", "orders", "-f"]));
  // Each has its connection when it prints; one more meanwhile could take the place of one of them.
  for (const each of many) expect(await each.line()).not.toBeNull();
  const refused = await bench.weir(["topic", "ls"]);
  const answer = await fetch(`http://${bench.address}/metrics`);
  const health = [answer.status, await answer.text()];
  for (const each of many) each.kill("SIGINT");
  await Promise.all(many.map((each) => each.exited));
  const reason = "as many connections are open as max.connections allows: 12";
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain(`error: too-many-connections: ${bench.address}: ${reason}`);
  expect(health).toEqual([503, `${reason}\n`]);
  // They are counted when the broker next looks for silent connections.
  while ((await counted("connections-refused"))[0] === 0) await Bun.sleep(100);
}, 60_000);
