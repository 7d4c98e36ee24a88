import type { CutOff } from "../storage/truncation.ts";
import type { PairPath } from "./pair-path.ts";

/** Batches of the metadata log have become durable on a slave: topics follow. */
export function takeMetadata({ metadata, topics, log }: PairPath, bytes: Uint8Array): void {
  metadata.copied(bytes);
  topics.reconcile().catch((error: unknown) => {
    log.error("metadata-not-applied", { message: String(error) });
  });
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
