import type { Broker } from "../broker/api.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Connection, Receiver } from "../platform/network.ts";
import type { Protocol } from "./entrance.ts";
import { kafkaDoor } from "./kafka/door.ts";
import { nativeDoor } from "./native/door.ts";

const encoder = new TextEncoder();

/** Everything that a broker's clients may speak. */
export function protocols(broker: Broker, clock: Clock, log: Log): Protocol[] {
  return [
    // A first request is far below 16 MiB, so the first byte of its length is zero.
    { name: "kafka", firstBytes: Uint8Array.of(0), open: kafkaDoor({ broker, clock, log }) },
    {
      name: "native",
      firstBytes: encoder.encode("WEIR"),
      open: nativeDoor({ broker, clock, log }),
    },
    { name: "http", firstBytes: encoder.encode("GET "), open: refuseHttp },
  ];
}

const httpText = "this is a message broker, and speaks no HTTP at this address\n";

const httpRefusal = encoder.encode(
  [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: text/plain",
    `Content-Length: ${httpText.length}`,
    "Connection: close",
    "",
    httpText,
  ].join("\r\n"),
);

/** Tells a browser, or whoever else tries, that this is the wrong place. */
function refuseHttp(connection: Connection): Receiver {
  connection.send(httpRefusal);
  connection.end();
  return { receive() {}, partial: null, filled() {}, drained() {}, closed() {} };
}
