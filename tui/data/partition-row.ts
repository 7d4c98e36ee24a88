import type { PartitionActivity } from "../../internal/client/api.ts";

/** A partition as it was told, and when: what is told once goes on ageing. */
export interface PartitionRow extends PartitionActivity {
  /** By the broker's clock. */
  readonly toldAtMs: number;
  /** Its number as text: lists of thousands ask for it twice a second. */
  readonly numberText: string;
}

/** A partition that was told at `toldAtMs`, by the broker's clock. */
export function toldPartition(told: PartitionActivity, toldAtMs: number): PartitionRow {
  return { ...told, toldAtMs, numberText: String(told.partition) };
}

/** How a copy stands by now; times are null where nobody knows. */
export interface CopyLag {
  readonly broker: number;
  readonly inSync: boolean;
  readonly records: number;
  readonly bytes: number | null;
  /** How long ago it had everything; 0: it has. */
  readonly behindMs: number | null;
  /** How long it hasn't been in sync. */
  readonly outMs: number | null;
}

/** The copies of a partition with their lags, the worst first; `nowMs` by the broker's clock. */
export function copyLags({ copies, toldAtMs }: PartitionRow, nowMs: number): readonly CopyLag[] {
  const sinceMs = Math.max(0, nowMs - toldAtMs);
  const grown = (timeMs: number | null): number | null => (timeMs ? timeMs + sinceMs : timeMs);
  const lags = copies.map((copy) => ({
    broker: copy.broker,
    inSync: copy.inSync,
    records: copy.lagRecords,
    bytes: copy.lagBytes,
    behindMs: grown(copy.lagMs),
    outMs: grown(copy.outOfSyncMs),
  }));
  if (lags.length > 1) lags.sort((a, b) => b.records - a.records);
  return lags;
}
