import type { Command } from "commander";
import { withClient } from "./connection.ts";
import { callExits, type ObjectOptions, objectOption, printsJson, verb } from "./options.ts";
import { type JsonShape, objectLine } from "./output/shape.ts";
import type { Stdio } from "./stdio.ts";

/** How long a slave may take to come close to its master, and to take over from it. */
const switchTimeoutMs = 20_000;

const switchedShape: JsonShape = {
  kind: "switched",
  version: 1,
  form: "object",
  fields: {
    leader: "integer, the broker that is the master now",
    leader_epoch: "integer, the number of its leadership",
    host: "text, where it is reached",
    port: "integer, where it is reached",
  },
};

/** `weir switch`: hands the lead over from the master to its slave, losing nothing. */
export function switchVerb(stdio: Stdio): Command {
  return verb("switch", "Hand over from this master to its slave, losing nothing", {
    examples: ["weir -b master:9092 switch"],
    json: switchedShape,
    exits: callExits,
  })
    .addOption(objectOption())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ObjectOptions>();
      await withClient(options, async (client) => {
        const { leader, epoch } = await client.switchOver({
          timeoutMs: options.timeout ?? switchTimeoutMs,
        });
        const { id, host, port } = leader;
        if (printsJson(options)) {
          const item = { leader: id, leader_epoch: epoch, host, port };
          stdio.out.appendText(objectLine(switchedShape, item));
        } else {
          stdio.out.appendText(`broker ${id} at ${host}:${port} is the master, epoch ${epoch}\n`);
        }
        await stdio.out.flush();
      });
    });
}
