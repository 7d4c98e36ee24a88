import type { Command } from "commander";
import { verbGroup } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { dumpVerb } from "./dump.ts";
import { repairVerb } from "./repair.ts";
import { verifyVerb } from "./verify.ts";

/** `weir log`: the verbs about the files that a broker keeps. */
export function logVerb(stdio: Stdio): Command {
  const command = verbGroup("log", "Look into a broker's files, check and repair them", [
    "weir log dump orders-0",
    "weir log verify ./weir-data",
    "weir log repair ./weir-data",
  ]).helpCommand(false);
  for (const make of [dumpVerb, verifyVerb, repairVerb]) command.addCommand(make(stdio));
  return command;
}
