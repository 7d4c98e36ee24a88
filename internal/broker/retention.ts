import type { Clock, Timer } from "../platform/clock.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import type { Partition } from "./partition.ts";
import { UNLIMITED } from "./setting.ts";
import type { TopicSettings } from "./topic-settings.ts";

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

/** Deletes what is too old or too much, of all partitions, by one timer. */
export class RetentionSweeper {
  readonly #clock: Clock;
  readonly #store: LogStore;
  readonly #partitions: () => Iterable<Partition>;
  readonly #intervalMs: number;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(
    clock: Clock,
    store: LogStore,
    partitions: () => Iterable<Partition>,
    intervalMs: number,
  ) {
    this.#clock = clock;
    this.#store = store;
    this.#partitions = partitions;
    this.#intervalMs = intervalMs;
  }

  /** Sweeps every interval from now on. */
  start(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.after(this.#intervalMs, () => {
      this.sweep().then(
        () => this.start(),
        // Writes are refused now, which others tell; what is too old goes when that is over.
        () => this.start(),
      );
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Deletes what is due now. */
  async sweep(): Promise<void> {
    for (const { log, topic } of [...this.#partitions()]) {
      if (log.removed) continue;
      const offset = retentionOffset(log, topic.settings, this.#clock.nowMs());
      await this.#store.cutBefore(log, offset);
    }
  }
}
