import { isUtf8 } from "node:buffer";
import type { Broker } from "../../../broker/api.ts";
import { BrokerError } from "../../../broker/errors.ts";
import { RecordWriter } from "../../../broker/write-records.ts";
import type { Clock } from "../../../platform/clock.ts";
import { linesOf, recordsOfLines } from "../../../record/lines.ts";
import type { WrittenRecord } from "../../../record/record-line.ts";
import { type Answer, jsonAnswer, OK, refusalFields, statusOf, unsupported } from "../answer.ts";
import type { HttpRequest } from "../request.ts";
import type { Asked } from "./topics.ts";

/** Types of lines; curl says the second of what nobody gave a type, others say nothing. */
const TEXT = /^(text\/plain|application\/x-www-form-urlencoded|)$/;
const JSON_LINES = /^application\/(x-)?ndjson$/;

/** Writes what is posted; it is durable, as its topic asks for it, when the answer comes. */
export function publisher(broker: Broker, clock: Clock) {
  const writer = new RecordWriter(broker, clock);
  return async (request: HttpRequest, { topic, partition }: Asked): Promise<Answer> => {
    const batches = await writer.write({ topic, partition, records: recordsOf(request) });
    const written = batches.flatMap(({ partition, recordCount: records, outcome }) => {
      if (outcome instanceof BrokerError) return [];
      const { baseOffset: base_offset, lastOffset: last_offset, durability, copies } = outcome;
      return [{ partition, base_offset, last_offset, records, durability, copies }];
    });
    const failed = batches.find(({ outcome }) => outcome instanceof BrokerError)?.outcome;
    if (!(failed instanceof BrokerError)) return jsonAnswer(OK, { topic, written });
    return jsonAnswer(statusOf(failed.code), { ...refusalFields(failed), topic, written });
  };
}

/**
 * Of text each line is a record, as for `weir produce`; of NDJSON each line is one as GET writes
 * it; all else is one record as it is. The key is that of all that have none.
 */
function* recordsOf({ headers, query, body }: HttpRequest): Generator<WrittenRecord> {
  const type = headers.get("content-type")?.replace(/;.*$/, "").trim().toLowerCase() ?? "";
  if (headers.has("content-encoding")) throw unsupported("a body has to come uncompressed");
  const text = query.get("key");
  const key = text === null ? null : new TextEncoder().encode(text);
  if (JSON_LINES.test(type)) {
    for (const record of recordsOfLines(body)) yield { ...record, key: record.key ?? key };
  } else if (TEXT.test(type)) {
    if (!isUtf8(body)) throw unsupported("this is no text: send it as application/octet-stream");
    for (const value of linesOf(body)) yield { key, value, headers: [] };
  } else {
    yield { key, value: body, headers: [] };
  }
}
