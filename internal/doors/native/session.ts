import type { Broker } from "../../broker/api.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import { FetchStream } from "./fetch-stream.ts";
import { handlers, readRequest } from "./handlers.ts";
import { greet } from "./hello.ts";
import type { NativeLimits } from "./limits.ts";
import type { OpenStream, StreamOutlet } from "./open-stream.ts";
import type { Outlet } from "./outlet.ts";
import { CONNECTION_ID, type Frame } from "./protocol/frame.ts";
import { hello, produce, restore } from "./protocol/operations.ts";
import { ProtocolError, type Refusal, refusal, refusalFor, refusalOf } from "./protocol/refusal.ts";
import { replicate } from "./protocol/replicate-messages.ts";
import { FieldError } from "./protocol/shapes.ts";
import { credit, fetch, stop } from "./protocol/stream-messages.ts";
import { watch } from "./protocol/watch-messages.ts";
import { ReplicaStream } from "./replica-stream.ts";
import { WatchStream } from "./watch-stream.ts";

/** The requests that open a stream. */
const STREAMS: ReadonlySet<string> = new Set([fetch.name, watch.name, replicate.name]);

/** What a session stands on. */
export interface SessionContext {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: NativeLimits;
  /** The other side, for the log. */
  readonly remote: string;
  readonly outlet: Outlet;
  /** Told whenever a request has been answered. */
  readonly answered: () => void;
}

/**
 * What a client's messages mean: the greeting, then requests and streams.
 *
 * `begin` throws `ProtocolError` for a message that ends the connection.
 */
export class Session {
  private readonly context: SessionContext;
  private readonly streams = new Map<number, OpenStream>();
  /** Whether the client has said who it is. */
  greeted = false;
  private ended = false;
  private producesInFlight = 0;
  private produceBytesInFlight = 0;
  private othersInFlight = 0;

  constructor(context: SessionContext) {
    this.context = context;
  }

  /** Whether as much is under way as may be, so that nothing more should be begun. */
  get overloaded(): boolean {
    const { limits, outlet } = this.context;
    return (
      this.producesInFlight >= limits.maxProducesInFlight ||
      this.produceBytesInFlight >= limits.maxProduceBytesInFlight ||
      this.othersInFlight >= limits.maxOthersInFlight ||
      outlet.full
    );
  }

  /** Begins what a message asks for. */
  begin(frame: Frame): void {
    if (frame.id === CONNECTION_ID) throw new ProtocolError("invalid-request", "the id 0 is taken");
    if (!this.greeted) this.greet(frame);
    else if (frame.name === credit.name || frame.name === stop.name) this.signal(frame);
    else if (this.streams.has(frame.id)) {
      throw new ProtocolError("invalid-request", `a stream has the id ${frame.id}`);
    } else if (STREAMS.has(frame.name)) void this.serveStream(frame);
    else void this.serve(frame);
  }

  /** Stops everything: the connection has ended. */
  end(): void {
    this.ended = true;
    for (const stream of this.streams.values()) stream.stop();
  }

  private greet(frame: Frame): void {
    const { broker, limits } = this.context;
    if (frame.name !== hello.name) {
      throw new ProtocolError("invalid-request", "the first request has to be hello");
    }
    try {
      const greeting = greet(readRequest(hello, frame), broker, limits.maxFrameBytes);
      this.answer(frame, hello.answer.write(greeting));
      this.greeted = true;
    } catch (error) {
      this.refuse(frame, error);
      throw new ProtocolError("invalid-request", "there is nothing to say without a greeting");
    }
  }

  private signal(frame: Frame): void {
    const stream = this.streams.get(frame.id);
    if (stream === undefined) return; // it may have ended while the signal was under way
    if (frame.name === credit.name) {
      grant(stream, frame);
    } else {
      this.streams.delete(frame.id); // at once: what comes next may be another stream's request
      stream.stop();
    }
  }

  private async serve(frame: Frame): Promise<void> {
    this.count(frame, 1);
    try {
      const handle = handlers.get(frame.name);
      if (handle === undefined) {
        throw new ProtocolError("unknown-operation", `${frame.name} is not known here`);
      }
      const { broker, remote } = this.context;
      this.answer(frame, await handle(broker, frame, remote));
    } catch (error) {
      this.refuse(frame, error);
    }
    this.count(frame, -1);
    this.context.answered();
  }

  private count({ name, payloadFrom, payloadTo }: Frame, change: 1 | -1): void {
    if (name === produce.name || name === restore.name) {
      this.producesInFlight += change;
      this.produceBytesInFlight += change * (payloadTo - payloadFrom);
    } else {
      this.othersInFlight += change;
    }
  }

  private async serveStream(frame: Frame): Promise<void> {
    const { limits } = this.context;
    try {
      if (this.streams.size >= limits.maxStreams) {
        this.context.broker.refusals.add("too-many-streams");
        const message = `${limits.maxStreams} streams are open, as many as a connection may have`;
        throw new ProtocolError("too-many-streams", message);
      }
      const stream = this.openStream(frame);
      this.streams.set(frame.id, stream);
      try {
        await stream.run();
      } finally {
        if (this.streams.get(frame.id) === stream) this.streams.delete(frame.id);
        stream.stop();
      }
      this.answer(frame, {});
    } catch (error) {
      this.refuse(frame, error);
    }
  }

  private openStream(frame: Frame): OpenStream {
    const { broker, limits } = this.context;
    const outlet = this.outletOf(frame.id);
    if (frame.name === watch.name) {
      return new WatchStream(this.context, outlet, limits, readRequest(watch, frame));
    }
    if (frame.name === replicate.name) {
      return new ReplicaStream(broker, outlet, readRequest(replicate, frame));
    }
    return new FetchStream(broker, outlet, limits, readRequest(fetch, frame));
  }

  private outletOf(id: number): StreamOutlet {
    const { outlet } = this.context;
    return {
      event: ({ name, fields: shape }, fields, payload) =>
        outlet.send({ id, name, fields: shape.write(fields) }, payload),
      room: () =>
        new Promise((resolve) => {
          if (outlet.full && !this.ended) outlet.whenRoom(resolve);
          else resolve();
        }),
    };
  }

  private answer({ id }: Frame, fields: unknown): void {
    this.context.outlet.send({ id, name: "ok", fields }, []);
  }

  private refuse({ id, name }: Frame, error: unknown): void {
    const reason = refusalOf(error) ?? this.internalError(name, error);
    this.context.outlet.send({ id, name: "error", fields: refusal.write(reason) }, []);
  }

  private internalError(operation: string, error: unknown): Refusal {
    const { log, remote } = this.context;
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error("native-request-failed", { remote, operation, cause });
    return refusalFor("internal-error", `${operation}: a fault in the broker; its log says more`);
  }
}

function grant(stream: OpenStream, { fields }: Frame): void {
  try {
    stream.credit(fields);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new ProtocolError("invalid-request", `${credit.name}: ${error.message}`);
  }
}
