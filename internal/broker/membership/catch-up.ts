import type { Clock } from "../../platform/clock.ts";

/** A rate is taken over about so long. */
const WINDOW_MS = 5000;

/** How far a slave has come that makes its way to its master's end. */
export interface CatchUpStatus {
  /** Since this session with the master began. */
  readonly copiedBytes: number;
  /** What the master still had for it when it was heard last. */
  readonly behindBytes: number;
  /** null: not known yet. */
  readonly bytesPerSecond: number | null;
  /** At this rate; what producers add meanwhile comes on top. */
  readonly leftMs: number | null;
}

/** Keeps account of what a slave copies in one session. */
export class CatchUp {
  behindBytes = 0;
  readonly #clock: Clock;
  #copiedBytes = 0;
  /** What was copied at two times: the rate is taken from the older one. */
  #older: readonly [atMs: number, bytes: number];
  #newer: readonly [atMs: number, bytes: number];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#older = [clock.monotonicMs(), 0];
    this.#newer = this.#older;
  }

  copied(bytes: number): void {
    this.#copiedBytes += bytes;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#newer[0] < WINDOW_MS / 2) return;
    this.#older = this.#newer;
    this.#newer = [nowMs, this.#copiedBytes];
  }

  status(): CatchUpStatus {
    const [fromMs, fromBytes] = this.#older;
    const tookMs = this.#clock.monotonicMs() - fromMs;
    const bytes = this.#copiedBytes - fromBytes;
    const bytesPerSecond = tookMs > 0 ? Math.round((bytes * 1000) / tookMs) : null;
    const leftMs = bytesPerSecond ? Math.round((this.behindBytes * 1000) / bytesPerSecond) : null;
    return {
      copiedBytes: this.#copiedBytes,
      behindBytes: this.behindBytes,
      bytesPerSecond,
      leftMs,
    };
  }
}
