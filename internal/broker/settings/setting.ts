import { BrokerError } from "../errors.ts";

/** The types that settings have for Kafka's tools. */
export type SettingType = "boolean" | "int" | "long" | "double" | "string" | "list";

/** One setting: its name, what it may be, what it does. Values are text in Kafka's spelling. */
export interface Setting {
  readonly name: string;
  readonly type: SettingType;
  readonly default: string;
  readonly documentation: string;
  /** The values of a `string` or `list`; any if missing. */
  readonly choices?: readonly string[];
  /** The bounds of a number, both allowed. */
  readonly min?: number;
  readonly max?: number;
}

/** A topic's setting, and the broker setting that gives its default. */
export interface TopicSetting extends Setting {
  /** The broker setting's name, which is Kafka's where Kafka has one. */
  readonly broker: string;
}

/** The greatest number of Kafka's type `int`. */
export const INT_MAX = 2 ** 31 - 1;

/** The greatest number that settings take where Kafka has the greatest 64-bit one. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * `value` as it is to be kept: without the blanks around it, and around the items of a list. Throws
 * `BrokerError` `invalid-config` with a sentence that says what it must be.
 */
export function checkedValue(setting: Setting, value: string): string {
  const text = setting.type === "list" ? listOf(value).join(",") : value.trim();
  const problem = problemWith(setting, text);
  if (problem === null) return text;
  const message = `${setting.name} is ${problem}, not ${JSON.stringify(value)}`;
  throw new BrokerError("invalid-config", message);
}

/** A checked setting's text as a number; Kafka's greatest 64-bit number is read as `UNLIMITED`. */
export function numberOf(value: string): number {
  return Math.min(Number(value), UNLIMITED);
}

/** A checked list's items. */
export function listOf(value: string): string[] {
  return value.split(",").flatMap((item) => item.trim() || []);
}

function problemWith(setting: Setting, value: string): string | null {
  const { type, choices } = setting;
  if (type === "boolean") return value === "true" || value === "false" ? null : "true or false";
  if (type === "list" || type === "string") {
    const items = type === "list" ? listOf(value) : [value];
    if (!choices || items.every((item) => choices.includes(item))) return null;
    return `${type === "list" ? "a list of" : "one of"} ${choices.join(", ")}`;
  }
  return numberProblem(setting, value);
}

function numberProblem({ type, min = -UNLIMITED, max = UNLIMITED }: Setting, value: string) {
  const pattern = type === "double" ? /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i : /^-?\d+$/;
  const bounds = `a ${type === "double" ? "number" : "whole number"} from ${min} to ${max}`;
  if (!pattern.test(value)) return bounds;
  const number = numberOf(value);
  return number >= min && number <= max ? null : bounds;
}
