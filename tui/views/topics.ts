import type { TopicActivity } from "../../internal/client/api.ts";
import { HISTORY_LENGTH, type World } from "../data/world.ts";
import { type CellContext, type Column, left, right } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { grouped, shortBytes } from "../text/numbers.ts";
import { sparkline } from "../text/sparkline.ts";
import { sentence } from "../text/wrap.ts";
import {
  bytesCell,
  bytesInCell,
  bytesOutCell,
  countCell,
  fact,
  healthGlyph,
  healthRole,
  healthTexts,
  recordsInCell,
  UNKNOWN,
} from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const TREND_WIDTH = 8;

function columns({ world }: ViewContext): readonly Column<TopicActivity>[] {
  const lags = greatestLags(world);
  return [
    left("name", "NAME", 16, 0, {
      maxWidth: 60,
      cell: ({ name, internal }) => [name, internal ? "muted" : "text"],
      sortBy: ({ name }) => name,
    }),
    right("partitions", "PARTS", 6, 1, {
      cell: ({ partitionCount }) => [grouped(partitionCount), "text"],
      sortBy: ({ partitionCount }) => partitionCount,
    }),
    left("isr", "ISR", 10, 0, {
      maxWidth: 13,
      cell: healthCell,
      sortBy: ({ faultCount }) => faultCount,
    }),
    right("records", "RECORDS", 8, 5, {
      cell: ({ offsetCount }) => countCell(offsetCount),
      sortBy: ({ offsetCount }) => offsetCount,
    }),
    right("in", "IN/s", 6, 0, {
      cell: ({ rates }) => recordsInCell(rates),
      sortBy: ({ rates }) => rates?.recordsInPerSecond ?? 0,
    }),
    right("bytes-in", "IN", 8, 6, {
      cell: ({ rates }) => bytesInCell(rates),
      sortBy: ({ rates }) => rates?.bytesInPerSecond ?? 0,
    }),
    right("out", "OUT", 8, 2, {
      cell: ({ rates }) => bytesOutCell(rates),
      sortBy: ({ rates }) => rates?.bytesOutPerSecond ?? 0,
    }),
    right("size", "SIZE", 6, 3, {
      cell: ({ sizeBytes }) => bytesCell(sizeBytes),
      sortBy: ({ sizeBytes }) => sizeBytes,
    }),
    right("lag", "LAG", 6, 2, {
      cell: ({ name }) => lagOf(name, lags),
      sortBy: ({ name }) => lags.get(name) ?? null,
    }),
    left("trend", "TREND", TREND_WIDTH, 4, {
      cell: (topic, context) => trendCell(topic, TREND_WIDTH, world.topicHistory, context),
    }),
  ];
}

/** Every topic. */
export function topicsView(context: ViewContext): View<TopicActivity> {
  const { world } = context;
  return {
    table: {
      columns: columns(context),
      rows: [...world.topics.values()],
      key: ({ name }) => name,
      isFault: ({ health }) => health !== "ok",
    },
    sort: { column: "name", descending: false },
    empty: world.complete ? "no topics yet: C creates one" : "",
    open: ({ name }) => ({ view: "partitions", topic: name }),
    detail: (topic) => card(topic, context),
  };
}

function healthCell({ health, faultCount }: TopicActivity, context: CellContext): Span {
  const glyph = healthGlyph(health, context);
  if (health === "ok") return [`${glyph} ok`, "ok"];
  const what = health === "leaderless" ? "down" : "short";
  return [`${glyph} ${faultCount} ${what}`, healthRole(health)];
}

function trendCell(
  { name }: TopicActivity,
  width: number,
  history: ViewContext["world"]["topicHistory"],
  { theme }: CellContext,
): Span {
  const values = history.get(name)?.values;
  if (values === undefined) return [""];
  return [sparkline(values, width, theme.glyphs), "incoming"];
}

function card(topic: TopicActivity, context: ViewContext): readonly Line[] {
  const { name, id, partitionCount, replicationFactor, offsetCount, sizeBytes } = topic;
  const { health, faultCount, rates } = topic;
  const role = healthRole(health);
  const faults: Line = health === "ok" ? [] : [[` (${faultCount} of ${partitionCount})`, "muted"]];
  return [
    [[name, "strong"]],
    [],
    fact("id", [id, "muted"]),
    fact("partitions", [grouped(partitionCount)]),
    fact("copies", [String(replicationFactor)]),
    fact("records", [grouped(offsetCount)]),
    fact("size", [shortBytes(sizeBytes)]),
    fact("state", [`${healthGlyph(health, context)} ${health}`, role], ...faults),
    ...sentence(healthTexts[health], "muted"),
    [],
    fact("records in/s", recordsInCell(rates)),
    fact("in", bytesInCell(rates)),
    fact("out", bytesOutCell(rates)),
    [],
    [["records in, the last minute", "muted"]],
    [trendCell(topic, Math.min(HISTORY_LENGTH, 36), context.world.topicHistory, context)],
    [],
    [["groups", "muted"]],
    ...groupLines(name, context.world),
  ];
}

/** How far the group that is furthest behind in each topic is; none where nobody reads. */
function greatestLags({ groups }: World): ReadonlyMap<string, number> {
  const lags = new Map<string, number>();
  for (const group of groups.values()) {
    for (const { topic, lag } of group.topics) lags.set(topic, Math.max(lag, lags.get(topic) ?? 0));
  }
  return lags;
}

function lagOf(topic: string, lags: ReadonlyMap<string, number>): Span {
  const lag = lags.get(topic);
  return lag === undefined ? UNKNOWN : countCell(lag);
}

/** The groups that read a topic, with their lags. */
function groupLines(name: string, { groups }: World): Line[] {
  const lines = [...groups.values()].flatMap(({ groupId, topics }) => {
    const own = topics.find(({ topic }) => topic === name);
    return own ? [{ groupId, lag: own.lag }] : [];
  });
  if (lines.length === 0) return [[["nobody has committed an offset", "faint"]]];
  lines.sort((a, b) => b.lag - a.lag);
  return lines.map(({ groupId, lag }) => [
    [grouped(lag).padStart(12), lag === 0 ? "faint" : "text"],
    [`  ${groupId}`],
  ]);
}
