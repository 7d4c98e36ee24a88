import type { Broker } from "../../broker/api.ts";
import { handlers } from "./handlers.ts";
import { type BrokerHello, type HelloRequest, PROTOCOL_VERSIONS } from "./protocol/operations.ts";
import { ProtocolError } from "./protocol/refusal.ts";
import { replicate } from "./protocol/replicate-messages.ts";
import { fetch } from "./protocol/stream-messages.ts";
import { watch } from "./protocol/watch-messages.ts";

const capabilities: readonly string[] = [
  ...handlers.keys(),
  fetch.name,
  watch.name,
  replicate.name,
];

/** Greets a client in the newest version that both speak, or throws `ProtocolError`. */
export function greet(
  { minVersion, maxVersion }: HelloRequest,
  { identity, replication }: Pick<Broker, "identity" | "replication">,
  maxFrameBytes: number,
): BrokerHello {
  const { brokerId, clusterId, version } = identity;
  const { least, greatest } = PROTOCOL_VERSIONS;
  const protocolVersion = Math.min(maxVersion, greatest);
  if (protocolVersion < Math.max(minVersion, least)) {
    const offered = `${minVersion} to ${maxVersion}`;
    throw new ProtocolError(
      "unsupported-version",
      `versions ${least} to ${greatest} of the protocol are spoken here, not ${offered}`,
    );
  }
  return {
    ...{ protocolVersion, brokerId, clusterId, brokerVersion: version },
    inCluster: replication.inCluster,
    ...{ capabilities, maxFrameBytes },
  };
}
