import { type Dialect, isUntagged } from "./decoder.ts";
import { inside, UnencodableField } from "./errors.ts";
import { type Field, type Fields, MAX_INT64, type ScalarKind, type WireType } from "./table.ts";
import { unrollEncoders } from "./unrolled.ts";
import { includes } from "./versions.ts";
import { Writer } from "./writer.ts";

/** Writes one value; throws UnencodableField when it does not fit what the table says. */
export type Encode = (writer: Writer, value: unknown) => void;

const TAGGED_SLAB_BYTES = 256;
const MAX_STRING_BYTES = 0x7fff;

/** Texts up to this long are counted character by character. */
const PLAIN_TEXT = 64;

/** Specialises the writing of `fields`, in wire order, for one version. */
export function compileStructEncoder(fields: Fields, dialect: Dialect): Encode {
  const untagged = Object.entries(fields).filter(([, field]) => isEncoded(field, dialect));
  const names = untagged.map(([name]) => name);
  const defaults = untagged.map(([, field]) => field.default);
  const encoders = untagged.map(([, field]) => compileFieldEncoder(field, dialect));
  const tagged = Object.entries(fields)
    .filter(([, field]) => field.tag !== undefined && includes(field.versions, dialect.version))
    .map(([name, field]) => compileTaggedEncoder(name, field, dialect))
    .sort((a, b) => a.tag - b.tag);
  const encodeFields = unrollEncoders(names, encoders, defaults);
  return (writer, value) => {
    if (!isObject(value)) throw mismatch(value, "an object");
    encodeFields(writer, value);
    if (dialect.flexible) writeTags(writer, tagged, value);
  };
}

/** Whether a field has a place among the untagged ones, or must be seen to have no value. */
function isEncoded(field: Field, dialect: Dialect): boolean {
  if (isUntagged(field, dialect)) return true;
  return !includes(field.versions, dialect.version) && !field.ignorable;
}

function compileFieldEncoder(field: Field, dialect: Dialect): Encode {
  if (isUntagged(field, dialect)) {
    return compileEncoder(field.type, includes(field.nullable, dialect.version), dialect);
  }
  return (_, value) => {
    if (isDefault(field, value)) return;
    throw new UnencodableField(`version ${dialect.version} has no place for a value`);
  };
}

interface TaggedEncoder {
  readonly name: string;
  readonly tag: number;
  readonly isDefault: (value: unknown) => boolean;
  readonly encode: Encode;
}

function compileTaggedEncoder(name: string, field: Field, dialect: Dialect): TaggedEncoder {
  const encode = compileEncoder(field.type, includes(field.nullable, dialect.version), dialect);
  const isDefaultValue = (value: unknown) => value === undefined || isDefault(field, value);
  return { name, tag: field.tag ?? 0, isDefault: isDefaultValue, encode };
}

/** count, then for each in ascending order: tag, size, value. Defaults are left out. */
function writeTags(
  writer: Writer,
  tagged: readonly TaggedEncoder[],
  value: Readonly<Record<string, unknown>>,
): void {
  const present = tagged.filter(({ name, isDefault }) => !isDefault(value[name]));
  writer.unsignedVarint(present.length);
  for (const { name, tag, encode } of present) {
    const content = new Writer(TAGGED_SLAB_BYTES);
    try {
      encode(content, value[name]);
    } catch (error) {
      throw inside(name, error);
    }
    writer.unsignedVarint(tag);
    writer.unsignedVarint(content.written);
    for (const chunk of content.take()) writer.bytes(chunk);
  }
}

/** Whether a field says nothing by holding `value`, however deep it is. */
function isDefault({ type, default: implicit }: Field, value: unknown): boolean {
  if (value === implicit) return true;
  if (value === null || implicit === null) return false;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (type.kind !== "struct" || !isObject(value)) return false;
  return Object.entries(type.fields).every(
    ([name, field]) => value[name] === undefined || isDefault(field, value[name]),
  );
}

function compileEncoder(type: WireType, nullable: boolean, dialect: Dialect): Encode {
  if (type.kind === "array") return compileArrayEncoder(type.element, nullable, dialect);
  if (type.kind === "struct") {
    const encode = compileStructEncoder(type.fields, dialect);
    if (!nullable) return encode;
    return (writer, value) => {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) encode(writer, value);
    };
  }
  return compileScalarEncoder(type.kind, nullable, dialect.flexible);
}

