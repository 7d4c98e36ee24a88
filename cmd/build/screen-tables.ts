/** The tables of keys and commands in docs/screen.md, out of those that the screen works by. */
import { type Binding, bindingGroups, keyLabel } from "../../tui/app/bindings.ts";
import { commands } from "../../tui/app/commands.ts";
import { unicodeGlyphs } from "../../tui/theme/glyphs.ts";
import { table, withPart } from "./written.ts";

/** The key has no sign of its own on most keyboards. */
const GLYPHS = { ...unicodeGlyphs, enter: "Enter" };

/** The page as it has to be. */
export function withScreen(page: string): string {
  const keys = bindingGroups.flatMap(({ title, bindings }) => {
    return bindings.map((binding) => [title, keysOf(binding), binding.help, whereOf(binding)]);
  });
  const written = commands.map(({ names, parameters, help }) => {
    const [name = "", ...others] = names;
    return [
      code(`:${name} ${parameters}`),
      others.map((other) => code(`:${other}`)).join(" "),
      help,
    ];
  });
  const withKeys = withPart(page, "keys", table(["to", "keys", "what they do", "where"], keys));
  return withPart(withKeys, "commands", table(["command", "short", "what it does"], written));
}

function keysOf({ keys }: Binding): string {
  return keys.map((name) => code(keyLabel(name, GLYPHS))).join(" ");
}

function whereOf({ views }: Binding): string {
  return views === null ? "everywhere" : views.join(", ");
}

/** A cell's bar would end it, inside of code, too. */
function code(text: string): string {
  return `\`${text.trim().replaceAll("|", "\\|")}\``;
}
