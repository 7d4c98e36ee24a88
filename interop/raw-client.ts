import { decodeResponse, encodeRequest } from "../internal/doors/kafka/protocol/frames.ts";
import type { Api } from "../internal/doors/kafka/protocol/message.ts";
import type { Decoded, Encodable, Fields } from "../internal/doors/kafka/protocol/table.ts";
import { Writer } from "../internal/doors/kafka/protocol/writer.ts";

/** A connection that says whatever it is told to, by the bytes. */
export interface RawClient extends Disposable {
  send(bytes: Uint8Array): void;
  /** Resolves with the next frame, without its size; with null when there is none any more. */
  answer(): Promise<Uint8Array | null>;
  /** Resolves with what came and was taken by nobody, when the broker has hung up. */
  hungUp(): Promise<Uint8Array>;
  /** Reads nothing any more. */
  stall(): void;
}

/** Connects to HOST:PORT. */
export async function rawClient(address: string): Promise<RawClient> {
  let received: Buffer = Buffer.alloc(0);
  let ended = false;
  let wake = (): void => {};
  const end = (): void => {
    ended = true;
    wake();
  };
  /** What the socket hasn't taken yet. */
  let unsent: Uint8Array = new Uint8Array(0);
  const [hostname = "", port] = address.split(":");
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_, chunk) {
        received = Buffer.concat([received, chunk]);
        wake();
      },
      drain() {
        unsent = unsent.subarray(socket.write(unsent));
      },
      end,
      close: end,
      error: end,
    },
  });
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return {
    send(bytes) {
      const isWaiting = unsent.length > 0;
      unsent = Buffer.concat([unsent, bytes]);
      if (!isWaiting) unsent = unsent.subarray(socket.write(unsent));
    },
    async answer() {
      for (;;) {
        const size = received.length < 4 ? null : received.readInt32BE() + 4;
        if (size !== null && received.length >= size) {
          const frame = received.subarray(4, size);
          received = received.subarray(size);
          return frame;
        }
        if (ended) return null;
        await news();
      }
    },
    async hungUp() {
      while (!ended) await news();
      return received;
    },
    stall: () => socket.pause(),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** The frame of a request of Kafka's, in as many bytes as it takes. */
export function kafkaRequest<K extends number, Q extends Fields, R extends Fields>(
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q>,
): Buffer {
  const writer = new Writer();
  encodeRequest(writer, api, version, { correlationId: 1, clientId: "raw" }, body);
  return Buffer.concat(writer.take());
}

/** Sends a request on a connection of its own; resolves with the answer to it. */
export async function ask<K extends number, Q extends Fields, R extends Fields>(
  address: string,
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q>,
): Promise<Decoded<R>> {
  using client = await rawClient(address);
  client.send(kafkaRequest(api, version, body));
  const frame = await client.answer();
  if (frame === null) throw new Error(`${api.name} was answered by hanging up`);
  return decodeResponse(api, version, frame, 0, frame.length).body;
}
