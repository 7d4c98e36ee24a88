/**
 * The tables of docs/configuration.md, out of the flags and settings themselves.
 *
 * The flags have a part of the page, the settings stand below `BEGIN`; all else is written by hand.
 */
import { BROKER_SETTINGS } from "../../internal/broker/settings/broker-setting-table.ts";
import { INT_MAX, type Setting } from "../../internal/broker/settings/setting.ts";
import { TOPIC_SETTINGS } from "../../internal/broker/settings/topic-setting-table.ts";
import { BROKER_FLAGS, type BrokerFlag } from "../broker/flags.ts";
import { table, withPart } from "./written.ts";

const BEGIN = "<!-- From here on `npm run docs` has written this. -->";

/** The page as it has to be: what is written by hand in `page`, and the tables as they are now. */
export function withTables(page: string): string {
  const [above] = withPart(page, "flags", flagTable()).split(BEGIN);
  return [above?.trimEnd(), BEGIN, topicTable(), brokerTable(), ""].join("\n\n");
}

function flagTable(): string {
  const flags: readonly BrokerFlag[] = Object.values(BROKER_FLAGS);
  const rows = flags.map(({ flag, repeatable, key, setting, usual = "", about }) => {
    const name = key ?? setting;
    return [
      `\`${flag}\`${repeatable ? ", repeatable" : ""}`,
      name === undefined ? "" : `\`${name}\``,
      usual,
      about,
    ];
  });
  return table(["flag", "in the file", "default", "what it says"], rows);
}

function topicTable(): string {
  const rows = TOPIC_SETTINGS.map((setting) => [...cellsOf(setting), `\`${setting.broker}\``]);
  const head = ["topic setting", "type", "unit", "default", "what it does", "the broker's"];
  return `## Topics\n\n${table(head, rows)}`;
}

function brokerTable(): string {
  const ofTopics = new Set(TOPIC_SETTINGS.map(({ broker }) => broker));
  const own = BROKER_SETTINGS.filter(({ name }) => !ofTopics.has(name));
  const head = ["broker setting", "type", "unit", "default", "what it does"];
  const more = "Besides these a broker has the settings in the last column above, for all topics.";
  return `## Brokers\n\n${table(head, own.map(cellsOf))}\n\n${more}`;
}

function cellsOf(setting: Setting): string[] {
  const { name, documentation } = setting;
  return [`\`${name}\``, typeOf(setting), unitOf(setting), defaultOf(setting), documentation];
}

/** What numbers are of, by the ends of their settings' names: the first that fits. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/\.ms$/, "ms"],
  [/\.minutes$/, "min"],
  [/bytes\.per\.second$/, "bytes/s"],
  [/bytes|buffer\.size/, "bytes"],
  [/ratio$/, "share"],
  [/messages$/, "records"],
  [/partitions$|partition\.size\.limit$/, "partitions"],
  [/replicas$|factor$/, "copies"],
  [/connections$/, "connections"],
  [/files$/, "files"],
  [/slots$/, "sessions"],
  [/series\.max$/, "series"],
  [/^group.*max\.size$/, "members"],
];

/** A number's unit; nothing for what is no amount. Throws where a new setting's isn't known. */
function unitOf({ name, type }: Setting): string {
  if (!["int", "long", "double"].includes(type) || name === "broker.id") return "";
  const found = UNITS.find(([end]) => end.test(name));
  if (found === undefined) throw new Error(`the unit of ${name} isn't known`);
  return found[1];
}

function typeOf({ type, choices, min, max }: Setting): string {
  if (choices) {
    const names = choices.map((choice) => `\`${choice}\``).join(", ");
    return type === "list" ? `list of ${names}` : names;
  }
  if (type === "string" || type === "boolean" || type === "list") return type;
  const from = min === undefined ? "" : ` from ${min}`;
  return max === undefined || max === INT_MAX ? `${type}${from}` : `${type}${from} to ${max}`;
}

function defaultOf({ name, type, default: value }: Setting): string {
  const number = Number(value);
  if (type === "long" && number === 2 ** 63) return `\`${value}\`: any`;
  const unit = /\bms$/.test(name) ? durationText : /bytes|size/.test(name) ? sizeText : null;
  const people = unit === null || number <= 0 ? null : unit(number);
  return people === null ? `\`${value}\`` : `\`${value}\`: ${people}`;
}

function durationText(ms: number): string | null {
  return inUnits(ms, [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ]);
}

function sizeText(bytes: number): string | null {
  return inUnits(bytes, [
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
  ]);
}

/** In the largest unit that it is a whole number of; null if that is none. */
function inUnits(value: number, units: readonly (readonly [string, number])[]): string | null {
  const found = units.find(([, size]) => value % size === 0);
  return found === undefined ? null : `${value / found[1]} ${found[0]}`;
}
