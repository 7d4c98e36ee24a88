import type { Api } from "../../doors/kafka/protocol/message.ts";
import type { Decoded, Encodable, Fields } from "../../doors/kafka/protocol/table.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Address, Network } from "../../platform/network.ts";
import type { SimulatedRandom } from "../random.ts";
import { KafkaClient } from "../shared/kafka-client.ts";

/** Somebody who has both brokers' addresses, and talks to one of them at a time. */
export class PairClient {
  readonly #clients: readonly KafkaClient[];
  readonly #random: SimulatedRandom;
  #at: number;

  constructor(
    network: Network,
    clock: Clock,
    addresses: readonly Address[],
    random: SimulatedRandom,
    nextNumber: () => number,
  ) {
    this.#clients = addresses.map(
      (address) => new KafkaClient(network, clock, address, nextNumber),
    );
    this.#random = random;
    this.#at = random.below(addresses.length);
  }

  /** The number of the broker that it talks to. */
  get index(): number {
    return this.#at;
  }

  get isOpen(): boolean {
    return this.#current?.isOpen ?? false;
  }

  /** Connects to the broker that it goes by; another time, if that fails, to the other one. */
  async connect(): Promise<void> {
    await this.#current?.connect();
    if (!this.isOpen && this.#random.chance(0.7)) this.moveOn();
  }

  /** Leaves this broker, and takes the other one next. */
  moveOn(): void {
    this.#current?.close();
    this.#at = (this.#at + 1) % this.#clients.length;
  }

  /** See `KafkaClient.call`. */
  async call<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R> | null> {
    return (await this.#current?.call(api, version, body)) ?? null;
  }

  /** See `KafkaClient.send`. */
  send<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): void {
    this.#current?.send(api, version, body);
  }

  get #current(): KafkaClient | undefined {
    return this.#clients[this.#at];
  }
}
