import type { Place } from "../../internal/client/place.ts";
import { type PaletteName, paletteNames } from "../theme/palettes.ts";
import type { App } from "./app.ts";
import { createTopic, deleteTopic, growTopic, resetGroup, setConfig } from "./changes.ts";
import { showLast } from "./last-message.ts";
import { promote, switchOver } from "./leadership.ts";
import { type MessagesFrom, type Screen, topScreen, topViews } from "./screen.ts";

/** A command that can't be understood; the message says what it takes. */
export class CommandRefusal extends Error {
  override readonly name = "CommandRefusal";
}

/** Something that can be written behind `:`. */
export interface Command {
  /** The first is its name, the others are shorter ways to write it. */
  readonly names: readonly string[];
  readonly parameters: string;
  readonly help: string;
  /** What the last of `words` (arguments so far) may be. */
  complete?(app: App, words: readonly string[]): readonly string[];
  /** Throws `CommandRefusal`. */
  run(app: App, words: readonly string[]): void;
}

const topicNames = (app: App): readonly string[] => [...app.session.world.topics.keys()].sort();

const firstIsTopic: Command["complete"] = (app, words) =>
  words.length === 1 ? topicNames(app) : [];

/** Goes to a screen by way of the one that it belongs to. */
function visit(app: App, ...screens: readonly Screen[]): void {
  app.jump([{ view: "overview" }, ...screens]);
}

function topicOf(app: App, name: string | undefined): string {
  if (name === undefined) throw new CommandRefusal("name a topic");
  if (app.session.world.complete && !app.session.world.topics.has(name)) {
    throw new CommandRefusal(`there is no topic ${name}`);
  }
  return name;
}

function wholeNumber(text: string | undefined, what: string): number {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  throw new CommandRefusal(`${what} has to be a whole number`);
}

function placeOf(app: App, text: string): MessagesFrom {
  return text === "tail" ? { kind: "tail" } : parsePlace(app, text);
}

function parsePlace(app: App, text: string): Place {
  try {
    return app.options.parsePlace(text, app.context.nowMs);
  } catch (error) {
    throw new CommandRefusal(error instanceof Error ? error.message : String(error));
  }
}

const goingTo: readonly Command[] = topViews
  .filter((view) => view !== "topics" && view !== "configs" && view !== "groups")
  .map((view) => ({
    names: [view, view.slice(0, 1)],
    parameters: "",
    help: `go to ${view}`,
    run: (app) => (view === "overview" ? visit(app) : visit(app, topScreen(view))),
  }));

const looking: readonly Command[] = [
  {
    names: ["topics", "t"],
    parameters: "[TOPIC]",
    help: "go to the topics, or to one topic's partitions",
    complete: firstIsTopic,
    run(app, [name]) {
      const topics: Screen = { view: "topics" };
      if (name === undefined) visit(app, topics);
      else visit(app, topics, { view: "partitions", topic: topicOf(app, name) });
    },
  },
  {
    names: ["messages", "m"],
    parameters: "TOPIC[/PARTITION] [tail|start|OFFSET|-N|@TIME]",
    help: "read a topic's messages",
    complete: firstIsTopic,
    run(app, [what = "", from = "tail"]) {
      const [name, number] = what.split("/");
      const topic = topicOf(app, name === "" ? undefined : name);
      const partition = number === undefined ? null : wholeNumber(number, "the partition");
      const place = placeOf(app, from);
      visit(app, { view: "topics" }, { view: "messages", topic, partition, from: place });
    },
  },
  {
    names: ["last"],
    parameters: "TOPIC KEY",
    help: "the newest message with this key",
    complete: firstIsTopic,
    run(app, [name, ...key]) {
      if (key.length === 0) throw new CommandRefusal("name the topic, and the key");
      showLast(app, topicOf(app, name), key.join(" "));
    },
  },
  {
    names: ["configs", "c"],
    parameters: "[TOPIC]",
    help: "a topic's settings, or the broker's",
    complete: firstIsTopic,
    run(app, [name]) {
      if (name === undefined) visit(app, { view: "configs", topic: null });
      else visit(app, { view: "topics" }, { view: "configs", topic: topicOf(app, name) });
    },
  },
  {
    names: ["groups", "g"],
    parameters: "[GROUP]",
    help: "go to the groups, or to one group's lag",
    complete: (app, words) => (words.length === 1 ? groupIds(app) : []),
    run(app, [id]) {
      const groups: Screen = { view: "groups" };
      if (id === undefined) visit(app, groups);
      else visit(app, groups, { view: "lag", groupId: groupOf(app, id) });
    },
  },
  {
    names: ["sort"],
    parameters: "COLUMN [desc]",
    help: "sort by a column",
    complete: (app, words) => (words.length === 1 ? app.listing.sortable : ["asc", "desc"]),
    run(app, [column = "", direction = "asc"]) {
      if (!app.listing.sortable.includes(column)) {
        throw new CommandRefusal(`sort by ${app.listing.sortable.join(", ")}`);
      }
      app.sortBy({ column, descending: direction.startsWith("d") });
    },
  },
  {
    names: ["theme"],
    parameters: paletteNames.join("|"),
    help: "other colours",
    complete: () => paletteNames,
    run(app, [name]) {
      const palette = paletteNames.find((known): known is PaletteName => known === name);
      if (palette === undefined) throw new CommandRefusal(`themes: ${paletteNames.join(", ")}`);
      app.setPalette(palette);
    },
  },
];

