import type { Clock, Timer } from "../../platform/clock.ts";
import { type Connection, NetworkError, type Receiver } from "../../platform/network.ts";
import type { Wire } from "./network.ts";

/** Where an end of a connection is. */
export interface Host {
  /** The machine's name, as in addresses; `Routes` goes by it. */
  readonly name: string;
  readonly clock: Clock;
  /** Whether it has crashed: nothing reaches it any more. */
  readonly crashed: boolean;
  /** Told of what its receivers throw. */
  readonly failed: (error: unknown) => void;
  /** Told before something of it leaves: a crash later in the same event doesn't take it back. */
  readonly speaks: () => void;
}

/** How long `end` waits for the queue to leave, and for the other side to hang up as well. */
const ENDING_MS = 5000;

interface QueuedRange {
  readonly buffer: Uint8Array;
  from: number;
  readonly to: number;
}

/**
 * One end of a connection.
 *
 * ```
 * send ─> queue ──end of turn──> under way ──in time──> arrived ──> receiver, unless paused
 *           queuedBytes            └─── at most the window ───┘
 * ```
 */
export class SimulatedConnection implements Connection {
  readonly host: Host;
  readonly remote: string;
  receiver: Receiver | null = null;
  queuedBytes = 0;
  readonly #wire: Wire;
  readonly #gone: () => void;
  #peer: SimulatedConnection | null = null;
  #queue: QueuedRange[] = [];
  /** Bytes that have left this end and that the other side's receiver hasn't got. */
  #inWindowBytes = 0;
  /** What has come and was not handed out. */
  #arrived: Uint8Array[] = [];
  /** When the last bytes that have left arrive. */
  #lastArrivalMs = 0;
  #state: "open" | "ending" | "closed" = "open";
  #paused = false;
  #blocked = false;
  #flushAsked = false;
  #endingTimer: Timer | null = null;
  #hasSentEnd = false;
  #peerEnded = false;

  /** `gone` is called when the connection is closed. */
  constructor(host: Host, remote: string, wire: Wire, gone: () => void) {
    this.host = host;
    this.remote = remote;
    this.#wire = wire;
    this.#gone = gone;
  }

  /** Makes this end and another one connection. */
  join(peer: SimulatedConnection): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  send(buffer: Uint8Array, from = 0, to = buffer.length): void {
    if (this.#state !== "open" || from === to) return;
    this.#queue.push({ buffer, from, to });
    this.queuedBytes += to - from;
    this.#askFlush();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.host.clock.after(0, () => this.#handOutAll());
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#endingTimer = this.host.clock.after(ENDING_MS, () => this.destroy());
    this.#dropArrived();
    this.#askFlush();
  }

  destroy(): void {
    this.#tellReset();
    this.#close(null);
  }

  /** The connection is lost: this end and the other one find out, each in its time. */
  lose(): void {
    this.#tellReset();
    const peer = this.#peer;
    if (peer) peer.#tellReset();
  }

  #askFlush(): void {
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    this.host.clock.atEndOfTurn(() => this.#flush());
  }

  #flush(): void {
    this.#flushAsked = false;
    if (this.#state === "closed" || this.host.crashed) return;
    this.host.speaks();
    const room = this.#wire.weather.windowBytes - this.#inWindowBytes;
    const bytes = this.#takeQueued(Math.min(room, this.queuedBytes));
    this.#inWindowBytes += bytes.length;
    this.#carry(bytes);
    const wasBlocked = this.#blocked;
    this.#blocked = this.queuedBytes > 0;
    if (this.#blocked) return;
    if (this.#state === "ending") this.#sendEnd();
    else if (wasBlocked) this.#guard(() => this.receiver?.drained());
  }

  /** A copy of the queue's first bytes: only now they leave the sender. */
  #takeQueued(count: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, count));
    let taken = 0;
    while (taken < bytes.length) {
      const first = this.#queue[0];
      if (!first) break;
      const most = Math.min(bytes.length - taken, first.to - first.from);
      bytes.set(first.buffer.subarray(first.from, first.from + most), taken);
      taken += most;
      first.from += most;
      if (first.from === first.to) this.#queue.shift();
    }
    this.queuedBytes -= taken;
    return bytes;
  }

  /** Sends bytes on their way, in one piece or several. */
  #carry(bytes: Uint8Array): void {
    const { random, weather } = this.#wire;
    let rest = bytes;
    while (rest.length > 0) {
      const isCut = rest.length > 1 && random.chance(weather.cuts);
      // Where frames begin there is most to go wrong.
      const most = Math.min(rest.length - 1, random.pick([3, rest.length]));
      const piece = isCut ? rest.subarray(0, random.between(1, most)) : rest;
      rest = rest.subarray(piece.length);
      this.#deliver((peer) => peer.#arrive(piece));
    }
  }

  #sendEnd(): void {
    if (this.#hasSentEnd) return;
    this.#hasSentEnd = true;
    this.#deliver((peer) => peer.#peerHasEnded());
  }

  /** Does something at the other end, behind all that is under way. */
  #deliver(work: (peer: SimulatedConnection) => void): void {
    const { scheduler, random, weather } = this.#wire;
    const { leastDelayMs, mostDelayMs, stalledUntilMs } = weather;
    const delayMs = leastDelayMs + random.fraction() * (mostDelayMs - leastDelayMs);
    const dueMs = Math.max(scheduler.nowMs + delayMs, this.#lastArrivalMs + 0.001, stalledUntilMs);
    this.#lastArrivalMs = dueMs;
    scheduler.after(dueMs - scheduler.nowMs, () => {
      const peer = this.#peer;
      if (!peer) return;
      this.#wire.routes.pass(this.host.name, peer.host.name, () => {
        if (peer.#state !== "closed" && !peer.host.crashed) work(peer);
      });
    });
  }

