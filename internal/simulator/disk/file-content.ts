import type { SimulatedRandom } from "../random.ts";

/** What a device writes whole or not at all. */
export const SECTOR_BYTES = 512;

/** A sync that is under way: what it makes durable when it ends well. */
export interface PendingSync {
  readonly sizeBytes: number;
  readonly sectors: ReadonlySet<number>;
  /** Sectors that were written to since it began, as they were then. */
  readonly saved: Map<number, Uint8Array>;
}

/**
 * A file's bytes: as processes see them, and as they would be after a power loss.
 *
 * In between are the dirty sectors: written since the last sync began. Each of them may have
 * reached the device or not.
 */
export class FileContent {
  /** When the last sync that has begun ends. */
  lastSyncEndsMs = 0;
  #bytes = new Uint8Array(SECTOR_BYTES);
  #sizeBytes = 0;
  #durable = new Uint8Array(SECTOR_BYTES);
  #durableSizeBytes = 0;
  #dirty = new Set<number>();
  /** Sectors that a failed sync has called clean, although they never reached the device. */
  readonly #dropped = new Set<number>();
  readonly #syncs: PendingSync[] = [];

  /** The size that processes see. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Bytes that would not be the same after a power loss, at most. */
  get dirtySectors(): number {
    return this.#dirty.size;
  }

  write(bytes: Uint8Array, from: number, to: number, position: number): void {
    if (to === from) return;
    const end = position + to - from;
    this.#reserve(end);
    const first = Math.floor(Math.min(position, this.#sizeBytes) / SECTOR_BYTES);
    for (let s = first; s * SECTOR_BYTES < end; s++) this.#touch(s);
    this.#bytes.set(bytes.subarray(from, to), position);
    this.#sizeBytes = Math.max(this.#sizeBytes, end);
  }

  read(target: Uint8Array, from: number, to: number, position: number): number {
    const end = Math.min(this.#sizeBytes, position + to - from);
    if (end <= position) return 0;
    target.set(this.#bytes.subarray(position, end), from);
    return end - position;
  }

  truncate(sizeBytes: number): void {
    this.#reserve(sizeBytes);
    const least = Math.min(sizeBytes, this.#sizeBytes);
    const most = Math.max(sizeBytes, this.#sizeBytes);
    for (let s = Math.floor(least / SECTOR_BYTES); s * SECTOR_BYTES < most; s++) this.#touch(s);
    this.#bytes.fill(0, least, most);
    this.#sizeBytes = sizeBytes;
  }

  /** Turns one bit over, on the device and in memory. */
  flipBit(position: number, bit: number): void {
    for (const bytes of [this.#bytes, this.#durable]) {
      if (position < bytes.length) bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
    }
  }

  /** Begins to make durable all that has been written so far. */
  beginSync(): PendingSync {
    const sync = { sizeBytes: this.#sizeBytes, sectors: this.#dirty, saved: new Map() };
    this.#dirty = new Set();
    this.#syncs.push(sync);
    return sync;
  }

  /** The sync is done. Syncs of one file end in the order in which they began. */
  endSync(sync: PendingSync): void {
    this.#forget(sync);
    for (const sector of sync.sectors) {
      this.#store(sector, sync.saved.get(sector) ?? this.#sector(sector));
      this.#dropped.delete(sector);
    }
    this.#durableSizeBytes = sync.sizeBytes;
  }

  /** The sync has failed: some sectors are durable, and nobody will try again with the others. */
  failSync(sync: PendingSync, random: SimulatedRandom): void {
    this.#forget(sync);
    for (const sector of sync.sectors) {
      if (random.chance(0.5)) this.#store(sector, sync.saved.get(sector) ?? this.#sector(sector));
      else this.#dropped.add(sector);
    }
    if (random.chance(0.5)) this.#durableSizeBytes = sync.sizeBytes;
  }

  /** The system writes some sectors on its own account. */
  writeBack(random: SimulatedRandom): void {
    for (const sector of this.#dirty) {
      if (random.chance(0.3)) this.#store(sector, this.#sector(sector));
    }
  }

  /** The file as the next process finds it. */
  afterKill(random: SimulatedRandom): FileContent {
    const next = new FileContent();
    next.#bytes = this.#bytes.slice();
    next.#sizeBytes = this.#sizeBytes;
    next.#durable = this.#durable.slice();
    next.#durableSizeBytes = this.#durableSizeBytes;
    next.#dirty = new Set(this.#dirty);
    for (const { sectors } of this.#syncs) for (const s of sectors) next.#dirty.add(s);
    for (const sector of this.#dropped) {
      // What was dropped is forgotten some time, and read again from the device; not what has been
      // written since, be a sync of it under way or not.
      if (next.#dirty.has(sector) || random.chance(0.5)) next.#dropped.add(sector);
      else next.#bytes.set(this.#durableSector(sector), sector * SECTOR_BYTES);
    }
    return next;
  }

  /** The file after the power has gone: each sector that wasn't synced is old, new or zero. */
  afterPowerLoss(random: SimulatedRandom): FileContent {
    const next = new FileContent();
    const dirty = [...this.#syncs.flatMap(({ sectors }) => [...sectors]), ...this.#dirty];
    next.#reserve(Math.max(this.#bytes.length, this.#durable.length));
    next.#bytes.set(this.#durable);
    const sizes = [this.#durableSizeBytes, this.#sizeBytes];
    for (const { sizeBytes } of this.#syncs) sizes.push(sizeBytes);
    next.#sizeBytes = dirty.length === 0 ? this.#durableSizeBytes : random.pick(sizes);
    // One in some losses keeps nearly all or nearly nothing: the usual cases.
    const keeps = random.pick([0.05, 0.5, 0.5, 0.95]);
    for (const sector of dirty.sort((a, b) => a - b)) {
      const at = sector * SECTOR_BYTES;
      if (random.chance(keeps)) next.#bytes.set(this.#sector(sector), at);
      else if (at >= this.#durableSizeBytes) next.#bytes.fill(0, at, at + SECTOR_BYTES);
    }
    next.#bytes.fill(0, next.#sizeBytes);
    next.#durable = next.#bytes.slice();
    next.#durableSizeBytes = next.#sizeBytes;
    return next;
  }

  #forget(sync: PendingSync): void {
    this.#syncs.splice(this.#syncs.indexOf(sync), 1);
  }

  /** Notes that a sector changes, and keeps what it was for the syncs that are to store that. */
  #touch(sector: number): void {
    for (const { sectors, saved } of this.#syncs) {
      if (sectors.has(sector) && !saved.has(sector)) saved.set(sector, this.#sector(sector));
    }
    this.#dirty.add(sector);
  }

  #sector(sector: number): Uint8Array {
    return this.#bytes.slice(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
  }

  #durableSector(sector: number): Uint8Array {
    const bytes = new Uint8Array(SECTOR_BYTES);
    bytes.set(this.#durable.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES));
    return bytes;
  }

  #store(sector: number, bytes: Uint8Array): void {
    const end = (sector + 1) * SECTOR_BYTES;
    if (end > this.#durable.length) this.#durable = grown(this.#durable, end);
    this.#durable.set(bytes, sector * SECTOR_BYTES);
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes > this.#bytes.length) this.#bytes = grown(this.#bytes, sizeBytes);
  }
}

function grown(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const sectors = Math.ceil(Math.max(least, bytes.length * 2) / SECTOR_BYTES);
  const larger = new Uint8Array(sectors * SECTOR_BYTES);
  larger.set(bytes);
  return larger;
}