const groupIds = (app: App): readonly string[] => [...app.session.world.groups.keys()].sort();

function groupOf(app: App, id: string | undefined): string {
  if (id === undefined) throw new CommandRefusal("name a group");
  if (app.session.world.complete && !app.session.world.groups.has(id)) {
    throw new CommandRefusal(`there is no group ${id}`);
  }
  return id;
}

const changing: readonly Command[] = [
  {
    names: ["create"],
    parameters: "TOPIC [PARTITIONS]",
    help: "create a topic",
    run(app, [name, count]) {
      if (name === undefined) throw new CommandRefusal("name the topic");
      createTopic(app, name, count === undefined ? null : wholeNumber(count, "the number"));
    },
  },
  {
    names: ["grow"],
    parameters: "TOPIC PARTITIONS",
    help: "give a topic more partitions",
    complete: firstIsTopic,
    run: (app, [name, count]) =>
      growTopic(app, topicOf(app, name), wholeNumber(count, "the number")),
  },
  {
    names: ["set"],
    parameters: "TOPIC NAME=VALUE",
    help: "change a topic's setting; NAME= takes it back",
    complete: firstIsTopic,
    run(app, [name, ...rest]) {
      const [setting = "", ...value] = rest.join(" ").split("=");
      if (setting === "" || value.length === 0) throw new CommandRefusal("set TOPIC NAME=VALUE");
      const text = value.join("=");
      setConfig(app, topicOf(app, name), setting, text === "" ? null : text);
    },
  },
  {
    names: ["delete"],
    parameters: "TOPIC",
    help: "delete a topic",
    complete: firstIsTopic,
    run: (app, [name]) => deleteTopic(app, topicOf(app, name)),
  },
  {
    names: ["reset"],
    parameters: "GROUP start|end|OFFSET|-N|@TIME [TOPIC]",
    help: "set where a group goes on; shows what that does, and asks",
    complete: (app, words) => (words.length === 1 ? groupIds(app) : []),
    run(app, [id, place = "", ...topics]) {
      const groupId = groupOf(app, id);
      if (place === "") throw new CommandRefusal("say where to: start, end, OFFSET, -N or @TIME");
      resetGroup(app, { groupId, topics, partitions: [], to: parsePlace(app, place) });
    },
  },
  {
    names: ["promote"],
    parameters: "",
    help: "make this slave the master; says what could be missing, and asks",
    run: promote,
  },
  {
    names: ["switch"],
    parameters: "",
    help: "hand the lead of every partition over to the slave",
    run: switchOver,
  },
  { names: ["quit", "q"], parameters: "", help: "quit", run: (app) => app.options.quit() },
];

/** All commands. */
export const commands: readonly Command[] = [...goingTo, ...looking, ...changing];

/** Does what was written behind `:`. Throws `CommandRefusal`. */
export function runCommand(app: App, text: string): void {
  const [name = "", ...words] = text.trim().split(/\s+/);
  if (name === "") return;
  const command = commands.find(({ names }) => names.includes(name));
  if (command === undefined) throw new CommandRefusal(`there is no command ${name}; ? lists them`);
  command.run(app, words);
}

/** What the word that is being written may become. */
export function completions(app: App, text: string): readonly string[] {
  const words = text.trimStart().split(/\s+/);
  const last = words.at(-1) ?? "";
  const [name = "", ...rest] = words;
  const all =
    words.length === 1
      ? commands.flatMap(({ names }) => names.slice(0, 1))
      : (commands.find(({ names }) => names.includes(name))?.complete?.(app, rest) ?? []);
  return all.filter((one) => one.startsWith(last));
}

/** The text with its last word completed as far as it is certain; a whole one gets a space. */
export function complete(app: App, text: string): string {
  const candidates = completions(app, text);
  const [first] = candidates;
  if (first === undefined) return text;
  const last = text.split(/\s+/).at(-1) ?? "";
  const before = text.slice(0, text.length - last.length);
  if (candidates.length === 1) return `${before}${first} `;
  let shared = first;
  for (const one of candidates) while (!one.startsWith(shared)) shared = shared.slice(0, -1);
  return before + shared;
}
