import type { KafkaLimits } from "./limits.ts";

/** Of the limits, those of answers to fetches. */
type FetchLimits = Pick<KafkaLimits, "maxFetchBytes" | "maxTotalFetchBytes" | "minFetchBytes">;

/**
 * How many records an answer may have: all open connections share one bound, since any of them may
 * stop reading and leave its answer here. A client asks again for what it did not get.
 */
export class AnswerShare {
  /** Connections that are open. */
  connections = 0;
  private readonly limits: FetchLimits;

  constructor(limits: FetchLimits) {
    this.limits = limits;
  }

  /** One connection's share. */
  get bytes(): number {
    const { maxFetchBytes, maxTotalFetchBytes, minFetchBytes } = this.limits;
    const share = Math.floor(maxTotalFetchBytes / Math.max(1, this.connections));
    return Math.min(maxFetchBytes, Math.max(minFetchBytes, share));
  }
}
