import type { LocalBroker } from "../broker/local-broker.ts";
import type { Log } from "../platform/log.ts";
import type { Platform } from "../platform/platform.ts";
import { countedLog } from "./counted-log.ts";
import { Doors, defaultDoorsLimits } from "./doors.ts";
import { limitedLog } from "./limited-log.ts";
import { protocols } from "./protocols.ts";

/**
 * The doors of a broker: all that clients may speak to it, on as many connections as its settings
 * allow. The broker knows how many there are, and how many clients were refused what; they can't
 * flood `log`. Nobody reaches the broker before the doors listen.
 */
export function openDoors(
  broker: LocalBroker,
  { clock, network }: Pick<Platform, "clock" | "network">,
  log: Log,
): Doors {
  const bounded = countedLog(limitedLog(log, clock), broker.refusals);
  const { maxConnections, maxIdleMs } = broker.settings;
  return new Doors({
    clock,
    network,
    log: bounded,
    protocols: protocols(broker, clock, bounded),
    limits: { ...defaultDoorsLimits, maxConnections, maxIdleMs },
    counted: (counts) => {
      broker.connections = counts;
    },
  });
}
