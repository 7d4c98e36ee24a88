import { EtcdError, type EtcdErrorCode } from "../../etcd.ts";
import { type Fields, fieldsOf } from "./messages.ts";

/** Where etcd is, and who asks. */
export interface EtcdAccess {
  /** One or more of its members: `http://host:2379`. */
  readonly urls: readonly string[];
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM texts, for https: whose certificates are believed, and this side's own. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** A member that says nothing for so long isn't asked any longer. */
const CALL_TIMEOUT_MS = 2000;

/** So much is quoted of what etcd can't have said. */
const MAX_QUOTED = 200;

/** gRPC's codes that tell what a caller has to know. */
const NOT_FOUND = 5;
const DEADLINE_EXCEEDED = 4;
const UNAUTHENTICATED = 16;
const ABORTED = 10;
const UNAVAILABLE = 14;

/** Asks etcd's members by HTTP: the one that answered last first, then the others. */
export class Gateway {
  readonly #access: EtcdAccess;
  #at = 0;
  #token: string | null = null;

  constructor(access: EtcdAccess) {
    this.#access = access;
  }

  /** Calls a method; a member has so long to answer. Rejects with `EtcdError`. */
  async call(path: string, request: Fields, timeoutMs = CALL_TIMEOUT_MS): Promise<Fields> {
    return parsed(await textOf(await this.open(path, request, timeoutMs)));
  }

  /** Begins a call whose answer comes in pieces; it ends by a signal, or after some time. */
  async open(path: string, request: Fields, until: AbortSignal | number): Promise<Response> {
    let failure: EtcdError | null = null;
    for (let tries = 0; tries <= this.#access.urls.length; tries++) {
      const at = this.#at;
      try {
        return await this.#askOne(at, path, request, until);
      } catch (error) {
        if (!(error instanceof EtcdError) || error.code !== "unavailable") throw error;
        failure = error;
        if (typeof until !== "number" && until.aborted) break;
        if (tries > 0 || isTimeout(error.cause)) this.#passOver(at);
      }
    }
    throw failure ?? new EtcdError("unavailable", "no address of etcd is known");
  }

  /** Asks the next one from now on; calls that had asked the same one fail together. */
  #passOver(at: number): void {
    if (at === this.#at) this.#at = (at + 1) % this.#access.urls.length;
  }

  async #askOne(
    at: number,
    path: string,
    request: Fields,
    until: AbortSignal | number,
  ): Promise<Response> {
    if (this.#access.user && this.#token === null) this.#token = await this.#authenticate(at);
    try {
      return await this.#post(at, path, request, until);
    } catch (error) {
      if (!isUnauthenticated(error) || !this.#access.user) throw error;
      this.#token = null;
      throw new EtcdError("unavailable", "etcd wants to be told again who asks", error);
    }
  }

  async #authenticate(at: number): Promise<string> {
    const answer = await this.#post(
      at,
      "/v3/auth/authenticate",
      { ...this.#access.user },
      CALL_TIMEOUT_MS,
    );
    const { token } = parsed(await textOf(answer));
    if (typeof token === "string") return token;
    throw new EtcdError("refused", "etcd gave no token to its user");
  }

  async #post(
    at: number,
    path: string,
    request: Fields,
    until: AbortSignal | number,
  ): Promise<Response> {
    const { urls, tls } = this.#access;
    const url = `${urls[at] ?? ""}${path}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method: "POST",
        body: JSON.stringify(request),
        headers: this.#token === null ? {} : { Authorization: this.#token },
        signal: typeof until === "number" ? AbortSignal.timeout(until) : until,
        ...(tls && { tls }),
      });
    } catch (error) {
      throw unavailable(url, error);
    }
    if (response.ok) return response;
    const { code, error, message } = parsed(await textOf(response));
    const said = typeof message === "string" ? message : `${error ?? response.status}`;
    throw new EtcdError(errorCodeOf(code), `etcd at ${url}: ${said}`, code);
  }
}

function errorCodeOf(code: unknown): EtcdErrorCode {
  if (code === UNAVAILABLE || code === DEADLINE_EXCEEDED || code === ABORTED) return "unavailable";
  return code === NOT_FOUND ? "no-lease" : "refused";
}

/** Whether a member has said nothing at all: the next one is asked. */
function isTimeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof EtcdError && error.cause === UNAUTHENTICATED;
}

/** The rest of an answer, which may not come any more. */
async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw unavailable(response.url, error);
  }
}

function unavailable(url: string, error: unknown): EtcdError {
  const why = error instanceof Error ? error.message : String(error);
  return new EtcdError("unavailable", `etcd at ${url}: ${why}`, error);
}

/** Throws `EtcdError`: what isn't JSON wasn't said by etcd. */
export function parsed(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch (error) {
    const said = JSON.stringify(text.slice(0, MAX_QUOTED));
    throw new EtcdError("unavailable", `what answers isn't etcd, it says ${said}`, error);
  }
}
