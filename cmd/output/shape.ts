type Kind = "text" | "integer" | "number" | "boolean" | "list" | "object" | "any";

/** What a field holds and what it means: `integer or null, records still to be read`. */
export type FieldText = `${Kind}${"" | " or null"}${"" | " or absent"}, ${string}`;

/**
 * What a verb prints as JSON, as `weir help --json` tells it.
 *
 * Fields may be added to a shape at any time; anything else raises its version.
 */
export interface JsonShape {
  /** What the fields are of; it stands in the output, except before lines. */
  readonly kind: string;
  readonly version: number;
  /**
   * `listing`: `{"kind", "version", "items"}`, or with `-o ndjson` an item a line; `object`: one
   * object with kind, version and the fields; `lines`: one object a line with nothing around it.
   */
  readonly form: "listing" | "object" | "lines";
  /** By path: `partitions[].lag` is of each object in the list `partitions`. */
  readonly fields: Readonly<Record<string, FieldText>>;
}

/** The shape of a listing's items. */
export function listingShape(kind: string, fields: JsonShape["fields"], version = 1): JsonShape {
  return { kind, version, form: "listing", fields };
}

/** One object of a shape, as a line of JSON. */
export function objectLine({ kind, version }: JsonShape, fields: object): string {
  return `${JSON.stringify({ kind, version, ...fields })}\n`;
}

/**
 * Where a value differs from its shape, one sentence each: a field that isn't documented, is
 * missing, or holds something else.
 */
export function differences({ fields }: JsonShape, value: object): string[] {
  return [...missing(fields, value), ...unlike(fields, value, "")];
}

/** The fields at the top that have to be there and aren't; those below are looked at in place. */
function missing(fields: JsonShape["fields"], value: object): string[] {
  return Object.entries(fields)
    .filter(([path, text]) => /^\w+$/.test(path) && !kindOf(text).includes("absent"))
    .filter(([path]) => !Object.hasOwn(value, path))
    .map(([path]) => `${path} is missing`);
}

function* unlike(fields: JsonShape["fields"], value: object, prefix: string): Generator<string> {
  for (const [name, part] of Object.entries(value)) {
    const path = prefix + name;
    const text = fields[path] ?? fields[`${prefix}*`];
    if (text === undefined) {
      yield `${path} is not documented`;
      continue;
    }
    const kind = kindOf(text);
    if (!holds(kind, part)) yield `${path} is ${JSON.stringify(part)}, not ${kind}`;
    if (kind.startsWith("any")) continue;
    if (Array.isArray(part)) {
      const objects = part.filter((one) => typeof one === "object" && one !== null);
      for (const one of objects) yield* unlike(fields, one, `${path}[].`);
    } else if (typeof part === "object" && part !== null) {
      yield* unlike(fields, part, `${path}.`);
    }
  }
}

const kindOf = (text: string): string => text.split(",")[0] ?? "";

function holds(kind: string, value: unknown): boolean {
  if (value === null) return kind.includes("null") || kind.startsWith("any");
  switch (kind.split(" ")[0]) {
    case "text":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "list":
      return Array.isArray(value);
    case "any":
      return true;
    default:
      return typeof value === kind.split(" ")[0] && !Array.isArray(value);
  }
}
