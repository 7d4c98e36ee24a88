/** The longest head that is read; a longer one is refused. */
export const MAX_HEAD_BYTES = 8192;

/** What a request says before its body. */
export interface HttpHead {
  readonly method: string;
  /** What is asked for, as it was sent: the path, and what stands behind a `?`. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly version: "1.0" | "1.1";
  /** By name in lower case; those of one name are one, with commas between them. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A request that has come whole. */
export interface HttpRequest extends HttpHead {
  readonly body: Uint8Array;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

const REQUEST_LINE = /^([A-Z]+) ((\/[^\s?]*)(?:\?(\S*))?) HTTP\/(1\.[01])$/;
const FIELD_LINE = /^([\w!#$%&'*+.^`|~-]+):(.*)$/;

/**
 * Reads the head of an HTTP/1 request (RFC 9112, section 3), which ends with an empty line; null
 * for what is none. A line that is no field is not passed over: others might read it as one.
 */
export function parseHead(text: string): HttpHead | null {
  const [first = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const match = REQUEST_LINE.exec(first);
  if (match === null) return null;
  const [, method = "", target = "", path = "", query = "", version] = match;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, field = "", value = ""] = FIELD_LINE.exec(line) ?? [];
    if (field === "") return null;
    const name = field.toLowerCase();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  return {
    ...{ method, target, path, headers },
    query: new URLSearchParams(query),
    version: version === "1.0" ? "1.0" : "1.1",
  };
}

/** Where a head ends: behind its empty line, which ends at `from` or later; -1: not there yet. */
export function headEnd(text: string, from: number): number {
  const emptyLine = /\n\r?\n/g;
  emptyLine.lastIndex = Math.max(0, from - 2);
  return emptyLine.exec(text) === null ? -1 : emptyLine.lastIndex;
}
