import type { Client } from "../../internal/client/api.ts";
import { connect } from "../../internal/client/client.ts";
import type { Producer } from "../../internal/client/producer-api.ts";
import { bunPlatform } from "../../internal/platform/bun/platform.ts";

const INTERVAL_MS = 10;
const TIMEOUT_MS = 30_000;
const VALUE = new Uint8Array(100);

/** Sends a record every few milliseconds, and measures how long its ack by all takes. */
export class AckProbe {
  readonly #client: Client;
  readonly #lines: string[] = [];
  /** When the records were sent that aren't acked yet, by partition. */
  readonly #sentAtMs: number[][] = [];
  #latenciesMs: number[] = [];
  #failedCount = 0;
  #isRunning = true;
  #loop: Promise<void> = Promise.resolve();

  /** Begins to send to the partitions of a topic, in turn. */
  static async start(port: number, topic: string): Promise<AckProbe> {
    const options = { timeoutMs: TIMEOUT_MS, clientName: "probe" };
    const client = await connect(bunPlatform(), { host: "127.0.0.1", port }, options);
    const probe = new AckProbe(client);
    probe.#loop = probe.#run(await probe.#open(topic));
    return probe;
  }

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Notes how acks were while something was done. */
  async phase(name: string, work: () => Promise<void>): Promise<void> {
    this.#latenciesMs = [];
    this.#failedCount = 0;
    await work();
    const sorted = this.#latenciesMs.sort((one, other) => one - other);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(1) ?? "-";
    const most = sorted.at(-1)?.toFixed(0) ?? "-";
    const text = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${most} ms`;
    this.#lines.push(`${name}: ${sorted.length} acks, ${text}, ${this.#failedCount} failed`);
  }

  /** Ends it; resolves with a line for each phase. */
  async end(): Promise<readonly string[]> {
    this.#isRunning = false;
    await this.#loop;
    await this.#client.close();
    return this.#lines;
  }

  #open(topic: string): Promise<Producer> {
    return this.#client.openProducer(topic, {
      lingerMs: 0,
      onReceipt: (_, { partition, recordCount }) => {
        const nowMs = performance.now();
        for (const sentAtMs of this.#sentAtMs[partition]?.splice(0, recordCount) ?? []) {
          this.#latenciesMs.push(nowMs - sentAtMs);
        }
      },
      onFailure: (_, { partition, recordCount }) => {
        this.#failedCount += recordCount;
        this.#sentAtMs[partition]?.splice(0, recordCount);
      },
    });
  }

  async #run(producer: Producer): Promise<void> {
    for (let count = 0; this.#isRunning; count++) {
      const partition = count % producer.partitionCount;
      const sent = this.#sentAtMs[partition] ?? [];
      this.#sentAtMs[partition] = sent;
      sent.push(performance.now());
      await producer.send({ key: null, value: VALUE, partition });
      await Bun.sleep(INTERVAL_MS);
    }
    await producer.close();
  }
}
