import type { ConnectionCounts } from "../broker/observability/gauges.ts";
import type { Clock, Timer } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import {
  type Address,
  bugBehind,
  type Connection,
  type Listener,
  type Network,
  type NetworkError,
  type Receiver,
} from "../platform/network.ts";
import { Entrance, type EntranceWatcher, type Protocol } from "./entrance.ts";
import { TurnedAway } from "./turned-away.ts";

/** What the doors stand on. */
export interface DoorsContext {
  readonly clock: Clock;
  readonly network: Network;
  readonly log: Log;
  readonly protocols: readonly Protocol[];
  readonly limits?: DoorsLimits;
  /** Told how many connections there are whenever that changes. */
  readonly counted?: (counts: ConnectionCounts) => void;
}

/** Bounds of all connections together. */
export interface DoorsLimits {
  /** Connections beyond it are told so, and closed. */
  readonly maxConnections: number;
  /** How long a connection may take to say what it speaks. */
  readonly silentMs: number;
  /** Connections that are silent for so long, and wait for nothing, are ended; below 0: none. */
  readonly maxIdleMs: number;
  /** Bytes of requests that aren't whole; beyond it the connection that holds most is closed. */
  readonly maxUnfinishedBytes: number;
}

/** The bounds of all connections unless someone says otherwise. */
export const defaultDoorsLimits: DoorsLimits = {
  maxConnections: 10_000,
  silentMs: 30_000,
  maxIdleMs: 600_000,
  maxUnfinishedBytes: 256 * 1024 * 1024,
};

/** Of connections beyond the limit so many are told why at a time; further ones are just closed. */
const MAX_TURNED_AWAY = 100;
/** How long they have to say what they speak, and to hear it. */
const TURN_AWAY_MS = 2000;

/** How often connections are looked through for silent ones. */
const SWEEP_MS = 5000;
/** How often in their time connections are looked through for idle ones. */
const IDLE_SWEEPS = 8;

const nobody: Receiver = { receive() {}, partial: null, filled() {}, drained() {}, closed() {} };

/** The addresses at which a broker is reached; each of them takes every protocol. */
export class Doors {
  private readonly context: DoorsContext;
  private readonly limits: DoorsLimits;
  private readonly listeners: Listener[] = [];
  private readonly entrances = new Set<Entrance>();
  /** Those that have not said what they speak, the oldest first. */
  private readonly silent = new Set<Entrance>();
  /** Those that are being told that there is no room. */
  private readonly turnedAway = new Set<Connection>();
  /** How many were turned away since the last sweep. */
  private refused = 0;
  /** And since the start. */
  private refusedCount = 0;
  private unfinishedBytes = 0;
  private sweepTimer: Timer | null = null;
  private idleTimer: Timer | null = null;
  private readonly watcher: EntranceWatcher = {
    recognized: (entrance) => this.silent.delete(entrance),
    unrecognized: ({ connection }, firstBytes) => {
      const { remote } = connection;
      this.context.log.warn("protocol-unknown", { remote, firstBytes: firstBytes.toHex() });
      connection.end();
    },
    unfinished: (_, changeBytes) => {
      this.unfinishedBytes += changeBytes;
      if (this.unfinishedBytes > this.limits.maxUnfinishedBytes) this.endLargest();
    },
    gone: (entrance, error) => {
      this.noteBug(entrance, error);
      this.silent.delete(entrance);
      this.entrances.delete(entrance);
      this.count();
    },
  };

  constructor(context: DoorsContext) {
    this.context = context;
    this.limits = context.limits ?? defaultDoorsLimits;
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    return this.entrances.size;
  }

  /**
   * Takes connections at `address` (port 0: a free one); returns the address in use. Rejects with
   * a `NetworkError`.
   */
  async listen(address: Address): Promise<Address> {
    const listener = await this.context.network.listen(address, (made) => this.accept(made));
    this.listeners.push(listener);
    return listener.address;
  }

