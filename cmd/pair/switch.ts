import type { Command } from "commander";
import { withClient } from "../connection.ts";
import { type GlobalOptions, verb } from "../options.ts";
import type { Stdio } from "../stdio.ts";

/** `weir switch`: hands the lead over from the master to its slave, losing nothing. */
export function switchVerb(stdio: Stdio): Command {
  return verb("switch", "Hand over from this master to its slave, losing nothing", [
    "weir -b master:9092 switch",
  ]).action(async (_: unknown, command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    await withClient(options, async (client) => {
      const { leader, epoch } = await client.switchOver();
      const { id, host, port } = leader;
      if (options.json === true) {
        const item = { kind: "switched", leader: id, leader_epoch: epoch, host, port };
        stdio.out.appendText(`${JSON.stringify(item)}\n`);
      } else {
        stdio.out.appendText(`broker ${id} at ${host}:${port} is the master, epoch ${epoch}\n`);
      }
      await stdio.out.flush();
    });
  });
}
