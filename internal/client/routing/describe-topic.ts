import { describeTopic as operation } from "../../doors/native/protocol/topic-operations.ts";
import type { CallOptions, TopicDescription } from "../api.ts";
import { type Caller, call } from "../call.ts";
import { ClientError } from "../errors.ts";
import { isHeard, mergeTopic } from "./merge.ts";
import { pauseMs, type Router } from "./router.ts";

/** A leader that is new, or has just gone, is waited for so long. */
const SETTLE_MS = 1000;

/** A topic, of which each partition is told by who leads it. */
export async function describeTopic(
  router: Router,
  name: string,
  options: CallOptions = {},
): Promise<TopicDescription> {
  const endMs = router.clock.monotonicMs() + SETTLE_MS;
  for (let tries = 0; ; tries++) {
    const topic = await askOnce(router, name, options);
    const isWhole = topic.partitions.every((row) => row.leader < 0 || isHeard(row));
    if (isWhole || router.clock.monotonicMs() >= endMs) return topic;
    await router.pause(pauseMs(tries), options.signal);
  }
}

async function askOnce(router: Router, name: string, options: CallOptions) {
  const topic = await router.anywhere("away", options, (at, limits) =>
    call(at, operation, { name }, limits),
  );
  const leaders = new Set(topic.partitions.map(({ leader }) => leader).filter((id) => id >= 0));
  if (![...leaders].every((id) => router.knows(id))) await router.directory.brokers();
  const answers = await router.at(leaders, options, (at, limits) =>
    unlessUnheard(at, name, limits),
  );
  return mergeTopic(topic, answers);
}

/** A topic as one broker tells it; null if it hasn't heard of it yet. */
async function unlessUnheard(
  at: Caller,
  name: string,
  limits: CallOptions,
): Promise<TopicDescription | null> {
  try {
    return await call(at, operation, { name }, limits);
  } catch (error) {
    const { code } = error instanceof ClientError ? error : { code: "" };
    if (code === "unknown-topic-or-partition") return null;
    throw error;
  }
}
