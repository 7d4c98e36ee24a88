import type { Clock } from "../clock.ts";
import {
  type Address,
  type Connection,
  formatAddress,
  type Listener,
  type Network,
  NetworkError,
  type Receiver,
  receiverFailure,
} from "../network.ts";

/** How a network in memory carries bytes. */
export interface MemoryNetworkOptions {
  /** The most that is handed out at a time; 1 shows what depends on the places of the cuts. */
  readonly chunkBytes: number;
  /** What may be under way in one direction while the other side does not read. */
  readonly windowBytes: number;
  /** Whether a frame that has begun gets its bytes in place (`Receiver.partial`). */
  readonly fillsPartial: boolean;
}

const defaults: MemoryNetworkOptions = {
  chunkBytes: 64 * 1024,
  windowBytes: 256 * 1024,
  fillsPartial: true,
};

/** The port of the first listener that asks for any. */
const FIRST_PORT = 40_000;

/** TCP within one process: in order, without loss, with a window, and cut as the options say. */
export function memoryNetwork(clock: Clock, options: Partial<MemoryNetworkOptions> = {}): Network {
  const settings = { ...defaults, ...options };
  const listeners = new Map<string, (connection: Connection) => Receiver>();
  let nextPort = FIRST_PORT;

  async function listen(
    { host, port }: Address,
    accept: (connection: Connection) => Receiver,
  ): Promise<Listener> {
    const address = { host, port: port === 0 ? nextPort++ : port };
    const place = formatAddress(address);
    if (listeners.has(place)) throw new NetworkError("in-use", `${place}: in use`);
    listeners.set(place, accept);
    return { address, close: () => listeners.delete(place) };
  }

  async function connect(
    address: Address,
    _timeoutMs: number,
    open: (connection: Connection) => Receiver,
  ): Promise<Connection> {
    const place = formatAddress(address);
    const accept = listeners.get(place);
    if (accept === undefined) throw new NetworkError("refused", `${place}: refused`);
    const client = new MemoryConnection(clock, settings, place);
    const server = new MemoryConnection(clock, settings, `memory:${nextPort++}`);
    client.join(server);
    server.receiver = accept(server);
    client.receiver = open(client);
    return client;
  }

  return { listen, connect };
}

/** One end of a connection. */
class MemoryConnection implements Connection {
  readonly remote: string;
  receiver: Receiver | null = null;
  queuedBytes = 0;
  private readonly clock: Clock;
  private readonly options: MemoryNetworkOptions;
  private peer: MemoryConnection | null = null;
  private readonly outgoing: Uint8Array[] = [];
  /** What has come and was not handed out. */
  private readonly incoming: Uint8Array[] = [];
  private incomingBytes = 0;
  private state: "open" | "ending" | "closed" = "open";
  private paused = false;
  private blocked = false;
  private flushAsked = false;
  private deliveryAsked = false;
  private peerEnded = false;

  constructor(clock: Clock, options: MemoryNetworkOptions, remote: string) {
    this.clock = clock;
    this.options = options;
    this.remote = remote;
  }

  join(peer: MemoryConnection): void {
    this.peer = peer;
    peer.peer = this;
  }

  send(buffer: Uint8Array, from = 0, to = buffer.length): void {
    if (this.state !== "open" || from === to) return;
    this.outgoing.push(buffer.subarray(from, to));
    this.queuedBytes += to - from;
    this.askFlush();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.askDelivery();
  }

  end(): void {
    if (this.state !== "open") return;
    this.state = "ending";
    this.incoming.length = 0;
    this.incomingBytes = 0;
    this.resume();
    this.askFlush();
  }

  destroy(): void {
    this.peer?.close(new NetworkError("reset", `${this.peer.remote}: reset`));
    this.close(null);
  }

  private askFlush(): void {
    if (this.flushAsked) return;
    this.flushAsked = true;
    this.clock.atEndOfTurn(() => this.flush());
  }

  private flush(): void {
    this.flushAsked = false;
    const { peer } = this;
    if (peer === null || this.state === "closed") return;
    while (peer.incomingBytes < this.options.windowBytes) {
      const bytes = this.outgoing.shift();
      if (bytes === undefined) break;
      this.queuedBytes -= bytes.length;
      peer.arrive(bytes.slice());
    }
    const wasBlocked = this.blocked;
    this.blocked = this.queuedBytes > 0;
    if (this.blocked) return;
    if (this.state === "ending") peer.ended();
    else if (wasBlocked) this.receiver?.drained();
  }

  private arrive(bytes: Uint8Array): void {
    if (this.state === "open") {
      this.incoming.push(bytes);
      this.incomingBytes += bytes.length;
    }
    this.askDelivery();
  }

  /** The other side has sent all that it will. */
  private ended(): void {
    this.peerEnded = true;
    this.askDelivery();
  }

  private askDelivery(): void {
    if (this.deliveryAsked) return;
    this.deliveryAsked = true;
    this.clock.after(0, () => this.deliver());
  }

  private deliver(): void {
    this.deliveryAsked = false;
    try {
      while (this.state === "open" && !this.paused) {
        const bytes = this.incoming.shift();
        if (bytes === undefined) break;
        this.incomingBytes -= bytes.length;
        this.handOut(bytes);
      }
    } catch (cause) {
      this.peer?.close(new NetworkError("reset", "reset"));
      this.close(receiverFailure(this.remote, cause));
    }
    this.peer?.askFlush();
    if (this.peerEnded && (this.incomingBytes === 0 || this.state !== "open")) this.hangUp();
  }

  private handOut(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.receiver !== null) {
      const partial = this.options.fillsPartial ? this.receiver.partial : null;
      const most = Math.min(this.options.chunkBytes, bytes.length - at);
      if (partial === null) {
        this.receiver.receive(bytes, at, at + most);
        at += most;
      } else {
        const count = Math.min(most, partial.bytes.length - partial.filledBytes);
        partial.bytes.set(bytes.subarray(at, at + count), partial.filledBytes);
        this.receiver.filled(count);
        at += count;
      }
    }
  }

  /** Both sides are done once what this one has queued has left. */
  private hangUp(): void {
    if (this.state === "open") {
      this.end();
    } else if (this.queuedBytes === 0) {
      this.peer?.close(null);
      this.close(null);
    }
  }

  private close(error: NetworkError | null): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.outgoing.length = 0;
    this.queuedBytes = 0;
    this.clock.atEndOfTurn(() => this.receiver?.closed(error));
  }
}
