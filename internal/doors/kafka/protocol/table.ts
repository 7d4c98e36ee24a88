import { type VersionRange, versionRange } from "./versions.ts";

/*
 * The words in which messages are described. A message is an object of fields, in wire order:
 *
 *   transactionalId: string("3+", { nullable: "3+" }),
 *   topics: array("0+").of({
 *     name: string("0-12"),
 *     topicId: uuid("13+"),
 *   }),
 *
 * The first argument is always the range of versions that carry the field. Decoded and encodable
 * types are inferred from the table, so nothing is declared twice.
 */

/** Bytes left where they are: `buffer[from, to)`. Valid as long as the buffer's owner says. */
export interface ByteRange {
  readonly buffer: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Record batches to send: one piece, or pieces that follow each other. */
export type RecordsInput = ByteRange | Uint8Array | readonly Uint8Array[];

/** The types that are made of no others. */
export type ScalarKind =
  | "boolean"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "int64"
  | "float64"
  | "uuid"
  | "string"
  | "bytes"
  | "records";

/** What stands on the wire for one value, nullability aside. */
export type WireType =
  | { readonly kind: ScalarKind }
  | { readonly kind: "array"; readonly element: WireType }
  | { readonly kind: "struct"; readonly fields: Fields };

/**
 * One line of a table. `Out` is what decoding yields, `In` what encoding takes; a field that is
 * `Omissible` may be left out by who encodes, and then says its default.
 */
export interface Field<Out = unknown, In = unknown, Omissible extends boolean = boolean> {
  readonly type: WireType;
  readonly versions: VersionRange;
  readonly nullable: VersionRange;
  /** The value in versions that lack the field. */
  readonly default: unknown;
  /** In a version that lacks the field, a value other than the default may be dropped silently. */
  readonly ignorable: boolean;
  /** Set for a tagged field (KIP-482): present only when it differs from its default. */
  readonly tag: number | undefined;
  /** Types only; never there at run time. */
  readonly inferred?: { readonly out: Out; readonly in: In; readonly omissible: Omissible };
}

/** The fields of a struct, in the order of the wire. */
export type Fields = { readonly [name: string]: Field };

/** The value that decoding a table yields: every field, whatever the version. */
export type Decoded<F extends Fields> = {
  readonly [N in keyof F]: F[N] extends Field<infer Out, unknown> ? Out : never;
};

type OmissibleNames<F extends Fields> = {
  [N in keyof F]: F[N] extends Field<unknown, unknown, true> ? N : never;
}[keyof F];

type In<F> = F extends Field<unknown, infer Value> ? Value : never;

/** The value that encoding a table takes: fields with a declared default may be left out. */
export type Encodable<F extends Fields> = {
  readonly [N in Exclude<keyof F, OmissibleNames<F>>]: In<F[N]>;
} & { readonly [N in OmissibleNames<F>]?: In<F[N]> | undefined };

interface Options<Default> {
  /** The versions in which the value may be null. */
  readonly nullable?: string;
  /** The value in versions that lack the field; otherwise 0, false, "", empty. */
  readonly default?: Default | null;
  readonly ignorable?: true;
  readonly tag?: number;
}

type OrNull<Value, O> = O extends { readonly nullable: string } ? Value | null : Value;
type IsOmissible<O> = O extends { readonly default: unknown } | { readonly tag: number }
  ? true
  : false;

type FieldOf<Out, Inp, O> = Field<OrNull<Out, O>, OrNull<Inp, O>, IsOmissible<O>>;

/** A scalar type as an array's element. */
interface Element<Out = unknown, Inp = unknown> {
  (...args: never): unknown;
  readonly kind: ScalarKind;
  /** Types only; never there at run time. */
  readonly inferred?: { readonly out: Out; readonly in: Inp };
}

/** A scalar type: called, it makes a field; as it is, it can be an array's element. */
export interface Scalar<Out, Inp = Out> extends Element<Out, Inp> {
  <const O extends Options<Out> = Record<never, never>>(
    versions: string,
    options?: O,
  ): FieldOf<Out, Inp, O>;
}

/** The uuid that stands for none. */
export const ZERO_UUID = "AAAAAAAAAAAAAAAAAAAAAA";

/**
 * The largest int64, which Kafka uses as "no limit". It is the only one beyond 2^53 that can be
 * said: the nearest number, 2^63, stands for it in both directions.
 */
export const MAX_INT64 = 2 ** 63;

const NO_BYTES = new Uint8Array(0);

/** One byte, 0 or 1. */
export const boolean = scalar<boolean>("boolean", false);
/** One byte with a sign. */
export const int8 = scalar<number>("int8", 0);
/** Two bytes with a sign. */
export const int16 = scalar<number>("int16", 0);
/** Two bytes without a sign. */
export const uint16 = scalar<number>("uint16", 0);
/** Four bytes with a sign. */
export const int32 = scalar<number>("int32", 0);
/** A number; what a number cannot hold exactly is malformed, except MAX_INT64. */
export const int64 = scalar<number>("int64", 0);
/** Eight bytes of IEEE 754. */
export const float64 = scalar<number>("float64", 0);
/** 16 bytes as base64url without padding, 22 characters, as Kafka's tools print them. */
export const uuid = scalar<string>("uuid", ZERO_UUID);
export const string = scalar<string>("string", "");
/** Decoded into a copy, so that it may be kept. */
export const bytes = scalar<Uint8Array>("bytes", NO_BYTES);
/** Record batches, left where they are in the frame. */
export const records = scalar<ByteRange, RecordsInput>("records", null);

/** Nested fields, one after another: `struct("10+", { tag: 0 }).of({ ... })`. */
export function struct<const O extends Options<null> = Record<never, never>>(
  versions: string,
  options?: O,
) {
  return {
    of: <F extends Fields>(fields: F): FieldOf<Decoded<F>, Encodable<F>, O> =>
      field({ kind: "struct", fields }, versions, options ?? {}, Object.freeze(defaults(fields))),
  };
}

type Elements = Element | Fields;
type OutOf<E> = E extends Element<infer Out, unknown> ? Out : E extends Fields ? Decoded<E> : never;
type InOf<E> =
  E extends Element<unknown, infer Inp> ? Inp : E extends Fields ? Encodable<E> : never;

/** Elements of one type, a scalar or a struct: `array("0+").of(int32)`. */
export function array<const O extends Options<readonly unknown[]> = Record<never, never>>(
  versions: string,
  options?: O,
) {
  return {
    of: <E extends Elements>(element: E): FieldOf<readonly OutOf<E>[], readonly InOf<E>[], O> => {
      const elementType: WireType =
        typeof element === "function"
          ? { kind: element.kind }
          : { kind: "struct", fields: element };
      const type: WireType = { kind: "array", element: elementType };
      return field(type, versions, options ?? {}, Object.freeze([]));
    },
  };
}

/** The value of a struct none of whose fields was given. */
export function defaults(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { default: value }]) => [name, value]),
  );
}

function scalar<Out, Inp = Out>(kind: ScalarKind, implicit: unknown): Scalar<Out, Inp> {
  return Object.assign(
    <const O extends Options<Out>>(versions: string, options?: O): FieldOf<Out, Inp, O> =>
      field({ kind }, versions, options ?? {}, implicit),
    { kind },
  );
}

function field(
  type: WireType,
  versions: string,
  options: Options<unknown>,
  implicit: unknown,
): Field<never, never, never> {
  return {
    type,
    versions: versionRange(versions),
    nullable: versionRange(options.nullable ?? "none"),
    default: options.default === undefined ? implicit : options.default,
    ignorable: options.ignorable ?? false,
    tag: options.tag,
  };
}
