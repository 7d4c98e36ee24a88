import type { Place } from "../../internal/client/place.ts";
import { parseTimeMs } from "./time.ts";
import { ParseError } from "./values.ts";

/** `start`, `end`, an offset, `-N` or `@TIME`: where to begin to read each partition. */
export function parseFrom(text: string, nowMs: number): Place {
  if (text === "start") return { kind: "start" };
  const last = /^-(\d{1,15})$/.exec(text);
  if (last !== null) return { kind: "last", count: Number(last[1]) };
  return parseUntil(text, nowMs, "start, end, OFFSET, -N (the last N) or @TIME");
}

/** `end`, an offset or `@TIME`: where to stop, before the record that is there. */
export function parseUntil(text: string, nowMs: number, choices = "end, OFFSET or @TIME"): Place {
  if (text === "end") return { kind: "end" };
  if (/^\d{1,15}$/.test(text)) return { kind: "offset", offset: Number(text) };
  if (text.startsWith("@")) return { kind: "time", timestampMs: parseTimeMs(text.slice(1), nowMs) };
  throw new ParseError(`It must be ${choices}.`);
}
