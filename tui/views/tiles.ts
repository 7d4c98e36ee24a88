import type { BrokerActivity } from "../../internal/client/api.ts";
import { type BrokerRow, brokerRows } from "../data/broker-rows.ts";
import { diskSpace } from "../data/disk-space.ts";
import type { GroupRow } from "../data/group-row.ts";
import { isTroubled } from "../data/pace.ts";
import type { Ring } from "../data/ring.ts";
import type { Link } from "../data/world.ts";
import { fitLine, type Line, type Span } from "../text/line.ts";
import {
  byteRate,
  duration,
  grouped,
  latency,
  shortBytes,
  shortCount,
  shortRate,
} from "../text/numbers.ts";
import { sparkline } from "../text/sparkline.ts";
import { healthGlyph, healthRole, UNKNOWN } from "./cells.ts";
import { paceOfGroup } from "./groups.ts";
import type { ViewContext } from "./view.ts";

/** A box with a title and a few lines. */
interface Tile {
  readonly title: string;
  lines(width: number): readonly Line[];
  /** Those of its lines that say most, where there is no room for boxes. */
  readonly chosen: readonly number[];
}

/** A tile with so many cells inside has room for more than the first number. */
const WIDE_TILE = 24;

/** How many lines a tile has, its frame included. */
export const TILE_HEIGHT = 6;
const INNER_LINES = TILE_HEIGHT - 2;

/** The broker, its partitions, what goes through and what lags, side by side in boxes. */
export function tileLines(context: ViewContext, width: number): readonly Line[] {
  const tiles = tilesOf(context);
  const each = Math.floor(width / tiles.length);
  const boxes = tiles.map((tile, index) => {
    const isLast = index === tiles.length - 1;
    return boxed(tile, isLast ? width - each * (tiles.length - 1) : each, context);
  });
  return Array.from({ length: TILE_HEIGHT }, (_, line) => boxes.flatMap((box) => box[line] ?? []));
}

/** The same without boxes, where there is no room for them. */
export function factLines(context: ViewContext, width: number): readonly Line[] {
  return tilesOf(context).map(({ title, lines, chosen }) => {
    const all = lines(width);
    const facts = chosen.flatMap((index): Line => [["   "], ...(all[index] ?? [])]);
    return [[` ${title.padEnd(10)}`, "muted"], ...facts];
  });
}

function boxed({ title, lines }: Tile, width: number, context: ViewContext): readonly Line[] {
  const { frame, ellipsis } = context.theme.glyphs;
  const [topLeft, topRight, bottomLeft, bottomRight] = frame.corners;
  const inner = width - 4;
  const rest = frame.horizontal.repeat(Math.max(0, width - 5 - title.length));
  const content = lines(inner);
  return [
    [
      [`${topLeft}${frame.horizontal} `, "faint"],
      [title, "muted"],
      [` ${rest}${topRight}`, "faint"],
    ],
    ...Array.from({ length: INNER_LINES }, (_, index): Line => {
      const line = fitLine(content[index] ?? [], inner, "left", ellipsis);
      return [[`${frame.vertical} `, "faint"], ...line, [` ${frame.vertical}`, "faint"]];
    }),
    [[`${bottomLeft}${frame.horizontal.repeat(width - 2)}${bottomRight}`, "faint"]],
  ];
}

function tilesOf(context: ViewContext): readonly Tile[] {
  return [
    { title: "brokers", lines: (width) => brokerLines(context, width), chosen: [0, 1, 2] },
    { title: "partitions", lines: (width) => partitionLines(context, width), chosen: [0, 2, 3] },
    { title: "traffic", lines: (width) => trafficLines(context, width), chosen: [0, 2] },
    { title: "lag", lines: (width) => lagLines(context, width), chosen: [0, 1] },
  ];
}

function brokerLines(context: ViewContext, width: number): Line[] {
  const { broker, others, link } = context.world;
  const { glyphs } = context.theme;
  if (broker === null) return [[[`${glyphs.waiting} ${linkWord(link)}`, "muted"]]];
  const rows = brokerRows(broker, others);
  const isUp = link.state === "live";
  const upCount = rows.filter(({ standing }) => standing !== "away").length - (isUp ? 0 : 1);
  const isAll = upCount === rows.length;
  const up: Span = [
    `${isAll ? glyphs.ok : glyphs.bad} ${upCount} of ${rows.length} up`,
    isAll ? "ok" : "bad",
  ];
  const { syncs, durability } = broker;
  return [
    broker.writable ? [up] : [[`${glyphs.bad} writes refused`, "bad"]],
    [
      [`${rows[0]?.role ?? ""}, `, "muted"],
      [durability, "text"],
    ],
    [["sync p99 ", "muted"], syncs ? [latency(syncs.p99Ms), "text"] : UNKNOWN],
    replicationLine(rows, context, width),
  ];
}

