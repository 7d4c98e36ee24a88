import type { Glyphs } from "../theme/glyphs.ts";
import type { ViewName } from "./screen.ts";

/** A key and what it does. The handling, the help and the hints all come from this table. */
export interface Binding {
  /** Any of them will do; the first is the one that is shown. */
  readonly keys: readonly string[];
  readonly action: ActionName;
  /** A word for the line at the bottom. */
  readonly hint: string;
  /** What it does, for the help. */
  readonly help: string;
  /** Where it works; null: everywhere. */
  readonly views: readonly ViewName[] | null;
}

/** What a key can make happen. */
export type ActionName =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "half-up"
  | "half-down"
  | "first"
  | "last"
  | "open"
  | "back"
  | "view"
  | "next-view"
  | "previous-view"
  | "messages"
  | "configs"
  | "command"
  | "filter"
  | "sort"
  | "reverse"
  | "faults"
  | "follow"
  | "hex"
  | "pause"
  | "refresh"
  | "copy"
  | "export"
  | "twin"
  | "create"
  | "grow"
  | "edit"
  | "delete"
  | "reset"
  | "promote"
  | "switch"
  | "details"
  | "help"
  | "quit";

/** Bindings that belong together, under a title in the help. */
export interface BindingGroup {
  readonly title: string;
  readonly bindings: readonly Binding[];
}

function key(
  keys: string,
  action: ActionName,
  hint: string,
  help: string,
  views: readonly ViewName[] | null = null,
): Binding {
  return { keys: keys.split(" "), action, hint, help, views };
}

const ofTopics: readonly ViewName[] = ["overview", "topics", "partitions", "messages"];
const detailed: readonly ViewName[] = [
  "topics",
  "partitions",
  "groups",
  "lag",
  "brokers",
  "configs",
  "events",
];
const leading: readonly ViewName[] = ["overview", "brokers"];
const faulty: readonly ViewName[] = ["topics", "partitions", "groups", "lag", "events"];

/**
 * All keys; each means one thing. No motion key of vi or of a shell changes anything, wherever one
 * is.
 */
export const bindingGroups: readonly BindingGroup[] = [
  {
    title: "Move",
    bindings: [
      key("up k", "up", "up", "up"),
      key("down j", "down", "down", "down"),
      key("pageup ctrl-b", "page-up", "page up", "a page up"),
      key("pagedown ctrl-f space", "page-down", "page down", "a page down"),
      key("ctrl-u", "half-up", "half up", "half a page up"),
      key("ctrl-d", "half-down", "half down", "half a page down"),
      key("home g", "first", "first", "to the first"),
      key("end G", "last", "last", "to the last"),
      key("enter right l", "open", "open", "open"),
      key("escape left h", "back", "back", "clear the filter, or go back"),
    ],
  },
  {
    title: "Go to",
    bindings: [
      key("1 2 3 4 5 6", "view", "views", "overview, topics, groups, brokers, configs, events"),
      key("tab", "next-view", "next", "the next of these"),
      key("shift-tab", "previous-view", "previous", "the one before"),
      key("t", "messages", "messages", "messages, as they come", ofTopics),
      key("c", "configs", "configs", "the topic's settings", ofTopics),
      key(":", "command", "command", "a command; Tab completes it"),
    ],
  },
  {
    title: "Look",
    bindings: [
      key("/", "filter", "filter", "only rows with a text; !text: without; ~regex"),
      key("s", "sort", "sort", "sort by the next column"),
      key("S", "reverse", "reverse", "the other way round"),
      key("z", "faults", "faults", "only what is not as it should be", faulty),
      key("f", "follow", "follow", "stay at the newest, or stop there", ["messages"]),
      key("x", "hex", "hex", "bytes, or text", ["messages", "message"]),
      key("p", "pause", "pause", "hold everything still"),
      key("r", "refresh", "refresh", "look again, or connect, at once"),
      key("i", "details", "details", "all about the selected row", detailed),
      key("Y", "copy", "copy", "copy the row's name, or the message"),
      key("X", "export", "export", "write the messages to a file", ["messages"]),
      key("y", "twin", "as command", "the command line that shows the same"),
    ],
  },
  {
    title: "Change",
    bindings: [
      key("C", "create", "create", "create a topic", ["topics"]),
      key("A", "grow", "grow", "add partitions", ["topics", "partitions"]),
      key("E", "edit", "edit", "change a setting", ["configs"]),
      key("D", "delete", "delete", "delete a topic, or a group", ["topics", "groups"]),
      key("R", "reset", "reset", "reset a group's offsets", ["groups", "lag"]),
      key("P", "promote", "promote", "make this slave the master", leading),
      key("W", "switch", "switch", "hand the lead over to the slave", leading),
    ],
  },
  {
    title: "Weir",
    bindings: [
      key("?", "help", "help", "all keys and commands"),
      key("q ctrl-c", "quit", "quit", "quit"),
    ],
  },
];

const bindings = bindingGroups.flatMap((group) => group.bindings);

/** Whether a key does something in a view. */
export function worksIn({ views }: Binding, view: ViewName): boolean {
  return views?.includes(view) ?? true;
}

/** What a key does, there or in other views; undefined if nothing anywhere. */
export function bindingOf(name: string): Binding | undefined {
  return bindings.find(({ keys }) => keys.includes(name));
}

/** The first binding of an action. */
export function bindingFor(action: ActionName): Binding {
  const found = bindings.find((binding) => binding.action === action);
  if (found) return found;
  throw new Error(`no key does ${action}`);
}

const LABELS: Readonly<Record<string, string>> = {
  escape: "Esc",
  tab: "Tab",
  "shift-tab": "Shift-Tab",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  space: "Space",
};

/** A key's name as people write it: `Esc`, `Ctrl-D`, `g`. */
export function keyLabel(name: string, { arrows, enter }: Glyphs): string {
  if (name === "enter") return enter;
  if (name.startsWith("ctrl-")) return `Ctrl-${name.slice(5).toUpperCase()}`;
  const labels: Readonly<Record<string, string>> = { ...LABELS, ...arrows };
  return labels[name] ?? name;
}