function compileScalarEncoder(kind: ScalarKind, nullable: boolean, flexible: boolean): Encode {
  switch (kind) {
    case "boolean":
      return (writer, value) => {
        if (typeof value !== "boolean") throw mismatch(value, "a boolean");
        writer.int8(value ? 1 : 0);
      };
    case "int8":
      return (writer, value) => writer.int8(integer(value, -0x80, 0x7f));
    case "int16":
      return (writer, value) => writer.int16(integer(value, -0x8000, 0x7fff));
    case "uint16":
      return (writer, value) => writer.int16(integer(value, 0, 0xffff));
    case "int32":
      return (writer, value) => writer.int32(integer(value, -0x8000_0000, 0x7fff_ffff));
    case "int64":
      return (writer, value) => writer.int64(value === MAX_INT64 ? MAX_INT64 : safeInteger(value));
    case "float64":
      return (writer, value) => writer.float64(number(value));
    case "uuid":
      return (writer, value) => writer.uuid(text(value));
    case "string":
      return orNull(
        nullable,
        flexible ? compactLength : shortLength,
        flexible ? compactString : oldString,
      );
    case "bytes":
    case "records": {
      const length = lengthOf(flexible);
      return orNull(nullable, length, (writer, value) => writePieces(writer, length, value));
    }
  }
}

function compileArrayEncoder(element: WireType, nullable: boolean, dialect: Dialect): Encode {
  const encode = compileEncoder(element, false, dialect);
  const count = lengthOf(dialect.flexible);
  return orNull(nullable, count, (writer, value) => {
    if (!Array.isArray(value)) throw mismatch(value, "an array");
    count(writer, value.length);
    let i = 0;
    try {
      for (; i < value.length; i++) encode(writer, value[i]);
    } catch (error) {
      throw inside(`[${i}]`, error);
    }
  });
}

type WriteLength = (writer: Writer, length: number) => void;

const shortLength: WriteLength = (writer, length) => writer.int16(length);
const intLength: WriteLength = (writer, length) => writer.int32(length);
/** Compact lengths are stored plus one, so that 0 can mean null. */
const compactLength: WriteLength = (writer, length) => writer.unsignedVarint(length + 1);

function lengthOf(flexible: boolean): WriteLength {
  return flexible ? compactLength : intLength;
}

/** Null is a length of -1. */
function orNull(nullable: boolean, length: WriteLength, encode: Encode): Encode {
  if (!nullable) return encode;
  return (writer, value) => {
    if (value === null) length(writer, -1);
    else encode(writer, value);
  };
}

function compactString(writer: Writer, value: unknown): void {
  writeString(writer, compactLength, text(value));
}

function oldString(writer: Writer, value: unknown): void {
  writeString(writer, shortLength, text(value));
}

/**
 * Cuts what is longer than a string may be: a name that a client had sent in no UTF-8, which got
 * longer when it was decoded, or a sentence that quotes what it had sent.
 */
function writeString(writer: Writer, length: WriteLength, value: string): void {
  const size = utf8Bytes(value);
  if (size > MAX_STRING_BYTES) {
    writeString(writer, length, fitting(value));
    return;
  }
  length(writer, size);
  writer.utf8(value, size);
}

/** As many whole characters from the beginning of a text as fit into a string. */
function fitting(value: string): string {
  const { read } = new TextEncoder().encodeInto(value, new Uint8Array(MAX_STRING_BYTES));
  return value.slice(0, read);
}

/** What Buffer.byteLength says, without its call for the plain names that most texts are. */
function utf8Bytes(value: string): number {
  for (let i = 0; i < value.length; i++) {
    if (i === PLAIN_TEXT || value.charCodeAt(i) > 0x7f) return Buffer.byteLength(value);
  }
  return value.length;
}

/** A byte range, one array of bytes, or a list of them that follow each other. */
function writePieces(writer: Writer, length: WriteLength, value: unknown): void {
  if (value instanceof Uint8Array) {
    length(writer, value.length);
    writer.bytes(value);
  } else if (Array.isArray(value)) {
    const pieces = value.map(piece);
    length(
      writer,
      pieces.reduce((total, { length: size }) => total + size, 0),
    );
    for (const part of pieces) writer.bytes(part);
  } else if (isObject(value)) {
    const { buffer, from, to } = value;
    const start = integer(from, 0, piece(buffer).length);
    const end = integer(to, start, piece(buffer).length);
    length(writer, end - start);
    writer.bytes(piece(buffer), start, end);
  } else {
    throw mismatch(value, "bytes");
  }
}

function piece(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw mismatch(value, "bytes");
  return value;
}

function integer(value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw mismatch(value, `an integer from ${min} to ${max}`);
}

function safeInteger(value: unknown): number {
  return integer(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw mismatch(value, "a string");
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function mismatch(value: unknown, wanted: string): UnencodableField {
  const got = typeof value === "object" && value !== null ? "an object" : String(value);
  return new UnencodableField(`${got} is not ${wanted}`);
}

function number(value: unknown): number {
  if (typeof value !== "number") throw mismatch(value, "a number");
  return value;
}
