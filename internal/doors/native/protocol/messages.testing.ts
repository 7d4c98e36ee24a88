/** All messages of the protocol, and what may become of them from one release to the next. */
import * as clusters from "./cluster-operations.ts";
import * as groups from "./group-operations.ts";
import * as members from "./member-operations.ts";
import * as moves from "./move-operations.ts";
import * as operations from "./operations.ts";
import * as pairs from "./pair-operations.ts";
import { refusal } from "./refusal.ts";
import * as replication from "./replicate-messages.ts";
import type { RecordShape } from "./shapes.ts";
import * as streams from "./stream-messages.ts";
import * as topics from "./topic-operations.ts";
import * as changes from "./watch-messages.ts";

/** The tables of messages; a signal's name may be another stream's as well. */
const TABLES = {
  operations,
  topics,
  groups,
  members,
  clusters,
  moves,
  pairs,
  streams,
  changes,
  replication,
};

/** A message, or one side of an exchange. */
export interface MessagePart {
  /** `topics create-topic request`: its table, its name, and what of it this is. */
  readonly path: string;
  readonly name: string;
  readonly shape: RecordShape<unknown>;
}

const PARTS = ["request", "answer", "fields"];

/** Every request, answer, event and signal. */
export const messageParts: readonly MessagePart[] = [
  { path: "connection error fields", name: "error", shape: refusal },
  ...Object.entries(TABLES).flatMap(([table, messages]) =>
    Object.values(messages).flatMap((message: unknown) => partsOf(table, message)),
  ),
];

function partsOf(table: string, message: unknown): MessagePart[] {
  if (typeof message !== "object" || message === null || !("name" in message)) return [];
  const name = String(message.name);
  return PARTS.filter((part) => part in message).map((part) => {
    return { path: `${table} ${name} ${part}`, name, shape: Reflect.get(message, part) };
  });
}

/** What the messages are, a line for each field, in order. */
export function messageLines(): readonly string[] {
  return messageParts.flatMap(({ path, shape }) => shape.lines(path)).sort();
}

/**
 * What keeps programs of the release before from understanding this one, or this one them: what
 * was there has to stay as it was, and what is new has to be something that may be left out.
 */
export function breaches(before: readonly string[], now: readonly string[]): readonly string[] {
  const kept = new Set(now);
  const gone = before.filter((line) => !kept.has(line)).map((line) => `gone: ${line}`);
  const old = new Set(before.flatMap(prefixesOf));
  const required = now.filter((line) => {
    const first = prefixesOf(line).find((prefix) => !old.has(prefix));
    return first?.includes(".") && !first.endsWith("?");
  });
  return [...gone, ...required.map((line) => `has to be one that may be left out: ${line}`)];
}

/** A line's path, its first part, its first two parts, and so on. */
function prefixesOf(line: string): readonly string[] {
  const [path = ""] = line.split(": ");
  const steps = path.split(".");
  return steps.map((_, at) => nameOf(steps.slice(0, at + 1).join(".")));
}

/** Without what says of a list or a map that it is one. */
function nameOf(path: string): string {
  return path.replace(/(\[\]|\{\})+$/, "");
}
