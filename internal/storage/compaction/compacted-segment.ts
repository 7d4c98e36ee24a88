import { copyBytes } from "../../platform/copy-bytes.ts";
import { type Disk, type DiskFile, succeeds } from "../../platform/disk.ts";
import { batchSizeBytes } from "../../record/batch.ts";
import { Segment } from "../segments/segment.ts";
import { writeWholeFile } from "../whole-file.ts";

const STAGING_BYTES = 256 * 1024;
/** The file is synced each time so much was written: one large sync would hold up the journal's. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024;

/**
 * A segment that is being written beside those that it will replace: its files have `suffix`
 * behind their names until then. Readers never see them.
 */
export class CompactedSegment {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #suffix: string;
  readonly #segment: Segment;
  readonly #file: DiskFile;
  #isOpen = true;
  readonly #staging = new Uint8Array(STAGING_BYTES);
  #stagedBytes = 0;
  #writtenBytes = 0;
  #unsyncedBytes = 0;

  constructor(disk: Disk, directory: string, baseOffset: number, suffix: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#suffix = suffix;
    this.#segment = Segment.create(directory, baseOffset);
    this.#segment.file = "clean";
    this.#file = disk.open(this.#segment.logPath + suffix, "create");
    this.#file.truncate(0);
  }

  get sizeBytes(): number {
    return this.#segment.sizeBytes;
  }

  /** Writes a batch behind the last one. */
  append(bytes: Uint8Array, at: number, sizeBytes: number): void {
    this.#segment.admit(this.#disk, bytes, at, sizeBytes, 0);
    if (this.#stagedBytes + sizeBytes > STAGING_BYTES) this.#flush();
    if (sizeBytes > STAGING_BYTES) {
      this.#file.write(bytes, at, at + sizeBytes, this.#writtenBytes);
      this.#writtenBytes += sizeBytes;
      this.#unsyncedBytes += sizeBytes;
    } else {
      copyBytes(bytes, at, at + sizeBytes, this.#staging, this.#stagedBytes);
      this.#stagedBytes += sizeBytes;
    }
  }

  /** Writes the batches `[0, sizeBytes)` behind the last one. */
  appendAll(bytes: Uint8Array, sizeBytes: number): void {
    for (let at = 0; at < sizeBytes; at += batchSizeBytes(bytes, at)) {
      this.append(bytes, at, batchSizeBytes(bytes, at));
    }
  }

  /** Gives the segment up, and removes what there is of it; what stays, the next start removes. */
  abandon(): void {
    this.#close();
    for (const path of this.#paths()) succeeds(() => this.#disk.remove(path + this.#suffix));
  }

  /** Syncs what was written, if that is much by now. */
  async syncSome(): Promise<void> {
    if (this.#unsyncedBytes < SYNC_EVERY_BYTES) return;
    this.#unsyncedBytes = 0;
    await this.#file.sync();
  }

  /**
   * Makes files and indexes durable; what is left is to put them in their place. The segment
   * reaches as far as those that it replaces, and is as old as the last of them.
   */
  async finish(replaced: readonly Segment[]): Promise<Segment> {
    const segment = this.#segment;
    const { offsets, times } = segment.indexes(this.#disk);
    this.#flush();
    await this.#file.sync();
    this.#close();
    await writeWholeFile(this.#disk, segment.indexPath + this.#suffix, offsets.encode(0));
    await writeWholeFile(this.#disk, segment.timeIndexPath + this.#suffix, times.encode(0));
    await this.#disk.syncDirectory(this.#directory);
    segment.indexesSaved();
    for (const { endOffset, firstAppendMs } of replaced) {
      if (segment.endOffset !== endOffset) segment.hasGaps = true;
      segment.endOffset = endOffset;
      segment.firstAppendMs = firstAppendMs;
    }
    return segment;
  }

  #paths(): string[] {
    const { logPath, indexPath, timeIndexPath } = this.#segment;
    return [logPath, indexPath, timeIndexPath];
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }

  #flush(): void {
    this.#file.write(this.#staging, 0, this.#stagedBytes, this.#writtenBytes);
    this.#writtenBytes += this.#stagedBytes;
    this.#unsyncedBytes += this.#stagedBytes;
    this.#stagedBytes = 0;
  }
}
