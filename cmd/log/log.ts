import type { Command } from "commander";
import { verbGroup } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { dumpVerb } from "./dump.ts";
import { exportVerb } from "./export.ts";
import { importVerb } from "./import.ts";
import { repairVerb } from "./repair.ts";
import { verifyVerb } from "./verify.ts";

/** `weir log`: the verbs about the files that a broker keeps, and what is kept of them. */
export function logVerb(stdio: Stdio): Command {
  const command = verbGroup("log", "Back topics up, look into a broker's files, and repair them", [
    "weir log export orders > orders.weir",
    "weir log dump orders-0",
    "weir log verify ./weir-data",
    "weir log repair ./weir-data",
  ]).helpCommand(false);
  for (const make of [dumpVerb, exportVerb, importVerb, verifyVerb, repairVerb])
    command.addCommand(make(stdio));
  return command;
}
