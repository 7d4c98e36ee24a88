import type { PartitionHealth, PartitionStatus, Rates } from "../../internal/client/api.ts";
import type { CopyLag } from "../data/partition-row.ts";
import type { CellContext } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { byteRate, counted, duration, shortBytes, shortCount, shortRate } from "../text/numbers.ts";
import type { Role } from "../theme/palettes.ts";

/** What stands where nothing is known. */
export const UNKNOWN: Span = ["-", "faint"];

/** A number that isn't worth a look when it is 0. */
export function countCell(count: number): Span {
  return [shortCount(count), count === 0 ? "faint" : "text"];
}

/** A size, likewise. */
export function bytesCell(bytes: number): Span {
  return [shortBytes(bytes), bytes === 0 ? "faint" : "text"];
}

/** Records a second that come in. */
export function recordsInCell(rates: Rates | null): Span {
  return rates ? [shortRate(rates.recordsInPerSecond), "incoming"] : ["0", "faint"];
}

/** Bytes a second that come in. */
export function bytesInCell(rates: Rates | null): Span {
  return trafficCell(rates?.bytesInPerSecond ?? 0, "incoming");
}

/** Bytes a second that go out. */
export function bytesOutCell(rates: Rates | null): Span {
  return trafficCell(rates?.bytesOutPerSecond ?? 0, "outgoing");
}

function trafficCell(perSecond: number, role: Role): Span {
  return perSecond > 0 ? [byteRate(perSecond), role] : ["0", "faint"];
}

/** How good or bad a state is. */
export function healthRole(health: PartitionHealth): Role {
  if (health === "ok") return "ok";
  return health === "under-replicated" ? "warning" : "bad";
}

/** The sign of a state: it tells the same as its colour. */
export function healthGlyph(health: PartitionHealth, { theme: { glyphs } }: CellContext): string {
  if (health === "ok") return glyphs.ok;
  return health === "under-replicated" ? glyphs.warning : glyphs.bad;
}

/** What a state means, in words. */
export const healthTexts: Readonly<Record<PartitionHealth, string>> = {
  ok: "every copy is in sync",
  "under-replicated": "a copy is not in sync",
  "under-min-isr": "too few copies are in sync: writes with acks=all are refused",
  leaderless: "nobody takes writes",
};

/** The copies of a partition, the leader's with a star, those not in sync named: `1*,2,(3)`. */
export function copiesCell({ leader, replicas, isr, observers }: PartitionStatus): Line {
  return replicas.flatMap((id, index): Line => {
    const name = id === leader ? `${id}*` : String(id);
    const comma: Line = index === 0 ? [] : [[",", "faint"]];
    if (isr.includes(id)) return [...comma, [name, "text"]];
    if (observers.includes(id)) return [...comma, [`~${name}`, "muted"]];
    return [...comma, [`(${name})`, "bad"]];
  });
}

/** Those copies that should be in sync and are not. */
export function missingCopies({ replicas, isr, observers }: PartitionStatus): readonly number[] {
  return replicas.filter((id) => !isr.includes(id) && !observers.includes(id));
}

/** How far a copy is behind, in records. */
export function copyRecordsCell(lag: CopyLag | undefined): Span {
  return lag ? [shortCount(lag.records), lag.records === 0 ? "faint" : lagRole(lag)] : UNKNOWN;
}

/** In bytes. */
export function copyBytesCell(lag: CopyLag | undefined): Span {
  if (!lag || lag.bytes === null) return UNKNOWN;
  return [shortBytes(lag.bytes), lag.bytes === 0 ? "faint" : lagRole(lag)];
}

/** In time: how long ago it had everything. */
export function copyTimeCell(lag: CopyLag | undefined): Span {
  if (!lag || lag.behindMs === null) return UNKNOWN;
  return lag.behindMs === 0 ? ["0", "faint"] : [duration(lag.behindMs), lagRole(lag)];
}

function lagRole({ inSync, outMs }: CopyLag): Role {
  return inSync || outMs === null ? "text" : "warning";
}

/** Lines of a card about one copy: how it stands, and how far it is behind in all three ways. */
export function copyLines(
  lag: CopyLag,
  isObserver: boolean,
  context: CellContext,
): readonly Line[] {
  const { ok, warning } = context.theme.glyphs;
  const out = lag.outMs === null ? "" : ` for ${duration(lag.outMs)}`;
  let state: Span = [`${ok} in sync`, "ok"];
  if (isObserver) state = ["observer: nobody waits for it", "muted"];
  else if (!lag.inSync) state = [`${warning} not in sync${out}`, "warning"];
  const bytes: Line = lag.bytes === null ? [] : [[` ${shortBytes(lag.bytes)} `, "text"]];
  const behind: Line = [
    [`  ${counted(lag.records, "record")}`, lag.records === 0 ? "faint" : "text"],
    ...bytes,
    copyTimeCell(lag),
    [" behind", "muted"],
  ];
  return [fact(`broker ${lag.broker}`, state), behind];
}

/** A line of a card: what, and its value. */
export function fact(name: string, ...value: Line): Line {
  return [[name.padEnd(14), "muted"], ...value];
}
