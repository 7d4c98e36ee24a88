import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { withClient } from "../connection.ts";
import { usageError } from "../errors.ts";
import { type ListingOptions, listingOption, verb } from "../options.ts";
import type { Stdio } from "../stdio.ts";
import { changeTopics } from "./items.ts";

interface DeleteOptions extends ListingOptions {
  readonly yes?: true;
}

/** `weir topic delete`. */
export function deleteVerb(stdio: Stdio): Command {
  return verb("delete <name...>", "Delete topics with all their records", [
    "weir topic delete scratch --yes",
  ])
    .option("-y, --yes", "do not ask; needed where nobody can be asked")
    .addOption(listingOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DeleteOptions>();
      if (options.yes !== true) await confirm(stdio, names);
      await withClient(options, (client) =>
        changeTopics(stdio, names, options, (name) => remove(client, name)),
      );
    });
}

async function remove(client: Client, name: string) {
  await client.deleteTopic(name);
  return "deleted" as const;
}

async function confirm(stdio: Stdio, names: readonly string[]): Promise<void> {
  const what = names.join(", ");
  if (!stdio.inputIsTerminal) {
    throw usageError(`deleting ${what} can't be undone.`, "Say --yes if that is meant.");
  }
  stdio.note(`This deletes ${what} with all records, and can't be undone. Type yes to go on:`);
  if ((await answer()) !== "yes") throw usageError("not confirmed; nothing was deleted");
}

/** The line that someone types. */
async function answer(): Promise<string> {
  const input = Bun.stdin.stream().getReader();
  const { value } = await input.read();
  void input.cancel();
  return new TextDecoder().decode(value).trim();
}
