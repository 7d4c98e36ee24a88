import type { KnownBroker } from "../membership/replication-api.ts";
import type { ClusterPath } from "./cluster-path.ts";

/** All brokers of a cluster whose leases hold, this one first. */
export function brokersThere(path: ClusterPath): readonly KnownBroker[] {
  const { brokerId, advertised, rack, metadata } = path;
  const { live, drained } = metadata.image;
  const { host, port } = advertised;
  const isStopping = live.get(brokerId)?.isStopping ?? false;
  const others = [...live.values()].filter(({ id }) => id !== brokerId);
  return [
    { id: brokerId, host, port, rack, isStopping, isDrained: drained.has(brokerId) },
    ...others.map(({ session: _, ...node }) => ({ ...node, isDrained: drained.has(node.id) })),
  ];
}
