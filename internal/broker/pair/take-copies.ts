import type { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import type { Log } from "../../platform/log.ts";
import { NotCommitted } from "../../replication/not-committed.ts";
import { StorageError } from "../../storage/errors.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { CutOff } from "../../storage/truncation.ts";
import { BrokerError } from "../errors.ts";
import type { Following } from "../membership/following.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { Topics } from "../topics/topics.ts";

/** What of a pair is to go by what the metadata log has. */
export interface MetadataTaking {
  readonly log: Log;
  readonly events: Pick<EventLog, "add">;
  readonly store: Pick<LogStore, "durable">;
  readonly metadata: Pick<EmbeddedMetadataStore, "log" | "copied" | "reload">;
  readonly topics: Pick<Topics, "reconcile">;
}

/**
 * Takes over the topics that the metadata knows of. What a disk refuses, which may have failed
 * since or be full, is told, and taken with the next change of topics, or by a start.
 */
export async function takeTopics({ topics, log }: MetadataTaking): Promise<void> {
  try {
    await topics.reconcile();
  } catch (error) {
    if (!(error instanceof StorageError || error instanceof BrokerError)) throw error;
    log.error("metadata-not-applied", { message: error.message });
  }
}

/** Batches of the metadata log have become durable on a slave: topics follow. */
export function takeMetadata(path: MetadataTaking, bytes: Uint8Array): void {
  path.metadata.copied(bytes);
  void takeTopics(path);
}

/** Makes a log a copy: nobody writes it here, and it is committed as far as the master says. */
export function copyLog(log: PartitionLog, following: () => Following | null): void {
  log.commitRule = (durable) => Math.min(durable, following()?.toldHighWatermark(log) ?? -1);
  log.commits.refuse(new NotCommitted("not-leader", `${log.name}: this broker is a slave`));
  following()?.follow(log);
}

/**
 * Takes up what the metadata log has, also what this broker wrote and nobody has confirmed. Rejects
 * with `StorageError` where that can't be read.
 */
export async function rereadMetadata(path: MetadataTaking): Promise<void> {
  await path.store.durable().catch(() => {}); // what a failed disk has is found out by a restart
  await path.metadata.reload();
  await takeTopics(path);
}

/** The same for who goes on without it: what the metadata log can't tell is said. */
export async function rereadMetadataIfPossible(path: MetadataTaking): Promise<void> {
  try {
    await rereadMetadata(path);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    path.log.error("metadata-not-read", { message: error.message });
  }
}

/** A slave's log had what its master doesn't have, and was cut. */
export function afterCut(
  path: MetadataTaking,
  { log, endOffset, oldEndOffset, path: kept }: CutOff,
): void {
  const what = `${log.name}: records from offset ${endOffset} to ${oldEndOffset} were cut`;
  const message = `${what}: the master has others; they are in ${kept}`;
  path.events.add("warning", "records-cut", { subject: "", message });
  if (log === path.metadata.log) void rereadMetadataIfPossible(path);
}
