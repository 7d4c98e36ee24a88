import type { Command } from "commander";
import type { EventLog } from "../internal/broker/observability/event-log.ts";
import { brokerOptions, saidBy } from "./broker/command-line.ts";
import { noteCrash } from "./broker/crash.ts";
import { writtenLog } from "./broker/log.ts";
import { printReady, reachable, readyShape } from "./broker/ready.ts";
import { openLogFile, showScreen } from "./broker/screen.ts";
import { startBroker } from "./broker/start.ts";
import type { StartOptions } from "./broker/start-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { localExits, type ObjectOptions, objectOption, printsJson, verb } from "./options.ts";
import { descriptorWriter } from "./output/output.ts";
import { addressText } from "./parse/values.ts";
import { takeSignals, untilAborted } from "./signals.ts";
import { type Stdio, writeAtOnce } from "./stdio.ts";
import { checkTerminal } from "./top/terminal.ts";

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
  }).addOption(objectOption());
  for (const option of brokerOptions()) command.addOption(option);
  return command.action(async (_: unknown, command: Command) => {
    const { start, withScreen } = saidBy(command);
    await runBroker(stdio, start, printsJson(command.optsWithGlobals<ObjectOptions>()), withScreen);
  });
}

/** Runs a broker until the first signal; ends with 0 when it has stopped as it should. */
async function runBroker(
  stdio: Stdio,
  start: StartOptions,
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
  const logTo = withScreen ? openLogFile(start.data) : 2;
  const isForPrograms = withScreen || !stdio.notesAreWatched;
  const log = writtenLog(descriptorWriter(logTo), isForPrograms, platform.clock.nowMs);
  let events: EventLog | null = null;
  stdio.onBug = (bug) => {
    const write = (text: string) => writeAtOnce(logTo, text);
    noteCrash(bug, { write: isForPrograms ? write : null, log, events });
    return isForPrograms && !withScreen; // people get it in lines of their own
  };
  const running = await Promise.race([startBroker(platform, log, start), untilAborted(stop)]);
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
