import * as operations from "../doors/native/protocol/operations.ts";
import { type Address, formatAddress, NetworkError } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import type { BrokerHello, Client, ConnectOptions } from "./api.ts";
import { type Caller, call } from "./call.ts";
import { Channel } from "./channel.ts";
import { directClient } from "./direct-client.ts";
import { ClientError } from "./errors.ts";
import { routedClient } from "./routing/client.ts";

/** What the client needs of the outside world. */
export type ClientPlatform = Pick<Platform, "clock" | "network" | "random">;

/** What a broker is sure to take of a first request. */
const HELLO_FRAME_BYTES = 64 * 1024;

/**
 * Connects to a broker at `address`.
 *
 * Rejects with a `ClientError`: `unreachable` when there is no connection, `timed-out` when there
 * is no greeting in time, `not-weir` when what answers speaks something else.
 */
export async function connect(
  platform: ClientPlatform,
  address: Address,
  options: ConnectOptions,
): Promise<Client> {
  const { caller, hello } = await connectCaller(platform, address, options);
  const direct = directClient(platform, caller, hello);
  if (!hello.inCluster) return direct;
  const { timeoutMs, clientName } = options;
  const open = async (to: Address): Promise<Caller> => {
    return (await connectCaller(platform, to, { timeoutMs, clientName })).caller;
  };
  return routedClient(platform, direct, caller, open);
}

/** A connection that is greeted and ready for calls; rejects as `connect` does. */
export async function connectCaller(
  platform: ClientPlatform,
  address: Address,
  options: ConnectOptions,
): Promise<{ readonly caller: Caller; readonly hello: BrokerHello }> {
  const { clock } = platform;
  const { timeoutMs, signal } = options;
  if (signal?.aborted) throw new ClientError("cancelled", "connect: cancelled");
  const beganMs = clock.monotonicMs();
  const channel = await openChannel(platform, address, timeoutMs);
  const leftMs = Math.max(1, timeoutMs - (clock.monotonicMs() - beganMs));
  const caller = { channel, clock, timeoutMs, maxFrameBytes: HELLO_FRAME_BYTES };
  const { least, greatest } = operations.PROTOCOL_VERSIONS;
  const request = { minVersion: least, maxVersion: greatest, client: options.clientName };
  const patience = { timeoutMs: leftMs, ...(signal === undefined ? {} : { signal }) };
  try {
    const hello = await call(caller, operations.hello, request, patience);
    return { caller: { ...caller, maxFrameBytes: hello.maxFrameBytes }, hello };
  } catch (error) {
    channel.close();
    if (!(error instanceof ClientError)) throw error;
    const place = `${formatAddress(address)}: `;
    const { code, message, retriable } = error;
    // What the network says has named the address already.
    const named = message.startsWith(place) ? message : place + message;
    throw new ClientError(code, named, { cause: error, retriable });
  }
}

async function openChannel(
  { network }: ClientPlatform,
  address: Address,
  timeoutMs: number,
): Promise<Channel> {
  const channel = new Channel();
  try {
    await network.connect(address, timeoutMs, (connection) => {
      channel.attach(connection);
      return channel;
    });
    return channel;
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    throw new ClientError("unreachable", cause.message, { cause });
  }
}
