import { decodeResponse } from "../../internal/doors/kafka/protocol/frames.ts";
import type { Api } from "../../internal/doors/kafka/protocol/message.ts";
import type { Decoded, Encodable, Fields } from "../../internal/doors/kafka/protocol/table.ts";
import { kafkaRequest, rawClient } from "../raw-client.ts";

/** One connection of Kafka's protocol, one request at a time. */
export interface Talk extends Disposable {
  /** Rejects when the broker hangs up. */
  ask<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R>>;
}

/** Connects to HOST:PORT. */
export async function talkTo(address: string): Promise<Talk> {
  const client = await rawClient(address);
  return {
    async ask(api, version, body) {
      client.send(kafkaRequest(api, version, body));
      const frame = await client.answer();
      if (frame === null) throw new Error(`${api.name} was answered by hanging up`);
      return decodeResponse(api, version, frame, 0, frame.length).body;
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
