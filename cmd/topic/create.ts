import type { Command } from "commander";
import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { withClient } from "../connection.ts";
import { changeItems, type ItemChange, resultShape } from "../items.ts";
import {
  checked,
  checkedList,
  itemExits,
  type ListingOptions,
  listingOption,
  verb,
} from "../options.ts";
import { parsePair, parseWhole } from "../parse/values.ts";
import type { Stdio } from "../stdio.ts";

interface CreateOptions extends ListingOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: readonly (readonly [name: string, value: string])[];
  readonly ifNotExists?: true;
}

/** `weir topic create`. */
export function createVerb(stdio: Stdio): Command {
  return verb("create <name...>", "Make topics", {
    examples: [
      "weir topic create orders -p 6",
      "weir topic create audit --config retention.ms=604800000 --if-not-exists",
    ],
    json: resultShape("topic"),
    exits: itemExits,
  })
    .option(
      "-p, --partitions <count>",
      "how many partitions (default: the broker's)",
      checked((text) => parseWhole(text, 1, 0x7fff_ffff)),
    )
    .option(
      "-r, --replication-factor <count>",
      "how many copies of each, in a cluster (default: the broker's)",
      checked((text) => parseWhole(text, 1, 0x7fff)),
    )
    .option("--config <name=value>", "a setting; repeatable", checkedList(parsePair))
    .option("--if-not-exists", "a topic that is there already is fine, and left as it is")
    .addOption(listingOption())
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<CreateOptions>();
      await withClient(options, (client) =>
        changeItems(stdio, "topic", names, options, (name) => create(client, name, options)),
      );
    });
}

async function create(client: Client, name: string, options: CreateOptions): Promise<ItemChange> {
  try {
    await client.createTopic({
      name,
      partitionCount: options.partitions ?? null,
      replicationFactor: options.replicationFactor ?? null,
      config: new Map(options.config ?? []),
    });
    return "created";
  } catch (error) {
    const exists = error instanceof ClientError && error.code === "topic-exists";
    if (!exists || options.ifNotExists !== true) throw error;
    return "exists";
  }
}
