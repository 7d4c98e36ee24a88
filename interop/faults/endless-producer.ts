import { type ForeignClient, javaProgram, kafkajs, librdkafka } from "../clients.ts";
import type { AckedRecord } from "./promises.ts";

/** The programs that produce until they are told to stop. */
export const endlessClients = {
  librdkafka: librdkafka("produce_forever.py"),
  kafkajs: kafkajs("produce-forever.mjs"),
  java: javaProgram("ProduceForever"),
} as const satisfies Record<string, ForeignClient>;

/** What such a program sends. */
export interface EndlessLoad {
  readonly client: keyof typeof endlessClients;
  readonly partitions: number;
  /** Records take turns to have these sizes. */
  readonly recordBytes: readonly number[];
  readonly recordsPerSecond: number;
  readonly idempotent: boolean;
  /** The client tries again as it does by itself; left out: for ever, and soon. */
  readonly usualRetries?: boolean;
  /** How long librdkafka waits for an answer; left out: a minute, as by itself. */
  readonly answerMs?: number;
}

/** Such a program, running. */
export interface EndlessProducer {
  /** What it was acked so far, by partition. */
  readonly acked: readonly AckedRecord[][];
  readonly ackedCount: number;
  /** Resolves when more than `count` records are acked; rejects when it ended before. */
  ackedMoreThan(count: number): Promise<void>;
  /** Has it send what it holds and end; rejects when it could not. */
  finish(): Promise<void>;
  /** Ends it whatever it is doing. */
  kill(): void;
}

/** Someone who waits for more than `count` acks. */
interface Waiting {
  readonly count: number;
  resolve(): void;
  reject(error: Error): void;
}

/** How long the broker may be without an ack before something is wrong. */
const SILENT_MS = 90_000;

/** Starts producing to a topic that exists. */
export function produceEndlessly(
  broker: string,
  topic: string,
  { client, ...load }: EndlessLoad,
): EndlessProducer {
  const settings = JSON.stringify({ broker, topic, ...load });
  const child = Bun.spawn({
    cmd: [...endlessClients[client].command, settings],
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const acked = Array.from({ length: load.partitions }, (): AckedRecord[] => []);
  let ackedCount = 0;
  let waiting: Waiting | null = null;
  const reading = readAcks(child.stdout, (partition, record) => {
    acked[partition]?.push(record);
    ackedCount++;
    if (waiting !== null && ackedCount > waiting.count) waiting.resolve();
  }).finally(() => waiting?.reject(new Error("the producer has ended")));
  return {
    acked,
    get ackedCount() {
      return ackedCount;
    },
    ackedMoreThan: async (count) => {
      if (ackedCount > count) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting = { count, resolve, reject };
      const why = new Error(`no record was acked in ${SILENT_MS} ms`);
      const timer = setTimeout(() => reject(why), SILENT_MS);
      await promise.finally(() => clearTimeout(timer));
    },
    finish: async () => {
      await child.stdin.end();
      await reading;
      const exitCode = await child.exited;
      if (exitCode !== 0) throw new Error(`the producer ended with ${exitCode}`);
    },
    kill: () => child.kill("SIGKILL"),
  };
}

async function readAcks(
  stdout: ReadableStream<Uint8Array>,
  note: (partition: number, record: AckedRecord) => void,
): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stdout) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [partition = "", sequence = "", offset = ""] = line.split(" ");
      const told = offset === "None" ? null : Number(offset);
      note(Number(partition), { sequence: Number(sequence), offset: told });
    }
  }
}
