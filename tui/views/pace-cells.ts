import { behindMs, type GroupRow, leftMs, type ProgressRow } from "../data/group-row.ts";
import { drainMs, isTroubled, type Pace } from "../data/pace.ts";
import type { Track } from "../data/track.ts";
import type { CellContext } from "../list/column.ts";
import type { Line, Span } from "../text/line.ts";
import { duration, shortCount, shortRate } from "../text/numbers.ts";
import type { Role } from "../theme/palettes.ts";
import { UNKNOWN } from "./cells.ts";

/** How a pace is drawn, and what it means. */
interface PaceStyle {
  readonly role: Role;
  readonly glyph: "ok" | "warning" | "bad" | "waiting";
  readonly word: string;
  readonly meaning: string;
}

const STYLES: Readonly<Record<Pace, PaceStyle>> = {
  done: {
    role: "ok",
    glyph: "ok",
    word: "caught up",
    meaning: "there is nothing left to read",
  },
  "keeping-up": {
    role: "ok",
    glyph: "ok",
    word: "keeps up",
    meaning: "what is left to read has just come in",
  },
  "catching-up": {
    role: "ok",
    glyph: "ok",
    word: "catches up",
    meaning: "it reads faster than more comes in",
  },
  losing: {
    role: "warning",
    glyph: "warning",
    word: "losing",
    meaning: "more comes in than is read",
  },
  stuck: {
    role: "bad",
    glyph: "bad",
    word: "stuck",
    meaning: "there is more to read, and none of it is read",
  },
  unknown: {
    role: "muted",
    glyph: "waiting",
    word: "watching",
    meaning: "it takes a few seconds to tell",
  },
  uncommitted: {
    role: "muted",
    glyph: "waiting",
    word: "no offset",
    meaning: "nothing was committed: nobody knows how far it is",
  },
};

/** What a pace means, in words. */
export function paceMeaning(pace: Pace): string {
  return STYLES[pace].meaning;
}

/** The sign and the word for a pace; how long for what is stuck. */
export function paceCell(
  pace: Pace,
  track: Track | undefined,
  atMs: number,
  { theme: { glyphs } }: CellContext,
): Span {
  const { role, glyph, word } = STYLES[pace];
  const time = pace === "stuck" && track ? ` ${duration(track.stillForMs(atMs))}` : "";
  return [`${glyphs[glyph]} ${word}${time}`, role];
}

/** A lag in records, with where it goes; unknown is not nothing. */
export function lagCell(lag: number, pace: Pace, { theme: { glyphs } }: CellContext): Line {
  if (lag < 0) return [UNKNOWN, [" "]];
  const arrow = pace === "losing" ? glyphs.arrows.up : " ";
  return [
    [shortCount(lag), lag === 0 ? "faint" : isTroubled(pace) ? STYLES[pace].role : "text"],
    [arrow, "warning"],
  ];
}

/**
 * How long ago the first record came that hasn't been read: as the broker tells it, or, where it
 * can't, for at least how long (`>`) it has been seen.
 */
export function behindCell(
  row: GroupRow | ProgressRow,
  track: Track | undefined,
  atMs: number,
  { nowMs }: CellContext,
): Span {
  const toldMs = behindMs(row, nowMs);
  if (toldMs !== null) return toldMs === 0 ? ["0", "faint"] : [duration(toldMs), "text"];
  const behind = row.lag < 0 ? null : (track?.behind(atMs) ?? null);
  if (behind === null) return UNKNOWN;
  return [`${behind.isAtLeast ? ">" : ""}${duration(behind.ageMs)}`, "text"];
}

/** Records read in a second. */
export function readCell(track: Track | undefined): Span {
  const perSecond = track?.readPerSecond ?? null;
  if (perSecond === null) return UNKNOWN;
  return [shortRate(perSecond), perSecond > 0 ? "outgoing" : "faint"];
}

/** Records written in a second. */
export function writtenCell(track: Track | undefined): Span {
  const perSecond = track?.writtenPerSecond ?? null;
  if (perSecond === null) return UNKNOWN;
  return [shortRate(perSecond), perSecond > 0 ? "incoming" : "faint"];
}

/** How long until nothing is left to read: as the broker tells it, or as it was seen. */
export function drainCell(
  row: GroupRow | ProgressRow,
  pace: Pace,
  track: Track | undefined,
  { nowMs }: CellContext,
): Span {
  if (pace === "done" || pace === "keeping-up") return ["0", "faint"];
  if (isTroubled(pace)) return ["never", STYLES[pace].role];
  const seenMs = pace === "catching-up" ? drainMs(row.lag, track) : null;
  const restMs = leftMs(row, nowMs) ?? seenMs;
  return restMs === null ? UNKNOWN : [duration(restMs), "text"];
}
