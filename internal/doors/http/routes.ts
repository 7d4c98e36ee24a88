import type { Broker } from "../../broker/api.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Clock } from "../../platform/clock.ts";
import { formatAddress } from "../../platform/network.ts";
import { type Answer, HttpError, refusalAnswer, textAnswer } from "./answer.ts";
import { refuseForeign } from "./foreign.ts";
import { healthRoute, readyRoute } from "./health.ts";
import { metricsRoute } from "./metrics.ts";
import type { HttpRequest } from "./request.ts";
import { topicsRoute } from "./topics/topics.ts";

/** What routes stand on. */
export interface RouteContext {
  readonly broker: Broker;
  readonly clock: Clock;
}

/** What may be asked for at a path. */
export interface Route {
  /** All of the path, or what it begins with, if this ends with a slash. */
  readonly path: string;
  /** For people: what they get there. */
  readonly help: string;
  /** Whether anybody's page may ask for it, and under any name: it tells of no record. */
  readonly isOpen: boolean;
  /** By their names. GET is HEAD's as well. What they throw or reject with is a refusal. */
  readonly methods: Readonly<Record<string, (request: HttpRequest) => Answer | Promise<Answer>>>;
}

/** Everything that can be asked for. */
export function routesOf(context: RouteContext): readonly Route[] {
  return [metricsRoute(context), healthRoute, readyRoute(context), topicsRoute(context)];
}

/** Answers a request by the routes that there are. */
export async function answerBy(
  routes: readonly Route[],
  { broker }: RouteContext,
  request: HttpRequest,
): Promise<Answer> {
  const { method, path } = request;
  if (path === "/") return textAnswer("200 OK", indexOf(routes));
  const route = routes.find((each) =>
    each.path.endsWith("/") ? path.startsWith(each.path) : path === each.path,
  );
  if (route === undefined) return textAnswer("404 Not Found", `404\n\n${indexOf(routes)}`);
  const allowed = Object.keys(route.methods);
  const handle = new Map(Object.entries(route.methods)).get(method === "HEAD" ? "GET" : method);
  try {
    if (handle === undefined) throw notAllowed(method, allowed);
    if (!route.isOpen) refuseForeign(request, broker.identity.advertised.host);
    return await handle(request);
  } catch (error) {
    return refusalAnswer(sentOn(broker, request, error));
  }
}

/** What one other broker does, clients may ask of it by themselves. */
function sentOn({ replication }: Broker, { target }: HttpRequest, error: unknown): unknown {
  if (!(error instanceof BrokerError) || error.brokers.length !== 1) return error;
  const node = replication.brokers().find(({ id }) => id === error.brokers[0]);
  if (node === undefined) return error;
  const { code, message } = error;
  const address = formatAddress(node);
  const headers = { Location: `http://${address}${target}` };
  const advice = `ask it at ${address}`;
  return new HttpError("307 Temporary Redirect", code, `${message}: ${advice}`, headers);
}

function notAllowed(method: string, allowed: readonly string[]): HttpError {
  const message = `${method} is not known here, but ${allowed.join(" and ")}`;
  const headers = { Allow: allowed.join(", ") };
  return new HttpError("405 Method Not Allowed", "invalid-request", message, headers);
}

function indexOf(routes: readonly Route[]): string {
  const lines = routes.map(({ path, help }) => `${path.padEnd(10)} ${help}\n`);
  return `weir: a message broker. Over HTTP it answers at\n\n${lines.join("")}`;
}
