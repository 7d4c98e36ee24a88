import { apis } from "./apis.testing.ts";
import { isUntagged } from "./decoder.ts";
import type { Message } from "./message.ts";
import { type Field, type Fields, MAX_INT64, type ScalarKind, type WireType } from "./table.ts";
import { includes } from "./versions.ts";

/** Every message that is described, with what stands in front of it in a frame. */
export const samples: readonly {
  readonly message: Message<Fields>;
  readonly header: "request" | "response";
  readonly key: number;
}[] = [
  ...apis.flatMap(({ key, request, response }) => [
    { message: request, header: "request" as const, key },
    { message: response, header: "response" as const, key },
  ]),
];

export function versionsOf(message: Message<Fields>): number[] {
  const { min, max } = message.versions;
  return Array.from({ length: max - min + 1 }, (_, i) => min + i);
}

/** A value as JSON says it: bytes and records as base64, wherever they lie. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [buffer, from, to] = ["buffer", "from", "to"].map((name) => Reflect.get(value, name));
  if (buffer instanceof Uint8Array) return plain(buffer.slice(from, to));
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

/** `value` with the default of every field that it leaves out, as JSON says it. */
export function completed(fields: Fields, value: unknown): unknown {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const given = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
      return [name, given === undefined ? plain(field.default) : completedType(field.type, given)];
    }),
  );
}

function completedType(type: WireType, value: unknown): unknown {
  if (value === null) return null;
  if (type.kind === "struct") return completed(type.fields, value);
  if (type.kind === "array" && Array.isArray(value)) {
    return value.map((element) => completedType(type.element, element));
  }
  return value;
}

/** Any value that `version` of a message can carry: what `random` draws, numbers from 0 to 1. */
export function randomValue(
  fields: Fields,
  version: number,
  random: () => number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, randomField(field, version, random)]),
  );
}

function randomField(field: Field, version: number, random: () => number): unknown {
  if (!includes(field.versions, version)) return field.default;
  if (includes(field.nullable, version) && random() < 0.2) return null;
  const tagged = !isUntagged(field, { version, flexible: true });
  return tagged && random() < 0.5 ? field.default : randomOf(field.type, version, random);
}

function randomOf(type: WireType, version: number, random: () => number): unknown {
  if (type.kind === "struct") return randomValue(type.fields, version, random);
  if (type.kind !== "array") return randomScalar(type.kind, random);
  const length = Math.floor(random() * 4);
  return Array.from({ length }, () => randomOf(type.element, version, random));
}

function randomScalar(kind: ScalarKind, random: () => number): unknown {
  const below = (bound: number) => Math.floor(random() * bound);
  const signed = (bits: number) => below(2 ** bits) - 2 ** (bits - 1);
  const bytes = (length: number) => Uint8Array.from({ length }, () => below(256));
  switch (kind) {
    case "boolean":
      return random() < 0.5;
    case "int8":
      return signed(8);
    case "int16":
      return signed(16);
    case "uint16":
      return below(2 ** 16);
    case "int32":
      return signed(32);
    case "int64":
      return random() < 0.1 ? MAX_INT64 : signed(53);
    case "float64":
      return (random() - 0.5) * 2 ** below(100);
    case "uuid":
      return Buffer.from(bytes(16)).toString("base64url");
    case "string":
      return "aß水🌊".repeat(below(50)).slice(0, -1).toWellFormed();
    case "bytes":
    case "records":
      return bytes(below(300));
  }
}
