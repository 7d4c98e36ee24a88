import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import type { Codec, Producer, ProducerOptions } from "../../internal/client/producer-api.ts";
import { CommandError, commandError, inputError } from "../errors.ts";
import { counted, humanCount, humanDuration } from "../output/numbers.ts";
import type { Stdio } from "../stdio.ts";
import type { LineToRecord } from "./line-record.ts";
import { LineSplitter, LineTooLongError } from "./lines.ts";
import { ReceiptPrinter } from "./receipts.ts";

/** The longest line: more than brokers take as a record, and bounded. */
const maxLineBytes = 64 * 1024 * 1024;

/** How the records of a run are sent. */
export interface SendOptions {
  readonly acks: -1 | 0 | 1;
  readonly compression: Codec;
  readonly timeoutMs: number;
}

/** One run of `weir produce`: what became of its records, and who is told. */
export class ProduceRun {
  readonly #stdio: Stdio;
  readonly #receipts: ReceiptPrinter | null;
  readonly #startedAtMs = performance.now();
  readonly #failed = new AbortController();
  #failure: ClientError | null = null;
  #ackedCount = 0;
  #failedCount = 0;

  constructor(stdio: Stdio, printReceipts: boolean) {
    this.#stdio = stdio;
    this.#receipts = printReceipts ? new ReceiptPrinter(stdio.out) : null;
  }

  /** A producer whose acks and failures this run counts. */
  async open(client: Client, topic: string, options: SendOptions): Promise<Producer> {
    const counted: ProducerOptions = {
      ...options,
      onReceipt: (receipt, { recordCount }) => {
        this.#ackedCount += recordCount;
        this.#receipts?.add({ receipt, acks: options.acks, recordCount, ackedAtMs: Date.now() });
      },
      onFailure: (error, { recordCount }) => {
        this.#failedCount += recordCount;
        this.#failure ??= error;
        this.#failed.abort();
      },
    };
    try {
      return await client.openProducer(topic, counted);
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== "unknown-topic-or-partition") {
        throw error;
      }
      if (!(await this.#createdTopic(client, topic))) throw error;
      return await client.openProducer(topic, counted);
    }
  }

  /** Makes a missing topic where the broker would make it for Kafka's producers, too. */
  async #createdTopic(client: Client, name: string): Promise<boolean> {
    const settings = await client.brokerConfig();
    const setting = settings.find((entry) => entry.name === "auto.create.topics.enable");
    if (setting?.value !== "true") return false;
    const config = new Map();
    const request = { name, partitionCount: null, replicationFactor: null, config };
    const { partitionCount } = await client.createTopic(request);
    this.#stdio.note(`made topic ${name}: ${counted(partitionCount, "partition")}`);
    return true;
  }

  /**
   * Sends what comes from stdin until it ends, `stop` is aborted or a batch has failed; then waits
   * for every ack. Throws unless all that came was acked.
   */
  async sendLines(producer: Producer, toRecord: LineToRecord, stop: AbortSignal): Promise<void> {
    const enough = AbortSignal.any([stop, this.#failed.signal]);
    let refusal: unknown = null;
    try {
      await this.#sendInput(producer, toRecord, enough);
    } catch (error) {
      refusal = error;
    }
    await producer.close();
    await this.#receipts?.settled();
    this.#stdio.progress("");
    if (this.#failure !== null) throw this.#withCounts(this.#failure);
    if (refusal !== null) throw this.#withCounts(refusal);
    this.#summarize();
  }

  async #sendInput(producer: Producer, toRecord: LineToRecord, enough: AbortSignal): Promise<void> {
    const input = openInput();
    enough.addEventListener("abort", () => void input.cancel());
    const lines = new LineSplitter(maxLineBytes);
    try {
      while (!enough.aborted) {
        const { done, value } = await input.read().catch(refuseInput);
        if (enough.aborted) return;
        if (done) lines.end();
        else lines.feed(value);
        await this.#sendFedLines(producer, toRecord, lines);
        this.#showProgress();
        if (done) return;
      }
    } finally {
      void input.cancel();
    }
  }

  async #sendFedLines(
    producer: Producer,
    toRecord: LineToRecord,
    lines: LineSplitter,
  ): Promise<void> {
    try {
      while (lines.next()) {
        const roomAgain = producer.send(toRecord(lines));
        if (roomAgain !== undefined) await roomAgain;
      }
    } catch (error) {
      if (error instanceof LineTooLongError) throw inputError(error.message);
      throw error;
    }
    await this.#receipts?.settled();
  }

  /** Not beside receipts: they tell as much, and the two would share lines of the terminal. */
  #showProgress(): void {
    if (!this.#stdio.notesAreWatched || this.#receipts !== null) return;
    this.#stdio.progress(`${counted(this.#ackedCount, "record")} written`);
  }

  #summarize(): void {
    if (!this.#stdio.notesAreWatched) return;
    const took = humanDuration(performance.now() - this.#startedAtMs);
    this.#stdio.note(`${counted(this.#ackedCount, "record")} written in ${took}`);
  }

  /** The error with what became of the records: its reader has to know what to send again. */
  #withCounts(error: unknown): unknown {
    const known = error instanceof ClientError ? commandError(error) : error;
    if (!(known instanceof CommandError)) return error;
    const { code, message, exitCode, advice } = known;
    const acked = `${humanCount(this.#ackedCount)} acked`;
    const failed = this.#failedCount === 0 ? "" : `, ${humanCount(this.#failedCount)} not`;
    return new CommandError(code, `${message}; ${acked}${failed}`, exitCode, advice, error);
  }
}

function openInput() {
  try {
    return Bun.stdin.stream().getReader();
  } catch (error) {
    return refuseInput(error);
  }
}

function refuseInput(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw inputError(`stdin can't be read: ${why}`);
}
