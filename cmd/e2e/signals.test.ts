import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, startBroker, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.bash("seq 1000000 | weir produce numbers");
});
afterAll(() => bench[Symbol.asyncDispose]());

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s", (signal, code) => {
  test("ends a consumer that waits for more", async () => {
    const consumer = bench.start(["consume", "numbers", "-f", "--from", "-1"]);
    expect(await consumer.line()).toBe("1000000");
    consumer.kill(signal);
    expect(await consumer.exited).toBe(code);
    expect(await consumer.stderr()).toBe("");
  });

  test("lets a consumer finish the lines that it has begun", async () => {
    const consumer = bench.start(["consume", "numbers"]);
    expect(await consumer.line()).toBe("1");
    consumer.kill(signal);
    const lines = (await consumer.rest()).split("\n");
    expect(await consumer.exited).toBe(code);
    expect(lines.pop()).toBe("");
    expect(lines.at(-1)).toBe(String(lines.length + 1));
  });

  test("lets a producer finish what it has read", async () => {
    const topic = `read-${signal.toLowerCase()}`;
    await bench.weir(["topic", "create", topic]);
    const producer = bench.start(["produce", topic, "--json"]);
    producer.write("one\ntwo\nhalf a li");
    expect(JSON.parse((await producer.line()) ?? "").records).toBe(2);
    producer.kill(signal);
    expect(await producer.exited).toBe(code);
    expect(await producer.stderr()).toBe("");
    expect(await bench.weir(["consume", topic])).toMatchObject({ stdout: "one\ntwo\n" });
  });

  test("a second time ends a consumer whose reader has stopped", async () => {
    const { stdout } = await bench.bash(`
      mkfifo ${signal}
      weir consume numbers > ${signal} & pid=$!
      exec 3< ${signal}
      read -r line <&3
      kill -${signal} $pid
      for i in $(seq 50); do kill -${signal} $pid 2> /dev/null || break; sleep 0.1; done
      wait $pid; echo $?`);
    expect(stdout).toBe(`${code}\n`);
  });

  test("stops a broker as it should", async () => {
    const data = `${bench.directory}/${signal}-data`;
    const args = ["--data", data, "--listen", "127.0.0.1:0"];
    const first = await startBroker(args);
    const options = { stdin: "kept\n", env: { WEIR_BROKER: first.address } };
    expect(await bench.weir(["produce", "kept"], options)).toMatchObject({ code: 0 });
    expect(await first.stop(signal)).toBe(0);
    const second = await startBroker(args);
    const env = { WEIR_BROKER: second.address };
    expect(await bench.weir(["consume", "kept"], { env })).toMatchObject({ stdout: "kept\n" });
    await second.stop();
  });

  test("stops a broker as it should where whoever has started it tells it, too", async () => {
    const { stdout } = await bench.bash(`
      weir broker --data twice-${signal} --listen 127.0.0.1:0 > ready 2> log & pid=$!
      until [ -s ready ]; do :; done
      kill -${signal} $pid
      until grep -q stopping log; do :; done
      kill -${signal} $pid
      wait $pid; echo "$? $(grep -c stopped log)"; rm ready log`);
    expect(stdout).toBe("0 1\n");
  });
});

describe("a broker that goes away", () => {
  test("ends its clients with an error that says try again", async () => {
    const broker = await startBroker([
      ...["--data", `${bench.directory}/going`, "--listen", "127.0.0.1:0"],
    ]);
    const env = { WEIR_BROKER: broker.address };
    await bench.weir(["topic", "create", "t"], { env });
    const consumer = bench.start(["consume", "t", "-f", "-b", broker.address]);
    const producer = bench.start(["produce", "t", "-b", broker.address]);
    producer.write("one\n");
    expect(await consumer.line()).toBe("one");
    await broker.stop();
    expect(await consumer.exited).toBe(4);
    expect(await consumer.stderr()).toStartWith("error: closed: ");
    producer.write("two\n");
    expect(await producer.exited).toBe(4);
    expect(await producer.stderr()).toMatch(/^error: closed: .*1 acked, 1 not\n/);
  });
});
