import { StorageError } from "../storage/errors.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { CutOff } from "../storage/truncation.ts";
import type { Following } from "./following.ts";
import type { PairPath } from "./pair-path.ts";

/** Batches of the metadata log have become durable on a slave: topics follow. */
export function takeMetadata({ metadata, topics, log }: PairPath, bytes: Uint8Array): void {
  metadata.copied(bytes);
  topics.reconcile().catch((error: unknown) => {
    log.error("metadata-not-applied", { message: String(error) });
  });
}

/** Makes a log a copy: nobody writes it here, and it is committed as far as the master says. */
export function copyLog(log: PartitionLog, following: () => Following | null): void {
  log.commitRule = (durable) => Math.min(durable, following()?.toldHighWatermark(log) ?? -1);
  log.commits.refuse(new StorageError("not-leader", `${log.name}: this broker is a slave`));
  following()?.follow(log);
}

/** Takes up what the metadata log has, also what this broker wrote and nobody has confirmed. */
export async function rereadMetadata({ store, metadata, topics }: PairPath): Promise<void> {
  await store.durable().catch(() => {}); // what a failed disk has is found out by a restart
  await metadata.reload();
  await topics.reconcile();
}

/** A slave's log had what its master doesn't have, and was cut. */
export function afterCut(
  path: PairPath,
  { log, endOffset, oldEndOffset, path: kept }: CutOff,
): void {
  const { metadata, topics, events } = path;
  const what = `${log.name}: records from offset ${endOffset} to ${oldEndOffset} were cut`;
  const message = `${what}: the master has others; they are in ${kept}`;
  events.add("warning", "records-cut", { subject: "", message });
  if (log !== metadata.log) return;
  metadata.reload().then(
    () => topics.reconcile(),
    (error: unknown) => path.log.error("metadata-not-read", { message: String(error) }),
  );
}
