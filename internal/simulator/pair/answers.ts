import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { must } from "../failure.ts";
import type { PairWorld } from "./world.ts";

const NAMES = new Map(Object.entries(kafkaErrors).map(([name, { code }]) => [code, name]));

/** What a client may be told at any time: it goes on, here or with the other broker. */
const PASSING = new Set([
  "NOT_LEADER_OR_FOLLOWER",
  "NOT_CONTROLLER",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
  // A copy may be behind with topics, too.
  "UNKNOWN_TOPIC_OR_PARTITION",
  "OFFSET_OUT_OF_RANGE",
]);

/** Throws unless a call may be answered with this error. */
export function checkPairError({ climate }: PairWorld, code: number, call: string): void {
  const name = NAMES.get(code) ?? `error ${code}`;
  const isStormy = climate.weather === "full" || climate.weather === "failing";
  const isExcused = PASSING.has(name) || (name === "KAFKA_STORAGE_ERROR" && isStormy);
  must(isExcused, () => `${call} was answered with ${name}`);
}
