import { humanDuration } from "../output/numbers.ts";
import type { Column } from "../output/table.ts";

/** A lag as time; -1 is unknown. */
interface LagTime {
  readonly lagMs: number;
  readonly drainMs: number;
}

/** What is -1 as long as it isn't known. */
export function known(value: number): number | null {
  return value < 0 ? null : value;
}

function time(header: string, of: (row: LagTime) => number): Column<LagTime> {
  return {
    header,
    align: "right",
    text: (row) => (of(row) < 0 ? "" : humanDuration(of(row))),
    plain: (row) => String(known(of(row)) ?? ""),
  };
}

/** How long ago the first record came that wasn't read, and in how long all will have been. */
export const lagTimeColumns: readonly Column<LagTime>[] = [
  time("BEHIND", ({ lagMs }) => lagMs),
  time("DRAINS", ({ drainMs }) => drainMs),
];
