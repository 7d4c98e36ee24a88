import path from "node:path";
import type { Weir } from "../weir.ts";
import { makeSmallDisk } from "./small-disk.ts";

/** What a broker runs on, and the way in which it fails. */
export interface Machine extends AsyncDisposable {
  readonly data: string;
  /** Ends the broker in the middle of what it does; another can be started then. */
  fail(broker: Weir): Promise<void>;
}

/** A process is killed: what it wrote is safe, synced or not. */
export async function killedProcess(home: string): Promise<Machine> {
  return {
    data: path.join(home, "data"),
    fail: async (broker) => void (await broker.end("SIGKILL")),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** More than a series writes. */
const DISK_BYTES = 8 * 1024 ** 3;

/** A whole machine loses its power: what nobody has synced is gone. */
export async function lostPower(home: string): Promise<Machine> {
  const disk = await makeSmallDisk(path.join(home, "disk"), DISK_BYTES);
  return {
    data: disk.data,
    fail: async (broker) => {
      await disk.cutPower();
      await broker.end("SIGKILL");
      await disk.restart();
    },
    [Symbol.asyncDispose]: () => disk.unmount(),
  };
}
