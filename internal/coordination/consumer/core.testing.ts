/** Members and topics for the tests of what happens in a group of the consumer protocol. */
import { catalogOf, idOf } from "../fixture.testing.ts";
import type { GroupRules } from "./group-rules.ts";
import type { ConsumerGroup } from "./group-state.ts";
import { heartbeat } from "./heartbeat.ts";
import { NO_PARTITIONS, type Partitions, partitionsOf } from "./partitions.ts";
import { compilePattern, matches } from "./regex/pattern.ts";
import type { ConsumerHeartbeatRequest } from "./requests.ts";

/** Rules over these topics, with their partition counts. */
export function rulesOver(topics: ReadonlyMap<string, number>): GroupRules {
  const { catalog } = catalogOf(topics);
  const matching = (regex: string) => {
    const pattern = compilePattern(regex) ?? [];
    return [...topics.keys()].filter((name) => matches(pattern, name));
  };
  return {
    maxSize: 100,
    assignors: ["uniform", "range"],
    view: { topic: catalog.topic, topicById: catalog.topicById, matching },
    haveTopicsChanged: true,
  };
}

/** Partitions by topic name, as a group has them. */
export function held(topics: Readonly<Record<string, readonly number[]>>): Partitions {
  const all = Object.entries(topics);
  return partitionsOf(all.map(([name, partitions]) => ({ topicId: idOf(name), partitions })));
}

/** A first heartbeat of a member `m` that reads `orders`, if it isn't told otherwise. */
export function joining(fields: Partial<ConsumerHeartbeatRequest> = {}): ConsumerHeartbeatRequest {
  return {
    groupId: "g",
    memberId: "m",
    memberEpoch: 0,
    instanceId: null,
    rackId: null,
    clientId: "client",
    clientHost: "/host",
    rebalanceTimeoutMs: 30_000,
    topics: ["orders"],
    topicRegex: null,
    assignor: null,
    owned: NO_PARTITIONS,
    ...fields,
  };
}

/** A later heartbeat: nothing has changed, if it isn't told otherwise. */
export function staying(fields: Partial<ConsumerHeartbeatRequest> = {}): ConsumerHeartbeatRequest {
  const unchanged = { rebalanceTimeoutMs: null, topics: null, owned: null };
  return joining({ memberEpoch: 2, ...unchanged, ...fields });
}

/** What a heartbeat that isn't refused leads to. */
export function taken(group: ConsumerGroup, request: ConsumerHeartbeatRequest, rules: GroupRules) {
  const step = heartbeat(group, request, rules);
  if (step.error !== null) throw new Error(step.error);
  return step;
}
