import { DiskError } from "../platform/disk.ts";
import { StorageError } from "../storage/errors.ts";
import type { Machine } from "./machine.ts";
import type { SimulatedRandom } from "./random.ts";

/** What goes wrong with the disk in a run, besides crashes. */
export type Weather = "fair" | "full" | "failing" | "slow";

/** Changes now and then what goes wrong. */
export function changeWeather(weather: Weather, machine: Machine, random: SimulatedRandom): void {
  const { faults } = machine;
  if (weather === "full" && random.chance(0.15)) {
    const room = random.pick([0, random.below(8000), 60_000, Number.POSITIVE_INFINITY]);
    faults.capacityBytes = machine.files.usedBytes + room;
  }
  if (weather === "slow") faults.slowness = random.pick([1, 30]);
  if (weather === "failing" && random.chance(0.1)) {
    faults.failedSyncs = random.pick([0, 0.05, 0.3]);
    faults.failedWrites = random.pick([0, 0, 0.02]);
  }
}

/**
 * Whether a start may end with this error, the disk being as it is: never by finding damage. The
 * spare files of an earlier run's journal have to go, whatever the weather is.
 */
export function mayRefuseToStart(weather: Weather, error: unknown): boolean {
  if (error instanceof DiskError && /^remove .*\/spare-/.test(error.message)) return true;
  if (!(error instanceof DiskError || error instanceof StorageError)) return false;
  return error.code === (weather === "failing" ? "failed" : weather);
}