  /** A reset overtakes what is under way. */
  #tellReset(): void {
    const peer = this.#peer;
    if (!peer) return;
    const { scheduler, random, weather } = this.#wire;
    const delayMs = random.fraction() * weather.mostDelayMs;
    scheduler.after(delayMs, () => {
      this.#wire.routes.pass(this.host.name, peer.host.name, () => {
        if (!peer.host.crashed) peer.#close(new NetworkError("reset", `${peer.remote}: reset`));
      });
    });
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#state !== "open") {
      this.#tellReceived(bytes.length);
      return;
    }
    this.#arrived.push(bytes);
    this.#handOutAll();
  }

  #peerHasEnded(): void {
    this.#peerEnded = true;
    this.#handOutAll();
  }

  #handOutAll(): void {
    while (this.#state === "open" && !this.#paused) {
      const bytes = this.#arrived.shift();
      if (!bytes) break;
      this.#guard(() => this.#handOut(bytes));
      this.#tellReceived(bytes.length);
    }
    if (!this.#peerEnded || this.#arrived.length > 0) return;
    if (this.#state === "open") this.end();
    else if (this.#hasSentEnd) this.#hangUp();
  }

  /** Both ends are done: nothing is under way any more. */
  #hangUp(): void {
    this.#close(null);
    this.#deliver((peer) => peer.#close(null));
  }

  #handOut(bytes: Uint8Array): void {
    const { random } = this.#wire;
    const partial = this.receiver?.partial;
    let from = 0;
    if (partial && random.chance(0.5)) {
      from = Math.min(bytes.length, partial.bytes.length - partial.filledBytes);
      partial.bytes.set(bytes.subarray(0, from), partial.filledBytes);
      this.receiver?.filled(from);
    }
    // The receiver may keep and change its bytes, and they needn't begin where memory does.
    const chunk = new Uint8Array(bytes.length - from + 3);
    chunk.set(bytes.subarray(from), 3);
    if (chunk.length > 3) this.receiver?.receive(chunk, 3, chunk.length);
  }

  #tellReceived(count: number): void {
    const peer = this.#peer;
    if (peer) peer.#received(count);
  }

  /** The other side has taken bytes: there is room for more. */
  #received(count: number): void {
    this.#inWindowBytes -= count;
    if (this.#blocked && this.#state !== "closed" && !this.host.crashed) this.#askFlush();
  }

  #dropArrived(): void {
    for (const bytes of this.#arrived) this.#tellReceived(bytes.length);
    this.#arrived = [];
  }

  /** A throw out of a receiver costs its connection; the host is told. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.host.failed(error);
      this.destroy();
    }
  }

  #close(error: NetworkError | null): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#endingTimer?.cancel();
    this.#queue = [];
    this.queuedBytes = 0;
    this.#dropArrived();
    this.#gone();
    this.host.clock.atEndOfTurn(() => this.#guard(() => this.receiver?.closed(error)));
  }
}
