import type { GroupRow } from "../data/group-row.ts";
import { isTroubled, type Pace, paceOf, paces } from "../data/pace.ts";
import { HISTORY_LENGTH, type World } from "../data/world.ts";
import { type CellContext, type Column, left, right } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { grouped } from "../text/numbers.ts";
import { sparkline } from "../text/sparkline.ts";
import { sentence } from "../text/wrap.ts";
import { countCell, fact } from "./cells.ts";
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

const TREND_WIDTH = 10;
/** Topics of a group that its card has room for. */
const CARD_TOPICS = 8;

function columns(context: ViewContext): readonly Column<GroupRow>[] {
  const { world } = context;
  const track = (group: GroupRow) => world.groupTracks.get(group.groupId);
  const atMs = world.updatedAtMs ?? 0;
  return [
    left("name", "GROUP", 16, 0, {
      maxWidth: 60,
      cell: ({ groupId }) => [groupId, "text"],
      sortBy: ({ groupId }) => groupId,
    }),
    left("state", "STATE", 12, 3, {
      cell: stateCell,
      sortBy: ({ state }) => state,
    }),
    left("pace", "PACE", 13, 0, {
      cell: (group) => paceCell(paceOfGroup(group, world), track(group), atMs, context),
      sortBy: (group) => paces.indexOf(paceOfGroup(group, world)),
    }),
    right("members", "MEMBERS", 7, 5, {
      cell: ({ memberCount }) => countCell(memberCount),
      sortBy: ({ memberCount }) => memberCount,
    }),
    right("partitions", "PARTS", 5, 6, {
      cell: ({ partitionCount }) => countCell(partitionCount),
      sortBy: ({ partitionCount }) => partitionCount,
    }),
    right("lag", "LAG", 7, 0, {
      cell: (group) => lagCell(group.lag, paceOfGroup(group, world), context),
      sortBy: ({ lag }) => lag,
    }),
    left("trend", "TREND", TREND_WIDTH, 4, {
      cell: (group) => trendCell(group, TREND_WIDTH, context),
    }),
    right("read", "READ/s", 6, 1, {
      cell: (group) => readCell(track(group)),
      sortBy: (group) => track(group)?.readPerSecond ?? null,
    }),
    right("drains", "DRAINS", 7, 2, {
      cell: (group) => drainCell(group, paceOfGroup(group, world), track(group), context),
    }),
  ];
}

/** Every consumer group, the one that is furthest behind first. */
export function groupsView(context: ViewContext): View<GroupRow> {
  const { world } = context;
  const groups = [...world.groups.values()];
  return {
    table: {
      columns: columns(context),
      rows: groups,
      key: ({ groupId }) => groupId,
      isFault: (group) => isTroubled(paceOfGroup(group, world)),
    },
    sort: { column: "lag", descending: true },
    empty: world.complete ? "no consumer groups: nobody has committed an offset" : "",
    open: ({ groupId }) => ({ view: "lag", groupId }),
    detail: (group) => card(group, context),
  };
}

/** How a group comes along, all of its partitions together. */
export function paceOfGroup({ groupId, lag }: GroupRow, world: World): Pace {
  return paceOf(lag, world.groupTracks.get(groupId), world.updatedAtMs ?? 0);
}

function stateCell({ state, memberCount }: GroupRow, { theme }: CellContext): Span {
  const { ok, waiting, warning } = theme.glyphs;
  if (state === "Stable") return [`${ok} stable`, "ok"];
  if (memberCount === 0) return [`${waiting} empty`, "muted"];
  return [`${warning} rebalance`, "warning"];
}

function trendCell({ groupId }: GroupRow, width: number, context: ViewContext): Span {
  const lags = context.world.groupTracks.get(groupId)?.lags ?? [];
  if (lags.every((lag) => lag === 0)) return [""];
  return [sparkline(lags, width, context.theme.glyphs), "warning"];
}

function card(group: GroupRow, context: ViewContext): readonly Line[] {
  const { world } = context;
  const atMs = world.updatedAtMs ?? 0;
  const track = world.groupTracks.get(group.groupId);
  const pace = paceOfGroup(group, world);
  return [
    [[group.groupId, "strong"]],
    [],
    fact("state", stateCell(group, context)),
    fact("pace", paceCell(pace, track, atMs, context)),
    ...sentence(paceMeaning(pace), "muted"),
    [],
    fact("members", [grouped(group.memberCount)]),
    fact("partitions", [grouped(group.partitionCount)]),
    fact("lag", [grouped(group.lag)]),
    fact("greatest", [grouped(group.maxLag), "muted"], [" in one partition", "muted"]),
    fact("behind", behindCell(group, track, atMs, context)),
    fact("reads/s", readCell(track)),
    fact("comes in/s", writtenCell(track)),
    fact("drains in", drainCell(group, pace, track, context)),
    [],
    [["lag, the last minute", "muted"]],
    [trendCell(group, Math.min(HISTORY_LENGTH, 36), context)],
    [],
    [["topics", "muted"]],
    ...group.topics.slice(0, CARD_TOPICS).map(({ topic, lag }): Line => {
      return [[grouped(lag).padStart(12), lag === 0 ? "faint" : "text"], [`  ${topic}`]];
    }),
  ];
}
