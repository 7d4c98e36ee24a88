/** What a run came to. */
export interface SimulationSummary {
  readonly events: number;
  readonly simulatedMs: number;
  /** How often the process was started. */
  readonly lives: number;
  /** Batches that were acknowledged, and how many of these had been sent before. */
  readonly acknowledged: number;
  readonly duplicates: number;
  /** Answers with batches that readers got. */
  readonly reads: number;
  /** The same for the same seed. */
  readonly traceHash: string;
}
