import { expect } from "bun:test";
import { FrameAssembler } from "../frames.ts";
import type { Connection, Listener, Network, NetworkError, Receiver } from "../network.ts";

const LOOPBACK = "127.0.0.1";

const listeners: Listener[] = [];

/** Closes what `listen` has opened. */
export function closeListeners(): void {
  for (const listener of listeners.splice(0)) listener.close();
}

/** Listens on a free port until `closeListeners`. */
export async function listen(
  network: Network,
  accept: (connection: Connection) => Receiver,
  host = LOOPBACK,
): Promise<Listener> {
  const listener = await network.listen({ host, port: 0 }, accept);
  listeners.push(listener);
  return listener;
}

/** Both ends of a connection over loopback, and the listener between them. */
export async function pair(
  network: Network,
  server: Receiver,
  client: Receiver,
  host = LOOPBACK,
): Promise<{ accepted: Connection; connected: Connection; listener: Listener }> {
  const accepted = Promise.withResolvers<Connection>();
  const accept = (connection: Connection): Receiver => {
    accepted.resolve(connection);
    return server;
  };
  const listener = await listen(network, accept, host);
  const connected = await network.connect(listener.address, 5000, () => client);
  return { accepted: await accepted.promise, connected, listener };
}

/** A text's bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A receiver that notes what it's told, and lets a test wait until something holds of it. */
export class Probe implements Receiver {
  readonly partial = null;
  chunks: Uint8Array[] = [];
  receivedBytes = 0;
  drains = 0;
  endings: (NetworkError | null)[] = [];
  private waiting: { holds: () => boolean; resolve: () => void }[] = [];

  receive(chunk: Uint8Array, from: number, to: number): void {
    this.chunks.push(chunk.slice(from, to));
    this.receivedBytes += to - from;
    this.changed();
  }

  filled(): void {
    throw new Error("nothing is partial");
  }

  drained(): void {
    this.drains++;
    this.changed();
  }

  closed(error: NetworkError | null): void {
    this.endings.push(error);
    this.changed();
  }

  text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ holds, resolve });
      this.changed();
    });
  }

  changed(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const one of waiting) {
      if (one.holds()) one.resolve();
      else this.waiting.push(one);
    }
  }
}

/** A receiver of frames, which counts what came past `receive`. */
export class FrameReceiver extends Probe {
  filledBytes = 0;
  onFilled = (): void => {};
  onReceived = (): void => {};
  private readonly assembler: FrameAssembler;

  constructor(take: (frame: Uint8Array) => void) {
    super();
    this.assembler = new FrameAssembler(16_000_000, (buffer, from, to) =>
      take(buffer.slice(from, to)),
    );
    Object.defineProperty(this, "partial", { get: () => this.assembler.partial });
  }

  override receive(chunk: Uint8Array, from: number, to: number): void {
    expect(this.assembler.receive(chunk, from, to)).toBeNull();
    this.onReceived();
    this.changed();
  }

  override filled(count?: number): void {
    this.filledBytes += count ?? 0;
    this.assembler.filled(count ?? 0);
    this.onFilled();
    this.changed();
  }
}
