import { badRequest } from "../answer.ts";
import type { HttpRequest } from "../request.ts";
import type { Route, RouteContext } from "../routes.ts";
import { publisher } from "./publish.ts";
import { subscribe } from "./subscribe.ts";

const path = "/topics/";

/** `/topics/NAME`: records are written by POST, and read by GET as they come. */
export function topicsRoute({ broker, clock }: RouteContext): Route {
  const publish = publisher(broker, clock);
  const help = "and a topic's name: POST writes records, GET reads them as they come";
  return {
    ...{ path, help, isOpen: false },
    methods: {
      GET: (request) => subscribe(broker, request, asked(request, ["from", "partition", "until"])),
      POST: (request) => publish(request, asked(request, ["key", "partition"])),
    },
  };
}

/** What is asked for: a topic, and maybe one partition. */
export interface Asked {
  readonly topic: string;
  /** null: any. */
  readonly partition: number | null;
}

function asked(request: HttpRequest, parameters: readonly string[]): Asked {
  const unknown = [...request.query.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    throw badRequest(`${JSON.stringify(unknown)} is unknown; there are ${parameters.join(", ")}`);
  }
  const number = request.query.get("partition");
  if (number !== null && !/^\d{1,6}$/.test(number)) throw badRequest("partition is no number");
  return {
    topic: request.path.slice(path.length),
    partition: number === null ? null : Number(number),
  };
}
