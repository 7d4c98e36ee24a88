import type { GroupActivity, GroupPartition } from "../../internal/client/api.ts";

/** When a row was told, by the broker's clock: what is behind gets older all the same. */
interface Told {
  readonly toldAtMs: number;
}

/** A group, as it was told. */
export interface GroupRow extends GroupActivity, Told {}

/** A group's partition, as it was told. */
export interface ProgressRow extends GroupPartition, Told {}

/** How far a group, or it in one partition, is behind as time; null: the broker can't tell. */
export function behindMs(row: GroupRow | ProgressRow, nowMs: number): number | null {
  if (row.lag <= 0) return row.lag === 0 ? 0 : null;
  return row.lagMs < 0 ? null : row.lagMs + Math.max(0, nowMs - row.toldAtMs);
}

/** In how long all will have been read, if it goes on so; null: it isn't known, or never. */
export function leftMs(row: GroupRow | ProgressRow, nowMs: number): number | null {
  if (row.lag === 0) return 0;
  return row.drainMs < 0 ? null : Math.max(0, row.drainMs - Math.max(0, nowMs - row.toldAtMs));
}
