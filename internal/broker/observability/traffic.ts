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

/** Some traffic, as it was for a while: at one moment, or as long as nothing went through. */
interface Sample {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly recordsIn: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

type Samples = readonly [Sample, ...Sample[]];

/** Rates are means over about so long: they stay as they are while what goes through does. */
const WINDOW_MS = 2000;
/** Samples are kept so far apart at least, so that there are few. */
const SAMPLE_MS = 400;

/**
 * Makes rates of traffic for someone who looks at it from time to time; in between it costs
 * nothing, and where nothing goes through nobody has to look.
 */
export class RateMeter {
  readonly #traffic: Readonly<Traffic>;
  /** The oldest first, which rates are means since. */
  #samples: Samples;
  #idle = true;

  /** Traffic from `nowMs` (monotonic) on is counted. */
  constructor(traffic: Readonly<Traffic>, nowMs: number) {
    this.#traffic = traffic;
    this.#samples = [sampleOf(traffic, nowMs)];
  }

  /**
   * The rates at `nowMs`, null while nothing goes through. Between null and the next look at this
   * meter, nothing has gone through until `lastLookMs`, when others were looked at.
   */
  read(nowMs: number, lastLookMs: number): Rates | null {
    const now = sampleOf(this.#traffic, nowMs);
    if (this.#idle) this.#samples = [still(this.#samples[0], lastLookMs)];
    this.#samples = within(this.#samples, nowMs - WINDOW_MS);
    const [first] = this.#samples;
    this.#idle = isSame(first, now);
    this.#samples = this.#idle ? [still(first, nowMs)] : withNewest(this.#samples, now);
    const seconds = (nowMs - momentOf(first, nowMs - WINDOW_MS)) / 1000;
    if (this.#idle || seconds <= 0) return null;
    return {
      recordsInPerSecond: (now.recordsIn - first.recordsIn) / seconds,
      bytesInPerSecond: (now.bytesIn - first.bytesIn) / seconds,
      bytesOutPerSecond: (now.bytesOut - first.bytesOut) / seconds,
    };
  }
}

/** Without those before the one that is nearest to a moment. */
function within(samples: Samples, ms: number): Samples {
  const [first, second, ...later] = samples;
  if (!second) return samples;
  const farFrom = (sample: Sample): number => Math.abs(momentOf(sample, ms) - ms);
  return farFrom(second) <= farFrom(first) ? within([second, ...later], ms) : samples;
}

function withNewest(samples: Samples, now: Sample): Samples {
  const last = samples.at(-1) ?? samples[0];
  return now.fromMs - last.untilMs >= SAMPLE_MS ? [...samples, now] : samples;
}

/** The moment nearest to another at which a sample holds. */
function momentOf({ fromMs, untilMs }: Sample, ms: number): number {
  return Math.max(fromMs, Math.min(untilMs, ms));
}

/** A sample that holds until a moment, too. */
function still(sample: Sample, ms: number): Sample {
  return { ...sample, untilMs: Math.max(sample.untilMs, ms) };
}

function isSame(one: Sample, other: Sample): boolean {
  return one.bytesIn === other.bytesIn && one.bytesOut === other.bytesOut;
}

function sampleOf({ recordsIn, bytesIn, bytesOut }: Readonly<Traffic>, atMs: number): Sample {
  return { fromMs: atMs, untilMs: atMs, recordsIn, bytesIn, bytesOut };
}
