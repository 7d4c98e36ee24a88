import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import type { EventLog } from "../internal/broker/observability/event-log.ts";
import { noteCrash } from "./broker/crash.ts";
import { writtenLog } from "./broker/log.ts";
import { printReady, reachable, readyShape } from "./broker/ready.ts";
import { openLogFile, showScreen } from "./broker/screen.ts";
import {
  type BrokerSettings,
  mergeSettings,
  type PartialSettings,
  parseConfigFile,
} from "./broker/settings.ts";
import { startBroker } from "./broker/start.ts";
import { CommandError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import {
  checked,
  checkedList,
  localExits,
  type ObjectOptions,
  objectOption,
  printsJson,
  verb,
} from "./options.ts";
import { descriptorWriter } from "./output/output.ts";
import {
  addressText,
  type HostAndPort,
  parseAddress,
  parseClusterName,
  parseDurationMs,
  parsePair,
  parseUrls,
  parseWhole,
} from "./parse/values.ts";
import { takeSignals } from "./signals.ts";
import { type Stdio, writeAtOnce } from "./stdio.ts";
import { checkTerminal } from "./top/terminal.ts";

interface BrokerFlags extends ObjectOptions {
  readonly data?: string;
  readonly listen?: readonly HostAndPort[];
  readonly advertise?: HostAndPort;
  readonly durability?: "fsync" | "memory";
  readonly slaveOf?: HostAndPort;
  readonly replication?: "sync" | "async";
  readonly fenceAfter?: number;
  readonly etcd?: readonly URL[];
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly cluster?: string;
  readonly adopt?: true;
  readonly id?: number;
  readonly rack?: string;
  readonly set?: readonly (readonly [name: string, value: string])[];
  readonly config?: string;
  readonly top?: true;
}

/** `weir broker`: runs one. */
export function brokerVerb(stdio: Stdio): Command {
  const command = verb("broker", "Run a broker until it is told to stop", {
    examples: [
      "weir broker",
      "weir broker --data /var/lib/weir --listen 0.0.0.0:9092 --advertise b1:9092",
      "weir broker --top                          # with a screen",
      "weir broker --durability memory --set num.partitions=6",
      "weir broker --slave-of b1:9092 --data slave --listen 127.0.0.1:9093",
      "weir broker --etcd http://etcd-1:2379,http://etcd-2:2379 --advertise b1:9092",
    ],
    json: readyShape,
    exits: localExits,
  })
    .addOption(objectOption())
    .option("--data <directory>", "where to keep the data (default: ./weir-data)")
    .option(
      "--listen <host:port>",
      "where to accept clients; repeatable (default: 127.0.0.1:9092)",
      checkedList(parseAddress),
    )
    .option(
      "--advertise <host:port>",
      "the address that clients are told (default: the first --listen)",
      checked(parseAddress),
    )
    .addOption(
      new Option(
        "--durability <when>",
        "when a record counts as written: on the disk, or in memory (default: fsync)",
      ).choices(["fsync", "memory"]),
    )
    .option(
      "--slave-of <host:port>",
      "copy everything from the master at this address, and serve reads",
      checked(parseAddress),
    )
    .addOption(
      new Option(
        "--replication <mode>",
        "whether acks=all waits for slaves; both brokers have to agree to it (default: sync)",
      ).choices(["sync", "async"]),
    )
    .option(
      "--fence-after <duration>",
      "take no records when a synchronous slave hasn't been heard for so long",
      checked(parseDurationMs),
    )
    .option("--set <name=value>", "a broker setting; repeatable", checkedList(parsePair))
    .option("--top", "show the broker on a screen, until someone quits; it logs to broker.log")
    .option("--config <file>", "a TOML file with these options and settings");
  return clusterOptions(command).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<BrokerFlags>();
    await runBroker(stdio, settingsOf(flags), printsJson(flags), flags.top === true);
  });
}

/** What a broker of a cluster is told. */
function clusterOptions(command: Command): Command {
  return command
    .option("--etcd <urls>", "be one of the cluster that etcd keeps", checked(parseUrls))
    .option("--etcd-ca <file>", "whose certificates are believed of etcd (PEM)")
    .option("--etcd-cert <file>", "the certificate that etcd is shown (PEM)")
    .option("--etcd-key <file>", "the key of that certificate (PEM)")
    .option(
      "--cluster <name>",
      "the name of the cluster: one etcd may keep several (default: main)",
      checked(parseClusterName),
    )
    .option(
      "--id <number>",
      "the number of this broker in its cluster (default: one that is free)",
      checked((text) => parseWhole(text, 1, 2 ** 31 - 1)),
    )
    .option("--adopt", "take the data of a lone broker, or of one of a pair, into the cluster")
    .option("--rack <name>", "where this broker stands: copies are spread over racks");
}

