import type { BrokerActivity } from "../../internal/client/api.ts";
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

/** What is wrong with brokers as a whole, the worst first: disks, who isn't heard, lone acks. */
export function brokerTroubles(context: ViewContext): readonly Attention[] {
  const troubles = [
    ...refusedWrites(context),
    ...damagedRecords(context),
    ...lowDisk(context),
    ...absentBrokers(context),
    ...degradedAcks(context),
  ];
  const isBad = ({ state: [, role] }: Attention): number => Number(role === "bad");
  return troubles.sort((a, b) => isBad(b) - isBad(a));
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

/** The broker that is watched, and the others of its cluster that answer. */
function answering({ world: { broker, others } }: ViewContext): readonly BrokerActivity[] {
  return broker === null ? [] : [broker, ...others];
}

function refusedWrites(context: ViewContext): Attention[] {
  const refusing = answering(context).filter(({ writable }) => !writable);
  return refusing.map(({ brokerId, writeRefusal }) => {
    return trouble(context, "bad", ["writes refused", `broker ${brokerId}`], writeRefusal ?? "");
  });
}

function damagedRecords(context: ViewContext): Attention[] {
  const damaged = answering(context).filter(({ damagedRanges }) => damagedRanges > 0);
  return damaged.map(({ brokerId, damagedRanges }) => {
    const why = `${counted(damagedRanges, "range")} of offsets can't be read: see the events`;
    return trouble(context, "bad", ["damaged", `broker ${brokerId}`], why);
  });
}

function lowDisk(context: ViewContext): Attention[] {
  return answering(context).flatMap((broker) => {
    const { brokerId, writable, diskFreeBytes, diskReserveBytes } = broker;
    const { isLow, fullInMs } = diskSpace(broker);
    if (!writable || !isLow) return [];
    const full = fullInMs === null ? "" : `, full in ${duration(fullInMs)}`;
    const kept = `${shortBytes(diskReserveBytes)} are kept`;
    const why = `${shortBytes(diskFreeBytes)} free${full}; ${kept}`;
    return [trouble(context, "warning", ["disk low", `broker ${brokerId}`], why)];
  });
}

function absentBrokers(context: ViewContext): Attention[] {
  const { broker, others } = context.world;
  if (broker === null) return [];
  return brokerRows(broker, others).flatMap(
    ({ brokerId, role, standing, silentMs, lagRecords }) => {
      const who = `broker ${brokerId}`;
      const what = role === "member" ? "broker" : role;
      if (standing === "away") {
        const heard = silentMs === null ? "never heard" : `not heard for ${duration(silentMs)}`;
        const lag = lagRecords ? `, ${shortCount(lagRecords)} records behind` : "";
        const severity = role === "slave" ? "warning" : "bad";
        return [trouble(context, severity, [`${what} away`, who], `${heard}${lag}`)];
      }
      if (standing !== "behind") return [];
      const { catchUp, connected } = broker.replication;
      // Nothing comes while the master is away.
      const left = connected && catchUp?.leftMs ? `, done in ${duration(catchUp.leftMs)}` : "";
      let much = "";
      if (lagRecords !== null) much = `${counted(lagRecords, "record")} behind${left}, `;
      else if (catchUp) much = `${shortBytes(catchUp.behindBytes)} to copy${left}, `;
      const why = `${much}not in every ISR yet`;
      return [trouble(context, "warning", [`${what} behind`, who], why)];
    },
  );
}

/**
 * Acks that left while only one copy had the record, as long as a copy is missing: in a cluster
 * others may have it by now.
 */
function degradedAcks(context: ViewContext): Attention[] {
  return answering(context).flatMap(({ brokerId, replication }) => {
    const open = replication.degraded.find(({ endMs }) => endMs === null);
    if (!open) return [];
    const count = grouped(open.recordsAckedAlone);
    const since = moment(open.startMs, context.nowMs);
    const why = `${count} records since ${since} were acked with one copy`;
    return [trouble(context, "warning", ["acks degraded", `broker ${brokerId}`], why)];
  });
}
