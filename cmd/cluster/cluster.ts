import type { Command } from "commander";
import { verbGroup } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { lsVerb } from "./ls.ts";

/** `weir cluster`: the verbs about the brokers that share partitions. */
export function clusterVerb(stdio: Stdio): Command {
  const command = verbGroup("cluster", "See to the brokers that share partitions", [
    "weir cluster ls",
  ]).helpCommand(false);
  for (const make of [lsVerb]) command.addCommand(make(stdio));
  return command;
}
