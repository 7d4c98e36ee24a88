import type { App } from "../app/app.ts";
import { type ActionName, bindingFor, keyLabel } from "../app/bindings.ts";
import { completions } from "../app/commands.ts";
import { refusalOfKey } from "../app/refusals.ts";
import type { ViewName } from "../app/screen.ts";
import { cleanText, fitLine, type Line, lineWidth } from "../text/line.ts";
import { grouped } from "../text/numbers.ts";
import { bar, type Picture } from "./part.tsx";

/** What the keys do that matter most in each view; what doesn't fit is left out from the end. */
export const HINTS: Readonly<Record<ViewName, readonly ActionName[]>> = {
  overview: ["open", "view", "command", "switch", "promote", "pause", "quit"],
  topics: ["open", "filter", "messages", "configs", "sort", "faults", "command"],
  partitions: ["open", "back", "details", "filter", "sort", "faults", "twin"],
  messages: ["open", "back", "follow", "filter", "hex", "export", "twin"],
  message: ["back", "hex", "filter", "copy", "twin"],
  configs: ["back", "filter", "edit", "twin"],
  groups: ["open", "filter", "sort", "faults", "reset", "delete", "twin"],
  lag: ["open", "back", "filter", "sort", "faults", "reset", "twin"],
  brokers: ["details", "promote", "switch", "open", "twin"],
  events: ["details", "open", "filter", "faults", "twin"],
};

/** What one is writing; or how many rows there are, and what one can press. */
export function footer(app: App): Picture {
  return bar(app, footerLine(app));
}

function footerLine(app: App): Line {
  const { mode, notice } = app;
  if (mode.kind === "command") return commandLine(app, mode.text);
  if (mode.kind === "filter") {
    const cursor = app.theme.glyphs.levels.at(-1) ?? "_";
    return [
      [" /", "accent"],
      [cleanText(app.memory.filter), "strong"],
      [cursor],
      ...countText(app),
    ];
  }
  if (notice !== null) {
    const sign = notice.isBad ? app.theme.glyphs.bad : app.theme.glyphs.ok;
    const role = notice.isBad ? "bad" : "ok";
    return [
      [` ${sign} `, role],
      [cleanText(notice.text), "strong"],
    ];
  }
  if (mode.kind === "help") return helpLine(app, "scroll");
  if (mode.kind === "details") return helpLine(app, "other rows");
  if (mode.kind !== "browse") return [[" "]];
  const counts = countText(app);
  return [...counts, ...hintsLine(app, app.size.columns - lineWidth(counts))];
}

function helpLine({ theme: { glyphs } }: App, what: string): Line {
  const { up, down } = glyphs.arrows;
  return [
    [` ${up} ${down}`, "accent"],
    [` ${what}  `, "muted"],
    ["any other key", "accent"],
    [" back", "muted"],
  ];
}

function commandLine(app: App, text: string): Line {
  const { levels, ellipsis } = app.theme.glyphs;
  const written: Line = [[" :", "accent"], [cleanText(text), "strong"], [levels.at(-1) ?? "_"]];
  const candidates = completions(app, text).join("  ");
  const room = app.size.columns - lineWidth(written) - 3;
  return [...written, ["  "], ...fitLine([[candidates, "muted"]], room, "left", ellipsis)];
}

/** ` 21 of 340 /a  faults only `. */
function countText(app: App): Line {
  const { listing, memory, screen } = app;
  if (screen.view === "overview") return [[" "]];
  const { total, keys } = listing;
  const counts =
    keys.length === total ? grouped(total) : `${grouped(keys.length)} of ${grouped(total)}`;
  const filter: Line =
    memory.filter === "" || app.mode.kind === "filter"
      ? []
      : [
          ["  /", "accent"],
          [cleanText(memory.filter), "strong"],
        ];
  const faults: Line = memory.faultsOnly ? [["  faults only", "warning"]] : [];
  return [[` ${counts}`], ...filter, ...faults, ...listing.summary, ["  "]];
}

/** Hints at the right, as many as there is room for; how to find the others always is. */
function hintsLine(app: App, room: number): Line {
  const help = hintOf(app, "help");
  let hints: Line = [];
  for (const action of HINTS[app.screen.view]) {
    const hint = hintOf(app, action);
    if (lineWidth(hints) + lineWidth(hint) + lineWidth(help) > room) break;
    hints = [...hints, ...hint];
  }
  hints = [...hints, ...help];
  return [[" ".repeat(Math.max(0, room - lineWidth(hints)))], ...hints];
}

function hintOf(app: App, action: ActionName): Line {
  const binding = bindingFor(action);
  const { keys, hint } = binding;
  const [first = ""] = keys;
  const label = action === "view" ? "1-6" : keyLabel(first, app.theme.glyphs);
  // What can't be done now stays where it is: pressing it tells why.
  const canBeDone = refusalOfKey(app, binding) === null;
  return [
    [label, canBeDone ? "accent" : "faint"],
    [` ${hint}  `, canBeDone ? "muted" : "faint"],
  ];
}
