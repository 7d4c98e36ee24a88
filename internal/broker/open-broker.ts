import type { Etcd } from "../platform/etcd.ts";
import type { Platform } from "../platform/platform.ts";
import type { BrokerOptions } from "./broker-options.ts";
import { LocalBroker } from "./local-broker.ts";
import { type Links, noLinks } from "./membership/links.ts";
import { openPair } from "./pair/open-pair.ts";

/**
 * Starts a broker on its data directory. `links` reach other brokers; without them it stays alone.
 * With `etcd` it is one of the cluster that is decided there, which it waits for.
 *
 * Rejects with `StorageError` if the directory can't be used, with `BrokerError` if it isn't one of
 * that cluster.
 */
export async function openBroker(
  platform: Platform,
  started: BrokerOptions,
  links: Links = noLinks,
  etcd: Etcd | null = null,
): Promise<LocalBroker> {
  if (!etcd) return new LocalBroker(platform, await openPair(platform, started, links));
  const { openCluster } = await import("./cluster/open-cluster.ts"); // only a cluster needs it
  return new LocalBroker(platform, await openCluster(platform, started, links, etcd));
}
