import type { FollowerHello } from "../replication/messages.ts";
import { BrokerError } from "./errors.ts";
import type { PairPath } from "./pair-path.ts";

/** Throws `BrokerError` where a broker can't follow this one, which leads with `epoch`. */
export function admitFollower(
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

/** Writes down who follows, and where it is reached; returns whether it was known before. */
export async function registerFollower(
  { metadata, advertised, brokerId, mode: ownMode }: PairPath,
  { brokerId: id, host, port, mode }: FollowerHello,
  epoch: number,
): Promise<"known" | "new"> {
  const known = metadata.brokers.get(id);
  const same = known?.host === host && known.port === port && known.replication === mode;
  if (!metadata.leadership) await metadata.putLeadership({ brokerId, epoch });
  if (!metadata.brokers.has(brokerId)) {
    const { host: ownHost, port: ownPort } = advertised;
    const own = { id: brokerId, host: ownHost, port: ownPort, replication: ownMode };
    await metadata.putBroker(own);
  }
  if (!same) await metadata.putBroker({ id, host, port, replication: mode });
  return known ? "known" : "new";
}
