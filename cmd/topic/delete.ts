import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { confirmDeletion } from "../confirm.ts";
import { withClient } from "../connection.ts";
import { changeItems, resultShape } from "../items.ts";
import { itemExits, type ListingOptions, listingOption, verb } from "../options.ts";
import type { Stdio } from "../stdio.ts";

interface DeleteOptions extends ListingOptions {
  readonly yes?: true;
}

/** `weir topic delete`. */
export function deleteVerb(stdio: Stdio): Command {
  return verb("delete <name...>", "Delete topics with all their records", {
    examples: ["weir topic delete scratch --yes"],
    json: resultShape("topic"),
    exits: itemExits,
  })
    .option("-y, --yes", "do not ask; needed where nobody can be asked")
    .addOption(listingOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DeleteOptions>();
      if (options.yes !== true) await confirmDeletion(stdio, names, "all records");
      await withClient(options, (client) =>
        changeItems(stdio, "topic", names, options, (name) => remove(client, name)),
      );
    });
}

async function remove(client: Client, name: string) {
  await client.deleteTopic(name);
  return "deleted" as const;
}
