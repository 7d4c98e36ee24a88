import type { TopicActivity } from "../../internal/client/api.ts";
import { isTroubled } from "../data/pace.ts";
import type { PartitionRow } from "../data/partition-row.ts";
import { keyOf } from "../data/world.ts";
import { type Column, left } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { byteRate, duration, shortCount, shortRate } from "../text/numbers.ts";
import { sparkline } from "../text/sparkline.ts";
import type { Role } from "../theme/palettes.ts";
import { type Attention, brokerTroubles } from "./broker-troubles.ts";
import { healthGlyph, healthRole, missingCopies } from "./cells.ts";
import { paceOfGroup } from "./groups.ts";
import { paceCell, readCell } from "./pace-cells.ts";
import { outOfSyncMs } from "./partitions.ts";
import type { View, ViewContext } from "./view.ts";

/** How many of the worst, and of the busiest, are worth a line on the first screen. */
export const MOST_SHOWN = 5;

const columns: readonly Column<Attention>[] = [
  left("state", "WHAT MATTERS NOW", 18, 0, {
    cell: ({ state }) => state,
  }),
  left("what", "", 16, 0, {
    maxWidth: 40,
    cell: ({ subject }) => [subject, "strong"],
  }),
  left("why", "", 20, 0, {
    maxWidth: 120,
    cell: ({ why }) => why,
  }),
];

/** What is wrong, the worst first; then what is busy. */
export function overviewView(context: ViewContext): View<Attention> {
  const { world } = context;
  const wrong = [...brokerTroubles(context), ...worstPartitions(context), ...worstGroups(context)];
  const allIsWell = wrong.length === 0 && world.complete ? [wellness(context)] : [];
  return {
    table: {
      columns,
      rows: [...wrong.slice(0, 3 * MOST_SHOWN), ...allIsWell, ...busiestTopics(context)],
      key: ({ key }) => key,
      search: ({ subject }) => subject,
      inOrder: true,
    },
    sort: null,
    empty: "",
    open: ({ screen }) => screen,
    nameOf: ({ subject }) => subject,
  };
}

function worstPartitions(context: ViewContext): Attention[] {
  const order = ["leaderless", "under-min-isr", "under-replicated"];
  const rows = [...context.world.faults.values()];
  rows.sort(
    (a, b) => order.indexOf(a.health) - order.indexOf(b.health) || a.partition - b.partition,
  );
  return rows.slice(0, MOST_SHOWN).map((row) => ({
    key: `fault ${keyOf(row)}`,
    state: [`${healthGlyph(row.health, context)} ${row.health}`, healthRole(row.health)],
    subject: keyOf(row),
    why: whyOf(row, context),
    screen: { view: "partitions", topic: row.topic },
  }));
}

function whyOf(row: PartitionRow, { nowMs }: ViewContext): Line {
  if (row.leader < 0) return [["nobody takes writes", "text"]];
  const missing = missingCopies(row);
  const inSync: Span = [`${row.isr.length} in sync`, "text"];
  if (missing.length === 0) return [inSync, [", the topic asks for more", "text"]];
  const outMs = outOfSyncMs(row, nowMs);
  const since: Line = outMs === null ? [] : [[` for ${duration(outMs)}`, "muted"]];
  return [inSync, [", missing: ", "text"], [missing.join(", "), "bad"], ...since];
}

function worstGroups(context: ViewContext): Attention[] {
  const { world } = context;
  const atMs = world.updatedAtMs ?? 0;
  const troubled = [...world.groups.values()].filter((group) =>
    isTroubled(paceOfGroup(group, world)),
  );
  troubled.sort((a, b) => b.lag - a.lag);
  return troubled.slice(0, MOST_SHOWN).map((group) => {
    const track = world.groupTracks.get(group.groupId);
    return {
      key: `group ${group.groupId}`,
      state: paceCell(paceOfGroup(group, world), track, atMs, context),
      subject: group.groupId,
      why: [[`${shortCount(group.lag)} behind, reads `, "text"], readCell(track), ["/s", "muted"]],
      screen: { view: "lag", groupId: group.groupId },
    };
  });
}

function wellness({ theme: { glyphs } }: ViewContext): Attention {
  return {
    key: "well",
    state: [`${glyphs.ok} all is well`, "ok"],
    subject: "",
    why: [["copies are in sync, groups keep up, writes are taken", "muted"]],
    screen: { view: "topics" },
  };
}

function busiestTopics(context: ViewContext): Attention[] {
  const busy = [...context.world.topics.values()].filter(({ rates }) => rates !== null);
  busy.sort((a, b) => loadOf(b) - loadOf(a) || (a.name < b.name ? -1 : 1));
  return busy.slice(0, MOST_SHOWN).map((topic) => ({
    key: `busy ${topic.name}`,
    state: [`${context.theme.glyphs.dot} busy`, "muted"],
    subject: topic.name,
    why: trafficOf(topic, context),
    screen: { view: "partitions", topic: topic.name },
  }));
}

function loadOf({ rates }: TopicActivity): number {
  return (rates?.bytesInPerSecond ?? 0) + (rates?.bytesOutPerSecond ?? 0);
}

function trafficOf({ name, rates }: TopicActivity, context: ViewContext): Line {
  const history = context.world.topicHistory.get(name)?.values ?? [];
  const part = (text: string, width: number, role: Role): Span => [text.padStart(width), role];
  return [
    part(`${shortRate(rates?.recordsInPerSecond ?? 0)}/s`, 7, "incoming"),
    part(byteRate(rates?.bytesInPerSecond ?? 0), 8, "incoming"),
    [" in", "muted"],
    part(byteRate(rates?.bytesOutPerSecond ?? 0), 9, "outgoing"),
    [" out ", "muted"],
    [sparkline(history, 9, context.theme.glyphs), "incoming"],
  ];
}
