import type { BrokerActivity } from "../../internal/client/api.ts";
import type { BrokerRow } from "../data/broker-rows.ts";
import { diskSpace } from "../data/disk-space.ts";
import type { Line, Span } from "../text/line.ts";
import {
  byteRate,
  counted,
  duration,
  grouped,
  latency,
  moment,
  shortBytes,
  shortCount,
} from "../text/numbers.ts";
import { sentence } from "../text/wrap.ts";
import { modeCell, standingCell } from "./broker-cells.ts";
import { bytesInCell, bytesOutCell, fact, recordsInCell, UNKNOWN } from "./cells.ts";
import type { ViewContext } from "./view.ts";

type Gauge = BrokerActivity["gauges"][number];

/** What a gauge is called, and what happens where it is full. */
const GAUGES: Readonly<Record<string, readonly [name: string, whenFull: string]>> = {
  appends: ["for the disk", ""],
  acks: ["for copies", ""],
  journal: ["journal", "writes had to wait for a checkpoint"],
  connections: ["clients", "were turned away"],
};

/** Spans of degraded acks that are listed, the newest first. */
const SHOWN_SPANS = 3;

/** All that there is to say about a broker: much of one that tells of itself, else little. */
export function brokerCard(row: BrokerRow, context: ViewContext): readonly Line[] {
  const { brokerId, role, lagRecords, silentMs, self, isWatched } = row;
  const head: Line[] = [
    [
      [`broker ${brokerId}`, "strong"],
      [isWatched ? "  the one that you watch" : "", "muted"],
    ],
    [],
    fact("state", standingCell(row, context)),
    fact("role", [role === "alone" ? "alone: no other has copies" : role]),
    fact("mode", modeCell(row)),
  ];
  const heard: Span = silentMs === null ? UNKNOWN : [`${duration(silentMs)} ago`];
  const lag = lagRecords === null ? [] : [fact("behind", [counted(lagRecords, "record")])];
  const known = [...head, ...(isWatched ? [] : [fact("heard", heard)]), ...lag];
  if (self) return [...known, ...selfLines(self, context)];
  return [...known, [], [["weir top -b its address shows the rest", "faint"]]];
}

function selfLines(self: BrokerActivity, context: ViewContext): readonly Line[] {
  const { syncs } = self;
  return [
    ...sentence(self.writeRefusal ?? "", "bad"),
    ...replicationLines(self, context),
    fact("version", [self.version]),
    fact("up for", [duration(context.nowMs - self.startedAtMs)]),
    [],
    fact(
      "topics",
      [grouped(self.topicCount)],
      [` of ${counted(self.partitionCount, "partition")}`, "muted"],
    ),
    fact("in", recordsInCell(self.rates), ["/s  ", "muted"], bytesInCell(self.rates)),
    fact("out", bytesOutCell(self.rates)),
    [],
    fact("durability", [self.durability]),
    fact("sync p50", syncs ? [latency(syncs.p50Ms)] : UNKNOWN),
    fact("sync p99", syncs ? [latency(syncs.p99Ms)] : UNKNOWN),
    fact("slowest", syncs ? [latency(syncs.maxMs)] : UNKNOWN),
    [],
    [["what fills up, and what waits", "muted"]],
    ...diskLines(self, context),
    ...self.gauges.flatMap(gaugeLines),
    ...refusalLines(self),
    [],
    fact("data", [self.dataDirectory, "muted"]),
    fact("segments", [shortBytes(self.logSizeBytes)]),
    fact("cluster", [self.clusterId, "muted"]),
  ];
}

/** What wasn't done for clients, or not at once: how often, and why most often. */
function refusalLines({ refusals }: BrokerActivity): Line[] {
  const most = refusals.toSorted((a, b) => b.count - a.count)[0];
  if (!most) return [];
  const count = refusals.reduce((sum, each) => sum + each.count, 0);
  return [fact("refused", [`${grouped(count)}, most for ${most.reason}`, "warning"])];
}

function replicationLines({ replication }: BrokerActivity, { nowMs }: ViewContext): Line[] {
  const { role, leaderId, leaderEpoch, catchUp, connected, degraded } = replication;
  const spans = degraded.slice(-SHOWN_SPANS).reverse();
  return [
    role === "member"
      ? fact("controller", [`broker ${leaderId}`])
      : fact("leader", [`broker ${leaderId}`], [`, epoch ${leaderEpoch}`, "muted"]),
    ...catchUpLines(catchUp, connected),
    ...spans.map(({ startMs, endMs, recordsAckedAlone }): Line => {
      const lasted = duration((endMs ?? nowMs) - startMs);
      const count = `${shortCount(recordsAckedAlone)} alone`;
      return fact(
        endMs === null ? "degraded now" : "was degraded",
        [`${moment(startMs, nowMs)} ${lasted}`, endMs === null ? "warning" : "text"],
        [`, ${count}`, "muted"],
      );
    }),
  ];
}

/** Of a slave: what it has still to copy, and how long that takes while its master is there. */
function catchUpLines(
  catchUp: BrokerActivity["replication"]["catchUp"],
  connected: boolean,
): Line[] {
  if (catchUp === null) return [];
  if (!connected) return [fact("to copy", [shortBytes(catchUp.behindBytes), "warning"])];
  const { behindBytes, bytesPerSecond, leftMs } = catchUp;
  const speed: Span = bytesPerSecond === null ? UNKNOWN : [byteRate(bytesPerSecond)];
  return [
    fact("to copy", [shortBytes(behindBytes), "warning"], [" at ", "muted"], speed),
    fact("  done in", leftMs === null ? UNKNOWN : [duration(leftMs)]),
  ];
}

function diskLines(self: BrokerActivity, { theme: { glyphs } }: ViewContext): Line[] {
  const { isLow, fullInMs } = diskSpace(self);
  const free: Span = isLow
    ? [`${glyphs.warning} ${shortBytes(self.diskFreeBytes)} free`, "warning"]
    : [`${shortBytes(self.diskFreeBytes)} free`];
  const kept: Span = [`, ${shortBytes(self.diskReserveBytes)} kept`, "muted"];
  const full = fullInMs === null ? [] : [fact("  full in", [duration(fullInMs)])];
  return [fact("disk", free, kept), ...full];
}

function gaugeLines({ name, used, most, unit, hitCount }: Gauge): Line[] {
  const [title, whenFull] = GAUGES[name] ?? [name, "the bound was met"];
  const amount = unit === "bytes" ? shortBytes : grouped;
  const bound: Line = most === null ? [[" wait", "muted"]] : [[` of ${amount(most)}`, "muted"]];
  const hits: Line[] =
    hitCount === 0 ? [] : [fact("", [`${grouped(hitCount)} ${whenFull}`, "warning"])];
  return [fact(title, [amount(used), used === 0 ? "faint" : "text"], ...bound), ...hits];
}
