import { expect, test } from "bun:test";
import { bunClock } from "./clock.ts";
import { bunRandom } from "./random.ts";

const clock = bunClock();

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => clock.atEndOfTurn(resolve));
}

test("work at the end of a turn runs in order, with what it adds, before the next", async () => {
  const order: string[] = [];
  const nextTurn = new Promise<void>((resolve) => {
    clock.atEndOfTurn(() => {
      order.push("first");
      setImmediate(() => {
        order.push("next turn");
        resolve();
      });
      clock.atEndOfTurn(() => {
        order.push("added");
        clock.atEndOfTurn(() => order.push("added by added"));
      });
    });
  });
  clock.atEndOfTurn(() => order.push("second"));
  expect(order).toEqual([]);
  await nextTurn;
  expect(order).toEqual(["first", "second", "added", "added by added", "next turn"]);
  await endOfTurn();
});

test("work that throws ends the process, after the rest of the turn", async () => {
  const script = `
    import { bunClock } from ${JSON.stringify(`${import.meta.dir}/clock.ts`)};
    const clock = bunClock();
    clock.atEndOfTurn(() => { throw new Error("broken invariant"); });
    clock.atEndOfTurn(() => console.log("the rest"));
    setInterval(() => {}, 1000);
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
  expect(await child.exited).toBe(1);
  expect(await child.stdout.text()).toBe("the rest\n");
  expect(await child.stderr.text()).toContain("broken invariant");
});

test("a timer fires once, not before its time; one that is called off never does", async () => {
  const start = clock.monotonicMs();
  const never = clock.after(1, () => {
    throw new Error("was called off");
  });
  never.cancel();
  await new Promise<void>((resolve) => clock.after(3, resolve));
  expect(clock.monotonicMs() - start).toBeGreaterThanOrEqual(2.9);
});

test("a delay longer than the system's longest timer does not fire at once", async () => {
  let fired = false;
  const timer = clock.after(2 ** 31 + 1000, () => {
    fired = true;
  });
  await new Promise<void>((resolve) => clock.after(5, resolve));
  timer.cancel();
  expect(fired).toBe(false);
});

test("chance stays within its bound and fills any number of bytes", () => {
  const random = bunRandom();
  const seen = new Set(Array.from({ length: 1000 }, () => random.below(3)));
  expect([...seen].sort()).toEqual([0, 1, 2]);
  expect(random.below(1)).toBe(0);
  const bytes = random.bytes(100_000);
  expect(bytes.length).toBe(100_000);
  expect(bytes.subarray(99_000).some((byte) => byte !== 0)).toBe(true);
});
