import { afterAll, beforeAll, expect, test } from "bun:test";
import { openWorkbench, type RunningWeir, type Workbench } from "./weir.testing.ts";

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench(["--set", "group.initial.rebalance.delay.ms=200"]);
});

afterAll(() => bench[Symbol.asyncDispose]());

/** Makes a topic of four partitions with so many records in each: `PARTITION-NUMBER`. */
async function fill(topic: string, count: number): Promise<string[]> {
  await bench.weir(["topic", "create", topic, "-p", "4", "--if-not-exists"]);
  const lines: string[] = [];
  for (let partition = 0; partition < 4; partition++) {
    const own = Array.from({ length: count }, (_, i) => `${partition}-${i}`);
    const stdin = `${own.join("\n")}\n`;
    await bench.weir(["produce", topic, "-p", `${partition}`], { stdin });
    lines.push(...own);
  }
  return lines.sort();
}

interface Described {
  readonly state: string;
  readonly members: readonly unknown[];
  readonly partitions: readonly { readonly committed_offset: number; readonly lag: number }[];
}

async function describeGroup(group: string): Promise<Described> {
  const { stdout } = await bench.weir(["group", "describe", group, "--json"]);
  return JSON.parse(stdout).items[0];
}

async function committed(group: string): Promise<number> {
  const { partitions } = await describeGroup(group);
  return partitions.reduce((sum, { committed_offset }) => sum + committed_offset, 0);
}

async function lines(child: RunningWeir, count: number): Promise<string[]> {
  const read: string[] = [];
  while (read.length < count) {
    const line = await child.line();
    if (line === null) throw new Error(`the output ended after ${read.length} lines`);
    read.push(line);
  }
  return read;
}

/** Waits until a group is at work with so many members, all of which have partitions. */
async function gathered(group: string, size: number): Promise<void> {
  for (;;) {
    const { state, members } = await describeGroup(group).catch(() => ({ state: "", members: [] }));
    if (state === "Stable" && members.length === size) return;
  }
}

test("a group goes on where it was", async () => {
  const first = await fill("continued", 50);
  const read = async () =>
    (await bench.weir(["consume", "continued", "-g", "continued"])).stdout.split("\n").slice(0, -1);
  expect((await read()).sort()).toEqual(first);
  expect(await read()).toEqual([]);
  await bench.bash("echo more | weir produce continued");
  expect(await read()).toEqual(["more"]);
});

test("what was counted is what is committed", async () => {
  await fill("counted", 50);
  await bench.weir(["consume", "counted", "-g", "counted", "-n", "7"]);
  expect(await committed("counted")).toBe(7);
});

test("a group begins at the end if it is told to, and has no offset", async () => {
  await fill("late", 5);
  const { stdout } = await bench.weir(["consume", "late", "-g", "late", "--from", "end"]);
  expect(stdout).toBe("");
});

test("members share what there is, and take over from who leaves", async () => {
  const before = await fill("shared", 20);
  const follow = ["consume", "shared", "-f", "-g", "shared"];
  const [one, other] = [bench.start(follow), bench.start(follow)];
  await gathered("shared", 2);
  const both = [lines(one, 40), lines(other, 40)];
  const read = (await Promise.all(both)).flat();
  expect(read.sort()).toEqual(before);
  one.kill("SIGINT");
  expect(await one.exited).toBe(130);
  expect(await one.rest()).toBe("");
  await gathered("shared", 1);
  await fill("shared", 10);
  expect(await lines(other, 40)).toHaveLength(40);
  other.kill("SIGTERM");
  expect(await other.exited).toBe(143);
  expect(await committed("shared")).toBe(120);
});

test("only what has left is committed, also when somebody presses Ctrl-C", async () => {
  const total = (await fill("slow", 50_000)).length;
  const script = `
    mkfifo slow.pipe
    weir consume slow -f -g slow > slow.pipe &
    exec 3< slow.pipe
    until weir group describe slow --json 2> /dev/null | grep -q Stable; do :; done
    dd bs=1000 count=20 <&3 2> /dev/null > slow.out
    kill -INT $!
    cat <&3 >> slow.out
    wait $!
    echo "$? $(wc -l < slow.out)"
  `;
  const { stdout } = await bench.bash(script);
  const [code, printed] = stdout.trim().split(" ").map(Number);
  expect(code).toBe(130);
  expect(printed).toBeLessThan(total);
  expect(await committed("slow")).toBe(printed ?? -1);
});

test("one signal ends it while nobody reads, and commits what has left", async () => {
  const total = (await fill("stuck", 50_000)).length;
  const { stdout } = await bench.bash(`
    mkfifo stuck.pipe
    weir consume stuck -f -g stuck > stuck.pipe & pid=$!
    exec 3< stuck.pipe
    dd bs=1000 count=600 iflag=fullblock <&3 2> /dev/null > stuck.out
    kill -TERM $pid
    wait $pid; echo $?
    cat <&3 >> stuck.out; wc -l < stuck.out`);
  const [ended, printed = 0] = stdout.trim().split("\n").map(Number);
  expect(ended).toBe(143);
  expect(printed).toBeLessThan(total);
  const done = await committed("stuck");
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThanOrEqual(printed);
  expect((await describeGroup("stuck")).members).toEqual([]);
});

test.each([
  ["a second Ctrl-C", "INT", 130],
  ["kill -9", "KILL", 137],
])("%s ends it at once, and nothing is committed that hasn't left", async (_, signal, code) => {
  const topic = `ended-${signal.toLowerCase()}`;
  const total = (await fill(topic, 50_000)).length;
  const { stdout } = await bench.bash(`
    mkfifo ${topic}.pipe
    weir consume ${topic} -f -g ${topic} > ${topic}.pipe & pid=$!
    exec 3< ${topic}.pipe
    dd bs=1000 count=300 iflag=fullblock <&3 2> /dev/null > ${topic}.out
    sleep 1.2; dd bs=1000 count=100 iflag=fullblock <&3 2> /dev/null >> ${topic}.out
    for i in $(seq 50); do kill -${signal} $pid 2> /dev/null || break; sleep 0.05; done
    cat <&3 >> ${topic}.out
    wait $pid; echo "$? $(wc -l < ${topic}.out)"`);
  const [ended, printed = 0] = stdout.trim().split(" ").map(Number);
  expect(ended).toBe(code);
  expect(printed).toBeLessThan(total);
  expect(await committed(topic)).toBeLessThanOrEqual(printed);
});

test("a reader that goes away takes no offsets with it", async () => {
  await fill("gone", 50_000);
  const { code } = await bench.bash("set -o pipefail; weir consume gone -g gone | head -1");
  expect(code).toBe(0);
  expect(await committed("gone")).toBeLessThan(100_000);
});
