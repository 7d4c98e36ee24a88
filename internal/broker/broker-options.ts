import type { Log } from "../platform/log.ts";
import type { StorageLimits } from "../storage/limits.ts";

/** What a broker is started with. */
export interface BrokerOptions {
  readonly dataDirectory: string;
  readonly version: string;
  readonly advertised: { readonly host: string; readonly port: number };
  /** Broker settings by name, checked (`checkedBrokerConfig`). */
  readonly config: ReadonlyMap<string, string>;
  readonly log: Log;
  /** Other bounds of the storage than a broker's, for tests. */
  readonly storageLimits?: StorageLimits;
  /** The name of the cluster that it is one of, where it is of one. */
  readonly clusterName?: string;
  /** Whether the data of a lone broker, or of one of a pair, is to be taken into the cluster. */
  readonly adopt?: boolean;
  /** The master whose slave this broker is to be. */
  readonly slaveOf?: { readonly host: string; readonly port: number } | null;
}

/** What stays as it was at the start: all but the settings (`BrokerConfig`). */
export type FixedOptions = Omit<BrokerOptions, "config">;
