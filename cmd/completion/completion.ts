import { Argument, type Command } from "commander";
import { localExits, verb } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { scripts, shells } from "./scripts.ts";

/** `weir completion`: a script for a shell. */
export function completionVerb(stdio: Stdio): Command {
  const command = verb("completion", "Print a script that completes lines in a shell", {
    examples: [
      "source <(weir completion bash)             # in ~/.bashrc; for zsh in ~/.zshrc",
      "weir completion fish | source",
    ],
    json: "none; it is a script",
    exits: localExits,
  });
  return command
    .addArgument(new Argument("<shell>", "which one").choices(shells))
    .action((name: string) => {
      const shell = shells.find((each) => each === name);
      if (shell) stdio.out.appendText(scripts[shell]);
    });
}
