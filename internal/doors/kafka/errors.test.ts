import { expect, test } from "bun:test";
import { BrokerError, type BrokerErrorCode, brokerErrors } from "../../broker/errors.ts";
import { refused } from "./errors.ts";
import { kafkaErrors } from "./protocol/error-codes.ts";

/**
 * Codes that Kafka's clients try again after by themselves, but that other clients are told not
 * to, and why.
 */
const DIFFERENCES: Readonly<Partial<Record<BrokerErrorCode, string>>> = {
  "unknown-topic-or-partition": "a topic may just be being made; who misspells it waits in vain",
  "corrupt-batch": "a network may have damaged it; a batch that was built so stays so",
  "damaged-records": "another copy may have them, which the broker asks by itself",
  "election-not-needed": "makes clients ask anew who leads; nothing is left to be done",
};

test("to try again is what Kafka's clients do as well, but for known differences", () => {
  const retriable = new Map<number, boolean>();
  for (const error of Object.values(kafkaErrors)) retriable.set(error.code, error.retriable);
  const codes = Object.keys(brokerErrors) as BrokerErrorCode[];
  const differing = codes.filter((code) => {
    const { errorCode } = refused(new BrokerError(code, ""));
    return retriable.get(errorCode) !== (brokerErrors[code].again !== "never");
  });
  expect(differing.sort()).toEqual(Object.keys(DIFFERENCES).sort() as BrokerErrorCode[]);
});
