import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";
import type { Network } from "./network.ts";
import type { Random } from "./random.ts";

/**
 * Everything outside of the broker's own state: time, chance, disk and network.
 *
 * The broker reaches the world only through this. The real one is made by `bunPlatform`; a
 * simulated one runs the same broker under a seed, on a disk that forgets and a network that
 * fails.
 */
export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly network: Network;
}
