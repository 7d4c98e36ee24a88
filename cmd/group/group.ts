import type { Command } from "commander";
import { verbGroup } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { deleteVerb } from "./delete.ts";
import { describeVerb } from "./describe.ts";
import { lsVerb } from "./ls.ts";
import { resetVerb } from "./reset.ts";

/** `weir group`: the verbs about consumer groups. */
export function groupVerb(stdio: Stdio): Command {
  const command = verbGroup("group", "List, describe, reset and delete consumer groups", [
    "weir group ls",
    "weir group describe billing",
  ]).helpCommand(false);
  const verbs = [lsVerb, describeVerb, resetVerb, deleteVerb];
  for (const make of verbs) command.addCommand(make(stdio));
  return command;
}
