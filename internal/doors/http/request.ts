/** The longest head that is read; a longer one is refused. */
export const MAX_HEAD_BYTES = 8192;

/** A request without a body. */
export interface HttpRequest {
  readonly method: string;
  /** Without what stands behind a `?`. */
  readonly path: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Reads the head of an HTTP/1 request (RFC 9112, section 3), which ends with an empty line; null
 * for what is none.
 */
export function parseRequest(head: string): HttpRequest | null {
  const [first = "", ...lines] = head.split(/\r?\n/);
  const match = /^([A-Z]+) (\/[^\s?]*)(?:\?\S*)? HTTP\/1\.[01]$/.exec(first);
  if (match === null) return null;
  const [, method = "", path = ""] = match;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf(":");
    if (at > 0) headers.set(line.slice(0, at).toLowerCase(), line.slice(at + 1).trim());
  }
  return { method, path, headers };
}

/** Where a head ends: behind its empty line; -1 if that hasn't come yet. */
export function headEnd(text: string): number {
  const match = /\r?\n\r?\n/.exec(text);
  return match === null ? -1 : match.index + match[0].length;
}
