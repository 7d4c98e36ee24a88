import { expect, test } from "bun:test";
import { type BrokerErrorCode, brokerErrors } from "../../broker/errors.ts";
import { statusOf } from "./answer.ts";

test.each([
  ["invalid-partitions", "400"],
  ["corrupt-batch", "400"],
  ["unknown-topic-or-partition", "404"],
  ["not-leader", "421"],
  ["not-enough-replicas", "503"],
  ["shutting-down", "503"],
  ["storage-full", "507"],
] as const)("%s is answered by %s", (code, status) => {
  expect(statusOf(code)).toStartWith(status);
});

test("what may go well later is no fault of the client's", () => {
  const codes = Object.keys(brokerErrors) as BrokerErrorCode[];
  const passing = codes.filter((code) => brokerErrors[code].again !== "never");
  expect(passing.filter((code) => !/^(421|50[37]) /.test(statusOf(code)))).toEqual([]);
});
