import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Broker, OnProduced, ProduceRequest } from "../../broker/api.ts";
import { BrokerError } from "../../broker/errors.ts";
import { openBroker } from "../../broker/open-broker.ts";
import { bunPlatform } from "../../platform/bun/platform.ts";
import type { LogFields } from "../../platform/log.ts";
import type { Connection } from "../../platform/network.ts";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { BatchBuilder, type BatchProducer } from "../../record/builder.ts";
import type { Codec } from "../../record/layout.ts";
import type { Conversation } from "../entrance.ts";
import { kafkaDoor } from "./door.ts";
import type { KafkaLimits } from "./limits.ts";
import { decodeResponse, encodeRequest } from "./protocol/frames.ts";
import type { Api } from "./protocol/message.ts";
import type { Decoded, Encodable, Fields } from "./protocol/table.ts";
import { Writer } from "./protocol/writer.ts";

/** A broker on a disk of its own, behind the door; time stands still until the clock advances. */
export interface Fixture {
  readonly broker: Broker;
  readonly clock: ManualClock;
  /** What the door logged: `level event {fields}`. */
  readonly logged: string[];
  /** Called before each produce; a promise holds it up, a throw refuses it. */
  beforeProduce: ((request: ProduceRequest) => Promise<void> | void) | null;
  connect(): TestClient;
  close(): Promise<void>;
}

/** Starts a broker with `settings`, and opens the door to it. */
export async function openFixture(
  settings: Readonly<Record<string, string>> = {},
  limits: Partial<KafkaLimits> = {},
): Promise<Fixture> {
  const folder = mkdtempSync(path.join(tmpdir(), "weir-kafka-"));
  const clock = manualClock();
  const logged: string[] = [];
  const line = (level: string) => (event: string, fields: LogFields) =>
    logged.push(`${level} ${event} ${JSON.stringify(fields)}`);
  const log = { info: line("info"), warn: line("warn"), error: line("error") };
  const silent = { info() {}, warn() {}, error() {} };
  const real = await openBroker(
    { ...bunPlatform(), clock },
    {
      dataDirectory: folder,
      version: "0.1.0",
      advertised: { host: "broker-1", port: 9092 },
      config: new Map(Object.entries({ durability: "memory", ...settings })),
      log: silent,
    },
  );
  const fixture: Fixture = {
    broker: hooked(real, (request) => fixture.beforeProduce?.(request)),
    clock,
    logged,
    beforeProduce: null,
    connect: () => new TestClient(accept),
    async close() {
      await real.close();
      rmSync(folder, { recursive: true });
    },
  };
  const accept = kafkaDoor({ broker: fixture.broker, clock, log, limits });
  return fixture;
}

/** The same broker, except that produces go through `before` first. */
function hooked(
  real: Broker,
  before: (request: ProduceRequest) => Promise<void> | void | undefined,
): Broker {
  function submit(request: ProduceRequest, done: OnProduced): void {
    try {
      void Promise.resolve(before(request)).then(() => real.submit(request, done));
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      done(error);
    }
  }
  return new Proxy(real, {
    get(target, name) {
      if (name === "submit") return submit;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The other end of a connection: sends requests, and takes answers in their order. */
export class TestClient {
  readonly receiver: Conversation;
  /** Whole answers, without their sizes, that nobody has taken. */
  readonly answers: Uint8Array[] = [];
  /** While true, nothing leaves the broker's queue. */
  stalled = false;
  paused = false;
  ended = false;
  private queued: Uint8Array[] = [];
  private received = new Uint8Array(0);
  private waiting: (() => void)[] = [];
  private nextCorrelationId = 1;

  constructor(accept: (connection: Connection) => Conversation) {
    const client = this;
    this.receiver = accept({
      remote: "test:1",
      get queuedBytes() {
        return client.queued.reduce((sum, { length }) => sum + length, 0);
      },
      send: (buffer, from, to) => this.take(buffer.subarray(from, to)),
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
      },
      end: () => this.end(),
      destroy: () => this.end(),
    });
  }

  /** Sends a request and resolves with its answer, which has to be the next. */
  async call<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<R>> {
    const id = this.send(api, version, body);
    const frame = await this.answer();
    const { correlationId, body: answer } = decodeResponse(api, version, frame, 0, frame.length);
    if (correlationId !== id) throw new Error(`the answer to ${correlationId} instead of ${id}`);
    return answer;
  }

  /** Sends a request; returns its correlation id. */
  send<K extends number, Q extends Fields, R extends Fields>(
    api: Api<K, Q, R>,
    version: number,
    body: Encodable<Q>,
  ): number {
    const correlationId = this.nextCorrelationId++;
    const writer = new Writer();
    encodeRequest(writer, api, version, { correlationId, clientId: "test" }, body);
    this.sendBytes(Buffer.concat(writer.take()));
    return correlationId;
  }

  /** Sends bytes as they are, `chunkBytes` at a time, in chunks with others around them. */
  sendBytes(bytes: Uint8Array, chunkBytes = bytes.length): void {
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      const part = bytes.slice(from, from + chunkBytes);
      const chunk = new Uint8Array(part.length + 10).fill(0xee);
      chunk.set(part, 5);
      this.receiver.receive(chunk, 5, 5 + part.length);
    }
  }

  /** The next answer, without its size. Rejects when the connection ends before. */
  async answer(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.answers.shift();
      if (frame !== undefined) return frame;
      if (this.ended) throw new Error("the connection has ended");
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Resolves when the broker has ended the connection. */
  async whenEnded(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Lets what is queued leave. */
  drain(): void {
    this.stalled = false;
    const queued = this.queued;
    this.queued = [];
    for (const bytes of queued) this.take(bytes);
    this.receiver.drained();
  }

  private take(bytes: Uint8Array): void {
    if (this.ended) return;
    if (this.stalled) {
      this.queued.push(bytes);
      return;
    }
    this.received = Buffer.concat([this.received, bytes]);
    for (;;) {
      const size = this.received.length < 4 ? 0 : Buffer.from(this.received).readInt32BE() + 4;
      if (size === 0 || this.received.length < size) break;
      this.answers.push(this.received.slice(4, size));
      this.received = this.received.slice(size);
    }
    this.wake();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.receiver.closed(null);
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** One batch with a record for each text. */
export function batchOf(
  texts: readonly string[],
  options: {
    readonly timestampMs?: number;
    readonly codec?: Codec;
    readonly producer?: BatchProducer;
  } = {},
): Uint8Array {
  const builder = new BatchBuilder();
  const { timestampMs = 1_700_000_000_000, codec = "none", producer } = options;
  for (const text of texts) {
    builder.append({ timestampMs, key: null, value: new TextEncoder().encode(text), headers: [] });
  }
  return builder.build(codec, producer);
}

/** Makes a topic as the broker's defaults have it, or with so many partitions. */
export async function makeTopic(broker: Broker, name: string, partitionCount = 1): Promise<string> {
  const rest = { replicationFactor: null, config: new Map(), validateOnly: false };
  return (await broker.createTopic({ name, partitionCount, ...rest })).id;
}
