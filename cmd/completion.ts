import { Argument, type Command } from "commander";
import { scripts, shells } from "./completion/scripts.ts";
import { localExits, type ObjectOptions, objectOption, printsJson, verb } from "./options.ts";
import { type JsonShape, objectLine } from "./output/shape.ts";
import type { Stdio } from "./stdio.ts";

const scriptShape: JsonShape = {
  kind: "completion-script",
  version: 1,
  form: "object",
  fields: { shell: "text, bash, zsh or fish", script: "text, what that shell is to read" },
};

/** `weir completion`: a script for a shell. */
export function completionVerb(stdio: Stdio): Command {
  const command = verb("completion", "Print a script that completes lines in a shell", {
    examples: [
      "source <(weir completion bash)             # in ~/.bashrc; for zsh in ~/.zshrc",
      "weir completion fish | source",
    ],
    json: scriptShape,
    exits: localExits,
  });
  return command
    .addArgument(new Argument("<shell>", "which one").choices(shells))
    .addOption(objectOption())
    .action((name: string, _: unknown, action: Command) => {
      const shell = shells.find((each) => each === name);
      if (!shell) return;
      const script = scripts[shell];
      const asJson = printsJson(action.optsWithGlobals<ObjectOptions>());
      stdio.out.appendText(asJson ? objectLine(scriptShape, { shell, script }) : script);
    });
}
