import { parseTimeMs } from "./time.ts";
import { ParseError } from "./values.ts";

/** A place in a partition, as it is asked for on the command line. */
export type Position =
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  | { readonly kind: "offset"; readonly offset: number }
  /** So many offsets before the end. */
  | { readonly kind: "last"; readonly count: number }
  | { readonly kind: "time"; readonly timestampMs: number };

/** `start`, `end`, an offset, `-N` or `@TIME`: where to begin to read each partition. */
export function parseFrom(text: string, nowMs: number): Position {
  if (text === "start") return { kind: "start" };
  const last = /^-(\d{1,15})$/.exec(text);
  if (last !== null) return { kind: "last", count: Number(last[1]) };
  return parseUntil(text, nowMs, "start, end, OFFSET, -N (the last N) or @TIME");
}

/** `end`, an offset or `@TIME`: where to stop, before the record that is there. */
export function parseUntil(
  text: string,
  nowMs: number,
  choices = "end, OFFSET or @TIME",
): Position {
  if (text === "end") return { kind: "end" };
  if (/^\d{1,15}$/.test(text)) return { kind: "offset", offset: Number(text) };
  if (text.startsWith("@")) return { kind: "time", timestampMs: parseTimeMs(text.slice(1), nowMs) };
  throw new ParseError(`It must be ${choices}.`);
}
