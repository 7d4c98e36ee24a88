/**
 * What fields of a message may hold, said once: a shape checks and reads a decoded CBOR value, and
 * turns a value into what the CBOR encoder takes. Both ends of a connection use the same shapes,
 * so nothing from the wire is used before one of them has looked at it.
 */
export interface Shape<T> {
  /** Throws `FieldError` when `value` is none of these. */
  read(value: unknown): T;
  write(value: T): unknown;
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
};

/** True or false. */
export const flag: Shape<boolean> = {
  read: (value) => (typeof value === "boolean" ? value : refuse("has to be true or false")),
  write: (value) => value,
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
};

/** One of some texts or numbers. */
export function oneOf<T extends string | number>(...values: readonly T[]): Shape<T> {
  return {
    read(value) {
      const plain = typeof value === "bigint" ? Number(value) : value;
      return values.find((one) => one === plain) ?? refuse(`has to be ${values.join(" or ")}`);
    },
    write: (value) => value,
  };
}

/** What may be left out; null says the same. It is left out when written. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    read: (value) => (value === undefined || value === null ? null : shape.read(value)),
    write: (value) => (value === null ? undefined : shape.write(value)),
  };
}

/** What may be left out, and then is `value`. */
export function optional<T>(shape: Shape<T>, value: T): Shape<T> {
  return {
    read: (given) => (given === undefined || given === null ? value : shape.read(given)),
    write: (given) => shape.write(given),
  };
}

/** At most `most` values, all of one shape. */
export function list<T>(shape: Shape<T>, most: number): Shape<readonly T[]> {
  return {
    read(value) {
      if (!Array.isArray(value)) return refuse("has to be a list");
      if (value.length > most) return refuse(`may have ${most} entries at most`);
      const made: T[] = [];
      try {
        for (const entry of value) made.push(shape.read(entry));
      } catch (error) {
        throw placed(error, `[${made.length}]`);
      }
      return made;
    },
    // One without items is written as it is: rows by the 100,000 have several.
    write: (values) => (values.length === 0 ? values : values.map((value) => shape.write(value))),
  };
}

/** Texts and what they stand for. */
export function textMap<T>(shape: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    read(value) {
      if (!(value instanceof Map)) return refuse("has to be a map");
      const made = new Map<string, T>();
      for (const [key, entry] of value) {
        const name = text.read(key);
        try {
          made.set(name, shape.read(entry));
        } catch (error) {
          throw placed(error, name);
        }
      }
      return made;
    },
    // Null stands for itself here: a key with nothing behind it is not a key that is left out.
    write: (values) =>
      new Map([...values].map(([key, value]) => [key, shape.write(value) ?? null])),
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
    read(value) {
      if (!(value instanceof Map)) return refuse("has to be a map");
      const made: Partial<T> = {};
      let at: keyof T | undefined;
      try {
        for (const name of names) {
          at = name;
          made[name] = fields[name].read(value.get(name));
        }
      } catch (error) {
        throw placed(error, String(at));
      }
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
  };
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
