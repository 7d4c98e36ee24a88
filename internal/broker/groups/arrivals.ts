/** What came within one of these has one time. */
const RESOLUTION_MS = 250;
/** Times are known this well, as a share of how long ago they were. */
const PRECISION = 0.08;
/** So many spans are kept at the most; with more, precision is given up. */
export const MAX_SPANS = 128;
/** A span is three numbers: when its first records came, when its last ones, and where it ends. */
const SPAN_NUMBERS = 3;

/**
 * When the records of a partition became visible, by the broker's own clock: clients may put any
 * time into a record.
 *
 * Kept as spans of records that came together, the oldest first. While they are young, a span is a
 * quarter of a second; as they grow old, neighbours are put together, so long as that tells a
 * record's age within a few percent. A pause between them is never blurred by more than that. So
 * a month of steady traffic takes some hundred spans, and a partition without traffic none.
 */
export class Arrivals {
  /** What is before was there when we began; nobody has seen it come. */
  readonly firstOffset: number;
  #spans = new Float64Array(0);
  #count = 0;

  constructor(firstOffset: number) {
    this.firstOffset = firstOffset;
  }

  get spanCount(): number {
    return this.#count;
  }

  /** When the first records came that were seen to come; infinite before that. Monotonic. */
  get beganMs(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#firstMs(0);
  }

  /** At `nowMs` (monotonic) the records before `endOffset` are visible. */
  note(nowMs: number, endOffset: number): void {
    if (endOffset <= (this.#count === 0 ? this.firstOffset : this.#end(this.#count - 1))) return;
    if (this.#count > 0 && nowMs - this.#firstMs(this.#count - 1) < RESOLUTION_MS) {
      this.#put(this.#count - 1, this.#firstMs(this.#count - 1), nowMs, endOffset);
      return;
    }
    if (this.#count === MAX_SPANS) this.#merge(nowMs);
    this.#put(this.#count++, nowMs, nowMs, endOffset);
  }

  /** When the record at `offset` came; null if that was before we began, or it is yet to come. */
  cameAtMs(offset: number): number | null {
    if (offset < this.firstOffset) return null;
    const index = this.#search((at) => this.#end(at) > offset);
    return index === this.#count ? null : (this.#firstMs(index) + this.#lastMs(index)) / 2;
  }

  /** Where the partition ended at `atMs`; for a time before we began, where it ended then. */
  endAt(atMs: number): number {
    const index = this.#search((at) => this.#lastMs(at) > atMs);
    const before = index === 0 ? this.firstOffset : this.#end(index - 1);
    if (index === this.#count || this.#firstMs(index) >= atMs) return before;
    const share = (atMs - this.#firstMs(index)) / (this.#lastMs(index) - this.#firstMs(index));
    return before + share * (this.#end(index) - before);
  }

  /** The first span that `holds`, given that it holds of all behind it, too. */
  #search(holds: (index: number) => boolean): number {
    let [from, to] = [0, this.#count];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (holds(middle)) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** Puts old neighbours together; less and less precisely, until there is room. */
  #merge(nowMs: number): void {
    for (let precision = PRECISION; this.#count > MAX_SPANS * 0.75; precision *= 1.5) {
      let kept = 0;
      for (let index = 1; index < this.#count; index++) {
        const firstMs = this.#firstMs(kept);
        const lastMs = this.#lastMs(index);
        if (lastMs - firstMs <= precision * 2 * (nowMs - lastMs)) {
          this.#put(kept, firstMs, lastMs, this.#end(index));
        } else {
          this.#put(++kept, this.#firstMs(index), lastMs, this.#end(index));
        }
      }
      this.#count = kept + 1;
    }
  }

  #put(index: number, firstMs: number, lastMs: number, endOffset: number): void {
    const at = index * SPAN_NUMBERS;
    if (at >= this.#spans.length) {
      const larger = new Float64Array(Math.max(8 * SPAN_NUMBERS, this.#spans.length * 2));
      larger.set(this.#spans);
      this.#spans = larger;
    }
    this.#spans[at] = firstMs;
    this.#spans[at + 1] = lastMs;
    this.#spans[at + 2] = endOffset;
  }

  #firstMs(index: number): number {
    return this.#spans[index * SPAN_NUMBERS] ?? 0;
  }

  #lastMs(index: number): number {
    return this.#spans[index * SPAN_NUMBERS + 1] ?? 0;
  }

  #end(index: number): number {
    return this.#spans[index * SPAN_NUMBERS + 2] ?? 0;
  }
}
