import type { Platform } from "../platform.ts";
import { bunClock } from "./clock.ts";
import { bunDisk } from "./disk.ts";
import { loadLibc } from "./libc.ts";
import { bunNetwork } from "./network.ts";
import { bunRandom } from "./random.ts";

/** The machine that this process runs on. */
export function bunPlatform(): Platform {
  const clock = bunClock();
  const libc = loadLibc();
  return { clock, random: bunRandom(), disk: bunDisk(libc), network: bunNetwork(clock, libc) };
}
