import {
  EtcdError,
  type EtcdEvent,
  type EtcdWatch,
  type EtcdWatchEvents,
  onlyIfEtcd,
} from "../../etcd.ts";
import { type Gateway, parsed } from "./gateway.ts";
import { entryOf, fieldsOf, listOf, rangeOf, revisionOf } from "./messages.ts";

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
    onlyIfEtcd(error); // who is told may have a bug, which is no end of a watch
    if (!ending.signal.aborted) events.ended(error);
  });
  return { close: () => ending.abort() };
}

/** Rejects with why the watch has ended, an `EtcdError`, or with what `events.changed` throws. */
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
    const told = changesOf(line);
    if (told.changes.length > 0) events.changed(told.revision, told.changes);
  }
  throw new EtcdError("unavailable", "etcd has ended a watch");
}

interface Told {
  readonly revision: number;
  readonly changes: readonly EtcdEvent[];
}

/** What a line tells. Throws `EtcdError` where that is the watch's end. */
function changesOf(line: string): Told {
  const { result: told } = parsed(line);
  const result = fieldsOf(told);
  if (result.compact_revision !== undefined) {
    throw new EtcdError("compacted", "etcd doesn't know the changes since then any more");
  }
  if (result.canceled === true) throw new EtcdError("unavailable", "etcd has cancelled a watch");
  try {
    return { revision: revisionOf(result), changes: listOf(result.events).map(eventOf) };
  } catch (error) {
    throw asEtcdError(error);
  }
}

function eventOf(event: unknown): EtcdEvent {
  const { type, kv } = fieldsOf(event);
  const entry = entryOf(kv);
  return { key: entry.key, entry: type === "DELETE" ? null : entry };
}

/** Throws `EtcdError` where no more can be read; what who takes a line throws stays as it is. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE_BYTES)
        throw new EtcdError("unavailable", "a watch's line is endless");
      for (const line of lines) if (line !== "") yield line;
    }
  } catch (error) {
    throw asEtcdError(error);
  }
}

function asEtcdError(error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new EtcdError("unavailable", `a watch of etcd's has ended: ${why}`, error);
}
