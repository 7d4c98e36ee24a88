import type { ExitMeaning } from "../exit-codes.ts";
import type { JsonShape } from "../output/shape.ts";

/** How things stand, from good to bad, in Nagios's words. Their places are the exit codes. */
export const standings = ["ok", "warning", "critical", "unknown"] as const;
export type Standing = (typeof standings)[number];

/** A number that was looked at. */
export interface Measure {
  /** With nothing in it that a shell or Nagios would mind. */
  readonly name: string;
  readonly value: number;
  readonly unit: "" | "B" | "s";
  /** From where on it is a warning, or critical; null: it isn't. */
  readonly warn: number | null;
  readonly crit: number | null;
}

/** What a check has found. */
export interface Outcome {
  readonly standing: Standing;
  /** One line. */
  readonly message: string;
  readonly measures: readonly Measure[];
}

/** How `weir check` ends: as monitoring plugins do, and not as the other verbs. */
export const checkExits: readonly ExitMeaning[] = [
  { code: 0, meaning: "ok", reaction: "go on" },
  { code: 1, meaning: "warning", reaction: "look" },
  { code: 2, meaning: "critical", reaction: "act" },
  { code: 3, meaning: "unknown: it could not be checked, or the call is wrong", reaction: "look" },
];

/** What a check prints as JSON. */
export const checkShape: JsonShape = {
  kind: "check",
  version: 1,
  form: "object",
  fields: {
    time_ms: "integer or absent, with --watch: when it was looked, in ms since 1970",
    check: "text, what was checked",
    status: "text, ok, warning, critical or unknown",
    exit_code: "integer, 0, 1, 2 or 3",
    message: "text, one line",
    measures: "list, the numbers that were looked at",
    "measures[].name": "text, what it is of",
    "measures[].value": "number, the value",
    "measures[].unit": "text, B, s, or empty for a count",
    "measures[].warn": "number or null, where a warning begins",
    "measures[].crit": "number or null, where it becomes critical",
  },
};

/** The worst of some; ok if there are none. `unknown` is worse than a warning only. */
export function worst(all: readonly Standing[]): Standing {
  const order: readonly Standing[] = ["critical", "unknown", "warning", "ok"];
  return order.find((standing) => all.includes(standing)) ?? "ok";
}

/** The line of a monitoring plugin: `LAG OK - message | 'name'=value;warn;crit;0 ...`. */
export function pluginLine(check: string, { standing, message, measures }: Outcome): string {
  const head = `${check.toUpperCase()} ${standing.toUpperCase()} - ${message.replaceAll("|", "/")}`;
  if (measures.length === 0) return `${head}\n`;
  const numbers = measures.map(({ name, value, unit, warn, crit }) => {
    return `'${name}'=${value}${unit};${warn ?? ""};${crit ?? ""};0`;
  });
  return `${head} | ${numbers.join(" ")}\n`;
}