  /** Takes no more connections, and ends those that are open once their answers have left. */
  close(): void {
    this.sweepTimer?.cancel();
    this.idleTimer?.cancel();
    for (const listener of this.listeners.splice(0)) listener.close();
    for (const { connection } of this.entrances) connection.end();
    for (const connection of this.turnedAway) connection.destroy();
  }

  private accept(connection: Connection): Receiver {
    const { clock, protocols } = this.context;
    this.sweepLater();
    this.sweepIdleLater();
    if (this.entrances.size >= this.limits.maxConnections) return this.turnAway(connection);
    const entrance = new Entrance(connection, clock.monotonicMs(), protocols, this.watcher);
    this.entrances.add(entrance);
    this.silent.add(entrance);
    this.count();
    return entrance;
  }

  /** Says why, for as long as there aren't too many of those, too. */
  private turnAway(connection: Connection): Receiver {
    const { clock, protocols } = this.context;
    const { turnedAway } = this;
    this.refused++;
    this.refusedCount++;
    this.count();
    if (turnedAway.size >= MAX_TURNED_AWAY) {
      connection.destroy();
      return nobody;
    }
    turnedAway.add(connection);
    const patience = clock.after(TURN_AWAY_MS, () => connection.destroy());
    const { maxConnections } = this.limits;
    const reason = `as many connections are open as max.connections allows: ${maxConnections}`;
    return new TurnedAway(connection, protocols, reason, () => {
      patience.cancel();
      turnedAway.delete(connection);
    });
  }

  /** Who sends small requests isn't the one that is in the way of others. */
  private endLargest(): void {
    const { log } = this.context;
    const { maxUnfinishedBytes: maxBytes } = this.limits;
    const largest = this.entrances
      .values()
      .reduce((most, each) => (each.unfinishedBytes > most.unfinishedBytes ? each : most));
    const { connection, unfinishedBytes: sizeBytes } = largest;
    log.warn("request-unfinished", { remote: connection.remote, sizeBytes, maxBytes });
    largest.giveUp();
  }

  /** What serves a connection has thrown, which nothing that a client sends may bring about. */
  private noteBug({ connection: { remote } }: Entrance, error: NetworkError | null): void {
    const cause = bugBehind(error);
    if (cause !== null) this.context.log.error("connection-failed", { remote, cause });
  }

  private count(): void {
    const { limits, refusedCount, entrances } = this;
    this.context.counted?.({ open: entrances.size, most: limits.maxConnections, refusedCount });
  }

  private sweepLater(): void {
    this.sweepTimer ??= this.context.clock.after(SWEEP_MS, () => this.sweep());
  }

  /** Closes what has been silent for too long, and tells of what was turned away meanwhile. */
  private sweep(): void {
    const { clock, log } = this.context;
    const { maxConnections, silentMs } = this.limits;
    this.sweepTimer = null;
    let closed = 0;
    for (const entrance of this.silent) {
      if (clock.monotonicMs() - entrance.sinceMs < silentMs) break;
      this.silent.delete(entrance);
      entrance.connection.destroy();
      closed++;
    }
    if (closed > 0) log.warn("connections-silent", { count: closed, silentMs });
    if (this.refused > 0) log.warn("connections-refused", { count: this.refused, maxConnections });
    this.refused = 0;
    if (this.silent.size > 0) this.sweepLater();
  }

  private sweepIdleLater(): void {
    const { maxIdleMs } = this.limits;
    if (maxIdleMs < 0) return;
    const delayMs = Math.max(1000, maxIdleMs / IDLE_SWEEPS);
    this.idleTimer ??= this.context.clock.after(delayMs, () => this.sweepIdle());
  }

  private sweepIdle(): void {
    const { clock, log } = this.context;
    const { maxIdleMs } = this.limits;
    this.idleTimer = null;
    const nowMs = clock.monotonicMs();
    const idle = [...this.entrances].filter((entrance) => entrance.isIdle(nowMs, maxIdleMs));
    for (const { connection } of idle) connection.end();
    if (idle.length > 0) log.info("connections-idle", { count: idle.length, maxIdleMs });
    if (this.entrances.size > 0) this.sweepIdleLater();
  }
}
