import type { Key } from "ink";

/**
 * The names of the keys that a piece of input stands for: `j`, `G`, `up`, `enter`, `ctrl-d`. Fast
 * typing and pasting give many at a time.
 */
export function keyNames(input: string, key: Key): string[] {
  const special = specialName(key);
  if (special !== null) return [key.shift && special === "tab" ? "shift-tab" : special];
  if (key.ctrl) return input === "" ? [] : [`ctrl-${input}`];
  // No binding has Alt: on a slow line, Esc and the key behind it just come together.
  if (key.meta) return ["escape", ...[...input].flatMap(characterName)];
  return [...input].flatMap(characterName);
}

function specialName(key: Key): string | null {
  if (key.upArrow) return "up";
  if (key.downArrow) return "down";
  if (key.leftArrow) return "left";
  if (key.rightArrow) return "right";
  if (key.pageUp) return "pageup";
  if (key.pageDown) return "pagedown";
  if (key.home) return "home";
  if (key.end) return "end";
  if (key.return) return "enter";
  if (key.escape) return "escape";
  if (key.tab) return "tab";
  if (key.backspace || key.delete) return "backspace";
  return null;
}

function characterName(character: string): string[] {
  if (character === "\r" || character === "\n") return ["enter"];
  if (character === "\t") return ["tab"];
  return character < " " ? [] : [character === " " ? "space" : character];
}

/** The character that a key writes; null for one that writes none. */
export function characterOf(key: string): string | null {
  if (key === "space") return " ";
  return [...key].length === 1 ? key : null;
}
