import { readFileSync } from "node:fs";
import path from "node:path";
import { produce } from "../../internal/doors/kafka/protocol/messages/00-produce.ts";
import { ZERO_UUID } from "../../internal/doors/kafka/protocol/table.ts";
import { BatchBuilder } from "../../internal/record/builder.ts";
import { run } from "../command.ts";
import { ask } from "../raw-client.ts";
import { executable, startWeir, type Weir } from "../weir.ts";
import { makeSmallDisk } from "./small-disk.ts";

/** A disk that is filled. */
interface Trial {
  readonly diskMib: number;
  /** What the broker is told; by itself it goes by the disk's size. */
  readonly settings: Readonly<Record<string, string>>;
}

const TRIALS: readonly Trial[] = [
  { diskMib: 64, settings: {} },
  { diskMib: 64, settings: { "storage.min.free.bytes": "0" } },
  { diskMib: 192, settings: {} },
];
/** Retention is looked at this often, so that nobody waits for it. */
const RETENTION = { "log.retention.check.interval.ms": "500" };
const RECORD_CHARS = 1000;
/** How long a broker may take to notice that there is room again. */
const RESUME_MS = 15_000;
const KAFKA_STORAGE_ERROR = 56;

/**
 * Fills disks of their own until the broker refuses, by its reserve and to the last block, kills it
 * there, and frees them again. Resolves with what was broken, in words.
 */
export async function fullDisk(home: string, tell: (text: string) => void): Promise<string[]> {
  const broken: string[] = [];
  for (const [i, { diskMib, settings }] of TRIALS.entries()) {
    const disk = await makeSmallDisk(path.join(home, `disk-${i}`), diskMib * 2 ** 20);
    const set = { ...RETENTION, ...settings };
    const found = await fill(disk.data, diskMib, set).finally(() => disk.unmount());
    const { ackedCount, restartMs, resumedMs } = found;
    const told = Object.entries(settings).map(([name, value]) => `, ${name}=${value}`);
    tell(
      `full disk of ${diskMib} MiB${told}: ${ackedCount} records acked, ready ` +
        `${Math.round(restartMs)} ms after kill -9, writable ${Math.round(resumedMs)} ms after ` +
        `room was made, ${found.broken.length} promises broken`,
    );
    for (const each of found.broken) tell(`  ${each}`);
    broken.push(...found.broken);
  }
  return broken;
}

/** What was seen while a disk was full. */
interface Findings {
  readonly broken: readonly string[];
  readonly ackedCount: number;
  readonly restartMs: number;
  readonly resumedMs: number;
}

async function fill(
  data: string,
  diskMib: number,
  settings: Readonly<Record<string, string>>,
): Promise<Findings> {
  const broken: string[] = [];
  const expectThat = (holds: boolean, what: string): void => {
    if (!holds) broken.push(what);
  };
  const first = await startWeir({ data, settings });
  const weir = client(first);
  for (const topic of ["ballast", "more-ballast"]) {
    await weir(["produce", topic, "-p", "0"], numbered(0, diskMib * 150));
  }
  // More than fits beside the ballast, whatever is kept free.
  const records = numbered(0, diskMib * 1200);
  const refused = await weir(["produce", "kept", "-p", "0", "--json"], records);
  const ackedCount = ackedRecords(refused.stdout);
  expectThat(refused.exitCode === 4, `produce ended with ${refused.exitCode}: ${refused.stderr}`);
  expectThat(refused.stderr.includes("error: storage-full"), refused.stderr);
  broken.push(...(await whatIsWrongWhileFull(first, ackedCount)));
  await first.end("SIGKILL");

  const second = await startWeir({ data, settings });
  // A start may have made some room.
  await client(second)(["produce", "kept", "-p", "0"], records);
  broken.push(...(await whatIsWrongWhileFull(second, ackedCount)));
  const restarted = client(second);
  const shrink = ["topic", "config", "ballast", "--set", "retention.bytes=1"];
  expectThat((await restarted(shrink)).exitCode === 0, "retention can't be changed");
  const byRetentionMs = await resume(restarted);
  expectThat(byRetentionMs < RESUME_MS, "no write was taken after retention had made room");
  await restarted(["produce", "kept", "-p", "0"], records);
  const deleted = await restarted(["topic", "delete", "more-ballast", "--yes"]);
  expectThat(deleted.exitCode === 0, `deleting was refused: ${deleted.stderr}`);
  const byDeletingMs = await resume(restarted);
  expectThat(byDeletingMs < RESUME_MS, "no write was taken after a topic was deleted");
  await second.end("SIGKILL");

  const third = await startWeir({ data, settings });
  expectThat(await holds(client(third), ackedCount), "what was acked is gone after kill -9");
  const exitCode = await third.end("SIGTERM");
  expectThat(exitCode === 0, `the broker ended with ${exitCode}`);
  const resumedMs = Math.max(byRetentionMs, byDeletingMs);
  return { broken, ackedCount, restartMs: second.readyMs, resumedMs };
}

