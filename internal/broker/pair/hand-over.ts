import type { Clock } from "../../platform/clock.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import { availableBytes } from "../../storage/log-size.ts";
import type { LogStore } from "../../storage/log-store.ts";
import { BrokerError } from "../errors.ts";
import type { Links, PeerState } from "../membership/links.ts";
import type { Announcement } from "../membership/pair-admin.ts";
import type { BrokerNode } from "../membership/replication-api.ts";
import type { PairPath } from "./pair-path.ts";

/** A slave that isn't close after so long isn't handed the lead; writes go on until it is. */
const COME_CLOSE_MS = 10_000;
/** With so little missing a slave has everything in a moment, once no more comes. */
const CLOSE_BYTES = 4 * 1024 * 1024;
/** A slave that hasn't everything after so long without writes isn't handed the lead. */
const DRAIN_MS = 2000;
const LOOK_MS = 5;
/** A slave that may have been promoted and doesn't answer is taken to be dead after so long. */
const ASK_MS = 30_000;
const ASK_AGAIN_MS = 200;

/** A handing over that has begun: no writes are taken. */
export interface HandOver {
  readonly to: number;
}

/**
 * Hands the lead over to the slave that follows: waits until that is close, takes no more writes,
 * waits until it has everything, and has it promoted. Rejects with `BrokerError`, and nothing has
 * changed, if there is no such slave, or if it doesn't catch up in time.
 */
export async function handOver(
  { clock, store, links }: PairPath,
  leader: ReplicationLeader,
  nodes: readonly BrokerNode[],
  begun: (handOver: HandOver) => void,
): Promise<Announcement> {
  const follower = [...leader.followers].find(({ connected }) => connected);
  const node = nodes.find(({ id }) => id === follower?.brokerId);
  if (!follower || !node) throw new BrokerError("invalid-request", "no slave follows this master");
  const missing = () => missingBytes(leader, store, follower.brokerId);
  const comes = await within(clock, COME_CLOSE_MS, () => missing() <= CLOSE_BYTES);
  if (!comes) throw tooFarBehind(follower.brokerId);
  begun({ to: follower.brokerId });
  await store.durable();
  if (!(await within(clock, DRAIN_MS, () => missing() === 0))) {
    throw tooFarBehind(follower.brokerId);
  }
  // Who leads nothing any more doesn't know what the slave lacks.
  if (leader.isStopped) throw new BrokerError("shutting-down", "the broker is shutting down");
  const failure = await links.promote(node).then(
    () => null,
    (error: unknown) => error,
  );
  const state = await askWhoLeads(clock, links, node);
  if (state.leaderId !== node.id) throw notPromoted(node.id, failure);
  return { leader: node, epoch: state.leaderEpoch, clusterId: state.clusterId };
}

/** What the slave says: whoever doesn't know whether it leads may not go on as master. */
async function askWhoLeads(clock: Clock, links: Links, node: BrokerNode): Promise<PeerState> {
  const endMs = clock.monotonicMs() + ASK_MS;
  for (;;) {
    try {
      return await links.ask(node);
    } catch (error) {
      if (clock.monotonicMs() > endMs) throw error;
      await new Promise<void>((resolve) => clock.after(ASK_AGAIN_MS, resolve));
    }
  }
}

/** Whether something comes to hold in time. */
async function within(clock: Clock, timeMs: number, holds: () => boolean): Promise<boolean> {
  const endMs = clock.monotonicMs() + timeMs;
  while (!holds()) {
    if (clock.monotonicMs() > endMs) return false;
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
  return true;
}

function notPromoted(brokerId: number, failure: unknown): BrokerError {
  const why = failure instanceof Error ? failure.message : "it didn't say why";
  const message = `broker ${brokerId} wasn't promoted: ${why}`;
  return new BrokerError("not-enough-replicas", message, { cause: failure });
}

function tooFarBehind(brokerId: number): BrokerError {
  const message = `broker ${brokerId} is too far behind: nothing was changed`;
  return new BrokerError("not-enough-replicas", message);
}

/** About what a follower hasn't of all logs; 0 only when it has everything. */
function missingBytes(leader: ReplicationLeader, store: LogStore, brokerId: number): number {
  let bytes = 0;
  for (const log of store.logs.values()) {
    for (const { brokerId: id, offset } of leader.led(log)?.copies.followers ?? []) {
      if (id !== brokerId || offset >= log.endOffset) continue;
      bytes += Math.max(1, availableBytes(log, Math.max(offset, log.startOffset)));
    }
  }
  return bytes;
}
