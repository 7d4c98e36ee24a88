import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.bash("seq 1000000 | weir produce numbers -p 0");
});
afterAll(() => bench[Symbol.asyncDispose]());

describe("a million lines", () => {
  test("come out as they went in", async () => {
    const { stdout } = await bench.bash(
      "seq 1000000 | sha256sum; weir consume numbers | sha256sum",
    );
    const [sent, received] = stdout.split("\n");
    expect(received).toBe(sent);
  });

  test("come out as they went in, through partitions and as JSON", async () => {
    const { code, stdout, stderr } = await bench.bash(`
      weir topic create spread -p 4 > /dev/null
      weir consume numbers -o ndjson | weir produce spread --input ndjson
      weir consume spread | sort -n | cmp - <(seq 1000000) && echo same`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "same\n", stderr: "" });
  });

  test("take a bounded amount of memory, also with a reader that stops", async () => {
    const { stdout } = await bench.bash(`
      mkfifo slow
      weir consume numbers > slow & pid=$!
      exec 3< slow
      read -r first <&3
      sleep 0.5
      awk '/VmHWM/ {print $2}' /proc/$pid/status
      cat <&3 | wc -l
      wait $pid; echo $?`);
    const [peakKb, lines, code] = stdout.trim().split("\n").map(Number);
    expect(lines).toBe(999_999);
    expect(code).toBe(0);
    expect(peakKb).toBeLessThan(400_000);
  });
});

describe("a reader that has enough", () => {
  test.each([
    "weir consume numbers | head -1",
    "weir consume numbers -o ndjson | head -1",
    "weir consume numbers -f | head -1",
    "weir help exit-codes | head -1",
  ])("%s ends in silence", async (line) => {
    const { stdout, stderr } = await bench.bash(`${line}; echo "\${PIPESTATUS[0]}"`);
    expect(stderr).toBe("");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(["0", "141"]).toContain(lines[1] ?? "");
  });

  test("of receipts doesn't stop the records", async () => {
    const { stdout } = await bench.bash(`
      seq 500000 | weir produce receipts --json | head -1 | cut -c1-19
      weir consume receipts | wc -l`);
    expect(stdout).toBe('{"topic":"receipts"\n500000\n');
  });
});

describe("a slow reader", () => {
  test("gets every byte", async () => {
    const { stdout } = await bench.bash(`
      { printf '%0300000d\\n' 7; printf '%0300000d' 8; } > lines
      weir produce long < lines
      weir consume long | { head -c 1; sleep 0.3; head -c 70000; sleep 0.3; cat; } > got
      { cat lines; echo; } | cmp - got && echo same`);
    expect(stdout).toBe("same\n");
  });
});

describe("an archive", () => {
  test("gets through a slow reader to the last byte", async () => {
    const { stdout } = await bench.bash(`
      weir log export numbers | { head -c 1; sleep 0.3; head -c 70000; sleep 0.3; cat; } > slow.weir
      weir log import slow.weir --as slow > /dev/null &&
        weir consume slow | cmp - <(seq 1000000) && echo same`);
    expect(stdout).toBe("same\n");
  });

  test("to a reader that has enough ends in silence", async () => {
    const { stdout, stderr } = await bench.bash(
      `weir log export numbers | head -c 8; echo; echo "\${PIPESTATUS[0]}"`,
    );
    expect([stdout, stderr]).toEqual(["WEIRLOGS\n0\n", ""]);
  });
});

describe("an output that can't be written", () => {
  test("is an error in one sentence", async () => {
    const { code, stderr } = await bench.bash("weir consume numbers > /dev/full");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: output-failed: .*no space left.*\n$/);
  });

  test.each([
    "weir consume numbers -n 5 >&-",
    "weir topic ls >&-",
    "weir --version >&-",
    "seq 3 | weir produce closed >&- 2>&-",
    "weir consume nothing-there >&- 2>&-",
  ])("%s ends without a trace", async (line) => {
    const { code, stderr } = await bench.bash(line);
    expect(stderr).toBe("");
    expect(code).toBeLessThan(2);
  });
});

describe("an input", () => {
  test.each([
    ["weir produce empty < /dev/null", 0],
    ["weir produce empty <&-", 0],
    ["printf '' | weir produce empty", 0],
    ["weir produce empty < .", 1],
  ])("%s ends with %d", async (line, expected) => {
    const { code, stdout, stderr } = await bench.bash(line);
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    if (expected !== 0) expect(stderr).toMatch(/^error: invalid-input: stdin can't be read: .*\n$/);
  });

  test("is sent as it comes, not when it ends", async () => {
    await bench.weir(["topic", "create", "drops"]);
    const producer = bench.start(["produce", "drops"]);
    const consumer = bench.start(["consume", "drops", "-f"]);
    producer.write("one\ntw");
    expect(await consumer.line()).toBe("one");
    producer.write("o\nthree");
    expect(await consumer.line()).toBe("two");
    producer.endInput();
    expect(await producer.exited).toBe(0);
    expect(await consumer.line()).toBe("three");
    consumer.kill("SIGINT");
    expect(await consumer.exited).toBe(130);
  });
});
