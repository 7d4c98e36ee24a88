import { jsonAnswer, OK } from "./answer.ts";
import type { Route, RouteContext } from "./routes.ts";

/** Whether the process lives and takes its turns. */
export const healthRoute: Route = {
  path: "/health",
  help: "200 while it lives",
  isOpen: true,
  methods: { GET: () => jsonAnswer(OK, { status: "ok" }) },
};

/** A master serves while it takes records, a slave while it hears its master. */
export function readyRoute({ broker }: Pick<RouteContext, "broker">): Route {
  const answer = () => {
    const { writable, writeRefusal, replication } = broker.status();
    const { role, connected } = replication;
    const silent = role === "slave" && !connected ? "the master isn't heard" : null;
    const reason = silent ?? (writable ? null : writeRefusal);
    const status = reason === null ? OK : "503 Service Unavailable";
    return jsonAnswer(status, { status: reason === null ? "ready" : "not-ready", role, reason });
  };
  return {
    path: "/ready",
    help: "200 while it serves, 503 and why while it doesn't",
    isOpen: true,
    methods: { GET: answer },
  };
}
