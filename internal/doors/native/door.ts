import type { Broker } from "../../broker/api.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection, Receiver } from "../../platform/network.ts";
import { NativeConnection } from "./connection.ts";
import { defaultNativeLimits, type NativeLimits } from "./limits.ts";

/** What the native door stands on. */
export interface NativeDoor {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: NativeLimits;
}

/** Serves a connection that speaks the native protocol, from its preface on. */
export function nativeReceiver(door: NativeDoor, connection: Connection): Receiver {
  return new NativeConnection({ limits: defaultNativeLimits, ...door }, connection);
}
