import type { Clock, Timer } from "../../platform/clock.ts";
import { DiskError } from "../../platform/disk.ts";
import { Pace } from "../compaction/pace.ts";
import { closingError, StorageError } from "../errors.ts";
import type { ReadPath } from "../log-reader.ts";
import type { PartitionLog } from "../partition-log.ts";
import {
  type ScrubPlace,
  type ScrubProgress,
  savedProgress,
  saveProgress,
} from "./progress-file.ts";
import { scrubLog } from "./scrub-log.ts";

/** What the scrub may take of the machine. */
export interface ScrubSettings {
  /** How much is read a second; 0: there is no scrub. */
  readonly bytesPerSecond: number;
  /** The time from the beginning of one round to that of the next. */
  readonly intervalMs: number;
}

/** What people are told of the scrub. */
export interface ScrubStatus {
  readonly state: "off" | "waiting" | "running";
  /** Of the present round; both 0 while none is under way. */
  readonly checkedBytes: number;
  readonly totalBytes: number;
  /** When the present round began, or the last one; null before the first. */
  readonly roundStartedAtMs: number | null;
  /** When a round was last ended; null before that. */
  readonly lastRoundEndedAtMs: number | null;
}

/** After a start there is more to do than this. */
const FIRST_ROUND_AFTER_MS = 60_000;
/** Timers reach no further than some weeks. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
const SAVE_EVERY_MS = 10_000;

/**
 * Goes over everything that is stored, round after round, so that damage is found while there may
 * still be another copy: log by log in the order of their names, at a bounded pace, by one timer.
 * Where it is, it writes down; a restart goes on there.
 */
export class Scrubber {
  readonly #clock: Clock;
  readonly #reading: ReadPath;
  readonly #settings: ScrubSettings;
  readonly #progressPath: string;
  readonly #logs: ReadonlyMap<string, PartitionLog>;
  #progress: ScrubProgress;
  #checkedBytes = 0;
  #totalBytes = 0;
  #savedAtMs = 0;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #stopping = false;
  readonly #stopped = Promise.withResolvers<void>();

  constructor(
    clock: Clock,
    reading: ReadPath,
    settings: ScrubSettings,
    progressPath: string,
    logs: ReadonlyMap<string, PartitionLog>,
  ) {
    this.#clock = clock;
    this.#reading = reading;
    this.#settings = settings;
    this.#progressPath = progressPath;
    this.#logs = logs;
    this.#progress = savedProgress(reading.disk, progressPath);
  }

  get status(): ScrubStatus {
    const { roundStartedAtMs, lastRoundEndedAtMs } = this.#progress;
    const isOff = this.#settings.bytesPerSecond === 0;
    return {
      state: isOff ? "off" : this.#running ? "running" : "waiting",
      checkedBytes: this.#checkedBytes,
      totalBytes: this.#totalBytes,
      roundStartedAtMs,
      lastRoundEndedAtMs,
    };
  }

  /** Begins rounds from now on, or goes on with the one that is under way. */
  start(): void {
    if (this.#settings.bytesPerSecond > 0) this.#wait(FIRST_ROUND_AFTER_MS);
  }

  /** Ends what is under way, and begins nothing more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    this.#timer?.cancel();
    await this.#running;
  }

  /** Goes over all that is stored, or what is left of the round; ends early at `stop`. */
  run(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
      this.#checkedBytes = 0;
      this.#totalBytes = 0;
    });
    return this.#running;
  }

  #wait(delayMs: number): void {
    this.#timer = this.#clock.after(Math.min(delayMs, LONGEST_WAIT_MS), async () => {
      if (this.#dueInMs() === 0) await this.run();
      if (!this.#stopping) this.#wait(Math.max(FIRST_ROUND_AFTER_MS, this.#dueInMs()));
    });
  }

  #dueInMs(): number {
    const { next, roundStartedAtMs } = this.#progress;
    if (next || roundStartedAtMs === null) return 0;
    return Math.max(0, roundStartedAtMs + this.#settings.intervalMs - this.#clock.nowMs());
  }

  async #round(): Promise<void> {
    const names = [...this.#logs.keys()].sort();
    const begun = this.#progress.next;
    if (!begun) this.#note({ log: "", offset: 0 }, this.#clock.nowMs());
    const pace = new Pace(this.#clock, this.#settings.bytesPerSecond, () => this.#check());
    const sizes = names.map((name) => this.#logs.get(name)?.sizeBytes ?? 0);
    this.#totalBytes = sizes.reduce((sum, size) => sum + size, 0);
    let doneBytes = 0;
    try {
      for (const [i, name] of names.entries()) {
        const isDone = begun !== null && name < begun.log;
        const offset = begun?.log === name ? begun.offset : 0;
        if (!isDone) await this.#scrub(name, offset, pace);
        doneBytes += sizes[i] ?? 0;
        this.#checkedBytes = doneBytes;
      }
    } catch (error) {
      if (error instanceof StorageError && error.code === "closing") return;
      throw error;
    }
    this.#progress = { ...this.#progress, next: null, lastRoundEndedAtMs: this.#clock.nowMs() };
    this.#save();
  }

  async #scrub(name: string, offset: number, pace: Pace): Promise<void> {
    const log = this.#logs.get(name);
    if (!log) return;
    try {
      await scrubLog(this.#reading, log, offset, async (sizeBytes, nextOffset) => {
        this.#checkedBytes = Math.min(this.#checkedBytes + sizeBytes, this.#totalBytes);
        this.#note({ log: name, offset: nextOffset }, this.#progress.roundStartedAtMs);
        // A rest may be long; the end of the broker waits for none.
        if (pace.spend(sizeBytes)) await Promise.race([pace.rest(), this.#stopped.promise]);
        this.#check();
      });
    } catch (error) {
      // The log may have been removed meanwhile; else the next round comes by again.
      if (!(error instanceof DiskError)) throw error;
    }
  }

  #note(next: ScrubPlace, roundStartedAtMs: number | null): void {
    this.#progress = { ...this.#progress, next, roundStartedAtMs };
    if (this.#clock.monotonicMs() - this.#savedAtMs >= SAVE_EVERY_MS) this.#save();
  }

  #save(): void {
    this.#savedAtMs = this.#clock.monotonicMs();
    saveProgress(this.#reading.disk, this.#progressPath, this.#progress);
  }

  #check(): void {
    if (!this.#stopping) return;
    this.#save();
    throw closingError();
  }
}
