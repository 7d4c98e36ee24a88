import { describeTopic as operation } from "../../doors/native/topic-operations.ts";
import type { CallOptions, TopicDescription } from "../api.ts";
import { call } from "../call.ts";
import { mergeTopic } from "./merge.ts";
import type { Router } from "./router.ts";

/** A topic, of which each partition is told by who leads it. */
export async function describeTopic(
  router: Router,
  name: string,
  options: CallOptions = {},
): Promise<TopicDescription> {
  const topic = await router.anywhere("away", options, (at, limits) =>
    call(at, operation, { name }, limits),
  );
  const leaders = new Set(topic.partitions.map(({ leader }) => leader).filter((id) => id >= 0));
  if (![...leaders].every((id) => router.knows(id))) await router.directory.brokers();
  const answers = await router.at(leaders, options, (at, limits) =>
    call(at, operation, { name }, limits),
  );
  return mergeTopic(topic, answers);
}
