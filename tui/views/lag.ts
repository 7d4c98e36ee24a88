import { behindMs, type ProgressRow } from "../data/group-row.ts";
import { isTroubled, type Pace, paceOf, paces } from "../data/pace.ts";
import type { Track } from "../data/track.ts";
import { keyOf } from "../data/world.ts";
import { type Column, left, right } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { grouped, shortCount } from "../text/numbers.ts";
import { sparkline } from "../text/sparkline.ts";
import { sentence } from "../text/wrap.ts";
import { fact, UNKNOWN } from "./cells.ts";
import {
  behindCell,
  drainCell,
  lagCell,
  paceCell,
  paceMeaning,
  readCell,
  writtenCell,
} from "./pace-cells.ts";
import type { View, ViewContext } from "./view.ts";

/** What is known of how a group comes along in its partitions. */
interface Progress {
  readonly atMs: number;
  readonly track: (row: ProgressRow) => Track | undefined;
  readonly pace: (row: ProgressRow) => Pace;
}

function columns(progress: Progress, context: ViewContext): readonly Column<ProgressRow>[] {
  const { atMs, track, pace } = progress;
  return [
    left("topic", "TOPIC", 12, 0, {
      maxWidth: 40,
      cell: ({ topic }) => [topic, "text"],
      sortBy: keyOf,
    }),
    right("partition", "P", 4, 0, {
      cell: ({ partition }) => [String(partition), "strong"],
      sortBy: ({ partition }) => partition,
    }),
    right("committed", "COMMITTED", 11, 6, {
      maxWidth: 17,
      cell: ({ committedOffset }) => offsetCell(committedOffset),
      sortBy: ({ committedOffset }) => (committedOffset < 0 ? null : committedOffset),
    }),
    right("end", "END", 11, 7, {
      maxWidth: 17,
      cell: ({ highWatermark }) => offsetCell(highWatermark),
      sortBy: ({ highWatermark }) => highWatermark,
    }),
    right("lag", "LAG", 7, 0, {
      cell: (row) => lagCell(row.lag, pace(row), context),
      sortBy: ({ lag }) => (lag < 0 ? null : lag),
    }),
    left("pace", "PACE", 13, 0, {
      cell: (row) => paceCell(pace(row), track(row), atMs, context),
      sortBy: (row) => paces.indexOf(pace(row)),
    }),
    right("behind", "BEHIND", 7, 4, {
      cell: (row) => behindCell(row, track(row), atMs, context),
      sortBy: (row) => behindMs(row, context.nowMs) ?? track(row)?.behind(atMs)?.ageMs ?? null,
    }),
    right("read", "READ/s", 6, 1, {
      cell: (row) => readCell(track(row)),
      sortBy: (row) => track(row)?.readPerSecond ?? null,
    }),
    right("drains", "DRAINS", 7, 3, {
      cell: (row) => drainCell(row, pace(row), track(row), context),
    }),
    left("owner", "OWNER", 10, 2, {
      maxWidth: 36,
      cell: ownerCell,
      sortBy: ({ clientId, memberId }) => (memberId === null ? null : clientId),
    }),
  ];
}

/** A group's partitions, the one that is furthest behind first. */
export function lagView(groupId: string, context: ViewContext): View<ProgressRow> {
  const { world } = context;
  const known = world.progress?.groupId === groupId ? world.progress : null;
  const atMs = world.updatedAtMs ?? 0;
  const track = (row: ProgressRow) => known?.tracks.get(keyOf(row));
  const pace = (row: ProgressRow) => paceOf(row.lag, track(row), atMs);
  const progress = { atMs, track, pace };
  const rows = [...(known?.rows.values() ?? [])];
  const isGone = world.complete && !world.groups.has(groupId);
  return {
    table: {
      columns: columns(progress, context),
      rows,
      key: keyOf,
      search: (row) => `${keyOf(row)} ${row.clientId} ${row.clientHost} ${row.memberId ?? ""}`,
      isFault: (row) => isTroubled(pace(row)),
    },
    sort: { column: "lag", descending: true },
    empty: isGone ? `there is no group ${groupId} (any more)` : "",
    summary: summaryOf(rows, pace),
    open: ({ topic, partition, committedOffset }) => ({
      ...{ view: "messages", topic, partition },
      from: committedOffset < 0 ? { kind: "start" } : { kind: "offset", offset: committedOffset },
    }),
    detail: (row) => card(row, progress, context),
  };
}

/** `lag 1.2M  2 stuck  1 unknown`: what isn't known stays out of the sum, and is counted. */
function summaryOf(rows: readonly ProgressRow[], pace: Progress["pace"]): Line {
  const known = rows.filter(({ lag }) => lag >= 0);
  const lag = known.reduce((sum, row) => sum + row.lag, 0);
  const stuckCount = rows.filter((row) => pace(row) === "stuck").length;
  const unknownCount = rows.length - known.length;
  const stuck: Line = stuckCount === 0 ? [] : [[`  ${grouped(stuckCount)} stuck`, "bad"]];
  const unknown: Line = unknownCount === 0 ? [] : [[`  ${grouped(unknownCount)} unknown`, "muted"]];
  return [["  lag ", "muted"], [shortCount(lag), "strong"], ...stuck, ...unknown];
}

function offsetCell(offset: number): Span {
  return offset < 0 ? UNKNOWN : [grouped(offset), "muted"];
}

function ownerCell({ memberId, clientId, clientHost }: ProgressRow): Line {
  if (memberId === null) return [["nobody", "faint"]];
  return [
    [clientId, "text"],
    [`@${clientHost.replace(/^\//, "")}`, "muted"],
  ];
}

function card(row: ProgressRow, progress: Progress, context: ViewContext): readonly Line[] {
  const { atMs } = progress;
  const track = progress.track(row);
  const pace = progress.pace(row);
  const lags = track?.lags ?? [];
  return [
    [
      [keyOf(row), "strong"],
      [`  of ${row.groupId}`, "muted"],
    ],
    [],
    fact("pace", paceCell(pace, track, atMs, context)),
    ...sentence(paceMeaning(pace), "muted"),
    [],
    fact("committed", offsetCell(row.committedOffset)),
    fact("ends at", offsetCell(row.highWatermark)),
    fact("starts at", offsetCell(row.logStartOffset)),
    fact("lag", row.lag < 0 ? UNKNOWN : [grouped(row.lag)]),
    fact("behind", behindCell(row, track, atMs, context)),
    fact("reads/s", readCell(track)),
    fact("comes in/s", writtenCell(track)),
    fact("drains in", drainCell(row, pace, track, context)),
    [],
    [["lag, the last minute", "muted"]],
    [[sparkline(lags, 36, context.theme.glyphs), "warning"]],
    [],
    fact("owner", ...ownerCell(row)),
    [[row.memberId ?? "", "faint"]],
  ];
}
