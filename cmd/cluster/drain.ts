import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { checked, itemExits, listingOption, verb } from "../options.ts";
import { parseBrokerId } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";
import { type MoveOptions, makeMoves, mayMove, moveOptions, movesShape } from "./moves.ts";

/** `weir cluster drain`: moves all that a broker has to the others, its leads first. */
export function drainVerb(stdio: Stdio): Command {
  const command = verb("drain", "Move everything off a broker; it gets nothing new", {
    examples: [
      "weir cluster drain 1 --dry-run",
      "weir cluster drain 1 --bandwidth 50MB",
      "weir cluster drain 1 --yes   # then stop it, and: weir cluster remove 1",
    ],
    json: movesShape,
    exits: itemExits,
  }).argument("<id>", "the broker", checked(parseBrokerId));
  for (const option of moveOptions()) command.addOption(option);
  return command
    .addOption(listingOption())
    .action(async (brokerId: number, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<MoveOptions>();
      await withClient(options, (client) => drain(stdio, options, client, brokerId));
    });
}

async function drain(
  stdio: Stdio,
  options: MoveOptions,
  client: Client,
  brokerId: number,
): Promise<void> {
  const { planMoves } = await import("../../internal/client/moves/plan.ts");
  const moves = await planMoves(client, { kind: "drain", brokerId });
  const follows = ` Broker ${brokerId} leads nothing then, and gets no more.`;
  if (!(await mayMove(stdio, options, moves, follows))) return;
  // From here on others lead what it leads, and it gets nothing new: the plan is made again.
  await client.drainBroker(brokerId, true);
  await makeMoves(stdio, options, client, await planMoves(client, { kind: "drain", brokerId }));
}
