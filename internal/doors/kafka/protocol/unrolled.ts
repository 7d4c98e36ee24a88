import { inside } from "./errors.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/*
 * A struct's fields, read or written one after the other by code that is made for just them.
 *
 * A loop over names and functions has to look up every property anew: that took two thirds of
 * the time of a small message (570 ns for an answer to Produce, 200 like this). Unrolled, each
 * struct's code spells its names out, and the engine knows the shape of its objects. The names
 * come from this program's own tables, never from a client.
 */

/** Reads the fields of a struct. */
export type DecodeFields = (reader: Reader) => Record<string, unknown>;

/** Writes the fields of a struct. */
export type EncodeFields = (writer: Writer, value: Readonly<Record<string, unknown>>) => void;

/** Reads each field in turn into an object of `names`. */
export function unrollDecoders(
  names: readonly string[],
  decoders: readonly ((reader: Reader) => unknown)[],
): DecodeFields {
  const fields = names.map((name, i) => `${name}: (at = ${i}, run${i}(reader))`);
  const source = `return (reader) => {
    let at = 0;
    try { return { ${fields} }; } catch (error) { throw inside(names[at], error); }
  };`;
  return compile(source, names, decoders, []) as DecodeFields;
}

/** Writes each field in turn, its default where it is undefined. */
export function unrollEncoders(
  names: readonly string[],
  encoders: readonly ((writer: Writer, value: unknown) => void)[],
  defaults: readonly unknown[],
): EncodeFields {
  const fields = names.map((name, i) => {
    const given = `value.${name} === undefined ? defaults[${i}] : value.${name}`;
    return `at = ${i}; run${i}(writer, ${given});`;
  });
  const source = `return (writer, value) => {
    let at = 0;
    try { ${fields.join("\n")} } catch (error) { throw inside(names[at], error); }
  };`;
  return compile(source, names, encoders, defaults) as EncodeFields;
}

/** Runs `source` where `run0`, `run1`, ... are the `functions`; returns what it returns. */
function compile(
  source: string,
  names: readonly string[],
  functions: readonly unknown[],
  defaults: readonly unknown[],
): unknown {
  const runs = functions.map((_, i) => `run${i}`);
  const body = `const [${runs}] = functions; ${source}`;
  const made = new Function("names", "functions", "defaults", "inside", body);
  return made(names, functions, defaults, inside);
}
