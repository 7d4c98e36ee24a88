import { decodeResponse, encodeRequest } from "../../doors/kafka/protocol/frames.ts";
import type { Api } from "../../doors/kafka/protocol/message.ts";
import type { Decoded, Encodable, Fields } from "../../doors/kafka/protocol/table.ts";
import { Writer } from "../../doors/kafka/protocol/writer.ts";
import type { Clock, Timer } from "../../platform/clock.ts";
import { FrameAssembler } from "../../platform/frames.ts";
import {
  type Address,
  type Connection,
  type Network,
  NetworkError,
  type Receiver,
} from "../../platform/network.ts";
import { must } from "../failure.ts";

const CONNECT_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 3000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** A request without an answer yet. */
interface Call {
  readonly correlationId: number;
  readonly timer: Timer;
  /** Null: the connection is lost. */
  readonly settle: (frame: Uint8Array | null) => void;
}

/** Somebody who speaks Kafka's protocol, on one connection at a time. */
export class KafkaClient {
  /** The number of the present connection among those of all clients. */
  number = 0;
  readonly #nextNumber: () => number;
  readonly #network: Network;
  readonly #clock: Clock;
  readonly #address: Address;
  readonly #writer = new Writer(4096);
  #state: "closed" | "connecting" | "open" = "closed";
  #connection: Connection | null = null;
  #calls: Call[] = [];
  #lastCorrelationId = 0;
  /** How often it has begun to connect. */
  #attempts = 0;

  constructor(network: Network, clock: Clock, address: Address, nextNumber: () => number) {
    this.#nextNumber = nextNumber;
    this.#network = network;
    this.#clock = clock;
    this.#address = address;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Tries to connect, unless it does already or is. */
  async connect(): Promise<void> {
    if (this.#state !== "closed") return;
    this.#state = "connecting";
    const attempt = ++this.#attempts;
    const isWanted = () => attempt === this.#attempts && this.#state === "connecting";
    try {
      await this.#network.connect(this.#address, CONNECT_TIMEOUT_MS, (made) =>
        this.#opened(made, isWanted()),
      );
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (isWanted()) this.#state = "closed";
    }
  }

  /** Sends a request; its answer, or null if the connection is lost before that comes. */
  async call<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R> | null> {
    if (this.#state !== "open") return null;
    const correlationId = this.send(api, version, body);
    const frame = await new Promise<Uint8Array | null>((settle) => {
      const timer = this.#clock.after(REQUEST_TIMEOUT_MS, () => this.close());
      this.#calls.push({ correlationId, timer, settle });
    });
    if (!frame) return null;
    const answer = decodeResponse(api, version, frame, 0, frame.length);
    must(answer.correlationId === correlationId, () => "an answer to another request");
    return answer.body;
  }

  /** Sends a request that has no answer; returns its correlation id. */
  send<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): number {
    const correlationId = ++this.#lastCorrelationId;
    encodeRequest(this.#writer, api, version, { correlationId, clientId: "simulated" }, body);
    this.#writer.handOut((buffer, from, to) => this.#connection?.send(buffer, from, to));
    return correlationId;
  }

  /** Gives the connection up. */
  close(): void {
    this.#connection?.destroy();
    this.#lost();
  }

  #lost(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#connection = null;
    const lost = this.#calls;
    this.#calls = [];
    for (const { timer, settle } of lost) {
      timer.cancel();
      settle(null);
    }
  }

  /** A connection is made; it isn't `wanted` if it was given up meanwhile. */
  #opened(connection: Connection, wanted: boolean): Receiver {
    if (!wanted) connection.destroy();
    else {
      this.#state = "open";
      this.#connection = connection;
      this.number = this.#nextNumber();
    }
    const frames = new FrameAssembler(MAX_ANSWER_BYTES, (buffer, from, to) => {
      const call = this.#calls.shift();
      must(call !== undefined, () => "an answer that nobody has asked for");
      call.timer.cancel();
      call.settle(buffer.slice(from, to));
    });
    return {
      get partial() {
        return frames.partial;
      },
      receive(chunk, from, to) {
        const error = frames.receive(chunk, from, to);
        must(!error, () => `an answer with a ${error?.code} size`);
      },
      filled: (count) => frames.filled(count),
      drained() {},
      closed: () => {
        // It may have been given up, and another one made.
        if (this.#connection === connection) this.#lost();
      },
    };
  }
}
