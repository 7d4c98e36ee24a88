import type { Clock } from "../platform/clock.ts";
import type { ReplicationMode } from "../replication/messages.ts";
import type { CopyState, PartitionCopies } from "../replication/partition-copies.ts";
import { availableBytes } from "../storage/log-size.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { CopyStatus } from "./api.ts";
import type { Pair } from "./pair.ts";

/** Who has copies of a partition, and who leads it. */
export interface Standing {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly observers: readonly number[];
  readonly copies: readonly CopyStatus[];
}

/** How this broker's logs stand with those of the others. Alone until it has joined its `pair`. */
export class ClusterStanding {
  readonly brokerId: number;
  /** Whether this broker's copies are waited for when it follows. */
  readonly mode: ReplicationMode;
  pair: Pair | null = null;
  readonly #clock: Clock;

  constructor(brokerId: number, mode: ReplicationMode, clock: Clock) {
    this.brokerId = brokerId;
    this.mode = mode;
    this.#clock = clock;
  }

  get leaderEpoch(): number {
    return this.pair?.leaderEpoch ?? 0;
  }

  /** How many brokers keep copies. */
  get brokerCount(): number {
    return this.pair?.brokers().length ?? 1;
  }

  /** A log's copies, if this broker leads it. */
  copiesOf(log: PartitionLog): PartitionCopies | undefined {
    return this.pair?.leader?.copiesOf(log);
  }

  /** Who has a copy of `log`; null: of a log that has never been used. */
  of(log: PartitionLog | null): Standing {
    const { pair, brokerId, leaderEpoch } = this;
    if (!pair) return { ...alone(brokerId), leader: brokerId, leaderEpoch, copies: [] };
    if (pair.role === "slave") return this.#ofFollower(pair, log);
    const copies = log && this.copiesOf(log);
    const known = copies ?? unusedCopies(pair, brokerId);
    const { replicas, isr, observers } = known;
    const lags = log && copies ? [...copies.followers].map((copy) => this.#lag(log, copy)) : [];
    return { leader: brokerId, leaderEpoch, replicas, isr, observers, copies: lags };
  }

  /** A slave knows of itself what its master told it last. */
  #ofFollower({ leaderId, leaderEpoch, following }: Pair, log: PartitionLog | null) {
    const { mode } = this;
    const leader = leaderId;
    const observers = mode === "async" ? [this.brokerId] : [];
    const isInSync = mode === "sync" && (following?.inSync ?? false);
    const isr = isInSync ? [leader, this.brokerId] : [leader];
    const replicas = [leader, this.brokerId];
    const leaderEnd = (log && following?.leaderEndOf(log)) ?? 0;
    const silentMs = following?.heardAtMs ?? null;
    const own = {
      broker: this.brokerId,
      inSync: isInSync,
      endOffset: log?.durableOffset ?? 0,
      lagRecords: Math.max(0, leaderEnd - (log?.durableOffset ?? 0)),
      lagBytes: null,
      lagMs: silentMs === null ? null : Math.round(this.#clock.monotonicMs() - silentMs),
      outOfSyncMs: null,
    };
    return { leader, leaderEpoch, replicas, isr, observers, copies: [own] };
  }

  #lag(log: PartitionLog, copy: CopyState): CopyStatus {
    const { brokerId, standing, offset, caughtUpAtMs, outSinceMs } = copy;
    const nowMs = this.#clock.monotonicMs();
    const from = Math.max(offset, log.startOffset);
    const behind = from < log.durableOffset;
    return {
      broker: brokerId,
      inSync: standing === "in",
      endOffset: offset < 0 ? null : offset,
      lagRecords: Math.max(0, log.durableOffset - from),
      lagBytes: behind ? availableBytes(log, from) : 0,
      lagMs: behind ? Math.max(0, Math.round(nowMs - caughtUpAtMs)) : 0,
      outOfSyncMs: outSinceMs === null ? null : Math.round(nowMs - outSinceMs),
    };
  }
}

function alone(brokerId: number) {
  return { replicas: [brokerId], isr: [brokerId], observers: [] };
}

/** Of a partition that has nothing: who hears its leader has all of it. */
function unusedCopies({ leader }: Pair, brokerId: number) {
  const followers = [...(leader?.followers ?? [])];
  const ids = (wanted: (follower: (typeof followers)[number]) => boolean) =>
    followers.filter(wanted).map((follower) => follower.brokerId);
  return {
    replicas: [brokerId, ...ids(() => true)],
    isr: [brokerId, ...ids(({ mode, connected }) => mode === "sync" && connected)],
    observers: ids(({ mode }) => mode === "async"),
  };
}
