import { type Disk, DiskError, type DiskFile, isFull, succeeds } from "../../platform/disk.ts";
import type { GroupCommit } from "../group-commit.ts";
import { checkSynced } from "../invariants.ts";
import { digits20 } from "../layout.ts";
import type { StorageLimits } from "../limits.ts";
import { type Frame, sealFrame } from "./journal-frame.ts";
import type { JournalFile, JournalStart } from "./journal-start.ts";

interface OpenJournalFile extends JournalFile {
  readonly file: DiskFile;
  readonly sync: () => Promise<void>;
  /** Up to here the file has blocks already. */
  readonly filledBytes: number;
}

/** What the journal is written with, and to. */
export interface JournalPath {
  readonly disk: Disk;
  readonly directory: string;
  readonly commit: GroupCommit;
  readonly limits: StorageLimits;
  readonly start: JournalStart;
  /** Told of each write. */
  readonly written: () => void;
}

/**
 * A file that has its blocks already, for what people do to get out of a full disk: that has to be
 * written down, too. It is filled anew at each start, so that it has no frames of an earlier use.
 */
const RESERVE = "reserve";

/**
 * The write-ahead file that all logs share: a row of files, the last of which is written.
 *
 * Files are filled with zeros before they are used, and used again after their content has been
 * dropped, because syncing bytes over existing blocks takes half as long as growing a file.
 * What a file held before can't be taken for new: each frame names the sequence of its file.
 */
export class Journal {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #commit: GroupCommit;
  readonly #limits: StorageLimits;
  readonly #written: () => void;
  /** Closed ones, oldest first; `#current` comes behind them. */
  readonly #closed: JournalFile[];
  #current: OpenJournalFile | null = null;
  readonly #spares: string[] = [];
  #hasReserve = false;
  #nextSpare = 1;
  #preparing: Promise<void> | null = null;
  /** Of the first file of this run. */
  readonly #firstSequence: number;
  #nextSequence: number;
  #nextFrame: number;
  #syncedFrame: number;

  /** Goes on in a new file. */
  constructor({ disk, directory, commit, limits, start, written }: JournalPath) {
    this.#disk = disk;
    this.#directory = directory;
    this.#commit = commit;
    this.#limits = limits;
    this.#written = written;
    this.#closed = [...start.files];
    this.#firstSequence = start.lastSequence + 1;
    this.#nextSequence = this.#firstSequence;
    this.#nextFrame = start.lastFrame + 1;
    this.#syncedFrame = start.syncedFrame;
    this.#removeSpares();
    this.#keepReserve();
  }

