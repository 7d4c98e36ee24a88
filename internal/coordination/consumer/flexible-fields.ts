import { FieldReader, FieldWriter } from "../fields.ts";

/*
 * The fields of Kafka's flexible messages (KIP-482), as far as the records of groups have them:
 *
 *     string     length + 1 (unsigned varint; 0 for null), UTF-8
 *     array      count + 1 (unsigned varint), items
 *     tags       count (unsigned varint), of each its number, size in bytes, content
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A varint of 32 bits has no more bytes. */
const MAX_VARINT_BYTES = 5;

/** Seven bits a byte, lowest first. */
function putUnsigned(writer: FieldWriter, value: number): FieldWriter {
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) writer.int8((rest & 0x7f) | 0x80);
  return writer.int8(rest);
}

/** A string, or null. */
export function putText(writer: FieldWriter, text: string | null): FieldWriter {
  if (text === null) return putUnsigned(writer, 0);
  return putBytes(writer, encoder.encode(text));
}

/** Bytes with their length. */
export function putBytes(writer: FieldWriter, bytes: Uint8Array): FieldWriter {
  return putUnsigned(writer, bytes.length + 1).raw(bytes);
}

/** An array; `put` writes each item. */
export function putList<T>(
  writer: FieldWriter,
  items: Iterable<T>,
  put: (item: T) => unknown,
): FieldWriter {
  const all = [...items];
  putUnsigned(writer, all.length + 1);
  for (const item of all) put(item);
  return writer;
}

/** The end of a struct that has tagged fields, by number; most have none. */
export function putTags(writer: FieldWriter, tags: ReadonlyMap<number, Uint8Array>): FieldWriter {
  putUnsigned(writer, tags.size);
  for (const [tag, content] of tags) {
    putUnsigned(writer, tag);
    putUnsigned(writer, content.length).raw(content);
  }
  return writer;
}

/** The end of a struct without tagged fields. */
export function putEnd(writer: FieldWriter): FieldWriter {
  return writer.int8(0);
}

/** The bytes of a part that is measured before it is written. */
export function partOf(put: (writer: FieldWriter) => unknown): Uint8Array {
  const writer = new FieldWriter();
  put(writer);
  return writer.done();
}

/** Reads an unsigned varint of 32 bits. */
export function unsigned(reader: FieldReader): number {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index++) {
    const byte = reader.int8() & 0xff;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  reader.failed = true;
  return 0;
}

/** Reads a string, or null. */
export function nullableText(reader: FieldReader): string | null {
  const length = unsigned(reader);
  return length === 0 ? null : decoder.decode(reader.raw(length - 1));
}

/** Reads a string; null is read as empty. */
export function text(reader: FieldReader): string {
  return nullableText(reader) ?? "";
}

/** Reads bytes with their length: a copy. */
export function sizedBytes(reader: FieldReader): Uint8Array {
  return reader.raw(Math.max(unsigned(reader) - 1, 0));
}

/** Reads an array; `item` reads each item. */
export function list<T>(reader: FieldReader, item: () => T): T[] {
  const count = unsigned(reader) - 1;
  const items: T[] = [];
  for (let i = 0; i < count && !reader.failed; i++) items.push(item());
  return items;
}

/** The tagged fields at the end of a struct, by number. */
export function tags(reader: FieldReader): Map<number, FieldReader> {
  const count = unsigned(reader);
  const found = new Map<number, FieldReader>();
  for (let i = 0; i < count && !reader.failed; i++) {
    const tag = unsigned(reader);
    found.set(tag, new FieldReader(reader.raw(unsigned(reader))));
  }
  return found;
}
