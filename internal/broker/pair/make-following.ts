import type { LeaderHello } from "../../replication/messages.ts";
import { Following } from "../membership/following.ts";
import type { PeerAddress } from "../membership/links.ts";
import type { PairPath } from "./pair-path.ts";
import { afterCut, takeMetadata } from "./take-copies.ts";

/** What following has to know of, and to tell, the one who decides whom to follow. */
export interface FollowingRole {
  /** Where the leader is taken to be now. */
  readonly address: () => PeerAddress;
  /** The highest leadership that is known. */
  readonly epoch: () => number;
  readonly opened: (hello: LeaderHello) => void;
  /** A session has ended that nobody here wanted to end. */
  readonly lost: () => void;
  readonly unreachable: () => void;
}

/** Follows with all logs of a broker. */
export function makeFollowing(path: PairPath, role: FollowingRole): Following {
  const { clock, log, store, links, lagTimeMaxMs, metadata, saveFollowed } = path;
  const { brokerId, mode, advertised, rack } = path;
  const { address, epoch, lost, unreachable } = role;
  const following: Following = new Following({
    clock,
    log,
    store,
    links,
    lagTimeMaxMs,
    address,
    hello: () => {
      const { clusterId } = metadata;
      return { ...advertised, rack, brokerId, mode, clusterId, epoch: epoch() };
    },
    opened: async (opened, { host, port }) => {
      // Before anything is cut, which may be all that is known of who leads.
      await saveFollowed({ brokerId: opened.leaderId, epoch: opened.epoch, host, port });
      role.opened(opened);
    },
    logs: () => store.logs.values(),
    // A topic that isn't in the metadata here may have any number of records.
    hasAllLogs: () => (following.leaderEndOf(metadata.log) ?? 0) <= metadata.log.durableOffset,
    copied: (copied, bytes) => {
      if (copied === metadata.log) takeMetadata(path, bytes);
    },
    cut: (cut) => afterCut(path, cut),
    lost,
    unreachable,
  });
  return following;
}
