import type { Segment } from "../../storage/segments/segment.ts";
import { must } from "../failure.ts";
import type { Climate } from "./climate.ts";
import type { Life } from "./life.ts";
import type { Subject } from "./subject.ts";

const LOGS = "/weir/data/logs";

/** What must hold whenever the process has come to the end of an event. */
export function checkSubjects(subjects: readonly Subject[]): void {
  for (const subject of subjects) {
    const { model, handle } = subject;
    if (!handle || model.existence !== "there") continue;
    const { startOffset, durableOffset, endOffset } = handle;
    const { name } = model;
    const order = startOffset <= durableOffset && durableOffset <= endOffset;
    must(order, () => `${name}: ${startOffset} <= ${durableOffset} <= ${endOffset} is wrong`);
    const { lastHighWatermark } = model;
    const grows = durableOffset >= lastHighWatermark;
    must(grows, () => `${name}: ${lastHighWatermark} went back to ${durableOffset}`);
    model.checkStart(startOffset);
    const { knownEnd } = model;
    const told = durableOffset === Math.max(knownEnd, startOffset);
    must(told, () => `${name}: durable up to ${durableOffset}, acknowledged up to ${knownEnd}`);
    model.lastHighWatermark = durableOffset;
    model.promise(durableOffset);
  }
}

/**
 * What the storage may take of the disk and of the process. `mostPending`: calls that it had to
 * answer at a time.
 */
export function checkBounds(
  life: Life,
  { limits, maxOpenFiles, weather }: Climate,
  mostPending: number,
): void {
  const { disk } = life.process;
  const openFiles = disk.openFiles.size;
  const filesNeeded = (limits.journalBytes / limits.journalFileBytes) * 2;
  // Files in use aren't closed for others: the checkpoint's, the commit's and each reader's.
  const most = maxOpenFiles + 24 + filesNeeded + mostPending;
  must(openFiles <= most, () => `${openFiles} files are open, at most ${most} should be`);
  const { failedRemovals } = disk.parts.faults;
  if (weather === "failing" || weather === "full" || failedRemovals > 0) return;
  const journalFiles = disk.list("/weir/data/journal").length;
  const mostFiles = filesNeeded + limits.sparesKept + mostPending + 6;
  must(journalFiles <= mostFiles, () => `${journalFiles} journal files, expected ${mostFiles}`);
}

/** Files of logs that no log has. */
export function strayFiles({ store, process }: Life): string[] {
  const own = new Set(
    [...store.logs.values()].flatMap(({ segments }) => segments).flatMap(pathsOf),
  );
  const files = [...process.disk.files.files()].map(([path]) => path);
  return files.filter((path) => path.startsWith(LOGS) && !own.has(path));
}

/** Folders of logs that there are none of; no matter while nothing can be removed. */
export function strayFolders({ store, process }: Life): string[] {
  if (!process.disk.exists("/weir/data/checkpoint")) return [];
  if (process.disk.parts.faults.failedRemovals > 0) return [];
  return process.disk.list(LOGS).filter((name) => !store.logs.has(name));
}

function pathsOf({ paths }: Segment): readonly string[] {
  return paths;
}
