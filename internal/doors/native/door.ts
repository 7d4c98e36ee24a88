import type { Broker } from "../../broker/api.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection } from "../../platform/network.ts";
import { ConnectionShare } from "../connection-share.ts";
import type { Conversation } from "../entrance.ts";
import { NativeConnection } from "./connection.ts";
import { defaultNativeLimits, type NativeLimits } from "./limits.ts";

/** What the native door stands on. */
export interface NativeDoorOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: NativeLimits;
}

/** Serves connections that speak the native protocol, from their preface on. */
export type NativeDoor = (connection: Connection) => Conversation;

/** Opens the door: what it returns is to be called for each connection. */
export function nativeDoor({
  limits = defaultNativeLimits,
  ...door
}: NativeDoorOptions): NativeDoor {
  const share = new ConnectionShare({
    maxBytes: limits.maxQueuedBytes,
    totalBytes: limits.maxTotalQueuedBytes,
    minBytes: limits.minQueuedBytes,
  });
  return (connection) => new NativeConnection({ ...door, limits, share }, connection);
}
