import type { LocalBroker } from "../../broker/local-broker.ts";
import { openBroker } from "../../broker/open-broker.ts";
import type { Doors } from "../../doors/doors.ts";
import { openDoors } from "../../doors/open-doors.ts";
import type { Log, LogFields } from "../../platform/log.ts";
import { SimulationFailure } from "../failure.ts";
import type { SimulatedProcess } from "../machine.ts";
import type { World } from "./world.ts";

const DATA_DIRECTORY = "/weir/data";

/** The time from a start of the broker to its end. */
export interface BrokerLife {
  readonly process: SimulatedProcess;
  readonly broker: LocalBroker;
  readonly doors: Doors;
}

/** Starts a broker; nobody can reach it before its doors listen. */
export async function startBroker(world: World, process: SimulatedProcess): Promise<BrokerLife> {
  const { config, limits } = world.climate;
  const log = watchedLog(world);
  const broker = await openBroker(process, {
    dataDirectory: DATA_DIRECTORY,
    version: "simulated",
    advertised: world.address,
    config,
    log,
    storageLimits: limits,
  });
  return { process, broker, doors: openDoors(broker, process, log) };
}

/** Takes what the broker says of itself: what should never happen, and faults of its clients. */
export function watchedLog(world: Pick<World, "trace" | "stage">): Log {
  const note = (level: string) => (event: string, fields: LogFields) => {
    world.trace("log", level, event, JSON.stringify(fields));
    if (isBroken(event, fields)) {
      world.stage.fail(new SimulationFailure(`${event} ${JSON.stringify(fields)}`));
    }
  };
  return { info: note("info"), warn: note("warn"), error: note("error") };
}

/** With acks=0 a refusal costs the connection; these clients make no other mistakes. */
function isBroken(event: string, { reason }: LogFields): boolean {
  if (event === "kafka-request-failed" || event === "protocol-unknown") return true;
  return event === "kafka-connection-ended" && !String(reason).startsWith("with acks=0");
}
