import { StorageError } from "./errors.ts";

/** What wrote some bytes: a Weir of this one's format, or of one before or after it. */
export type FormatAge = "own" | "older" | "newer";

/**
 * The age of what begins with the magic `found`, where this Weir writes `own`; null if it is
 * something else. A magic has its format's version in its last byte.
 */
export function formatAge(found: number, own: number): FormatAge | null {
  if (found >>> 8 !== own >>> 8) return null;
  if (found === own) return "own";
  return found > own ? "newer" : "older";
}

/** The refusal to open what a Weir of another format has written. */
export function foreignFormat(path: string, age: "older" | "newer"): StorageError {
  const who = age === "newer" ? "a newer Weir than this one" : "a Weir too old for this one";
  const advice = age === "newer" ? "start that one on it" : "start the releases in between first";
  return new StorageError(`${age}-format`, `${path} was written by ${who}; ${advice}`);
}
