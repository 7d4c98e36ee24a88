import { copyBytes } from "../../platform/copy-bytes.ts";
import { int64At, putInt32, putInt64, uint32At } from "../../record/big-endian.ts";
import { xxhash32 } from "../../record/xxhash32.ts";

/** A slot of the table: a key's hash, and where its entry is. */
const SLOT_BYTES = 8;
/** The table takes this share of the budget at most, the entries the rest: 23 bytes a key. */
const TABLE_SHARE = 1 / 4;
/** A fuller table has long chains. */
const MAX_LOAD = 3 / 4;
const FEWEST_SLOTS = 16;
/** Entries are kept in pages, so that a small log costs little and none is ever copied. */
const PAGE_BYTES = 1024 * 1024;
/** An entry: i64 offset, u32 key size, key. */
const ENTRY_HEADER_BYTES = 12;

/**
 * The last offset of each key of a log's dirty part, within a budget of memory.
 *
 * The keys themselves are kept. A hash of 16 bytes in their place, as Kafka has it, takes as much
 * memory as a usual key, and two keys that share one would cost a record: whoever chooses a key
 * could look for another's hash. Here a hash that is shared costs time, and the seed makes it
 * hard to find.
 *
 *     hashes, places: open addressing    pages: +--------+----------+-----+--------+---
 *     +------+-------------+                    | offset | key size | key | offset | ...
 *     | hash | place + 1   | -----------------> +--------+----------+-----+--------+---
 *     +------+-------------+
 */
export class KeyOffsets {
  readonly #seed: number;
  readonly #hashes: Uint32Array;
  /** Where an entry is, and 1, so that 0 means none: page * PAGE_BYTES + position in the page. */
  readonly #places: Uint32Array;
  readonly #maxKeys: number;
  readonly #pages: Uint8Array[] = [];
  #entryBytesLeft: number;
  /** Where the next entry goes in the last page. */
  #filledBytes = 0;
  #size = 0;

  /**
   * @param budgetBytes the most that it all may take, at most 4 GiB
   * @param expectedKeys no more keys than this will come
   */
  constructor(budgetBytes: number, expectedKeys: number, seed: number) {
    this.#seed = seed;
    const mostSlots = 2 ** Math.floor(Math.log2((budgetBytes * TABLE_SHARE) / SLOT_BYTES));
    const neededSlots = 2 ** Math.ceil(Math.log2(expectedKeys / MAX_LOAD + 1));
    const slots = Math.max(FEWEST_SLOTS, Math.min(mostSlots, neededSlots));
    this.#hashes = new Uint32Array(slots);
    this.#places = new Uint32Array(slots);
    this.#maxKeys = slots * MAX_LOAD;
    this.#entryBytesLeft = budgetBytes - slots * SLOT_BYTES;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Notes that the key `bytes[from, to)` has been seen at `offset`, its greatest so far.
   *
   * Returns false when there is no room for another key; there always is for the first.
   */
  put(bytes: Uint8Array, from: number, to: number, offset: number): boolean {
    const hash = xxhash32(bytes, from, to, this.#seed);
    const slot = this.#find(hash, bytes, from, to);
    const place = this.#places[slot] ?? 0;
    if (place > 0) {
      putInt64(this.#pageOf(place), (place - 1) % PAGE_BYTES, offset);
      return true;
    }
    const entryBytes = ENTRY_HEADER_BYTES + to - from;
    const page = this.#pageFor(entryBytes);
    if (!page) return false;
    const at = this.#filledBytes;
    putInt64(page, at, offset);
    putInt32(page, at + 8, to - from);
    copyBytes(bytes, from, to, page, at + ENTRY_HEADER_BYTES);
    this.#hashes[slot] = hash;
    this.#places[slot] = (this.#pages.length - 1) * PAGE_BYTES + at + 1;
    this.#filledBytes += entryBytes;
    this.#size++;
    return true;
  }

  /** The offset at which the key was seen last; -1 if it wasn't. */
  get(bytes: Uint8Array, from: number, to: number): number {
    const slot = this.#find(xxhash32(bytes, from, to, this.#seed), bytes, from, to);
    const place = this.#places[slot] ?? 0;
    return place === 0 ? -1 : int64At(this.#pageOf(place), (place - 1) % PAGE_BYTES);
  }

  /** The slot of the key, or the free one where it belongs. */
  #find(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#places.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = this.#places[slot] ?? 0;
      if (place === 0) return slot;
      if (this.#hashes[slot] === hash && this.#hasKey(place, bytes, from, to)) return slot;
    }
  }

  #hasKey(place: number, bytes: Uint8Array, from: number, to: number): boolean {
    const page = this.#pageOf(place);
    const at = (place - 1) % PAGE_BYTES;
    if (uint32At(page, at + 8) !== to - from) return false;
    const shift = at + ENTRY_HEADER_BYTES - from;
    for (let i = from; i < to; i++) if (bytes[i] !== page[i + shift]) return false;
    return true;
  }

  #pageOf(place: number): Uint8Array {
    const page = this.#pages[Math.floor((place - 1) / PAGE_BYTES)];
    if (!page) throw new Error(`there is no entry at ${place}`);
    return page;
  }

  /** The page for a new entry, a larger one of its own for a long key; null if all is full. */
  #pageFor(entryBytes: number): Uint8Array | null {
    if (this.#size >= this.#maxKeys) return null;
    const last = this.#pages.at(-1);
    if (last && this.#filledBytes + entryBytes <= last.length) return last;
    const pageBytes = Math.max(PAGE_BYTES, entryBytes);
    if (last && pageBytes > this.#entryBytesLeft) return null;
    const page = new Uint8Array(pageBytes);
    this.#pages.push(page);
    this.#entryBytesLeft -= pageBytes;
    this.#filledBytes = 0;
    return page;
  }
}
