import type { Command } from "commander";
import { verbGroup } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { configVerb } from "./config.ts";
import { createVerb } from "./create.ts";
import { deleteVerb } from "./delete.ts";
import { describeVerb } from "./describe.ts";
import { lsVerb } from "./ls.ts";

/** `weir topic`: the verbs about topics. */
export function topicVerb(stdio: Stdio): Command {
  const command = verbGroup("topic", "Make, list, describe, change and delete topics", [
    "weir topic create orders -p 6",
    "weir topic ls",
  ]).helpCommand(false);
  const verbs = [createVerb, lsVerb, describeVerb, configVerb, deleteVerb];
  for (const make of verbs) command.addCommand(make(stdio));
  return command;
}
