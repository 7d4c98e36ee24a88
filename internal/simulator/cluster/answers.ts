import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { must } from "../failure.ts";
import type { ClusterWorld } from "./world.ts";

const NAMES = new Map(Object.entries(kafkaErrors).map(([name, { code }]) => [code, name]));

/** What a client may be told at any time: it goes on, here or with another broker. */
const PASSING = new Set([
  "NOT_LEADER_OR_FOLLOWER",
  "NOT_CONTROLLER",
  "NOT_COORDINATOR",
  "COORDINATOR_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
  "LEADER_NOT_AVAILABLE",
  // Brokers are away.
  "INVALID_REPLICATION_FACTOR",
  // One that has just begun may not know yet.
  "UNKNOWN_TOPIC_OR_PARTITION",
]);

/** The name of an error, as clients have it. */
export function errorName(code: number): string {
  return NAMES.get(code) ?? `error ${code}`;
}

/** Throws unless a call may be answered with this error. */
export function checkClusterError(
  { climate }: ClusterWorld,
  code: number,
  call: string,
  also: readonly string[] = [],
): void {
  const name = errorName(code);
  const isStormy = climate.weather === "full" || climate.weather === "failing";
  const isExcused = PASSING.has(name) || also.includes(name);
  const isStorage = name === "KAFKA_STORAGE_ERROR" && isStormy;
  must(isExcused || isStorage, () => `${call} was answered with ${name}`);
}
