import type { App } from "../app/app.ts";
import { bindingGroups, keyLabel, worksIn } from "../app/bindings.ts";
import { commands } from "../app/commands.ts";
import { refusalOf, refusalOfKey } from "../app/refusals.ts";
import { clamp } from "../list/window.ts";
import { fitLine, type Line } from "../text/line.ts";
import type { Picture } from "./part.tsx";

const KEYS_WIDTH = 24;
const COMMAND_WIDTH = 46;

/** All keys and commands, out of the tables that they work by. */
export function help(app: App, top: number): Picture {
  const { layout, size } = app;
  const lines = helpLines(app);
  const first = clamp(top, 0, Math.max(0, lines.length - layout.bodyHeight));
  return { lines: lines.slice(first), width: size.columns, height: layout.bodyHeight };
}

function helpLines(app: App): readonly Line[] {
  const { theme, screen } = app;
  const { ellipsis } = theme.glyphs;
  const keys = bindingGroups.flatMap(({ title, bindings }): Line[] => [
    [[` ${title.toUpperCase()}`, "muted"]],
    ...bindings.map((binding): Line => {
      const { keys: names, help, views, action } = binding;
      const isHere = worksIn(binding, screen.view);
      const refusal = isHere ? refusalOfKey(app, binding) : refusalOf(app, action);
      const works = isHere && refusal === null;
      const label = names.map((name) => keyLabel(name, theme.glyphs)).join("  ");
      const where = works || refusal !== null ? "" : `  in ${views?.join(", ") ?? ""}`;
      const why: Line = refusal === null ? [] : [[`  not now: ${refusal}`, "warning"]];
      const cell = fitLine(
        [[`  ${label}`, works ? "accent" : "faint"]],
        KEYS_WIDTH,
        "left",
        ellipsis,
      );
      return [...cell, [help, works ? "text" : "faint"], [where, "faint"], ...why];
    }),
    [],
  ]);
  const written = commands.map(({ names, parameters, help }): Line => {
    const call: Line = [
      [`  :${names[0] ?? ""}`, "accent"],
      [` ${parameters}`, "text"],
    ];
    return [...fitLine(call, COMMAND_WIDTH, "left", ellipsis), [help, "muted"]];
  });
  return [[], ...keys, [[" COMMANDS", "muted"]], ...written];
}
