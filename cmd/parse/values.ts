/** A text that does not say what it should; the message names what was expected. */
export class ParseError extends Error {
  override readonly name = "ParseError";
}

/** A whole number of `[least, most]`. */
export function parseWhole(text: string, least: number, most: number): number {
  const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  throw new ParseError(`It must be a whole number ${range}.`);
}

/** A broker's id, from 1 up. */
export function parseBrokerId(text: string): number {
  return parseWhole(text, 1, 2 ** 31 - 1);
}

/** A host and a TCP port. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Where a broker listens unless told otherwise. */
export const defaultPort = 9092;

/** `HOST:PORT`, `HOST`, `[IPV6]:PORT` or `[IPV6]`; the port is 9092 where it is left out. */
export function parseAddress(text: string): HostAndPort {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%\w+)?)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) {
    throw new ParseError("It must be HOST:PORT, an IPv6 address in brackets: [::1]:9092.");
  }
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (port > 65535) throw new ParseError("The port must be at most 65535.");
  return { host, port };
}

/** The address as people write it. */
export function addressText({ host, port }: HostAndPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration with its unit, or several: `500ms`, `5s`, `1h30m`, `2d`. In milliseconds. */
export function parseDurationMs(text: string): number {
  if (!/^(?:\d{1,12}(?:\.\d{1,6})?(?:ms|s|m|h|d))+$/.test(text)) {
    throw new ParseError("It must be a number with a unit: 500ms, 5s, 2m, 1h30m or 1d.");
  }
  let sumMs = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h|d)/g)) {
    sumMs += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return Math.round(sumMs);
}

/** `NAME=VALUE`; the value may be empty and may hold further `=`. */
export function parsePair(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new ParseError("It must be NAME=VALUE.");
  return [text.slice(0, at), text.slice(at + 1)];
}

const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** A size with its unit: `512MiB`, `10GB`, `4096B`. In bytes. */
export function parseSizeBytes(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([kMGT]?B|[KMGT]iB)$/.exec(text);
  const unit = sizeUnits[match?.[2] ?? ""];
  if (match === null || unit === undefined) {
    throw new ParseError("It must be a number with a unit: 500MB, 10GB or 2GiB.");
  }
  return Math.round(Number(match[1]) * unit);
}

/** One or more addresses of one service: `http://host:2379,http://other:2379`. */
export function parseUrls(text: string): readonly URL[] {
  return text.split(",").map((each) => {
    const url = URL.parse(each.trim());
    if (url?.protocol === "http:" || url?.protocol === "https:") return url;
    throw new ParseError(`"${each}" is no address such as http://host:2379`);
  });
}

/** The name of a cluster: what may stand between slashes without a doubt. */
export function parseClusterName(text: string): string {
  if (/^[a-zA-Z0-9._-]{1,100}$/.test(text)) return text;
  throw new ParseError(`"${text}" is no name: it has 1 to 100 of the characters a-z A-Z 0-9 . _ -`);
}