/** What a broker without room doesn't do that it should, in words. */
async function whatIsWrongWhileFull(broker: Weir, ackedCount: number): Promise<string[]> {
  const weir = client(broker);
  const error = await refusalOfKafka(broker);
  const status = JSON.parse((await weir(["status", "--json"])).stdout).items[0];
  const checks: readonly (readonly [what: string, holds: boolean])[] = [
    [`Kafka's clients are told error ${error}`, error === KAFKA_STORAGE_ERROR],
    ["the status calls it writable", status.writable === false],
    ["the status says no reason", String(status.write_refusal).includes("the disk is full")],
    ["the log tells nothing", readFileSync(broker.logFile, "utf8").includes("writes-refused")],
    ["what was acked can't be read", await holds(weir, ackedCount)],
    ["topics can't be listed", (await weir(["topic", "ls"])).exitCode === 0],
    ["no topic can be made", (await weir(["topic", "create", "small"])).exitCode === 0],
    ["no topic can be changed", (await weir(CHANGE)).exitCode === 0],
    ["no topic can be deleted", (await weir(["topic", "delete", "small", "--yes"])).exitCode === 0],
  ];
  return checks.filter(([, isSo]) => !isSo).map(([what]) => what);
}

const CHANGE = ["topic", "config", "kept", "--set", "max.message.bytes=2000000"];

/** The error that Kafka's own protocol answers a batch with. */
async function refusalOfKafka({ address }: Weir): Promise<number | undefined> {
  const builder = new BatchBuilder();
  const value = new Uint8Array(100_000);
  builder.append({ timestampMs: Date.now(), key: null, value, headers: [] });
  const partitionData = [{ index: 0, records: builder.build("none") }];
  const topicData = [{ name: "kept", topicId: ZERO_UUID, partitionData }];
  const { responses } = await ask(address, produce, 9, { acks: 1, timeoutMs: 1000, topicData });
  return responses[0]?.partitionResponses[0]?.errorCode;
}

type Client = (args: readonly string[], input?: string) => ReturnType<typeof run>;

function client({ address }: Weir): Client {
  return (args, input = "") => run([executable, "-b", address, ...args], { input });
}

/** How long it takes until a record is taken again, or `RESUME_MS`. */
async function resume(weir: Client): Promise<number> {
  const began = performance.now();
  while (performance.now() - began < RESUME_MS) {
    const { exitCode } = await weir(["produce", "after", "-p", "0"], "1\n");
    if (exitCode === 0) return performance.now() - began;
  }
  return RESUME_MS;
}

/** Whether the topic begins with the first `count` numbered records. */
async function holds(weir: Client, count: number): Promise<boolean> {
  const { exitCode, stdout } = await weir(["consume", "kept", "-n", String(count)]);
  return exitCode === 0 && stdout === numbered(0, count);
}

function numbered(from: number, to: number): string {
  const lines = Array.from({ length: to - from }, (_, i) => `${from + i}`.padEnd(RECORD_CHARS));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** How many records the receipts of `weir produce --json` speak of. */
function ackedRecords(receipts: string): number {
  return receipts
    .split("\n")
    .slice(0, -1)
    .reduce((sum, line) => sum + Number(JSON.parse(line).records), 0);
}
