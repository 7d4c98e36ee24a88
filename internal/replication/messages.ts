/** What a follower and its leader say to each other, whatever carries it. */

/** Whether a follower's copies are waited for. */
export type ReplicationMode = "sync" | "async";

/** A follower's greeting. */
export interface FollowerHello {
  readonly brokerId: number;
  /** Where clients and other brokers reach it. */
  readonly host: string;
  readonly port: number;
  /** Where it stands, for consumers that want a near one; null if nobody has said so. */
  readonly rack: string | null;
  readonly mode: ReplicationMode;
  /** The cluster whose data it has; empty if it has none. */
  readonly clusterId: string;
  /** The highest leadership that it knows of. */
  readonly epoch: number;
}

/** The leader's answer to it. */
export interface LeaderHello {
  readonly leaderId: number;
  readonly clusterId: string;
  readonly epoch: number;
}

/** A log that a follower wants to copy, and what it has of it. */
export interface FollowedLog {
  /** What stands for the log from now on. */
  readonly index: number;
  readonly name: string;
  readonly incarnation: string;
  /** Behind the last batch that it has. */
  readonly endOffset: number;
  /** The leader epoch of that batch; -1 for none. */
  readonly lastEpoch: number;
  /** The leadership that it follows; its leader may not have taken that up yet. */
  readonly leaderEpoch: number;
}

/** What a log's leader says to that. */
export type Placement =
  /** Batches come from `offset` on; it is beyond what the follower has if the log begins there. */
  | { readonly kind: "copy"; readonly index: number; readonly offset: number }
  /**
   * The leader has nothing of the follower's last epoch, or less of it: `epoch`, the greatest that
   * it has up to that one, ends at `endOffset`. The follower cuts its log, and asks again.
   */
  | {
      readonly kind: "cut";
      readonly index: number;
      readonly epoch: number;
      readonly endOffset: number;
    }
  /** The leader has no such log yet; it says so when it has. */
  | { readonly kind: "unknown"; readonly index: number };

/** Where a log of the leader's stands. */
export interface LogMarks {
  readonly index: number;
  readonly highWatermark: number;
  readonly startOffset: number;
  /** Behind what the leader has made durable; what it has sent may be beyond that. */
  readonly endOffset: number;
}

/** The leader lives, and this is how its follower is. */
export interface Beat {
  /** Whether it is in the ISR of all logs that it is to be in. */
  readonly inSync: boolean;
  /** About what it hasn't made durable of what the leader has. */
  readonly behindBytes: number;
  /** The leader's monotonic clock as it says so; the follower sends it back. */
  readonly atMs: number;
}

/** What a leader sends to one follower. */
export interface LeaderOutlet {
  placed(placements: readonly Placement[]): void;
  /** Whole batches of one log, behind those that were sent before. */
  batches(marks: LogMarks, pieces: readonly Uint8Array[]): void;
  marks(marks: readonly LogMarks[]): void;
  beat(beat: Beat): void;
  /** Calls `work` when there is room to send, which may be at once. */
  whenRoom(work: () => void): void;
  /** Ends the session: the leader isn't one any more, or another session took its place. */
  end(reason: string): void;
}

/** What a leader's session with one follower is told. */
export interface LeaderSession {
  follow(logs: readonly FollowedLog[]): void;
  /** Everything before the offsets is durable: pairs of index and offset. */
  copied(offsets: readonly (readonly [index: number, offset: number])[], bytes: number): void;
  /** It lives, and has heard the beat of that time. */
  answered(beatAtMs: number): void;
  close(): void;
}
