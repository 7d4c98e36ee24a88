import type { Clock, Timer } from "../../platform/clock.ts";
import { type Disk, DiskError } from "../../platform/disk.ts";
import { StorageError } from "../errors.ts";
import type { GroupCommit } from "../group-commit.ts";
import type { Journal } from "./journal.ts";
import { writeMark } from "./journal-mark.ts";

/** How long after a write the mark follows; a journal that is quiet for so long is synced. */
const MARK_AFTER_MS = 100;

/**
 * Keeps the journal's mark up to date: a little after what is written, and to the very end when
 * nothing more comes. An idle broker sets no timer.
 */
export class Settler {
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #journal: Journal;
  readonly #commit: GroupCommit;
  #markedFrame = 0;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(clock: Clock, disk: Disk, directory: string, journal: Journal, commit: GroupCommit) {
    this.#clock = clock;
    this.#disk = disk;
    this.#directory = directory;
    this.#journal = journal;
    this.#commit = commit;
  }

  /** Something was written to the journal. */
  written(): void {
    if (this.#timer || this.#stopped) return;
    const { lastFrame } = this.#journal;
    this.#timer = this.#clock.after(MARK_AFTER_MS, () => {
      this.#timer = null;
      void this.#settle(this.#journal.lastFrame === lastFrame);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #settle(isQuiet: boolean): Promise<void> {
    try {
      if (isQuiet) await this.#syncAll();
      else this.written();
      const { syncedFrame } = this.#journal;
      if (this.#stopped || syncedFrame <= this.#markedFrame) return;
      writeMark(this.#disk, this.#directory, syncedFrame);
      this.#markedFrame = syncedFrame;
    } catch (error) {
      // The disk is full or has failed, which those are told of who write.
      if (!(error instanceof StorageError || error instanceof DiskError)) throw error;
    }
  }

  async #syncAll(): Promise<void> {
    if (this.#stopped) return;
    const { lastFrame } = this.#journal;
    if (lastFrame <= this.#journal.syncedFrame) return;
    await this.#commit.durable();
    this.#journal.markSynced(lastFrame);
  }
}
