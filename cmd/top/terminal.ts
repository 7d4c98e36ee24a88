import { isatty } from "node:tty";
import { usageError } from "../errors.ts";
import type { Stdio } from "../stdio.ts";

/** Throws a usage error where nothing can be drawn; it says what to use instead. */
export function checkTerminal(stdio: Stdio): void {
  if (stdio.inputIsTerminal && isatty(1) && process.env.TERM !== "dumb") return;
  throw usageError(
    "weir top needs a terminal that it can draw on.",
    "For scripts: 'weir status --json', 'weir topic ls --json'.",
  );
}
