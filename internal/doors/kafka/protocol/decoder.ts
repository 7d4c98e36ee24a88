import { inside } from "./errors.ts";
import type { Reader } from "./reader.ts";
import type { ByteRange, Field, Fields, ScalarKind, WireType } from "./table.ts";
import { unrollDecoders } from "./unrolled.ts";
import { includes } from "./versions.ts";

/** Reads one value. Null comes out only of types that were compiled as nullable. */
export type Decode = (reader: Reader) => unknown;

/** How one version of one message encodes. */
export interface Dialect {
  readonly version: number;
  /** Compact lengths and tagged fields (KIP-482). */
  readonly flexible: boolean;
}

/** Specialises the reading of `fields`, in wire order, for one version. */
export function compileStructDecoder(fields: Fields, dialect: Dialect): Decode {
  const names = Object.keys(fields);
  const decoders = Object.values(fields).map((field) =>
    isUntagged(field, dialect) ? compileFieldDecoder(field, dialect) : () => field.default,
  );
  const tagged = new Map<number, readonly [string, Decode]>();
  for (const [name, field] of Object.entries(fields)) {
    if (field.tag !== undefined && includes(field.versions, dialect.version)) {
      tagged.set(field.tag, [name, compileFieldDecoder(field, dialect)]);
    }
  }
  // Every version fills every field, in table order: all values of a table share one shape.
  const decodeFields = unrollDecoders(names, decoders);
  if (!dialect.flexible) return decodeFields;
  return (reader) => {
    const value = decodeFields(reader);
    readTags(reader, tagged, value);
    return value;
  };
}

/**
 * The fewest bytes that a value can take: what a count of values is checked against before
 * anything is allocated for them.
 */
export function minimumBytes(type: WireType, dialect: Dialect): number {
  switch (type.kind) {
    case "boolean":
    case "int8":
      return 1;
    case "int16":
    case "uint16":
      return 2;
    case "int32":
      return 4;
    case "int64":
    case "float64":
      return 8;
    case "uuid":
      return 16;
    case "string":
      return dialect.flexible ? 1 : 2;
    case "bytes":
    case "records":
    case "array":
      return dialect.flexible ? 1 : 4;
    case "struct":
      return minimumStructBytes(type.fields, dialect);
  }
}

function minimumStructBytes(fields: Fields, dialect: Dialect): number {
  let total = dialect.flexible ? 1 : 0;
  for (const field of Object.values(fields)) {
    if (!isUntagged(field, dialect)) continue;
    const mayBeNullStruct =
      field.type.kind === "struct" && includes(field.nullable, dialect.version);
    total += mayBeNullStruct ? 1 : minimumBytes(field.type, dialect);
  }
  return total;
}

/** Whether a field stands in its place in this version, instead of among the tagged ones. */
export function isUntagged(field: Field, { version }: Dialect): boolean {
  return field.tag === undefined && includes(field.versions, version);
}

function compileFieldDecoder(field: Field, dialect: Dialect): Decode {
  return compileDecoder(field.type, includes(field.nullable, dialect.version), dialect);
}

function compileDecoder(type: WireType, nullable: boolean, dialect: Dialect): Decode {
  if (type.kind === "array") return compileArrayDecoder(type.element, nullable, dialect);
  if (type.kind === "struct") {
    const decode = compileStructDecoder(type.fields, dialect);
    // A struct that may be null has a byte before it: -1 for null.
    return nullable ? (reader) => (reader.int8() < 0 ? null : decode(reader)) : decode;
  }
  return compileScalarDecoder(type.kind, nullable, dialect.flexible);
}

function compileScalarDecoder(kind: ScalarKind, nullable: boolean, flexible: boolean): Decode {
  switch (kind) {
    case "boolean":
      return (reader) => reader.boolean();
    case "int8":
      return (reader) => reader.int8();
    case "int16":
      return (reader) => reader.int16();
    case "uint16":
      return (reader) => reader.uint16();
    case "int32":
      return (reader) => reader.int32();
    case "int64":
      return (reader) => reader.int64();
    case "float64":
      return (reader) => reader.float64();
    case "uuid":
      return (reader) => reader.uuid();
    case "string": {
      const length = flexible ? compactLength : (reader: Reader) => reader.int16();
      return sized(length, nullable, (reader, size) => reader.utf8(size));
    }
    case "bytes":
      return sized(lengthOf(flexible), nullable, (reader, size) => reader.copy(size));
    case "records":
      return sized(lengthOf(flexible), nullable, (reader, size): ByteRange => {
        const from = reader.skip(size);
        return { buffer: reader.buffer, from, to: from + size };
      });
  }
}

function compileArrayDecoder(element: WireType, nullable: boolean, dialect: Dialect): Decode {
  const decode = compileDecoder(element, false, dialect);
  const elementBytes = minimumBytes(element, dialect);
  return sized(lengthOf(dialect.flexible), nullable, (reader, count) => {
    checkCount(reader, count, elementBytes);
    const values: unknown[] = [];
    let i = 0;
    try {
      for (; i < count; i++) values.push(decode(reader));
    } catch (error) {
      throw inside(`[${i}]`, error);
    }
    return values;
  });
}

type Length = (reader: Reader) => number;

/** A length or count, and then what it measures; negative means null. */
function sized(
  length: Length,
  nullable: boolean,
  decode: (reader: Reader, size: number) => unknown,
): Decode {
  return (reader) => {
    const size = length(reader);
    if (size >= 0) return decode(reader, size);
    if (nullable && size === -1) return null;
    throw reader.malformed(size === -1 ? "null where a value is needed" : `a length of ${size}`);
  };
}

function lengthOf(flexible: boolean): Length {
  return flexible ? compactLength : (reader) => reader.int32();
}

/** Compact lengths are stored plus one, so that 0 can mean null. */
function compactLength(reader: Reader): number {
  return reader.unsignedVarint() - 1;
}

function checkCount(reader: Reader, count: number, elementBytes: number): void {
  const needed = count * elementBytes;
  if (needed > reader.remaining) {
    throw reader.malformed(`${count} elements take ${needed} bytes and ${reader.remaining} remain`);
  }
}

/** count, then for each: tag, size, value. Tags that the table does not know are passed over. */
function readTags(
  reader: Reader,
  known: ReadonlyMap<number, readonly [string, Decode]>,
  into: Record<string, unknown>,
): void {
  const count = reader.unsignedVarint();
  if (count === 0) return;
  checkCount(reader, count, 2);
  for (let i = 0; i < count; i++) {
    const tag = reader.unsignedVarint();
    const size = reader.unsignedVarint();
    const field = known.get(tag);
    if (field === undefined) {
      reader.skip(size);
      continue;
    }
    const [name, decode] = field;
    try {
      into[name] = reader.within(size, decode);
    } catch (error) {
      throw inside(name, error);
    }
  }
}

const NO_TAGS: ReadonlyMap<number, readonly [string, Decode]> = new Map();

/** Passes over a tag section of which nothing is known. */
export function skipTags(reader: Reader): void {
  readTags(reader, NO_TAGS, {});
}
