import { EtcdError, type EtcdEvent, type EtcdWatch, type EtcdWatchEvents } from "../../etcd.ts";
import { type Gateway, parsed } from "./gateway.ts";
import { entryOf, type Fields, fieldsOf, listOf, rangeOf, revisionOf } from "./messages.ts";

/** A line of a watch that is longer than that isn't etcd's. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Begins a watch: an answer that goes on, with a JSON object a line. */
export function watch(
  gateway: Gateway,
  prefix: string,
  fromRevision: number,
  events: EtcdWatchEvents,
): EtcdWatch {
  const ending = new AbortController();
  run(gateway, prefix, fromRevision, events, ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) events.ended(asEtcdError(error));
  });
  return { close: () => ending.abort() };
}

/** Rejects with why the watch has ended. */
async function run(
  gateway: Gateway,
  prefix: string,
  fromRevision: number,
  events: EtcdWatchEvents,
  signal: AbortSignal,
): Promise<never> {
  const request = { create_request: { ...rangeOf(prefix), start_revision: `${fromRevision}` } };
  const { body } = await gateway.open("/v3/watch", request, signal);
  if (!body) throw new EtcdError("unavailable", "etcd's answer to a watch has no body");
  for await (const line of linesOf(body)) {
    if (signal.aborted) break;
    tell(fieldsOf(parsed(line).result), events);
  }
  throw new EtcdError("unavailable", "etcd has ended a watch");
}

function tell(result: Fields, events: EtcdWatchEvents): void {
  if (result.compact_revision !== undefined) {
    throw new EtcdError("compacted", "etcd doesn't know the changes since then any more");
  }
  if (result.canceled === true) throw new EtcdError("unavailable", "etcd has cancelled a watch");
  const changes = listOf(result.events).map(eventOf);
  if (changes.length > 0) events.changed(revisionOf(result), changes);
}

function eventOf(event: unknown): EtcdEvent {
  const { type, kv } = fieldsOf(event);
  const entry = entryOf(kv);
  return { key: entry.key, entry: type === "DELETE" ? null : entry };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_BYTES)
      throw new EtcdError("unavailable", "a watch's line is endless");
    for (const line of lines) if (line !== "") yield line;
  }
}

function asEtcdError(error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new EtcdError("unavailable", `a watch of etcd's has ended: ${why}`, error);
}
