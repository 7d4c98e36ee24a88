import { collectMetrics } from "../../broker/observability/metrics.ts";
import { OK } from "./answer.ts";
import { CONTENT_TYPES, type Exposition, exposition } from "./exposition.ts";
import type { Route, RouteContext } from "./routes.ts";

/** For how long metrics that were gathered for one are good enough for others. */
const METRICS_AGE_MS = 500;

/** How the broker is, for Prometheus. */
export function metricsRoute({ broker, clock }: RouteContext): Route {
  /** Metrics are gathered once for all who ask at a time. */
  const kept = new Map<Exposition, { readonly sinceMs: number; readonly text: Promise<string> }>();

  function metrics(format: Exposition): Promise<string> {
    const recent = kept.get(format);
    const nowMs = clock.monotonicMs();
    if (recent && nowMs - recent.sinceMs < METRICS_AGE_MS) return recent.text;
    const text = collectMetrics(broker, clock).then((families) => exposition(families, format));
    kept.set(format, { sinceMs: nowMs, text });
    return text;
  }

  return {
    path: "/metrics",
    help: "for Prometheus",
    isOpen: true,
    methods: {
      GET: async ({ headers }) => {
        const isOpen = headers.get("accept")?.includes("application/openmetrics-text") ?? false;
        const format = isOpen ? "openmetrics" : "text";
        return { status: OK, contentType: CONTENT_TYPES[format], body: await metrics(format) };
      },
    },
  };
}
