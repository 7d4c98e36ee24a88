import { type Command, Option } from "commander";
import type { Client, TracedEvent } from "../internal/client/api.ts";
import { withClient } from "./connection.ts";
import { callExits, checked, listingOption, verb } from "./options.ts";
import type { ListingFormat } from "./output/listing.ts";
import { listingShape } from "./output/shape.ts";
import { printStream, type StreamedListing } from "./output/stream.ts";
import { parseTimeMs } from "./parse/time.ts";
import { type ReadingOptions, watchOption } from "./reading.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

interface EventsOptions extends ReadingOptions {
  readonly since?: number;
  readonly severity: TracedEvent["severity"];
  readonly follow?: true;
}

const SEVERITIES = ["info", "warning", "error"] as const;

/** How often a broker is asked for what is new, in milliseconds. */
const FOLLOW_INTERVAL_MS = 200;

/** `weir events`: what has happened to the broker, or to those of its cluster. */
export function eventsVerb(stdio: Stdio): Command {
  const nowMs = Date.now();
  return verb("events", "Show what has happened to the broker lately", {
    examples: [
      "weir events --since -1h",
      "weir events --severity warning -f",
      "weir events -o ndjson | jq -r 'select(.kind == \"topic-deleted\").subject'",
    ],
    json: eventListing.shape,
    exits: callExits,
  })
    .option(
      "--since <time>",
      "only what happened then or later: 1h, -1h or a time; see 'weir help positions'",
      checked((text) => parseTimeMs(/^\d[\d.]*[a-z]/.test(text) ? `-${text}` : text, nowMs)),
    )
    .addOption(
      new Option("--severity <least>", "only what is as grave as that, or graver")
        .choices(SEVERITIES)
        .default("info"),
    )
    .option("-f, --follow", "wait for more")
    .addOption(listingOption())
    .addOption(watchOption("wait for more, and look again and again, e.g. every 2s"))
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<EventsOptions>();
      const stop = takeSignals(stdio.out);
      await withClient(options, (client) => show(stdio, client, options, stop), stop);
    });
}

async function show(
  { out, outputIsScreen }: Stdio,
  client: Client,
  options: EventsOptions,
  stop: AbortSignal,
): Promise<void> {
  const { since = 0, severity, output, json, watch } = options;
  const least = SEVERITIES.indexOf(severity);
  const follow = options.follow === true || watch !== undefined;
  const intervalMs = watch ?? FOLLOW_INTERVAL_MS;
  async function* wanted() {
    for await (const event of eventsOf(client, follow, intervalMs, stop)) {
      if (event.atMs >= since && SEVERITIES.indexOf(event.severity) >= least) yield event;
    }
  }
  const isForPrograms = json === true || (watch !== undefined && !outputIsScreen);
  const forPrograms: ListingFormat = follow ? "ndjson" : "json";
  const format = output ?? (isForPrograms ? forPrograms : "table");
  await printStream(out, format, eventListing, wanted(), follow);
}

/** What the broker remembers; to be followed, also what happens from then on. */
async function* eventsOf(client: Client, follow: boolean, intervalMs: number, stop: AbortSignal) {
  const watch = client.watch({ events: true, intervalMs });
  stop.addEventListener("abort", () => watch.stop(), { once: true });
  for await (const { events } of watch) {
    yield* events;
    if (!follow) break;
  }
  watch.stop();
}

const eventListing: StreamedListing<TracedEvent> = {
  shape: listingShape("events", {
    broker: "integer, the broker that it happened to",
    sequence: "integer, counts up for each broker, through its restarts, too",
    time: "text, when, RFC 3339",
    time_ms: "integer, the same in milliseconds since 1970",
    severity: "text, info, warning or error",
    kind: "text, stable: topic-created",
    subject: "text or null, what it happened to: a topic; null: the broker",
    message: "text, one sentence",
  }),
  columns: [
    { header: "TIME", align: "left", text: ({ atMs }) => new Date(atMs).toISOString() },
    { header: "SEVERITY", align: "left", text: ({ severity }) => severity },
    { header: "KIND", align: "left", text: ({ kind }) => kind },
    { header: "SUBJECT", align: "left", text: ({ subject }) => subject },
    { header: "MESSAGE", align: "left", text: ({ message }) => message },
    { header: "BROKER", align: "right", text: (event) => `${event.brokerId}`, wideOnly: true },
    { header: "SEQUENCE", align: "right", text: (event) => `${event.sequence}`, wideOnly: true },
  ],
  item: ({ brokerId, sequence, atMs, severity, kind, subject, message }) => ({
    broker: brokerId,
    sequence,
    time: new Date(atMs).toISOString(),
    time_ms: atMs,
    severity,
    kind,
    subject: subject === "" ? null : subject,
    message,
  }),
};
