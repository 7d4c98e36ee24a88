import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { must } from "../failure.ts";
import type { TopicModel } from "./topic-model.ts";
import type { World } from "./world.ts";

/** What may excuse an error: the topic that it is about, and since when that must be there. */
export interface Circumstances {
  readonly topic?: TopicModel;
  readonly sinceMs?: number;
}

const NAMES = new Map(Object.entries(kafkaErrors).map(([name, { code }]) => [code, name]));

/** Throws unless a broker may answer a call so, here and now. */
export function checkError(
  world: World,
  code: number,
  call: string,
  { topic, sinceMs = 0 }: Circumstances,
): void {
  const { weather } = world.climate;
  const name = NAMES.get(code) ?? `error ${code}`;
  const text = () => `${call} was answered with ${name}`;
  const isUnknownTopic = name === "UNKNOWN_TOPIC_OR_PARTITION" || name === "UNKNOWN_TOPIC_ID";
  // Who waits for an ack when a topic is deleted is told that nobody leads it any more.
  const isLeft = name === "NOT_LEADER_OR_FOLLOWER" && !world.isStopping;
  if ((isUnknownTopic || isLeft) && topic) must(!topic.isThereSince(sinceMs), text);
  else if (name === "KAFKA_STORAGE_ERROR") must(weather === "full" || weather === "failing", text);
  else if (name === "NOT_LEADER_OR_FOLLOWER") must(world.isStopping, text);
  else must(false, text);
}
