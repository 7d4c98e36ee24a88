import type { LedLog } from "../replication/led-log.ts";
import type { LogStore } from "../storage/log-store.ts";
import { BrokerError } from "./errors.ts";
import type { Membership } from "./membership/membership.ts";
import type { Role } from "./membership/replication-api.ts";
import type { PairPath } from "./pair/pair-path.ts";
import type { Partition } from "./topics/partition.ts";

/** Another broker takes writes, or will in a moment. */
export function notLeader(leaderId: number, role: Role): BrokerError {
  if (role === "master") return new BrokerError("not-leader", "the lead is being handed over");
  const who = leaderId < 0 ? "another broker" : `broker ${leaderId}`;
  const brokers = leaderId < 0 ? [] : [leaderId];
  return new BrokerError("not-leader", `this broker is a slave: ${who} takes writes`, { brokers });
}

/** Throws `BrokerError` where a broker can't be promoted: it leads, or knows of nothing to lead. */
export function checkMayPromote({ metadata }: PairPath, role: Role): void {
  if (role === "master") throw new BrokerError("invalid-request", "this broker is the master");
  if (metadata.clusterId !== "") return;
  throw new BrokerError("invalid-request", "this broker has nothing of its master yet");
}

/** A later leadership is known than the one that this broker was about to take up. */
export function leadsAlready(epoch: number): BrokerError {
  return new BrokerError("not-leader", `another broker leads with epoch ${epoch} by now`);
}

/**
 * A leader that may have been replaced takes nothing. Where brokers agree on leaders, clients are
 * to find out who it is by now.
 */
export function fenced({ isAgreed }: Pick<LedLog, "isAgreed">): BrokerError {
  if (isAgreed) {
    const why = "this broker's lease may have ended";
    return new BrokerError("not-leader", `${why}: another one leads the partition, or will soon`);
  }
  const why = "others haven't been heard for so long";
  return new BrokerError("not-enough-replicas", `${why} that one of them may lead by now`);
}

/**
 * Why this broker takes no records of partitions that it leads, or of those that it copies; null:
 * it does. That a slave leads nothing isn't one.
 */
export function writeRefusal(store: LogStore, membership: Membership): string | null {
  const { role, refusal, leader } = membership;
  if (store.refusal) return store.refusal.message;
  if (role === "slave") return null;
  if (refusal) return refusal.message;
  return leader?.isFenced ? fenced({ isAgreed: role === "member" }).message : null;
}

/** There is no such partition. */
export function unknownPartition(topic: string, index: number): BrokerError {
  const message = `there is no partition ${topic}-${index}`;
  return new BrokerError("unknown-topic-or-partition", message);
}

/** The refusal of what is asked of a topic that isn't there. */
export function unknownTopic(name: string): BrokerError {
  return new BrokerError("unknown-topic-or-partition", `there is no topic ${name}`);
}

/** `acks=all` asks for more copies than there are. */
export function tooFewCopies({ topic, index }: Partition, inSync: number): BrokerError {
  const { minInsyncReplicas } = topic.settings;
  const enough = inSync >= minInsyncReplicas;
  const needs = enough
    ? "replication.policy=refuse waits for the one that is missing"
    : `min.insync.replicas asks for ${minInsyncReplicas}`;
  const copies = inSync === 1 ? "1 copy" : `${inSync} copies`;
  const message = `${topic.metadata.name}-${index} has ${copies} in sync; ${needs}`;
  return new BrokerError("not-enough-replicas", message);
}
