import type { Socket } from "bun";
import type { Clock } from "../clock.ts";
import {
  type Address,
  type Connection,
  formatAddress,
  type Listener,
  type Network,
  NetworkError,
} from "../network.ts";
import { BunConnection, type ConnectionContext, type OpenConnection } from "./connection.ts";
import type { Libc } from "./libc.ts";
import { networkError } from "./network-error.ts";

/** How many connections may wait to be accepted; Bun's own 512 makes a burst of clients wait. */
const BACKLOG = 4096;

/** A socket, with the connection made of it once it's open. */
type BunSocket = Socket<BunConnection | null>;

/** What Bun calls on every socket, whichever side opened it. */
const handlers = {
  binaryType: "uint8array",
  data: (socket: BunSocket, chunk: Uint8Array) => socket.data?.arrived(chunk),
  drain: (socket: BunSocket) => socket.data?.writable(),
  end: (socket: BunSocket) => socket.data?.end(),
  close: (socket: BunSocket, cause?: Error) => socket.data?.gone(cause),
  error: (socket: BunSocket, cause: Error) => socket.data?.gone(cause),
} as const;

/** The machine's own TCP. Without `libc`, large frames cost one more copy and bursts may wait. */
export function bunNetwork(clock: Clock, libc: Libc | null): Network {
  const context: ConnectionContext = { clock, libc };
  return {
    listen: async (address, accept) => listen(context, address, accept),
    connect: (address, timeoutMs, open) => connect(context, address, timeoutMs, open),
  };
}

function listen(context: ConnectionContext, address: Address, accept: OpenConnection): Listener {
  const { clock, libc } = context;
  const open = (socket: BunSocket): void => {
    try {
      BunConnection.open(socket, context, accept);
    } catch (cause) {
      clock.atEndOfTurn(() => {
        throw cause; // nobody owns this connection, so nobody else would hear of it
      });
    }
  };
  try {
    const listener = Bun.listen<BunConnection | null>({
      hostname: address.host,
      port: address.port,
      exclusive: true,
      allowHalfOpen: true,
      data: null,
      socket: { ...handlers, open },
    });
    if ("fd" in listener && typeof listener.fd === "number") libc?.listen(listener.fd, BACKLOG);
    return {
      address: { host: listener.hostname, port: listener.port },
      close: () => listener.stop(),
    };
  } catch (cause) {
    throw networkError(formatAddress(address), cause);
  }
}

function connect(
  context: ConnectionContext,
  address: Address,
  timeoutMs: number,
  owner: OpenConnection,
): Promise<Connection> {
  const place = formatAddress(address);
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = context.clock.after(timeoutMs, () => {
      late = true;
      reject(new NetworkError("timed-out", `${place}: no answer within ${timeoutMs} ms`));
    });
    const fail = (cause: unknown): void => {
      timer.cancel();
      reject(networkError(place, cause));
    };
    const open = (socket: BunSocket): void => {
      timer.cancel();
      try {
        if (late) socket.terminate();
        else resolve(BunConnection.open(socket, context, owner));
      } catch (cause) {
        fail(cause);
      }
    };
    Bun.connect<BunConnection | null>({
      hostname: address.host,
      port: address.port,
      allowHalfOpen: true,
      data: null,
      socket: { ...handlers, open },
    }).catch(fail);
  });
}