/** How the other copy is: what the pair is for. Of a broker alone, since when it runs. */
function replicationLine(rows: readonly BrokerRow[], context: ViewContext, width: number): Line {
  const [own, other] = rows;
  const { glyphs } = context.theme;
  if (own?.role === "member") return membersLine(rows, context);
  if (!other) {
    const startedAtMs = own?.self?.startedAtMs ?? context.nowMs;
    return [
      ["up ", "muted"],
      [duration(context.nowMs - startedAtMs), "text"],
    ];
  }
  const name = `${other.role} ${other.brokerId}`;
  const { standing, silentMs, lagRecords, mode } = other;
  if (standing === "away") {
    const time = silentMs === null || width < WIDE_TILE ? "" : ` ${duration(silentMs)}`;
    return [[`${glyphs.bad} ${name} away${time}`, "bad"]];
  }
  if (standing === "behind")
    return [[`${glyphs.warning} ${name} -${shortCount(lagRecords ?? 0)}`, "warning"]];
  const lag = mode === "async" && lagRecords ? `-${shortCount(lagRecords)}` : "in sync";
  return [[`${glyphs.ok} ${name} ${lag}`, "ok"]];
}

/** Of a cluster: whether all brokers are there, and have what they are to have. */
function membersLine(rows: readonly BrokerRow[], { theme: { glyphs } }: ViewContext): Line {
  const away = rows.filter(({ standing }) => standing === "away");
  const [first] = away;
  if (first) {
    const who = away.length === 1 ? `broker ${first.brokerId}` : grouped(away.length);
    return [[`${glyphs.bad} ${who} away`, "bad"]];
  }
  const behind = rows.filter(({ standing }) => standing === "behind");
  if (behind.length === 0) return [[`${glyphs.ok} all in sync`, "ok"]];
  return [[`${glyphs.warning} ${behind.length} behind`, "warning"]];
}

function linkWord({ state }: Link): string {
  return state === "lost" ? "not seen yet" : "connecting";
}

function partitionLines(context: ViewContext, width: number): Line[] {
  const { world } = context;
  const { broker, topics } = world;
  if (broker === null) return [];
  const faultCount = topics.values().reduce((sum, topic) => sum + topic.faultCount, 0);
  const worst = world.faults.values().find(({ health }) => health !== "under-replicated");
  const health = faultCount === 0 ? "ok" : (worst?.health ?? "under-replicated");
  const count = grouped(broker.partitionCount);
  const of = width < WIDE_TILE ? "" : ` of ${count}`;
  const text = faultCount === 0 ? `${count} in sync` : `${grouped(faultCount)}${of} short`;
  return [
    [[`${healthGlyph(health, context)} ${text}`, healthRole(health)]],
    [
      ["topics ", "muted"],
      [grouped(broker.topicCount), "text"],
    ],
    [
      ["stored ", "muted"],
      [shortBytes(broker.logSizeBytes), "text"],
    ],
    [["free   ", "muted"], freeSpan(broker, context, width)],
  ];
}

/** What is free on the disk, and until when, where that is soon. */
function freeSpan(broker: BrokerActivity, { theme: { glyphs } }: ViewContext, width: number): Span {
  const free = shortBytes(broker.diskFreeBytes);
  const { isLow, fullInMs } = diskSpace(broker);
  if (!isLow) return [free, "text"];
  const until = fullInMs === null || width < WIDE_TILE ? "" : `, ${duration(fullInMs)}`;
  return [`${glyphs.warning} ${free}${until}`, "warning"];
}

function trafficLines({ world, theme: { glyphs } }: ViewContext, width: number): Line[] {
  const { broker, history } = world;
  if (broker === null) return [];
  const { recordsInPerSecond, bytesInPerSecond, bytesOutPerSecond } = world.traffic;
  const records: Span = [`${shortRate(recordsInPerSecond)}/s in`, "incoming"];
  const bytes: Line = width < WIDE_TILE ? [] : [[`  ${byteRate(bytesInPerSecond)}`, "muted"]];
  const spark = (ring: Ring): string => sparkline(ring.values, width, glyphs);
  return [
    [records, ...bytes],
    [[spark(history.recordsIn), "incoming"]],
    [[`${byteRate(bytesOutPerSecond)} out`, "outgoing"]],
    [[spark(history.bytesOut), "outgoing"]],
  ];
}

function lagLines(context: ViewContext, width: number): Line[] {
  const { world, theme } = context;
  if (world.broker === null) return [];
  const groups = [...world.groups.values()];
  if (groups.length === 0) return [[["no groups", "faint"]]];
  const lag = groups.reduce((sum, group) => sum + group.lag, 0);
  const count = groups.length === 1 ? "1 group" : `${grouped(groups.length)} groups`;
  const total: Line = [
    [shortCount(lag), "strong"],
    [` in ${count}`, "muted"],
  ];
  const trend = sparkline(world.history.lag.values, width, theme.glyphs);
  return [total, groupsLine(context, groups), [[trend, "warning"]], []];
}

function groupsLine(context: ViewContext, groups: readonly GroupRow[]): Line {
  const { ok, warning, waiting } = context.theme.glyphs;
  const all = groups.map((group) => paceOfGroup(group, context.world));
  const troubledCount = all.filter(isTroubled).length;
  if (troubledCount > 0) return [[`${warning} ${grouped(troubledCount)} fall behind`, "warning"]];
  return all.includes("unknown")
    ? [[`${waiting} watching`, "muted"]]
    : [[`${ok} all keep up`, "ok"]];
}
