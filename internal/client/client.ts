import type { Address } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import type { Client, ConnectOptions } from "./api.ts";
import { ClientError } from "./errors.ts";

/** What the client needs of the outside world. */
export type ClientPlatform = Pick<Platform, "clock" | "network" | "random">;

/**
 * Connects to a broker at `address`.
 *
 * Rejects with a `ClientError`: `unreachable` when there is no connection, `timed-out` when there
 * is no greeting in time, `not-weir` when what answers is no broker that we can talk to.
 */
export async function connect(
  _platform: ClientPlatform,
  address: Address,
  _options: ConnectOptions,
): Promise<Client> {
  throw new ClientError("unreachable", `${address.host}:${address.port}: not there yet`);
}
