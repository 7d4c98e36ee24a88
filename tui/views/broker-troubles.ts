import type { Screen } from "../app/screen.ts";
import { brokerRows } from "../data/broker-rows.ts";
import { diskSpace } from "../data/disk-space.ts";
import type { Line, Span } from "../text/line.ts";
import { counted, duration, grouped, moment, shortBytes, shortCount } from "../text/numbers.ts";
import type { ViewContext } from "./view.ts";

/** Something that one should look at first. */
export interface Attention {
  readonly key: string;
  /** The sign and the word for its state. */
  readonly state: Span;
  readonly subject: string;
  readonly why: Line;
  readonly screen: Screen;
}

/** What is wrong with brokers as a whole: their disks, who isn't heard, what is acked alone. */
export function brokerTroubles(context: ViewContext): readonly Attention[] {
  return [
    ...refusedWrites(context),
    ...lowDisk(context),
    ...absentBrokers(context),
    ...degradedAcks(context),
  ];
}

function trouble(
  context: ViewContext,
  severity: "bad" | "warning",
  [word, subject]: readonly [string, string],
  why: string,
): Attention {
  const glyph = context.theme.glyphs[severity];
  return {
    key: `${word} ${subject}`,
    state: [`${glyph} ${word}`, severity],
    subject,
    why: [[why, "text"]],
    screen: { view: "brokers" },
  };
}

function refusedWrites(context: ViewContext): Attention[] {
  const { broker } = context.world;
  if (broker === null || broker.writable) return [];
  const place = ["writes refused", `broker ${broker.brokerId}`] as const;
  return [trouble(context, "bad", place, broker.writeRefusal ?? "")];
}

function lowDisk(context: ViewContext): Attention[] {
  const { broker } = context.world;
  if (broker === null || !broker.writable) return [];
  const { isLow, fullInMs } = diskSpace(broker);
  if (!isLow) return [];
  const { diskFreeBytes, diskReserveBytes } = broker;
  const full = fullInMs === null ? "" : `, full in ${duration(fullInMs)}`;
  const why = `${shortBytes(diskFreeBytes)} free${full}; ${shortBytes(diskReserveBytes)} are kept`;
  return [trouble(context, "warning", ["disk low", `broker ${broker.brokerId}`], why)];
}

function absentBrokers(context: ViewContext): Attention[] {
  const { broker } = context.world;
  if (broker === null) return [];
  return brokerRows(broker).flatMap(({ brokerId, role, standing, silentMs, lagRecords }) => {
    const who = `broker ${brokerId}`;
    if (standing === "away") {
      const heard = silentMs === null ? "never heard" : `not heard for ${duration(silentMs)}`;
      const lag = lagRecords ? `, ${shortCount(lagRecords)} records behind` : "";
      const severity = role === "master" ? "bad" : "warning";
      return [trouble(context, severity, [`${role} away`, who], `${heard}${lag}`)];
    }
    if (standing !== "behind") return [];
    const { catchUp } = broker.replication;
    const left = catchUp?.leftMs ? `, done in ${duration(catchUp.leftMs)}` : "";
    const much =
      lagRecords === null
        ? `${shortBytes(catchUp?.behindBytes ?? 0)} to copy`
        : `${counted(lagRecords, "record")} behind`;
    const why = `${much}${left}, not in every ISR yet`;
    return [trouble(context, "warning", ["slave behind", who], why)];
  });
}

/** Acks that left while only one copy had the record: as long as that lasts. */
function degradedAcks(context: ViewContext): Attention[] {
  const { broker } = context.world;
  const open = broker?.replication.degraded.find(({ endMs }) => endMs === null);
  if (!broker || !open) return [];
  const count = grouped(open.recordsAckedAlone);
  const why = `${count} records since ${moment(open.startMs, context.nowMs)} have one copy only`;
  return [trouble(context, "warning", ["acks degraded", `broker ${broker.brokerId}`], why)];
}
