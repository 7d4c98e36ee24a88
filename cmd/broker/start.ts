import path from "node:path";
import type { LocalBroker } from "../../internal/broker/local-broker.ts";
import type { Doors } from "../../internal/doors/doors.ts";
import type { Log } from "../../internal/platform/log.ts";
import type { Platform } from "../../internal/platform/platform.ts";
import { addressText, type HostAndPort } from "../parse/values.ts";
import { version } from "../version.ts";
import { connectEtcd } from "./etcd.ts";
import { listenFailure, startFailure } from "./failures.ts";
import { lazyLinks } from "./lazy-links.ts";
import { reachable } from "./ready.ts";
import type { StartOptions } from "./start-options.ts";

/** A broker that serves. */
export interface Running {
  readonly broker: LocalBroker;
  readonly doors: Doors;
  /** Where it listens, with the ports that were given for 0. */
  readonly addresses: readonly HostAndPort[];
}

/** Starts a broker in this process; it serves when this resolves. Rejects with `CommandError`. */
export async function startBroker(
  platform: Platform,
  log: Log,
  start: StartOptions,
): Promise<Running> {
  const [{ openBroker }, { checkedBrokerConfig }, { openDoors }] = await Promise.all([
    import("../../internal/broker/open-broker.ts"),
    import("../../internal/broker/settings/broker-settings.ts"),
    import("../../internal/doors/open-doors.ts"),
  ]);
  const advertised = { ...(start.advertise ?? reachable(start.listen[0])) };
  try {
    const config = checkedBrokerConfig(start.config);
    const dataDirectory = path.resolve(start.data);
    const { slaveOf, cluster: clusterName, adopt } = start;
    const own = { slaveOf, clusterName, adopt };
    const options = { dataDirectory, version, advertised, config, log, ...own };
    const etcd = start.etcd && (await connectEtcd(start.etcd));
    const broker = await openBroker(platform, options, lazyLinks(platform), etcd);
    const doors = openDoors(broker, platform, log);
    const addresses = await listen(doors, start.listen).catch(async (error) => {
      doors.close();
      await broker.close();
      throw error;
    });
    // Port 0 has become a real one only now.
    if (advertised.port === 0) advertised.port = addresses[0]?.port ?? 0;
    await broker.serve();
    return { broker, doors, addresses };
  } catch (error) {
    throw startFailure(error, start.config.keys());
  }
}

async function listen(doors: Doors, addresses: readonly HostAndPort[]): Promise<HostAndPort[]> {
  const inUse: HostAndPort[] = [];
  for (const address of addresses) {
    try {
      inUse.push(await doors.listen(address));
    } catch (error) {
      throw listenFailure(addressText(address), error);
    }
  }
  return inUse;
}
