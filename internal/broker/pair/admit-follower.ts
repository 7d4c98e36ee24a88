import type { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import type { FollowerOrigin } from "../../replication/known-follower.ts";
import type { ReplicationLeader } from "../../replication/leader.ts";
import type { FollowerHello, LeaderHello } from "../../replication/messages.ts";
import { BrokerError } from "../errors.ts";
import { notLeader } from "../refusals.ts";
import type { PairPath } from "./pair-path.ts";
import type { PairRole } from "./pair-role.ts";

/**
 * Lets a broker follow this one from now on. Rejects with `BrokerError` where this one doesn't
 * lead, or the other one can't follow it.
 */
export async function admitFollower(
  path: PairPath,
  role: PairRole,
  hello: FollowerHello,
): Promise<ReplicationLeader> {
  const leading = () => {
    if (role.leader) return role.leader;
    throw notLeader(role.leaderId, role.name);
  };
  leading();
  checkFollower(path, hello, role.leaderEpoch);
  const origin = await registerFollower(path, hello, role.leaderEpoch);
  const leader = leading(); // it may have been replaced meanwhile
  leader.putFollower(hello.brokerId, hello.mode, origin);
  return leader;
}

/** What a broker that leads says to one that follows from now on. */
export function helloOf({ metadata }: PairPath, { leaderId, leaderEpoch }: PairRole): LeaderHello {
  return { leaderId, clusterId: metadata.clusterId, epoch: leaderEpoch };
}

/** Throws `BrokerError` where a broker can't follow this one, which leads with `epoch`. */
function checkFollower(
  { metadata, brokerId }: PairPath,
  hello: FollowerHello,
  epoch: number,
): void {
  const { clusterId } = metadata;
  if (hello.epoch > epoch) {
    const message = `broker ${hello.brokerId} knows of epoch ${hello.epoch}, this one doesn't`;
    throw new BrokerError("not-leader", message);
  }
  if (hello.clusterId !== "" && hello.clusterId !== clusterId) {
    const message = `the slave has the data of cluster ${hello.clusterId}, not of ${clusterId}`;
    throw new BrokerError("invalid-request", message);
  }
  if (hello.brokerId === brokerId) {
    const message = `both brokers have the id ${brokerId}: set another broker.id on the slave`;
    throw new BrokerError("invalid-request", message);
  }
}

/** Writes down who follows, and where both are reached; returns whether it was known before. */
async function registerFollower(
  { metadata, advertised, brokerId, rack, mode }: PairPath,
  hello: FollowerHello,
  epoch: number,
): Promise<FollowerOrigin> {
  const known = metadata.brokers.has(hello.brokerId);
  if (!metadata.leadership) await metadata.putLeadership({ brokerId, epoch });
  await register(metadata, brokerId, { ...advertised, rack, mode });
  await register(metadata, hello.brokerId, hello);
  return known ? "known" : "new";
}

/** Writes a broker down, if that isn't what is known of it. */
async function register(
  metadata: EmbeddedMetadataStore,
  id: number,
  { host, port, rack, mode: replication }: Pick<FollowerHello, "host" | "port" | "rack" | "mode">,
): Promise<void> {
  const known = metadata.brokers.get(id);
  const isSame = known?.host === host && known.port === port && known.rack === rack;
  if (isSame && known.replication === replication) return;
  await metadata.putBroker({ id, host, port, rack, replication });
}
