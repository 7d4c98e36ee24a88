import type { LocalBroker } from "../../broker/local-broker.ts";
import { openBroker } from "../../broker/open-broker.ts";
import type { Doors } from "../../doors/doors.ts";
import { openDoors } from "../../doors/open-doors.ts";
import type { SimulatedProcess } from "../machine.ts";
import { watchedLog } from "../shared/watched-log.ts";
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
  const { stage } = world;
  const log = watchedLog({ stage, trace: world.trace.bind(world) });
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
