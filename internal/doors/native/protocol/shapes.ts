/**
 * What fields of a message may hold, said once: a shape checks and reads a decoded CBOR value, and
 * turns a value into what the CBOR encoder takes. Both ends of a connection use the same shapes,
 * so nothing from the wire is used before one of them has looked at it.
 */
export interface Shape<T> {
  /**
   * Throws `FieldError` when `value` is none of these, and, where that is `strict`, when there is
   * a field in it, however deep, that isn't known.
   */
  read(value: unknown, strict?: boolean): T;
  write(value: T): unknown;
  /**
   * What it may hold, a line for each field: `PATH: from 0 to 7`. A path has a `?` behind what may
   * be left out, `[]` behind a list, and `{}` behind a map.
   */
  lines(path: string): readonly string[];
}

/** The shape of a message, or of a part of one that has named fields. */
export interface RecordShape<T> extends Shape<T> {
  /** The fields' names, in the order in which they are written. */
  readonly names: readonly string[];
}

/** A field that holds what it may not: which one, and what it has to be. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  /** As people write it: `partitions[3].start.offset`; empty for the whole value. */
  readonly field: string;
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(field === "" ? problem : `${field}: ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

/** A text. */
export const text: Shape<string> = {
  read: (value) => (typeof value === "string" ? value : refuse("has to be a text")),
  write: (value) => value,
  lines: (path) => [`${path}: a text`],
};

/** True or false. */
export const flag: Shape<boolean> = {
  read: (value) => (typeof value === "boolean" ? value : refuse("has to be true or false")),
  write: (value) => value,
  lines: (path) => [`${path}: true or false`],
};

/** A whole number in [least, greatest], both safe as numbers. */
export function whole(least: number, greatest: number): Shape<number> {
  return {
    read(value) {
      // The decoder makes a bigint of 64 bits; other encoders make a float of any number.
      const number = typeof value === "bigint" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isInteger(number)) {
        return refuse("has to be a whole number");
      }
      if (number >= least && number <= greatest) return number;
      return refuse(`has to be from ${least} to ${greatest}`);
    },
    write: (value) => (Math.abs(value) < 2 ** 32 ? value : BigInt(value)),
    lines: (path) => [`${path}: from ${least} to ${greatest}`],
  };
}

/** Ids, counts, epochs: what a signed 32-bit number holds, from `least` up. */
export function int32(least = 0): Shape<number> {
  return whole(least, 2 ** 31 - 1);
}

/** Offsets, sizes and times: every whole number that a double holds, from `least` up. */
export function int53(least = 0): Shape<number> {
  return whole(least, Number.MAX_SAFE_INTEGER);
}

/** Rates and latencies: a number that isn't negative, with a fraction or without. */
export const decimal: Shape<number> = {
  read(value) {
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number === "number" && number >= 0 && Number.isFinite(number)) return number;
    return refuse("has to be a number that is not negative");
  },
  write: (value) => value,
  lines: (path) => [`${path}: a number that is not negative`],
};

/** One of some texts or numbers. */
export function oneOf<T extends string | number>(...values: readonly T[]): Shape<T> {
  return {
    read(value) {
      const plain = typeof value === "bigint" ? Number(value) : value;
      return values.find((one) => one === plain) ?? refuse(`has to be ${values.join(" or ")}`);
    },
    write: (value) => value,
    lines: (path) => [`${path}: ${values.join(" or ")}`],
  };
}

/** What may be left out; null says the same. It is left out when written. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    read: (value, strict) => (isLeftOut(value) ? null : shape.read(value, strict)),
    write: (value) => (value === null ? undefined : shape.write(value)),
    lines: (path) => shape.lines(`${path}?`),
  };
}

/**
 * What may be left out, and then is `value`. It is left out when written, so that who doesn't know
 * the field understands all that doesn't need it.
 */
export function optional<T>(shape: Shape<T>, value: T): Shape<T> {
  return {
    read: (given, strict) => (isLeftOut(given) ? value : shape.read(given, strict)),
    write: (given) => {
      const isUsual = given === value || (isEmpty(given) && isEmpty(value));
      return isUsual ? undefined : shape.write(given);
    },
    lines: (path) => shape.lines(`${path}?`),
  };
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value instanceof Map && value.size === 0;
}

/** At most `most` values, all of one shape. */
export function list<T>(shape: Shape<T>, most: number): Shape<readonly T[]> {
  return {
    read(value, strict) {
      if (!Array.isArray(value)) return refuse("has to be a list");
      if (value.length > most) return refuse(`may have ${most} entries at most`);
      const made: T[] = [];
      try {
        for (const entry of value) made.push(shape.read(entry, strict));
      } catch (error) {
        throw placed(error, `[${made.length}]`);
      }
      return made;
    },
    // One without items is written as it is: rows by the 100,000 have several.
    write: (values) => (values.length === 0 ? values : values.map((value) => shape.write(value))),
    lines: (path) => shape.lines(`${path}[]`),
  };
}

/** Texts and what they stand for. */
export function textMap<T>(shape: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    read(value, strict) {
      if (!(value instanceof Map)) return refuse("has to be a map");
      const made = new Map<string, T>();
      for (const [key, entry] of value) {
        const name = text.read(key);
        try {
          made.set(name, shape.read(entry, strict));
        } catch (error) {
          throw placed(error, name);
        }
      }
      return made;
    },
    // Null stands for itself here: a key with nothing behind it is not a key that is left out.
    write: (values) =>
      new Map([...values].map(([key, value]) => [key, shape.write(value) ?? null])),
    lines: (path) => shape.lines(`${path}{}`),
  };
}

/** Named fields, all of which have to be there unless their shape says otherwise. */
export function record<T extends object>(
  fields: {
    readonly [K in keyof T]-?: Shape<T[K]>;
  },
): RecordShape<T> {
  const names: Extract<keyof T, string>[] = [];
  for (const name in fields) names.push(name);
  return {
    names,
    read(value, strict = false) {
      if (!(value instanceof Map)) return refuse("has to be a map");
      const made: Partial<T> = {};
      let at: keyof T | undefined;
      try {
        for (const name of names) {
          at = name;
          made[name] = fields[name].read(value.get(name), strict);
        }
      } catch (error) {
        throw placed(error, String(at));
      }
      if (strict) refuseOthers(value, names);
      return made as T; // every field of T has a shape, and each of them was read
    },
    write(value) {
      const made: Record<string, unknown> = {};
      for (const name of names) {
        const written = fields[name].write(value[name]);
        if (written !== undefined) made[name] = written;
      }
      return made;
    },
    lines: (path) => [path, ...names.flatMap((name) => fields[name].lines(`${path}.${name}`))],
  };
}

function refuseOthers(value: ReadonlyMap<unknown, unknown>, names: readonly string[]): void {
  const known: readonly unknown[] = names;
  for (const name of value.keys()) {
    if (!known.includes(name)) throw new FieldError(String(name), "is not known here");
  }
}

function refuse(problem: string): never {
  throw new FieldError("", problem);
}

/** A refusal with the place where it happened; other errors as they are. */
function placed(error: unknown, name: string): unknown {
  if (!(error instanceof FieldError)) return error;
  const joint = error.field === "" || error.field.startsWith("[") ? "" : ".";
  return new FieldError(`${name}${joint}${error.field}`, error.problem);
}
