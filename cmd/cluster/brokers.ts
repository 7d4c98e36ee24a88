import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { callExits, checked, type GlobalOptions, verb } from "../options.ts";
import { type JsonShape, objectLine } from "../output/shape.ts";
import { parseBrokerId } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";

/** What was done to a broker. */
interface BrokerChange {
  readonly broker: number;
  readonly result: "undrained" | "removed";
}

const changeShape: JsonShape = {
  kind: "broker-change",
  version: 1,
  form: "object",
  fields: { broker: "integer, its id", result: "text, undrained or removed" },
};

/** `weir cluster undrain`: lets a drained broker have copies again. */
export function undrainVerb(stdio: Stdio): Command {
  const command = verb("undrain", "Let a drained broker have copies again", {
    examples: ["weir cluster undrain 1 && weir cluster rebalance"],
    json: changeShape,
    exits: callExits,
  });
  return changing(stdio, command, "undrained", (client, id) => client.drainBroker(id, false));
}

/** `weir cluster remove`: forgets a broker that has stopped, and has nothing. */
export function removeVerb(stdio: Stdio): Command {
  const command = verb("remove", "Forget a broker that was drained and has stopped", {
    examples: ["weir cluster remove 1"],
    json: changeShape,
    exits: callExits,
  });
  return changing(stdio, command, "removed", (client, id) => client.removeBroker(id));
}

/** Has a verb do something to the broker that it is given, and say so. */
function changing(
  stdio: Stdio,
  command: Command,
  result: BrokerChange["result"],
  change: (client: Client, id: number) => Promise<void>,
): Command {
  return command
    .argument("<id>", "the broker", checked(parseBrokerId))
    .action(async (broker: number, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await withClient(options, (client) => change(client, broker));
      await print(stdio, options, { broker, result });
    });
}

async function print(
  stdio: Stdio,
  { json }: GlobalOptions,
  { broker, result }: BrokerChange,
): Promise<void> {
  const text = json ? objectLine(changeShape, { broker, result }) : `broker ${broker} ${result}\n`;
  stdio.out.appendText(text);
  await stdio.out.flush();
}
