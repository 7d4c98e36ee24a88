import type { Log } from "../../platform/log.ts";
import type { Connection } from "../../platform/network.ts";
import { ConnectionShare } from "../connection-share.ts";
import type { Conversation } from "../entrance.ts";
import { HttpConnection } from "./connection.ts";
import type { HttpRequest } from "./request.ts";
import { answerBy, type RouteContext, routesOf } from "./routes.ts";

/** What the HTTP door stands on. */
export interface HttpDoorOptions extends RouteContext {
  readonly log: Log;
}

const MIB = 1024 * 1024;

/** The methods that a request may begin with; each path says which of them it takes. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] as const;

/** Answers HTTP clients at the broker's own address. */
export function httpDoor(options: HttpDoorOptions): (connection: Connection) => Conversation {
  const { clock, log } = options;
  const routes = routesOf(options);
  const context = {
    ...{ clock, log },
    share: new ConnectionShare({ maxBytes: MIB, totalBytes: 64 * MIB, minBytes: MIB / 4 }),
    bodies: { bytes: 0 },
    answer: (request: HttpRequest) => answerBy(routes, options, request),
  };
  return (connection) => new HttpConnection(context, connection);
}
