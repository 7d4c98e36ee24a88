/** What has gone through a partition, a topic or a broker since the start: it only grows. */
export class Traffic {
  recordsIn = 0;
  bytesIn = 0;
  bytesOut = 0;

  /** A batch was written. */
  written(records: number, bytes: number): void {
    this.recordsIn += records;
    this.bytesIn += bytes;
  }
}

/** Traffic by second. */
export interface Rates {
  readonly recordsInPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
}

/** A moment of some traffic. */
interface Sample {
  readonly atMs: number;
  readonly recordsIn: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Rates are means over one to two of these: they do not jump, and soon fall to nothing. */
const WINDOW_MS = 2000;

/**
 * Makes rates of traffic for someone who looks at it from time to time; in between it costs
 * nothing, and where nothing goes through nobody has to look.
 *
 * Two samples are kept: rates are means since the older one, which the younger one replaces when
 * it is as old as the window.
 */
export class RateMeter {
  readonly #traffic: Readonly<Traffic>;
  #older: Sample;
  #younger: Sample;
  #idle = true;

  /** Traffic from `nowMs` (monotonic) on is counted. */
  constructor(traffic: Readonly<Traffic>, nowMs: number) {
    this.#traffic = traffic;
    this.#older = sampleOf(traffic, nowMs);
    this.#younger = this.#older;
  }

  /**
   * The rates at `nowMs`, null while nothing goes through. Between null and the next look at this
   * meter, nothing has gone through until `lastLookMs`, when others were looked at.
   */
  read(nowMs: number, lastLookMs: number): Rates | null {
    if (this.#idle) {
      this.#older = { ...this.#younger, atMs: lastLookMs };
      this.#younger = this.#older;
    }
    const now = sampleOf(this.#traffic, nowMs);
    const older = this.#older;
    const seconds = (nowMs - older.atMs) / 1000;
    if (nowMs - this.#younger.atMs >= WINDOW_MS) {
      this.#older = this.#younger;
      this.#younger = now;
    }
    this.#idle = now.bytesIn === older.bytesIn && now.bytesOut === older.bytesOut;
    if (this.#idle || seconds <= 0) return null;
    return {
      recordsInPerSecond: (now.recordsIn - older.recordsIn) / seconds,
      bytesInPerSecond: (now.bytesIn - older.bytesIn) / seconds,
      bytesOutPerSecond: (now.bytesOut - older.bytesOut) / seconds,
    };
  }
}

function sampleOf({ recordsIn, bytesIn, bytesOut }: Readonly<Traffic>, atMs: number): Sample {
  return { atMs, recordsIn, bytesIn, bytesOut };
}
