import type { DiskFile } from "../../platform/disk.ts";
import type { SimulatedDisk } from "./disk.ts";
import type { FileContent } from "./file-content.ts";

/** An open file of a simulated disk. Using it when it has been closed throws. */
export class SimulatedFile implements DiskFile {
  readonly path: string;
  readonly #disk: SimulatedDisk;
  readonly #content: FileContent;
  readonly #closed: () => void;
  #underWay = 0;
  #state: "open" | "closing" | "closed" = "open";

  /** `closed` is called when the file is closed and no call of it is under way. */
  constructor(disk: SimulatedDisk, path: string, content: FileContent, closed: () => void) {
    this.#disk = disk;
    this.path = path;
    this.#content = content;
    this.#closed = closed;
  }

  sizeBytes(): number {
    this.#checkOpen();
    return this.#content.sizeBytes;
  }

  write(bytes: Uint8Array, from: number, to: number, position: number): void {
    this.writeAll([bytes.subarray(from, to)], position);
  }

  writeAll(chunks: readonly Uint8Array[], position: number): void {
    this.#checkOpen();
    const disk = this.#disk;
    const { random } = disk.parts;
    const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    disk.trace("write", this.path, position, sizeBytes);
    const growsBytes = Math.max(0, position + sizeBytes - this.#content.sizeBytes);
    const lackBytes = growsBytes - disk.freeBytes(this.path);
    disk.crashIfDue(() => this.#store(chunks, position, random.below(sizeBytes + 1)));
    if (disk.fails("failedWrites", this.path)) {
      this.#store(chunks, position, random.below(sizeBytes + 1));
      throw disk.failure("failed", "write", this.path);
    }
    if (lackBytes > 0) {
      this.#store(chunks, position, Math.max(0, sizeBytes - lackBytes));
      throw disk.failure("full", "write", this.path);
    }
    this.#store(chunks, position, sizeBytes);
  }

  read(target: Uint8Array, from: number, to: number, position: number): number {
    this.#checkOpen();
    if (this.#disk.fails("failedReads", this.path))
      throw this.#disk.failure("failed", "read", this.path);
    return this.#content.read(target, from, to, position);
  }

  async readAsync(target: Uint8Array, from: number, to: number, position: number): Promise<number> {
    this.#checkOpen();
    const { lateReadsMs } = this.#disk.parts.faults;
    await this.#during(this.#disk.until(this.#disk.dueMs() + lateReadsMs));
    if (this.#disk.fails("failedReads", this.path))
      throw this.#disk.failure("failed", "read", this.path);
    return this.#content.read(target, from, to, position);
  }

  async sync(): Promise<void> {
    this.#checkOpen();
    const disk = this.#disk;
    const content = this.#content;
    disk.beginCall("sync", this.path, content.dirtySectors);
    const sync = content.beginSync();
    const { slowFileSyncs, lateSyncsMs } = disk.parts.faults;
    const dueMs = disk.dueMs(slowFileSyncs) + lateSyncsMs;
    content.lastSyncEndsMs = Math.max(dueMs, content.lastSyncEndsMs + 0.001);
    await this.#during(disk.until(content.lastSyncEndsMs));
    if (disk.fails("failedSyncs", this.path)) {
      content.failSync(sync, disk.parts.random);
      throw disk.failure("failed", "sync", this.path);
    }
    content.endSync(sync);
    disk.trace("synced", this.path);
  }

  truncate(sizeBytes: number): void {
    this.#checkOpen();
    this.#disk.beginCall("truncate", this.path, sizeBytes);
    this.#content.truncate(sizeBytes);
  }

  close(): void {
    this.#checkOpen();
    this.#state = "closing";
    this.#closeIfIdle();
  }

  async #during(call: Promise<void>): Promise<void> {
    this.#underWay++;
    await call;
    this.#underWay--;
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (this.#state !== "closing" || this.#underWay > 0) return;
    this.#state = "closed";
    this.#closed();
  }

  #checkOpen(): void {
    if (this.#state !== "open") throw new Error(`${this.path} is used after it was closed`);
  }

  /** Writes the first `sizeBytes` of the chunks. */
  #store(chunks: readonly Uint8Array[], position: number, sizeBytes: number): void {
    let done = 0;
    for (const chunk of chunks) {
      const count = Math.min(chunk.length, sizeBytes - done);
      this.#content.write(chunk, 0, count, position + done);
      done += count;
    }
  }
}
