import type { Command } from "commander";
import type { BrokerShare, ClusterStatus } from "../../internal/client/api.ts";
import { callExits, listingOption, verb } from "../options.ts";
import type { Listing } from "../output/listing.ts";
import { listingShape } from "../output/shape.ts";
import { addressText } from "../parse/values.ts";
import { printReading, type ReadingOptions, reading, watchOption } from "../reading.ts";
import type { Stdio } from "../stdio.ts";

const brokersShape = listingShape("brokers", {
  broker: "integer, its id",
  host: "text or null, where clients reach it; null while it isn't there",
  port: "integer or null, as above",
  rack: "text or null, where it stands",
  controller: "boolean, whether it decides who leads: of a pair, whether it is the master",
  live: "boolean, whether it is there",
  stopping: "boolean, whether it is about to stop and hands over first",
  drained: "boolean, whether it is to have no copies",
  leaders: "integer, partitions that it leads",
  replicas: "integer, partitions that it has a copy of",
  in_sync: "integer, those of them whose copy is in sync",
});

/** `weir cluster ls`. */
export function lsVerb(stdio: Stdio): Command {
  return verb("ls", "List the brokers, and how many partitions each has", {
    examples: [
      "weir cluster ls",
      "weir cluster ls --json | jq '.items[] | select(.live | not).broker'",
    ],
    json: brokersShape,
    exits: callExits,
  })
    .alias("list")
    .addOption(listingOption())
    .addOption(watchOption())
    .action(async (_: unknown, command: Command) => {
      await printReading(stdio, command.optsWithGlobals<ReadingOptions>(), async (client) =>
        reading(brokerListing(await client.describeCluster())),
      );
    });
}

function brokerListing({ controllerId, brokers }: ClusterStatus): Listing<BrokerShare> {
  const isController = ({ brokerId }: BrokerShare): boolean => brokerId === controllerId;
  return {
    shape: brokersShape,
    items: brokers.map((broker) => ({
      broker: broker.brokerId,
      host: broker.host,
      port: broker.port,
      rack: broker.rack,
      controller: isController(broker),
      live: broker.live,
      stopping: broker.stopping,
      drained: broker.drained,
      leaders: broker.leaderCount,
      replicas: broker.replicaCount,
      in_sync: broker.inSyncCount,
    })),
    rows: brokers,
    columns: [
      { header: "BROKER", align: "right", text: ({ brokerId }) => String(brokerId) },
      { header: "ADDRESS", align: "left", text: addressOf, plain: (row) => addressOf(row, "") },
      {
        header: "RACK",
        align: "left",
        text: ({ rack }) => rack ?? "-",
        plain: (row) => row.rack ?? "",
      },
      { header: "STATE", align: "left", text: stateOf },
      { header: "CONTROLLER", align: "left", text: (row) => (isController(row) ? "yes" : "no") },
      { header: "LEADERS", align: "right", text: ({ leaderCount }) => String(leaderCount) },
      { header: "REPLICAS", align: "right", text: ({ replicaCount }) => String(replicaCount) },
      { header: "IN-SYNC", align: "right", text: ({ inSyncCount }) => String(inSyncCount) },
    ],
  };
}

function stateOf({ live, stopping, drained }: BrokerShare): string {
  if (!live) return "away";
  if (drained && !stopping) return "drained";
  return stopping ? "stopping" : "live";
}

function addressOf({ host, port }: BrokerShare, unknown = "-"): string {
  return host === null || port === null ? unknown : addressText({ host, port });
}
