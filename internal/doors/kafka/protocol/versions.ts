/** An inclusive range of protocol versions; empty when `max < min`. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

const NEVER: VersionRange = { min: 0, max: -1 };

/** The tables say the same few ranges in a thousand places. */
const known = new Map<string, VersionRange>();

/**
 * Reads a version range as Kafka's own definitions write it: "3+", "3-13", "5" or "none".
 * Throws on anything else: ranges are constants of this program, never input.
 */
export function versionRange(text: string): VersionRange {
  const range = known.get(text) ?? parseRange(text);
  known.set(text, range);
  return range;
}

function parseRange(text: string): VersionRange {
  if (text === "none") return NEVER;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) throw new Error(`not a version range: ${text}`);
  const min = Number(match[1]);
  if (match[2] !== undefined) return { min, max: Number.POSITIVE_INFINITY };
  return { min, max: match[3] === undefined ? min : Number(match[3]) };
}

/** Whether a version lies in the range. */
export function includes(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}
