import path from "node:path";
import { run } from "../command.ts";
import { executable, startWeir, type Weir } from "../weir.ts";
import { makeSmallDisk } from "./small-disk.ts";

const DISK_BYTES = 192 * 1024 * 1024;
/** More than fits beside the ballast, whatever is kept free. */
const RECORDS = 250_000;
const BALLAST_RECORDS = 40_000;
const RECORD_CHARS = 1000;

/** How long a broker may take to notice that there is room again. */
const RESUME_MS = 10_000;

/**
 * Fills a disk of its own until the broker refuses, once by its reserve and once to the last
 * block, and frees it again. Resolves with what was broken, in words.
 */
export async function fullDisk(home: string, tell: (text: string) => void): Promise<string[]> {
  const broken: string[] = [];
  for (const minFreeBytes of [48 * 1024 * 1024, 0]) {
    const disk = await makeSmallDisk(path.join(home, `disk-${minFreeBytes}`), DISK_BYTES);
    const findings = await fill(disk.data, minFreeBytes).finally(() => disk.unmount());
    const { ackedCount, resumedMs } = findings;
    const seen = `${ackedCount} records acked, writable ${Math.round(resumedMs)} ms after a delete`;
    const { length } = findings.broken;
    tell(`full disk, ${minFreeBytes} bytes kept free: ${seen}, ${length} promises broken`);
    for (const each of findings.broken) tell(`  ${each}`);
    broken.push(...findings.broken);
  }
  return broken;
}

/** What was seen while a disk was full. */
interface Findings {
  readonly broken: readonly string[];
  readonly ackedCount: number;
  readonly resumedMs: number;
}

async function fill(data: string, minFreeBytes: number): Promise<Findings> {
  const broken: string[] = [];
  const expectThat = (holds: boolean, what: string): void => {
    if (!holds) broken.push(what);
  };
  const settings = { "storage.min.free.bytes": String(minFreeBytes) };
  const first = await startWeir({ data, settings });
  const weir = client(first);
  await weir(["produce", "ballast", "-p", "0"], numbered(0, BALLAST_RECORDS));
  const refused = await weir(["produce", "kept", "-p", "0", "--json"], numbered(0, RECORDS));
  const ackedCount = ackedRecords(refused.stdout);
  expectThat(refused.exitCode === 1, `produce ended with ${refused.exitCode}: ${refused.stderr}`);
  expectThat(refused.stderr.includes("error: storage-full"), refused.stderr);
  expectThat(await holds(weir, ackedCount), "what was acked can't be read while the disk is full");
  const deleted = await weir(["topic", "delete", "ballast", "--yes"]);
  expectThat(deleted.exitCode === 0, `deleting was refused: ${deleted.stderr}`);
  const resumedMs = await resume(weir);
  expectThat(resumedMs < RESUME_MS, "no write was taken after room had been made");
  await first.end("SIGKILL");

  const second = await startWeir({ data, settings });
  expectThat(await holds(client(second), ackedCount), "what was acked is gone after kill -9");
  const exitCode = await second.end("SIGTERM");
  expectThat(exitCode === 0, `the broker ended with ${exitCode}`);
  return { broken, ackedCount, resumedMs };
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