  /**
   * Removes the spares of an earlier run. One of them may have been in use, and its name lost with
   * the power: it holds frames of a sequence that is going to be given again.
   */
  #removeSpares(): void {
    for (const name of this.#disk.list(this.#directory)) {
      if (name.startsWith("spare-")) this.#disk.remove(`${this.#directory}/${name}`);
    }
  }

  /** The number that the last written frame got. */
  get lastFrame(): number {
    return this.#nextFrame - 1;
  }

  /** Frames up to this one are durable. */
  get syncedFrame(): number {
    return this.#syncedFrame;
  }

  /** Bytes of journal that a restart would have to read. */
  get sizeBytes(): number {
    const currentBytes = this.#current?.writtenBytes ?? 0;
    return this.#closed.reduce((sum, { writtenBytes }) => sum + writtenBytes, currentBytes);
  }

  /**
   * Every frame up to this one is durable. Where someone waits for that, the next file is filled
   * before it is needed; without syncs that would only be one write more.
   */
  markSynced(frameNumber: number): void {
    checkSynced(frameNumber, this.lastFrame);
    this.#syncedFrame = Math.max(this.#syncedFrame, frameNumber);
    const writtenBytes = this.#current?.writtenBytes ?? 0;
    if (writtenBytes >= this.#limits.prepareSpareAtBytes) this.#prepareSpare();
    this.#keepReserve();
  }

  /**
   * Writes a frame behind the last one; it is durable after the next round of the group commit.
   *
   * When it throws, the frame was not added; if for lack of space (`full`), it is certain not to be
   * there after the next round. With `mayUseReserve` it may be written to space that was kept for
   * this.
   */
  write(frame: Frame, mayUseReserve = false): void {
    try {
      this.#append(frame);
    } catch (error) {
      if (!isFull(error) || !mayUseReserve || !this.#openReserve()) throw error;
      this.#append(frame);
    }
    this.#written();
  }

  #append(frame: Frame): void {
    const current = this.#fileFor(frame.bytes.length);
    sealFrame(frame, current.sequence, this.#nextFrame, this.#syncedFrame);
    this.#commit.touch(current.path, current.sync);
    try {
      current.file.write(frame.bytes, 0, frame.bytes.length, current.writtenBytes);
    } catch (error) {
      // All of it but the padding may be there: a restart would take that for a whole frame.
      current.file.truncate(current.writtenBytes);
      throw error;
    }
    current.writtenBytes += frame.bytes.length;
    this.#nextFrame++;
  }

  /** Starts a new file for what comes and returns its sequence: all frames before are in others. */
  roll(): number {
    return this.#open().sequence;
  }

  /**
   * Lets go of the files before `sequence`; their frames are never needed again. What the disk
   * refuses to let go of is tried again the next time.
   */
  dropBefore(sequence: number): void {
    const count = this.#closed.findIndex((file) => file.sequence >= sequence);
    const dropped = this.#closed.splice(0, count < 0 ? this.#closed.length : count);
    for (const file of dropped) file.writtenBytes = 0;
    this.#closed.unshift(...dropped.filter((file) => !succeeds(() => this.#retire(file))));
  }

  /** Waits for what goes on in the background and closes the file. */
  async close(): Promise<void> {
    await this.#preparing;
    this.#current?.file.close();
    this.#current = null;
  }

  #fileFor(frameBytes: number): OpenJournalFile {
    const current = this.#current;
    if (!current) return this.#open();
    const endBytes = current.writtenBytes + frameBytes;
    const grows = endBytes > current.filledBytes;
    if (endBytes > this.#limits.journalFileBytes || (grows && this.#spares.length > 0))
      return this.#open();
    return current;
  }

  /** Makes the reserve, if it isn't there, and the disk has room for it. */
  #keepReserve(): void {
    if (this.#hasReserve) return;
    const { reserveBytes } = this.#limits;
    const path = `${this.#directory}/${RESERVE}`;
    try {
      const file = this.#disk.open(path, "create");
      try {
        file.write(new Uint8Array(reserveBytes), 0, reserveBytes, 0);
      } finally {
        file.close();
      }
      this.#hasReserve = true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      succeeds(() => this.#disk.remove(path)); // else it is written over the next time
    }
  }

  /** Goes on in the reserve; false if it isn't there. */
  #openReserve(): boolean {
    if (!this.#hasReserve) return false;
    this.#hasReserve = false;
    this.#spares.push(RESERVE);
    this.#open();
    return true;
  }

  /**
   * Keeps a file as a spare, if it is of this run. One of an earlier run may have been in use
   * again, and all its later names lost with the power: it holds frames of a sequence that is
   * given again.
   */
  #retire({ path, sequence }: JournalFile): void {
    const isOwn = sequence >= this.#firstSequence;
    if (!isOwn || this.#spares.length >= this.#limits.sparesKept) {
      this.#disk.remove(path);
      return;
    }
    const spare = `spare-${this.#nextSpare++}`;
    this.#disk.rename(path, `${this.#directory}/${spare}`);
    this.#spares.push(spare);
  }

  #open(): OpenJournalFile {
    const sequence = this.#nextSequence;
    const path = `${this.#directory}/${digits20(sequence)}.journal`;
    const spare = this.#spares.pop();
    if (spare !== undefined) this.#disk.rename(`${this.#directory}/${spare}`, path);
    const file = this.#disk.open(path, "create");
    if (spare === undefined) this.#fillFirst(file);
    this.#nextSequence++;
    const opened = {
      sequence,
      path,
      file,
      sync: () => file.sync(),
      filledBytes: file.sizeBytes(),
      writtenBytes: 0,
    };
    if (this.#current) this.#close(this.#current);
    this.#current = opened;
    this.#commit.touch(this.#directory, () => this.#disk.syncDirectory(this.#directory));
    return opened;
  }

  /** Its last frames may still wait to be synced, which the group commit does before it closes. */
  #close(file: OpenJournalFile): void {
    this.#closed.push({ ...file });
    this.#commit.whenDurable(() => file.file.close());
  }

  #fillFirst(file: DiskFile): void {
    const { firstJournalFileBytes } = this.#limits;
    try {
      file.truncate(0);
      file.write(new Uint8Array(firstJournalFileBytes), 0, firstJournalFileBytes, 0);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Fills a file with zeros for the time when the current one is full, a piece at a time. */
  #prepareSpare(): void {
    if (this.#preparing || this.#spares.length > 0) return;
    this.#preparing = this.#fillSpare().finally(() => {
      this.#preparing = null;
    });
  }

  async #fillSpare(): Promise<void> {
    const name = `spare-${this.#nextSpare++}`;
    const path = `${this.#directory}/${name}`;
    const file = this.#disk.open(path, "create");
    const { journalFileBytes, zeroFillBytes } = this.#limits;
    const zeros = new Uint8Array(zeroFillBytes);
    try {
      for (let at = 0; at < journalFileBytes; at += zeroFillBytes) {
        file.write(zeros, 0, zeroFillBytes, at);
        await file.sync();
      }
      this.#spares.push(name);
    } catch {
      // Only a head start is lost: the next file grows as it is written.
      succeeds(() => this.#disk.remove(path)); // else the next start removes it
    } finally {
      file.close();
    }
  }
}
