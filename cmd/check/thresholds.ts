import { Option } from "commander";
import { checked, type GlobalOptions } from "../options.ts";
import { ParseError, parseDurationMs, parseSizeBytes, parseWhole } from "../parse/values.ts";
import type { Standing } from "./outcome.ts";

/** A number of things, or a time; `min` bounds are about what there should be at least. */
export interface Threshold {
  readonly unit: "count" | "seconds" | "bytes";
  readonly value: number;
}

/** From where on something is a warning, or critical. */
export interface CheckOptions extends GlobalOptions {
  readonly warn?: Threshold;
  readonly crit?: Threshold;
}

/** `1000`, or `30s` and `1h30m`. */
export function parseCountOrTime(text: string): Threshold {
  if (/^\d+$/.test(text)) {
    return { unit: "count", value: parseWhole(text, 0, Number.MAX_SAFE_INTEGER) };
  }
  try {
    return { unit: "seconds", value: parseDurationMs(text) / 1000 };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ParseError("It must be a whole number, or a time such as 30s.");
  }
}

/** `30s`. */
export function parseTime(text: string): Threshold {
  return { unit: "seconds", value: parseDurationMs(text) / 1000 };
}

/** `10GB`. */
export function parseSize(text: string): Threshold {
  return { unit: "bytes", value: parseSizeBytes(text) };
}

/** `--warn` and `--crit`, as `what` describes the value. */
export function thresholdOptions(what: string, parse: (text: string) => Threshold): Option[] {
  return [
    new Option("--warn <value>", `a warning ${what}`).argParser(checked(parse)),
    new Option("--crit <value>", `critical ${what}`).argParser(checked(parse)),
  ];
}

/** A threshold's value where it is in that unit, else null. */
export function inUnit(threshold: Threshold | undefined, unit: Threshold["unit"]): number | null {
  return threshold?.unit === unit ? threshold.value : null;
}

/** How a value stands that shouldn't be large. */
export function judgeMost(value: number, warn: number | null, crit: number | null): Standing {
  if (crit !== null && value >= crit) return "critical";
  return warn !== null && value >= warn ? "warning" : "ok";
}

/** How a value stands that shouldn't be small. */
export function judgeLeast(value: number, warn: number | null, crit: number | null): Standing {
  if (crit !== null && value <= crit) return "critical";
  return warn !== null && value <= warn ? "warning" : "ok";
}
