import type { Clock, Timer } from "../platform/clock.ts";
import { StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { BrokerSettings } from "./settings/broker-settings.ts";
import { UNLIMITED } from "./settings/setting.ts";
import type { TopicSettings } from "./settings/topic-settings.ts";
import type { Partition } from "./topics/partition.ts";

/**
 * The offset before which a log's records are to be deleted now: whole segments only, the oldest
 * first, because their records are all too old, by their greatest timestamp, or because the
 * log is too large without them. The log's start if nothing is to go.
 */
export function retentionOffset(log: PartitionLog, settings: TopicSettings, nowMs: number): number {
  const { retentionMs, retentionBytes, deletesOld } = settings;
  if (!deletesOld) return log.startOffset;
  let excessBytes = retentionBytes >= UNLIMITED ? 0 : log.sizeBytes - retentionBytes;
  let offset = log.startOffset;
  for (const segment of log.segments) {
    if (segment.sizeBytes === 0 || segment.endOffset > log.durableOffset) break;
    const lastMs = segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.firstAppendMs;
    const tooOld = nowMs - lastMs > retentionMs;
    const tooMuch = excessBytes >= segment.sizeBytes;
    if (!tooOld && !tooMuch) break;
    excessBytes -= segment.sizeBytes;
    offset = segment.endOffset;
  }
  return offset;
}

/** What the sweeper looks at, and how often. */
export interface RetentionPath {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly partitions: () => Iterable<Partition>;
  readonly settings: Pick<BrokerSettings, "retentionCheckMs" | "producerExpirationMs">;
}

/** Deletes what is too old or too much, records and producers, of all partitions, by one timer. */
export class RetentionSweeper {
  readonly #path: RetentionPath;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(path: RetentionPath) {
    this.#path = path;
  }

  /** Sweeps every interval from now on. */
  start(): void {
    if (this.#stopped) return;
    const { clock, settings } = this.#path;
    this.#timer = clock.after(settings.retentionCheckMs, async () => {
      await this.sweep();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Deletes what is due now. What can't be deleted now is due the next time. */
  async sweep(): Promise<void> {
    const { clock, store, partitions, settings } = this.#path;
    store.expireProducers(clock.nowMs() - settings.producerExpirationMs);
    for (const { log, topic } of [...partitions()]) {
      const offset = retentionOffset(log, topic.settings, clock.nowMs());
      if (log.removed || this.#stopped || offset <= log.startOffset) continue;
      try {
        await store.cutBefore(log, offset);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
      }
    }
  }
}
