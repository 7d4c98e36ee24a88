/** A network on which all that speak the native protocol seem to be of the next release. */
import { decodeCbor } from "../doors/native/protocol/cbor.ts";
import { encodeFrame, PREFACE } from "../doors/native/protocol/frame.ts";
import type { Connection, Network, Receiver } from "../platform/network.ts";
import { uint32At } from "../record/big-endian.ts";

/**
 * As `network`, but with what the next release may have more: each map of what brokers say has
 * another field, something that nobody knows comes before each answer and each event, and so does
 * another field in what clients say about their streams. Requests stay as they are.
 */
export function newerPeers(network: Network): Network {
  return {
    listen(address, accept) {
      return network.listen(address, (connection) => accept(newer(connection, isSaidByBroker)));
    },
    connect(address, timeoutMs, open) {
      const opened = (connection: Connection): Receiver => open(newer(connection, isSignal));
      return network.connect(address, timeoutMs, opened);
    },
  };
}

const isSaidByBroker = (): boolean => true;
const isSignal = (name: string): boolean => name === "credit" || name === "stop";

function newer(connection: Connection, isNewer: (name: string) => boolean): Connection {
  let payloadBytes = 0;
  return {
    get remote() {
      return connection.remote;
    },
    get queuedBytes() {
      return connection.queuedBytes;
    },
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    destroy: () => connection.destroy(),
    send(buffer, from = 0, to = buffer.length) {
      const bytes = buffer.subarray(from, to);
      if (payloadBytes > 0 || bytes[0] === PREFACE[0]) {
        payloadBytes = Math.max(0, payloadBytes - bytes.length);
        connection.send(bytes);
        return;
      }
      const headBytes = uint32At(bytes, 4);
      payloadBytes = uint32At(bytes, 0) - 4 - headBytes;
      const [id, name, fields] = headOf(decodeCbor(bytes.subarray(8, 8 + headBytes)));
      if (!isNewer(name)) return connection.send(bytes);
      if (!isSignal(name) && name !== "following") {
        connection.send(encodeFrame({ id, name: "of-next-year", fields: {} }, 0));
      }
      connection.send(encodeFrame({ id, name, fields: withMore(fields) }, payloadBytes));
    },
  };
}

function headOf(head: unknown): readonly [id: number, name: string, fields: unknown] {
  if (!Array.isArray(head)) throw new Error("a head is a list");
  return [Number(head[0]), String(head[1]), head[2]];
}

/** Maps that people have filled: what is in there isn't a field. */
const FILLED_BY_PEOPLE = "config";

function withMore(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((entry) => withMore(entry, name));
  if (!(value instanceof Map) || name === FILLED_BY_PEOPLE) return value;
  const more = new Map([...value].map(([key, entry]) => [key, withMore(entry, String(key))]));
  return more.set("ofNextYear", new Map([["deep", [1, 2]]]));
}
