import { expect, test } from "bun:test";
import { ClientError } from "./errors.ts";
import { Numbering } from "./numbering.ts";

const identity = { producerId: 7, producerEpoch: 0 };
const early = new ClientError("out-of-order-sequence", "early");

test("batches are numbered one behind the other, from 2^31 - 1 to 0", () => {
  const numbering = new Numbering(identity);
  const numbers = [3, 2 ** 31 - 4, 5, 1].map((count) => numbering.take(count).baseSequence);
  expect(numbers).toEqual([0, 3, 2 ** 31 - 1, 4]);
});

test("a batch that has overtaken another is sent again behind it", async () => {
  const numbering = new Numbering(identity);
  const first = Promise.withResolvers<string>();
  const sent: string[] = [];
  const one = numbering.send(() => first.promise);
  const two = numbering.send(async () => {
    sent.push("two");
    if (sent.length === 1) throw early;
    return "second";
  });
  await Promise.resolve();
  expect(sent).toEqual(["two"]);
  first.resolve("first");
  expect(await Promise.all([one, two])).toEqual(["first", "second"]);
  expect(sent).toEqual(["two", "two"]);
  expect(numbering.isKnown).toBe(true);
});

test("a batch behind one that has failed fails, too", async () => {
  const numbering = new Numbering(identity);
  const one = numbering.send(() => Promise.reject(new ClientError("storage-full", "full")));
  const two = numbering.send(() => Promise.reject(early));
  expect(await Promise.allSettled([one, two])).toMatchObject([
    { reason: { code: "storage-full" } },
    { reason: { code: "out-of-order-sequence" } },
  ]);
  expect(numbering.isKnown).toBe(false);
});
