import { ParseError, parseDurationMs } from "./values.ts";

const help =
  "A time is RFC 3339 (2026-01-31T12:00:00Z, 2026-01-31), milliseconds since 1970, now, " +
  "or how long ago (-1h, -90s).";

/** The furthest time that can be written down as RFC 3339. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * A point in time, in milliseconds since 1970.
 *
 * `now`, `-1h` (that long before `nowMs`), `1767225600000`, `2026-01-31` (its start in UTC),
 * `2026-01-31T12:00:00.5+01:00`. A time of day without a zone is refused: whose would it be?
 */
export function parseTimeMs(text: string, nowMs: number): number {
  if (text === "now") return nowMs;
  if (text.startsWith("-")) return nowMs - durationMs(text.slice(1));
  if (/^\d{1,15}$/.test(text)) {
    const timeMs = Number(text);
    if (timeMs > lastMs) throw new ParseError(help);
    return timeMs;
  }
  return dateMs(text);
}

function durationMs(text: string): number {
  try {
    return parseDurationMs(text);
  } catch {
    throw new ParseError(help);
  }
}

const dateShape =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?$/i;

function dateMs(text: string): number {
  const match = dateShape.exec(text);
  if (match === null) throw new ParseError(help);
  const [, year, month, day, hour, minute, second = "00", fraction = "0", zone] = match;
  if (hour !== undefined && zone === undefined) {
    throw new ParseError("A time of day needs its zone: append Z, or an offset like +01:00.");
  }
  const fractionMs = Math.floor(Number(`0.${fraction}`) * 1000);
  const localMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second),
    fractionMs,
  );
  const written = `${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second}`;
  // Date.UTC takes a 30th of February for the 2nd of March.
  if (!new Date(localMs).toISOString().startsWith(written)) {
    throw new ParseError("There is no such day or time.");
  }
  return localMs - zoneMs(zone);
}

/** How far a zone is ahead of UTC. */
function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) throw new ParseError("There is no such zone.");
  const aheadMs = (hours * 60 + minutes) * 60_000;
  return zone.startsWith("-") ? -aheadMs : aheadMs;
}
