import { ETCD_MUTANTS } from "./etcd-mutants.ts";
import { ISR_MUTANTS } from "./isr-mutants.ts";
import { LEASE_MUTANTS } from "./lease-mutants.ts";
import { MOVES_MUTANTS } from "./moves-mutants.ts";
import { type Mutant, mutantOf } from "./mutant.ts";
import { PAIR_MUTANTS } from "./pair-mutants.ts";

const mutant = (
  name: string,
  file: string,
  find: string,
  replace: string,
  seed: number | null = null,
): Mutant => mutantOf("single", name, [{ file, find, replace }], seed);

const SINGLE_MUTANTS: readonly Mutant[] = [
  mutant(
    "ack before fsync",
    "storage/appender.ts",
    'const safe = groups.filter(({ log }) => log.config.durability === "memory");',
    "const safe = groups;",
  ),
  mutant(
    "fsync of the wrong file",
    "storage/appender.ts",
    "writer.syncFile(segment.logPath)",
    "writer.syncFile(segment.indexPath)",
  ),
  mutant(
    "no directory fsync after create: segments",
    "storage/tail-writer.ts",
    "return [this.#logsDirectory, directory].filter((path) => this.dirtyFolders.has(path));",
    "return directory === this.#logsDirectory ? [] : [];",
  ),
  mutant(
    "no directory fsync after create: journal",
    "storage/journal/journal.ts",
    "this.#commit.touch(this.#directory, () => this.#disk.syncDirectory(this.#directory));",
    "",
  ),
  mutant(
    "names count as synced when the sync begins",
    "storage/dirty-paths.ts",
    "    await sync();\n    if (this.#changes.get(path) === change) this.#changes.delete(path);",
    "    if (this.#changes.get(path) === change) this.#changes.delete(path);\n    await sync();",
    4489,
  ),
  mutant(
    "checkpoint before the segment is durable",
    "storage/checkpointer.ts",
    "await this.#sync();",
    "",
  ),
  mutant(
    "checkpoint renamed before it is synced",
    "storage/whole-file.ts",
    "await file.sync();",
    "void file.sync();",
  ),
  mutant(
    "journal dropped while the checkpoint's name isn't durable",
    "storage/checkpoint.ts",
    "    await disk.syncDirectory(root);\n  }",
    "  }",
  ),
  mutant(
    "journal dropped one file too early",
    "storage/checkpointer.ts",
    "journal.dropBefore(journalSequence);",
    "journal.dropBefore(journalSequence + 1);",
  ),
  mutant(
    "torn tail accepted",
    "storage/journal/frame-payload.ts",
    "const whole = entry.sizeBytes === 0 || payloadIsWhole(bytes, entry, payloadAt);",
    "const whole = true;",
  ),
  mutant(
    "torn segment accepted",
    "storage/recovery/replay.ts",
    "return got === bytes.length && isThisBatch(bytes, 0, entry) ? bytes : null;",
    "return bytes;",
  ),
  mutant(
    "frames called synced that were written during the sync",
    "storage/appender.ts",
    "if (!error) journal.markSynced(frameNumber);",
    "if (!error) journal.markSynced(journal.lastFrame);",
  ),
  mutant(
    "off by one in an index",
    "storage/segments/sparse-index.ts",
    "return countUpTo(this.#offsets, this.#length, relativeOffset) - 1;",
    "return countUpTo(this.#offsets, this.#length, relativeOffset);",
  ),
  mutant(
    "high watermark served early",
    "broker/topics/partition.ts",
    "return this.log.highWatermark;",
    "return this.log.endOffset;",
  ),
  mutant(
    "dedup state lost at restart",
    "storage/recovery/replay.ts",
    "for (const [id, producer] of state.producers) log.producers.restore(id, producer);",
    "",
  ),
  mutant(
    "dedup state of large batches lost at restart",
    "storage/recovery/replay.ts",
    "log.producers.admit(header, at, this.#path.nowMs);",
    "",
  ),
  mutant(
    "only a producer's last batch is known again",
    "storage/producers.ts",
    "state.batches.slice(1 - REMEMBERED_BATCHES)",
    "[]",
  ),
  mutant(
    "sequences not taken back with their batches",
    "storage/appender.ts",
    "log.producers.restore(id, state);",
    "void [id, state];",
  ),
  mutant(
    "delete forgotten at restart",
    "storage/log-changes.ts",
    "recorded.length > 0 ? this.#write(recorded.map(removedEntry)) : 0;",
    "this.#path.journal.lastFrame;",
  ),
  mutant(
    "a removed log's batches written over the next log's",
    "storage/recovery/log-fates.ts",
    "return this.#fates.get(logId)?.removed ?? false;",
    "return logId < 0;",
  ),
  mutant(
    "files removed before the journal says so",
    "storage/log-changes.ts",
    "await this.#path.commit.durable();",
    "void this.#path.commit.durable().catch(() => {});",
  ),
  mutant(
    "ENOSPC half batch kept",
    "storage/journal/journal.ts",
    "current.file.truncate(current.writtenBytes);",
    "",
  ),
  mutant(
    "appends behind a refused one go on",
    "storage/appender.ts",
    "if (failure) this.#reject(queue.splice(from), failure);",
    "",
  ),
  mutant(
    "failed fsync retried",
    "storage/group-commit.ts",
    "for (const done of waiting) done(this.#failure);",
    "for (const done of waiting) done(this.#failure);\n      this.#failure = null;",
  ),
  mutant(
    "fsync called good because the kernel calls the page clean",
    "storage/recovery/recovery.ts",
    "file.write(bytes, frame.at, end, frame.at);",
    "",
  ),
  mutant(
    "journal not synced before the replay acts on it",
    "storage/recovery/recovery.ts",
    "return file.sync();",
    "return Promise.resolve();",
  ),
  mutant(
    "a batch that never arrived forgotten by the next restart",
    "storage/log-store.ts",
    "await parts.changes.noteMissing(recovered.cut);",
    "",
  ),
  mutant(
    "a segment cut to nothing before all that it has is written again",
    "storage/tail-writer.ts",
    "const file = this.#open(log, segment, at + sizeBytes);",
    "const file = this.#open(log, segment, at);",
    6_034_581,
  ),
  mutant(
    "a segment made anew by the restart that has removed it",
    "storage/recovery/recovery.ts",
    "await syncFile(disk, files, path);",
    "await files.use(path, (file) => file.sync());",
    6_004_473,
  ),
  mutant(
    "writes taken before it is noted which batches never arrived",
    "storage/log-store.ts",
    "await parts.changes.noteMissing(recovered.cut);",
    "void parts.changes.noteMissing(recovered.cut).catch(() => {});",
    23_143,
  ),
  mutant(
    "a cut whose sync failed promised when it is asked for again",
    "storage/log-changes.ts",
    "      this.#checkNotFailed();\n      if (offset <= log.startOffset) return;",
    "      if (offset <= log.startOffset) return;",
    6285,
  ),
  mutantOf(
    "single",
    "a failed sync of a checkpoint told when those beside it have ended",
    [
      { file: "storage/checkpointer.ts", find: "sync(path).catch(refused)", replace: "sync(path)" },
      {
        file: "storage/checkpointer.ts",
        find: 'if (result.status === "rejected") throw result.reason;',
        replace: 'if (result.status === "rejected") throw this.#refusal(result.reason);',
      },
    ],
    33_479,
  ),
  mutant(
    "dedup state of large batches before the log's start lost at restart",
    "storage/recovery/replay.ts",
    "log.producers.admit(header, at, this.#path.nowMs);",
    "if (!isGone) log.producers.admit(header, at, this.#path.nowMs);",
  ),
  mutant(
    "journal file used again with frames of its own number",
    "storage/journal/journal.ts",
    'if (name.startsWith("spare-")) this.#disk',
    'if (name.startsWith("spare-")) this.#spares.push(name);\n      if (name === "") this.#disk',
  ),
  mutant(
    "journal file of an earlier run used again with frames of its new number",
    "storage/journal/journal.ts",
    "const isOwn = sequence >= this.#firstSequence;",
    "const isOwn = sequence > 0;",
    7_010_840,
  ),
  mutant(
    "memory lost at an orderly end",
    "storage/log-store.ts",
    "await checkpointer.idle(); // that one may have begun before the last appends",
    "",
  ),
  mutant(
    "a file that can't be removed fails what removes it",
    "storage/segments/file-cache.ts",
    "if (!this.#stuck.has(path)) this.#told(error);",
    "if (!this.#stuck.has(path)) throw error;",
  ),
  mutant(
    "a full disk called broken because what was begun on it can't be removed",
    "storage/whole-file.ts",
    "succeeds(() => disk.remove(",
    "((work: () => void) => work())(() => disk.remove(",
    1675,
  ),
  mutant(
    "topic made before it is durable",
    "metadata/embedded-store.ts",
    "const { lastOffset } = await this.#store.append(this.#log, batch, 0, batch.length, " +
      "leaderEpoch);",
    "void this.#store.append(this.#log, batch, 0, batch.length, leaderEpoch).catch(() => {}); " +
      "return this.#state.apply(change); const lastOffset = 0;",
  ),
  mutant(
    "producer ids given again after a restart",
    "broker/producer-ids.ts",
    "this.#next = await this.#reserveBlock();",
    "this.#next = this.#end;",
  ),
  mutant(
    "batches changed before they have left",
    "doors/kafka/pipeline.ts",
    "this.begunCount++;",
    "this.begunCount++;\n      this.shared.frameBuffers.give(next.buffer);",
  ),
  mutant(
    "frame size lost where two packets meet",
    "platform/frames.ts",
    "this.size = (this.size << 8) | (chunk[at++] ?? 0);",
    "this.size = ((at === from ? 0 : this.size) << 8) | (chunk[at++] ?? 0);",
  ),
];

/** Bugs that people have made, here or in other brokers and databases. */
export const MUTANTS: readonly Mutant[] = [
  ...SINGLE_MUTANTS,
  ...PAIR_MUTANTS,
  ...LEASE_MUTANTS,
  ...ISR_MUTANTS,
  ...ETCD_MUTANTS,
  ...MOVES_MUTANTS,
];
