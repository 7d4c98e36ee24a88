import { afterAll, beforeAll, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
  await bench.weir(["topic", "create", "orders", "-p", "2"]);
  for (const partition of ["0", "1"]) {
    await bench.bash(`seq 10 | weir produce orders -p ${partition}`);
  }
});

afterAll(() => bench[Symbol.asyncDispose]());

async function weir(line: string): Promise<string> {
  const { code, stdout, stderr } = await bench.bash(`weir ${line}`);
  if (code !== 0) throw new Error(`${line}: ${code} ${stderr}`);
  return stdout;
}

/** A table with single blanks, and without what is another time at each look. */
function withoutTimes(table: string): string {
  return table.replaceAll(/ +/g, " ").replaceAll(/ \d+\.\ds /g, " (time) ");
}

test("a reset is shown first, and done when that is meant", async () => {
  const preview = await bench.bash("weir group reset billing --to start --topic orders");
  expect(preview.stdout.split("\n").slice(0, 3)).toEqual([
    "TOPIC   PARTITION  COMMITTED  NEW  LAG",
    "orders          0          -    0   10",
    "orders          1          -    0   10",
  ]);
  expect(preview.stderr).toContain("say --yes");
  expect(JSON.parse(await weir("group ls --json")).items).toEqual([]);
  await weir("group reset billing --to start --topic orders --yes");
  await weir("group reset billing --to 4 --topic orders -p 1 --yes");
  expect(withoutTimes(await weir("group ls"))).toBe(
    "GROUP STATE MEMBERS PARTITIONS LAG BEHIND DRAINS\nbilling Empty 0 2 16 (time) -\n",
  );
});

test.each([
  ["end", [10, 10]],
  ["start", [0, 0]],
  ["-3", [7, 7]],
  ["500", [10, 10]],
  ["@2000-01-01", [0, 0]],
  ["@now", [10, 10]],
])("a reset to %s", async (position, offsets) => {
  const { items } = JSON.parse(
    await weir(`group reset places --to ${position} --topic orders --yes --json`),
  );
  expect(items.map((item: { new_offset: number }) => item.new_offset)).toEqual(offsets);
  const described = JSON.parse(await weir("group describe places --json")).items[0].partitions;
  const committed = described.map((item: { committed_offset: number }) => item.committed_offset);
  expect(committed).toEqual(offsets);
});

test("a group is described by partition, topic and member", async () => {
  await weir("group reset seen --to 4 --topic orders --yes");
  expect(withoutTimes(await weir("group describe seen"))).toBe(
    "GROUP TOPIC PARTITION COMMITTED END LAG BEHIND DRAINS MEMBER\n" +
      "seen orders 0 4 10 6 (time) - -\n" +
      "seen orders 1 4 10 6 (time) - -\n",
  );
  expect(await weir("group describe seen --by topic -o tsv")).toBe(
    "group\ttopic\tpartitions\tmembers\tlag\nseen\torders\t2\t0\t12\n",
  );
  expect(await weir("group describe seen --by member -o tsv")).toBe(
    "group\tmember\tclient\thost\tpartitions\tlag\tinstance\n",
  );
});

test("a group is deleted with its offsets", async () => {
  await weir("group reset gone --to end --topic orders --yes");
  expect(await weir("group delete gone --yes")).toBe("GROUP  RESULT\ngone   deleted\n");
  expect(await weir("group ls")).not.toContain("gone");
});
