import { DiskError } from "../platform/disk.ts";
import { Appender } from "./appender.ts";
import { Checkpointer } from "./checkpointer.ts";
import type { RewritePath } from "./compaction/compact-group.ts";
import { Compactor } from "./compaction/compactor.ts";
import { GroupCommit } from "./group-commit.ts";
import { Journal } from "./journal/journal.ts";
import { Settler } from "./journal/settler.ts";
import type { DataLayout } from "./layout.ts";
import { LogChanges } from "./log-changes.ts";
import type { ReadPath } from "./log-reader.ts";
import type { PartitionLog } from "./partition-log.ts";
import { ProducerBounds } from "./producer-bounds.ts";
import { journalStart, type Recovered } from "./recovery/recovery.ts";
import { Scrubber } from "./scrub/scrubber.ts";
import type { FileCache } from "./segments/file-cache.ts";
import { saveIndexes } from "./segments/index-files.ts";
import type { SizedOptions } from "./store-options.ts";
import type { TailWriter } from "./tail-writer.ts";
import type { TruncationPath } from "./truncation.ts";
import { Upkeep } from "./upkeep.ts";
import { WriteGate } from "./write-gate.ts";

/** What the parts of a storage stand on: a data directory that was recovered. */
export interface Ground {
  readonly options: SizedOptions;
  readonly layout: DataLayout;
  readonly files: FileCache;
  readonly writer: TailWriter;
  readonly recovered: Recovered;
}

/** The parts that every write goes through. */
interface WritingParts {
  readonly gate: WriteGate;
  readonly commit: GroupCommit;
  readonly journal: Journal;
  readonly settler: Settler;
  readonly checkpointer: Checkpointer;
  readonly producerBounds: ProducerBounds;
  readonly upkeep: Upkeep;
  readonly appender: Appender;
  /** The number that the next new log gets. */
  readonly ids: { next: number };
}

/** The parts of a storage, each of which says itself what it is for. */
export interface StoreParts extends Omit<Ground, "recovered">, WritingParts {
  readonly logs: Map<string, PartitionLog>;
  /** Resolves when all that was handed in until now is durable; rejects if it can't be. */
  readonly durable: () => Promise<void>;
  readonly reading: ReadPath;
  readonly changes: LogChanges;
  readonly rewriting: RewritePath;
  readonly truncation: TruncationPath;
  readonly compactor: Compactor;
  readonly scrubber: Scrubber;
}

/**
 * Puts a storage's parts together; nothing has begun to work yet. Nothing of them keeps what was
 * recovered but the logs: the journal that was read is as large as it may be.
 */
export function storeParts(ground: Ground): StoreParts {
  const { options, layout, files, writer, recovered } = ground;
  const { clock, disk, minFreeBytes, compaction, scrub } = options;
  const { logs } = recovered;
  const writing = writingParts(ground);
  const { gate, commit, journal, checkpointer, appender } = writing;
  const reading = readPath(ground, checkpointer);
  const changes = new LogChanges({
    ...{ clock, disk, files, writer, journal, commit, checkpointer },
    logsDirectory: layout.logs,
    flush: () => appender.flush(),
    refusal: () => commit.failure ?? gate.refusal,
    refuse: (error) => gate.refuse(error),
    forget: (log) => logs.delete(log.name),
  });
  const rewriting = { disk, files, journal, changes, minFreeBytes };
  const all = () => logs.values();
  const compactor = new Compactor(clock, { ...rewriting, checkpointer }, compaction, all);
  const scrubber = new Scrubber(clock, reading, scrub, layout.scrub, logs);
  const durable = async () => {
    await appender.written();
    await commit.durable();
  };
  const truncation = {
    ...{ disk, files, writer, reading, commit, checkpointer },
    cutDirectory: layout.cut,
    durable,
  };
  const others = { logs, durable, reading, changes, rewriting, truncation, compactor, scrubber };
  return { options, layout, files, writer, ...writing, ...others };
}

/** Lets the parts begin where the recovery has ended, and tells what that has found. */
export function beginWith(recovered: Recovered, parts: StoreParts): void {
  const { options, logs, checkpointer, settler, upkeep } = parts;
  for (const log of recovered.changed) checkpointer.changed(log);
  if (recovered.journal.files.some(({ frames }) => frames.length > 0)) settler.written();
  for (const log of logs.values()) {
    log.largestSegmentBytes = options.limits.largestSegmentBytes;
    for (const range of log.damage.ranges) options.events?.damaged(log.name, range);
  }
  for (const path of recovered.rebuilt) options.events?.rebuilt(path);
  // What the replay has left in memory and journal goes also if nobody writes.
  upkeep.afterTurn();
}

/**
 * Two of them call one that is made after them, as they need each other: the journal tells the
 * settler of each write, and the upkeep holds the appender, which tells it of each turn.
 */
function writingParts({ options, layout, writer, recovered }: Ground): WritingParts {
  const { clock, disk, limits, minFreeBytes, events } = options;
  const { logs, states, nextLogId } = recovered;
  const ids = { next: nextLogId };
  const gate = new WriteGate({
    ...{ clock, disk, minFreeBytes },
    directory: layout.root,
    checkEachBytes: limits.spaceCheckBytes,
    low: (freeBytes) => events?.diskLow(freeBytes, minFreeBytes),
  });
  const commit = new GroupCommit(clock);
  const journal = new Journal({
    ...{ disk, commit, limits },
    directory: layout.journal,
    start: journalStart(recovered),
    written: () => settler.written(),
  });
  const settler = new Settler(clock, disk, layout.journal, journal, commit);
  const onCheckpoints = { limits, clock, disk, layout, writer, journal, commit };
  const path = { ...onCheckpoints, nextLogId: () => ids.next };
  const checkpointer = new Checkpointer(path, states);
  const changed = (log: PartitionLog) => checkpointer.changed(log);
  const all = () => logs.values();
  const producerBounds = new ProducerBounds(all, limits.maxProducers, changed);
  const upkeep = new Upkeep({
    ...{ limits, writer, journal, checkpointer, gate },
    holdAppends: (held) => appender.hold(held),
  });
  const appender = new Appender({
    ...{ clock, disk, writer, limits, journal, commit, changed },
    newProducer: () => producerBounds.added(),
    failed: (error) => gate.refuse(error),
    written: () => upkeep.afterTurn(),
  });
  return { gate, commit, journal, settler, checkpointer, producerBounds, upkeep, appender, ids };
}

function readPath({ options, files, writer }: Ground, checkpointer: Checkpointer): ReadPath {
  const { disk, events } = options;
  return {
    disk,
    files,
    damaged: (log, range) => events?.damaged(log.name, range),
    indexed: (log, segment) => {
      events?.rebuilt(segment.indexPath);
      try {
        for (const path of saveIndexes(disk, segment)) writer.dirtyFiles.add(path);
        checkpointer.changed(log);
      } catch (error) {
        // They stay in memory, and are made again after a restart.
        if (!(error instanceof DiskError)) throw error;
      }
    },
  };
}
