import type { Broker } from "../../broker/api.ts";
import { collectMetrics } from "../../broker/observability/metrics.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection, Receiver } from "../../platform/network.ts";
import { CONTENT_TYPES, type Exposition, exposition } from "./exposition.ts";
import { type HttpRequest, headEnd, MAX_HEAD_BYTES, parseRequest } from "./request.ts";

/** What the HTTP door stands on. */
export interface HttpDoorOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
}

/** An answer's status line, type and text. */
interface Answer {
  readonly status: string;
  readonly contentType: string;
  readonly body: string;
}

const OK = "200 OK";
const PLAIN = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";

/** For how long metrics that were gathered for one are good enough for others. */
const METRICS_AGE_MS = 500;

const index = `weir: a message broker. Over HTTP it tells how it is:

/metrics   for Prometheus
/health    200 while it lives
/ready     200 while it serves, 503 and why while it doesn't
`;

/**
 * Answers HTTP clients at the broker's own address, one request a connection: it tells how the
 * broker is, and changes nothing.
 */
export function httpDoor(options: HttpDoorOptions): (connection: Connection) => Receiver {
  const metrics = new SharedMetrics(options);
  return (connection) => new HttpConnection(options, metrics, connection);
}

/** Metrics are gathered once for all who ask at a time. */
class SharedMetrics {
  readonly #options: HttpDoorOptions;
  readonly #kept = new Map<Exposition, { readonly sinceMs: number; text: Promise<string> }>();

  constructor(options: HttpDoorOptions) {
    this.#options = options;
  }

  text(format: Exposition): Promise<string> {
    const { broker, clock } = this.#options;
    const kept = this.#kept.get(format);
    const nowMs = clock.monotonicMs();
    if (kept && nowMs - kept.sinceMs < METRICS_AGE_MS) return kept.text;
    const text = collectMetrics(broker, clock).then((families) => exposition(families, format));
    this.#kept.set(format, { sinceMs: nowMs, text });
    return text;
  }
}

/** A connection that is read up to the end of its request's head, and ends with the answer. */
class HttpConnection implements Receiver {
  readonly partial = null;
  readonly #options: HttpDoorOptions;
  readonly #metrics: SharedMetrics;
  readonly #connection: Connection;
  readonly #decoder = new TextDecoder("latin1");
  #head = "";
  #answered = false;

  constructor(options: HttpDoorOptions, metrics: SharedMetrics, connection: Connection) {
    this.#options = options;
    this.#metrics = metrics;
    this.#connection = connection;
  }

  receive(chunk: Uint8Array, from: number, to: number): void {
    if (this.#answered) return;
    const room = MAX_HEAD_BYTES + 1 - this.#head.length;
    this.#head += this.#decoder.decode(chunk.subarray(from, Math.min(to, from + room)));
    const end = headEnd(this.#head);
    if (end < 0 && this.#head.length <= MAX_HEAD_BYTES) return;
    this.#answered = true;
    const request = end < 0 ? null : parseRequest(this.#head.slice(0, end));
    this.#answer(request).catch((error: unknown) => {
      const { remote } = this.#connection;
      this.#options.log.error("http-request-failed", { remote, cause: String(error) });
      this.#connection.destroy();
    });
  }

  filled(): void {}
  drained(): void {}
  closed(): void {}

  async #answer(request: HttpRequest | null): Promise<void> {
    const answer = request ? await this.#answerTo(request) : refusal("400 Bad Request");
    const isHead = request?.method === "HEAD";
    const body = new TextEncoder().encode(answer.body);
    const head = [
      `HTTP/1.1 ${answer.status}`,
      `Content-Type: ${answer.contentType}`,
      `Content-Length: ${body.length}`,
      "Cache-Control: no-store",
      "Connection: close",
    ].join("\r\n");
    this.#connection.send(new TextEncoder().encode(`${head}\r\n\r\n`));
    if (!isHead) this.#connection.send(body);
    this.#connection.end();
  }

  async #answerTo({ path, headers }: HttpRequest): Promise<Answer> {
    const { broker } = this.#options;
    switch (path) {
      case "/":
        return { status: OK, contentType: PLAIN, body: index };
      case "/metrics": {
        const isOpen = headers.get("accept")?.includes("application/openmetrics-text") ?? false;
        const format = isOpen ? "openmetrics" : "text";
        const body = await this.#metrics.text(format);
        return { status: OK, contentType: CONTENT_TYPES[format], body };
      }
      case "/health":
        return { status: OK, contentType: JSON_TYPE, body: '{"status":"ok"}\n' };
      case "/ready":
        return readiness(broker);
      default:
        return refusal("404 Not Found");
    }
  }
}

/** A master serves while it takes records, a slave while it hears its master. */
function readiness(broker: Broker): Answer {
  const { writable, writeRefusal, replication } = broker.status();
  const { role, connected } = replication;
  const silent = role === "slave" && !connected ? "the master isn't heard" : null;
  const reason = silent ?? (writable ? null : writeRefusal);
  const status = reason === null ? OK : "503 Service Unavailable";
  const fields = { status: reason === null ? "ready" : "not-ready", role, reason };
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(fields)}\n` };
}

function refusal(status: string): Answer {
  return { status, contentType: PLAIN, body: `${status}\n\n${index}` };
}
