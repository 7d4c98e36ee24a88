import type { Command } from "commander";
import { verbGroup } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { removeVerb, undrainVerb } from "./brokers.ts";
import { drainVerb } from "./drain.ts";
import { lsVerb } from "./ls.ts";
import { rebalanceVerb } from "./rebalance.ts";

/** `weir cluster`: the verbs about the brokers that share partitions. */
export function clusterVerb(stdio: Stdio): Command {
  const command = verbGroup("cluster", "See to the brokers that share partitions", [
    "weir cluster ls",
    "weir cluster rebalance --dry-run",
    "weir cluster drain 1",
  ]).helpCommand(false);
  const verbs = [lsVerb, rebalanceVerb, drainVerb, undrainVerb, removeVerb];
  for (const make of verbs) command.addCommand(make(stdio));
  return command;
}
