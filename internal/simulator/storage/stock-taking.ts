import { baseOffset, batchSizeBytes } from "../../record/batch.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import { must } from "../failure.ts";
import type { FoundBatch } from "../model/log-model.ts";
import type { Stage } from "../stage.ts";
import { strayFolders } from "./invariants.ts";
import type { Life } from "./life.ts";
import type { Subject } from "./subject.ts";
import type { Workload } from "./workload.ts";

/**
 * Reads everything that is there after a start: it must be what may be there, and is taken for
 * what is there from now on. Ends early if the process crashes.
 */
export async function takeStock(life: Life, stage: Stage, workload: Workload): Promise<void> {
  const { store } = life;
  const { subjects } = workload;
  for (const [name, { incarnation }] of store.logs) {
    const known = subjects.some(({ model }) => model.key === `${name}/${incarnation}`);
    must(known, () => `${name} has come back as ${incarnation}`);
  }
  for (const subject of [...subjects]) {
    const { model } = subject;
    const log = store.logs.get(model.name);
    if (log) {
      const { name, startOffset, durableOffset, endOffset } = log;
      must(durableOffset === endOffset, () => `${name}: not all that was found is durable`);
      model.existence = "there";
      model.takeStart(startOffset);
      const batches = await readAll(life, stage, workload, log);
      if (!batches) return;
      model.recovered(batches, log.endOffset);
    } else if (model.existence === "being-removed") {
      workload.forget(subject);
    } else {
      must(!model.recorded || model.mayHaveLost, () => `${model.name} is gone`);
      model.recorded = false;
      model.recovered([], 0);
    }
    if (model.existence === "there") adopt(life, subject);
  }
  const stray = strayFolders(life);
  must(stray.length === 0, () => `stray folders: ${stray.join(", ")}`);
}

function adopt(life: Life, subject: Subject): void {
  const { model, config } = subject;
  const handle = life.store.openLog(model.name, model.incarnation, config);
  subject.handle = handle;
  model.lastStart = handle.startOffset;
  model.lastHighWatermark = handle.durableOffset;
  model.askedStarts = [];
}

/** All batches of a log, or null if the process crashed before they were read. */
async function readAll(
  life: Life,
  stage: Stage,
  { attempts }: Workload,
  log: PartitionLog,
): Promise<FoundBatch[] | null> {
  const { name, endOffset } = log;
  const batches: FoundBatch[] = [];
  for (let offset = log.startOffset; offset < endOffset; ) {
    const read = life.store.read(log, offset, endOffset, 5000);
    const chunks = await stage.untilCrash(life.process, Promise.resolve(read));
    if (!chunks) return null;
    must(chunks.length > 0, () => `${name}: nothing at offset ${offset} of ${endOffset}`);
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
        const attempt = attempts.find(chunk, at);
        const base = baseOffset(chunk, at);
        must(attempt !== undefined, () => `${name}: unknown bytes at offset ${base}`);
        const next = batches.length === 0 || base === offset;
        must(next, () => `${name}: offset ${base} where ${offset} comes next`);
        batches.push({ attempt, offset: base });
        offset = base + attempt.recordCount;
      }
    }
  }
  return batches;
}