function settingsOf(given: BrokerFlags) {
  const { config, set, data, listen, advertise, durability, slaveOf, replication } = given;
  const { etcd, etcdCa, etcdCert, etcdKey, cluster, adopt, id, rack } = given;
  const fenceAfter = given.fenceAfter === undefined ? null : String(given.fenceAfter);
  if (etcd && slaveOf) {
    const message = "--slave-of is for one of a pair, --etcd for one of a cluster";
    throw new CommandError("invalid-config", message, exitCodes.usage);
  }
  if (adopt && !etcd) {
    const message = "--adopt takes data into the cluster that --etcd names";
    throw new CommandError("invalid-config", message, exitCodes.usage);
  }
  const flags: PartialSettings = {
    ...(data === undefined ? {} : { data }),
    ...(listen === undefined ? {} : { listen }),
    ...(advertise === undefined ? {} : { advertise }),
    ...(slaveOf === undefined ? {} : { slaveOf }),
    ...(etcd === undefined ? {} : { etcd }),
    ...(etcdCa === undefined ? {} : { etcdCa }),
    ...(etcdCert === undefined ? {} : { etcdCert }),
    ...(etcdKey === undefined ? {} : { etcdKey }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(adopt === undefined ? {} : { adopt }),
    overrides: new Map([
      ...(id === undefined ? [] : [["broker.id", String(id)] as const]),
      ...(rack === undefined ? [] : [["broker.rack", rack] as const]),
      ...(set ?? []),
      ...(durability === undefined ? [] : [["durability", durability] as const]),
      ...(replication === undefined ? [] : [["replication", replication] as const]),
      ...(fenceAfter === null ? [] : [["replication.fence.after.ms", fenceAfter] as const]),
    ]),
  };
  const file = config === undefined ? { overrides: new Map() } : readConfigFile(config);
  return mergeSettings(flags, file);
}

function readConfigFile(file: string): PartialSettings {
  try {
    return parseConfigFile(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError("invalid-config", `${file}: ${why}`, exitCodes.usage);
  }
}

/** Runs a broker until the first signal; ends with 0 when it has stopped as it should. */
async function runBroker(
  stdio: Stdio,
  settings: BrokerSettings,
  asJson: boolean,
  withScreen: boolean,
): Promise<void> {
  if (withScreen) checkTerminal(stdio);
  const [{ bunPlatform }, { releaseStartupCode }] = await Promise.all([
    import("../internal/platform/bun/platform.ts"),
    import("../internal/platform/bun/idle-memory.ts"),
  ]);
  const platform = bunPlatform();
  const stop = takeSignals(stdio.out);
  const logTo = withScreen ? openLogFile(settings.data) : 2;
  const isForPrograms = withScreen || !stdio.notesAreWatched;
  const log = writtenLog(descriptorWriter(logTo), isForPrograms, platform.clock.nowMs);
  let events: EventLog | null = null;
  stdio.onBug = (bug) => {
    const write = (text: string) => writeAtOnce(logTo, text);
    noteCrash(bug, { write: isForPrograms ? write : null, log, events });
    return isForPrograms && !withScreen; // people get it in lines of their own
  };
  const running = await Promise.race([startBroker(platform, log, settings), untilAborted(stop)]);
  if (!running) {
    // Nobody was served: what was begun is as a crash leaves it, which a start bears.
    log.info("stopped", {});
    await log.settled();
    process.exit(exitCodes.done);
  }
  const { broker, doors, addresses } = running;
  events = broker.events;
  let exitCode: number = exitCodes.done;
  if (withScreen) {
    releaseStartupCode();
    exitCode = await showScreen(addressText(reachable(addresses[0])), stop);
  } else {
    await printReady(stdio.out, broker.status(), addresses, asJson);
    releaseStartupCode();
    await untilAborted(stop);
  }
  log.info("stopping", {});
  await broker.handOver();
  doors.close();
  await broker.close();
  log.info("stopped", {});
  await log.settled();
  process.exitCode = stop.aborted ? exitCodes.done : exitCode;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
