import type { Broker } from "../broker/api.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Protocol } from "./entrance.ts";
import { httpDoor, METHODS } from "./http/door.ts";
import { turnAwayHttp } from "./http/turn-away.ts";
import { kafkaDoor } from "./kafka/door.ts";
import { turnAwayKafka } from "./kafka/turn-away.ts";
import { nativeDoor } from "./native/door.ts";
import { turnAwayNative } from "./native/turn-away.ts";

const encoder = new TextEncoder();

/** Everything that a broker's clients may speak. */
export function protocols(broker: Broker, clock: Clock, log: Log): Protocol[] {
  const http = {
    name: "http",
    open: httpDoor({ broker, clock, log }),
    turnAway: turnAwayHttp,
  };
  return [
    // A first request is far below 16 MiB, so the first byte of its length is zero.
    {
      name: "kafka",
      firstBytes: Uint8Array.of(0),
      open: kafkaDoor({ broker, clock, log }),
      turnAway: turnAwayKafka,
    },
    {
      name: "native",
      firstBytes: encoder.encode("WEIR"),
      open: nativeDoor({ broker, clock, log }),
      turnAway: turnAwayNative,
    },
    ...METHODS.map((method) => ({ ...http, firstBytes: encoder.encode(`${method} `) })),
  ];
}
