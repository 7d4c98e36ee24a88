import { compileStructDecoder, type Decode, type Dialect } from "./decoder.ts";
import { compileStructEncoder, type Encode } from "./encoder.ts";
import type { Reader } from "./reader.ts";
import type { Decoded, Encodable, Fields } from "./table.ts";
import { includes, type VersionRange, versionRange } from "./versions.ts";
import type { Writer } from "./writer.ts";

/** A table and its codec. Each version's code is made when it is first used, and kept. */
export interface Message<F extends Fields> {
  readonly name: string;
  readonly versions: VersionRange;
  /** The versions with compact lengths and tagged fields. */
  readonly flexible: VersionRange;
  readonly fields: F;
  /**
   * Reads the message and leaves the reader behind it. Fields that `version` lacks have their
   * default. Throws MalformedMessage, and RangeError for a version outside of `versions`.
   */
  decode(reader: Reader, version: number): Decoded<F>;
  /**
   * Writes the message. Throws UnencodableField, after which what the writer holds is of no
   * use, and RangeError for a version outside of `versions`.
   */
  encode(writer: Writer, version: number, value: Encodable<F>): void;
}

/** Makes a message of its table, to be decoded and encoded in each version. */
export function message<F extends Fields>(spec: {
  readonly name: string;
  readonly versions: string;
  readonly flexible: string;
  readonly fields: F;
}): Message<F> {
  const versions = versionRange(spec.versions);
  const flexible = versionRange(spec.flexible);
  const decoders: Decode[] = [];
  const encoders: Encode[] = [];
  const dialect = (version: number): Dialect => {
    if (includes(versions, version)) return { version, flexible: includes(flexible, version) };
    throw new RangeError(`${spec.name} has no version ${version}`);
  };
  return {
    name: spec.name,
    versions,
    flexible,
    fields: spec.fields,
    decode(reader, version) {
      decoders[version] ??= compileStructDecoder(spec.fields, dialect(version));
      // The compiler follows the table that the type is inferred from.
      return decoders[version](reader) as Decoded<F>;
    },
    encode(writer, version, value) {
      encoders[version] ??= compileStructEncoder(spec.fields, dialect(version));
      encoders[version](writer, value);
    },
  };
}

/** One request that Kafka clients make, and its response; both have the same versions. */
export interface Api<K extends number, Q extends Fields, R extends Fields> {
  readonly key: K;
  readonly name: string;
  /** The versions that are served. */
  readonly versions: VersionRange;
  /** The versions that ApiVersions offers: the served ones, with one exception, Produce. */
  readonly advertised: VersionRange;
  readonly request: Message<Q>;
  readonly response: Message<R>;
}

/** Describes an API: the message tables with what they have in common. */
export function api<const K extends number, Q extends Fields, R extends Fields>(spec: {
  readonly key: K;
  readonly name: string;
  readonly versions: string;
  /** When it differs from `versions`. */
  readonly advertised?: string;
  readonly flexible: string;
  readonly request: Q;
  readonly response: R;
}): Api<K, Q, R> {
  const { key, name, versions, flexible } = spec;
  return {
    key,
    name,
    versions: versionRange(versions),
    advertised: versionRange(spec.advertised ?? versions),
    request: message({ name: `${name}Request`, versions, flexible, fields: spec.request }),
    response: message({ name: `${name}Response`, versions, flexible, fields: spec.response }),
  };
}
