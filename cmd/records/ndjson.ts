import type { JsonShape } from "../output/shape.ts";

/** A record's line. */
export const recordShape: JsonShape = {
  kind: "records",
  version: 1,
  form: "lines",
  fields: {
    topic: "text, where it is",
    partition: "integer, where it is",
    offset: "integer, where it is",
    timestamp: "text or null, RFC 3339",
    timestamp_ms: "integer or null, milliseconds since 1970",
    key: "text or null, UTF-8, or what key_encoding says",
    key_encoding: "text or absent, base64",
    value: "text or null, UTF-8, or what value_encoding says",
    value_encoding: "text or absent, base64",
    headers: "list, in their order; names may repeat",
    "headers[].name": "text, the name",
    "headers[].value": "text or null, UTF-8, or what value_encoding says",
    "headers[].value_encoding": "text or absent, base64",
  },
};
