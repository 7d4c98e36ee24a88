import type { FollowerOutlet } from "../../replication/follower.ts";
import type {
  Beat,
  FollowerHello,
  LeaderHello,
  LogMarks,
  Placement,
} from "../../replication/messages.ts";
import type { Announcement } from "./pair-admin.ts";

/** Another broker's address. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a broker says of itself. */
export interface PeerState {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  /** Whether it may not be the one any more who leads what it leads. */
  readonly fenced: boolean;
}

/** What a follower is told by its leader. */
export interface FollowEvents {
  placed(placements: readonly Placement[]): void;
  /** `bytes` are the receiver's from now on. */
  batches(marks: LogMarks, bytes: Uint8Array): void;
  marks(marks: readonly LogMarks[]): void;
  beat(beat: Beat): void;
  /** The session is over; told once. */
  ended(error: Error): void;
}

/** A session with a leader. */
export interface FollowLink extends FollowerOutlet {
  readonly hello: LeaderHello;
  close(): void;
}

/** Offsets of a partition. */
export interface WantedRange {
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: number;
  readonly toOffset: number;
}

/** How a broker reaches others; everything rejects with an error that says why not. */
export interface Links {
  /** Begins to follow the broker at `address`; `events` may be called as soon as this resolves. */
  follow(address: PeerAddress, hello: FollowerHello, events: FollowEvents): Promise<FollowLink>;
  ask(address: PeerAddress): Promise<PeerState>;
  announce(address: PeerAddress, announcement: Announcement): Promise<void>;
  promote(address: PeerAddress): Promise<void>;
  /** Whole batches that hold offsets of a partition, the first and the last maybe others, too. */
  read(address: PeerAddress, wanted: WantedRange): Promise<Uint8Array>;
  /** Has a master reserve a block of producer ids for this broker; resolves with the first. */
  reserveProducerIds(address: PeerAddress): Promise<number>;
}

const noWay = () => Promise.reject(new Error("there is no way to other brokers"));

/** No other broker can be reached. */
export const noLinks: Links = {
  follow: noWay,
  ask: noWay,
  announce: noWay,
  promote: noWay,
  read: noWay,
  reserveProducerIds: noWay,
};
