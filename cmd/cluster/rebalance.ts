import { type Command, Option } from "commander";
import { withClient } from "../connection.ts";
import { checked, itemExits, listingOption, verb } from "../options.ts";
import { parseWhole } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";
import {
  type MoveOptions,
  makeMoves,
  mayMove,
  moveOptions,
  movesShape,
  printPlan,
} from "./moves.ts";

/** More copies than anyone has brokers for. */
const MAX_COPIES = 1000;

interface RebalanceOptions extends MoveOptions {
  readonly replicationFactor?: number;
}

/** `weir cluster rebalance`: has all brokers of a cluster keep as many copies, and lead as many. */
export function rebalanceVerb(stdio: Stdio): Command {
  const command = verb("rebalance", "Spread copies and leaders evenly over the brokers", {
    examples: [
      "weir cluster rebalance --dry-run",
      "weir cluster rebalance --bandwidth 50MB",
      "weir cluster rebalance --replication-factor 3 --yes --json",
    ],
    json: movesShape,
    exits: itemExits,
  });
  for (const option of moveOptions()) command.addOption(option);
  return command
    .addOption(
      new Option(
        "--replication-factor <copies>",
        "how many copies each partition is to have (default: as many as it has)",
      ).argParser(checked((text) => parseWhole(text, 1, MAX_COPIES))),
    )
    .addOption(listingOption())
    .action(async (_: unknown, command: Command) => {
      await rebalance(stdio, command.optsWithGlobals<RebalanceOptions>());
    });
}

async function rebalance(stdio: Stdio, options: RebalanceOptions): Promise<void> {
  const { planMoves } = await import("../../internal/client/moves/plan.ts");
  await withClient(options, async (client) => {
    const copies = options.replicationFactor ?? null;
    const moves = await planMoves(client, { kind: "rebalance", copies });
    if (moves.length === 0) await printPlan(stdio, options, moves);
    else if (await mayMove(stdio, options, moves)) await makeMoves(stdio, options, client, moves);
  });
}
