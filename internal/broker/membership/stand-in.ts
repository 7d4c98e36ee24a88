import type { Broker } from "../api.ts";

/** A slave that hasn't heard its master for so long serves readers in its place. */
const AWAY_MS = 5000;

/**
 * Whether readers had better read all partitions from this broker, which has copies of them, while
 * who leads them is away.
 */
export function standsInForReaders({ replication }: Pick<Broker, "replication">): boolean {
  if (replication.role !== "slave") return false;
  const { connected, leaderSilentMs } = replication.status();
  return !connected && (leaderSilentMs ?? AWAY_MS) >= AWAY_MS;
}
