import type { OffsetToSet } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import type { GroupReader } from "../../internal/client/group-reader-api.ts";
import type { RecordsEvent } from "../../internal/client/reader-api.ts";
import { errorText, partialError } from "../errors.ts";
import type { Output } from "../output/output.ts";
import type { Stdio } from "../stdio.ts";
import { type AppendRecord, failureOf, flushedInPauses, whereabouts } from "./print.ts";

/** What is printed is committed this often at the most while records keep coming. */
const COMMIT_EVERY_MS = 1000;

/** Refusals of a commit after which others read what it was about: once more, but not never. */
const LOST: ReadonlySet<string> = new Set(["illegal-generation", "unknown-member-id"]);

/** How what is shared is printed. */
interface SharedOptions {
  readonly append: AppendRecord;
  /** At most so many records. */
  readonly limit: number;
}

/**
 * Prints what a member of a group reads until it has read all that there was, or is stopped, and
 * commits what was printed: an offset is only committed when the lines before it have left.
 */
export async function printShared(
  stdio: Stdio,
  reader: GroupReader,
  options: SharedOptions,
): Promise<void> {
  const printed = new Printed(stdio, reader);
  try {
    await printAll(stdio, reader, options, printed);
  } catch (error) {
    if (stdio.out.stuck) await printed.commitWritten();
    throw error;
  }
}

async function printAll(
  stdio: Stdio,
  reader: GroupReader,
  { append, limit }: SharedOptions,
  printed: Printed,
): Promise<void> {
  let left = limit;
  let partitionCount = 0;
  let failedCount = 0;
  for await (const event of flushedInPauses(reader, stdio.out, () => printed.flush())) {
    if (event.kind === "assigned") {
      partitionCount = event.partitions.length;
      printed.begin();
    } else if (event.kind === "revoking") {
      await printed.commit();
    } else if (event.kind === "partition-failed") {
      failedCount++;
      stdio.note(errorText(failureOf(event)));
    } else if (event.kind === "partition-away" || event.kind === "partition-back") {
      stdio.note(whereabouts(event));
    } else if (event.kind === "records") {
      left -= await printSome(event, append, left, printed);
      if (left === 0) break;
      await printed.commitIfDue();
    }
  }
  await printed.commit();
  if (failedCount > 0) throw partialError(failedCount, partitionCount, "partitions were not read");
}

/** Prints the records of an event, `limit` at the most; resolves with how many. */
async function printSome(
  { topic, partition, records }: RecordsEvent,
  append: AppendRecord,
  limit: number,
  printed: Printed,
): Promise<number> {
  let count = 0;
  for (const record of records) {
    append(topic, partition, record);
    printed.appended(topic, partition, record.offset + 1);
    if (printed.out.full) await printed.flush();
    count++;
    if (count === limit) break;
  }
  return count;
}

/** How far each partition was appended to the output, and how far of that has left. */
class Printed {
  readonly out: Output;
  readonly #stdio: Stdio;
  readonly #reader: GroupReader;
  readonly #appended = new Map<string, OffsetToSet>();
  readonly #written = new Map<string, OffsetToSet>();
  #committedAtMs = Date.now();

  constructor(stdio: Stdio, reader: GroupReader) {
    this.out = stdio.out;
    this.#stdio = stdio;
    this.#reader = reader;
  }

  /** Other partitions come: what was printed of those before is committed, or another's. */
  begin(): void {
    this.#appended.clear();
    this.#written.clear();
  }

  /** The records before `offset` are in the output. */
  appended(topic: string, partition: number, offset: number): void {
    this.#appended.set(`${topic}:${partition}`, { topic, partition, offset });
  }

  async flush(): Promise<void> {
    const appended = [...this.#appended];
    this.#appended.clear();
    await this.out.flush();
    for (const [place, offset] of appended) this.#written.set(place, offset);
  }

  async commitIfDue(): Promise<void> {
    if (Date.now() - this.#committedAtMs >= COMMIT_EVERY_MS) await this.commit();
  }

  /** Lets everything leave, and commits it. */
  async commit(): Promise<void> {
    await this.flush();
    await this.commitWritten();
  }

  /** Commits what has left, and nothing of what waits in the output. */
  async commitWritten(): Promise<void> {
    const offsets = [...this.#written.values()];
    this.#written.clear();
    this.#committedAtMs = Date.now();
    try {
      await this.#reader.commit(offsets);
    } catch (error) {
      if (!(error instanceof ClientError) || !LOST.has(error.code)) throw error;
      this.#stdio.note(
        "What was printed last is another member's by now, and printed there again.",
      );
    }
  }
}
