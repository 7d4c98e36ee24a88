import type { Broker } from "../../../broker/api.ts";
import { BrokerError } from "../../../broker/errors.ts";
import { cursorsOf, type ReadFrom, readRecords } from "../../../broker/read-records.ts";
import { recordLine } from "../../../record/record-line.ts";
import { type Answer, badRequest, OK, refusalFields } from "../answer.ts";
import type { HttpRequest } from "../request.ts";
import type { Asked } from "./topics.ts";

/** So many partitions may be read as events: each event says where all of them go on. */
const MAX_EVENT_PARTITIONS = 100;

/**
 * Reads a topic as lines of JSON, or as a browser's events (`text/event-stream`), whose ids say
 * where to go on: `from` takes them, and so does `Last-Event-ID`.
 */
export function subscribe(broker: Broker, request: HttpRequest, asked: Asked): Answer {
  const { headers, query, gone } = request;
  const isEvents = headers.get("accept")?.includes("text/event-stream") ?? false;
  const start = headers.get("last-event-id") ?? query.get("from") ?? "latest";
  const until = query.get("until");
  if (until !== null && until !== "latest") throw badRequest("until has to be latest");
  const ends = until !== null;
  const cursors = cursorsOf(broker, { ...asked, from: start.split(",").map(place), ends });
  const tooMany = isEvents && cursors.length > MAX_EVENT_PARTITIONS;
  if (tooMany) throw badRequest("so many partitions are read as events one by one: partition=N");
  const next = new Map(cursors.map(({ partition, offset }) => [partition, offset]));

  function textOf(data: string): string {
    return isEvents ? `id: ${[...next.values()].join(",")}\ndata: ${data}\n` : data;
  }

  async function* texts(): AsyncGenerator<string> {
    try {
      for await (const found of readRecords(broker, cursors, gone)) {
        let text = isEvents && found.length === 0 ? ":\n\n" : "";
        for (const { partition, records } of found) {
          for (const record of records) {
            next.set(partition, record.offset + 1);
            text += textOf(recordLine(asked.topic, partition, record));
          }
        }
        if (text !== "") yield text;
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const line = `${JSON.stringify(refusalFields(error))}\n`;
      yield isEvents ? `event: error\ndata: ${line}\n` : line;
      throw error;
    }
  }

  const contentType = isEvents ? "text/event-stream" : "application/x-ndjson";
  return { status: OK, contentType, body: texts() };
}

function place(text: string): ReadFrom {
  if (text === "earliest" || text === "latest") return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest("from has to be earliest, latest or an offset, one for all partitions or each");
}
