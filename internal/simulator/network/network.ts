import {
  type Address,
  type Connection,
  formatAddress,
  type Listener,
  type Network,
  NetworkError,
  type Receiver,
} from "../../platform/network.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Trace } from "../trace.ts";
import { type Host, SimulatedConnection } from "./connection.ts";
import { Routes } from "./routes.ts";
import type { NetworkWeather } from "./weather.ts";

/** What the whole network is made of. */
export interface Wire {
  readonly scheduler: Scheduler;
  readonly random: SimulatedRandom;
  readonly trace: Trace;
  readonly weather: NetworkWeather;
  readonly routes: Routes;
}

interface Listening {
  readonly host: Host;
  readonly accept: (connection: Connection) => Receiver;
}

/** The port of the first listener that asks for any, and of the first client. */
const FIRST_PORT = 40_000;

/**
 * TCP between the hosts of a simulation: in order and without loss, but late, cut anywhere, and
 * reset at any time. A host that crashes says nothing; the others find out later.
 */
export class SimulatedNetwork {
  readonly routes = new Routes();
  readonly #wire: Wire;
  readonly #listeners = new Map<string, Listening>();
  readonly #connections = new Set<SimulatedConnection>();
  #nextPort = FIRST_PORT;

  constructor(wire: Omit<Wire, "routes">) {
    this.#wire = { ...wire, routes: this.routes };
  }

  /** The network as `host` has it. */
  of(host: Host): Network {
    return {
      listen: (address, accept) => this.#listen(host, address, accept),
      connect: (address, timeoutMs, open) => this.#connect(host, address, timeoutMs, open),
    };
  }

  /** Resets one of the open connections, if there are any: both sides find out in their time. */
  resetOne(): void {
    const ends = [...this.#connections];
    if (ends.length === 0) return;
    const end = this.#wire.random.pick(ends);
    end.lose();
  }

  /** The host is gone: its connections die, and nobody listens there any more. */
  crashed(host: Host): void {
    for (const [place, listening] of this.#listeners) {
      if (listening.host === host) this.#listeners.delete(place);
    }
    for (const end of [...this.#connections]) if (end.host === host) end.lose();
  }

  async #listen(
    host: Host,
    { host: name, port }: Address,
    accept: (connection: Connection) => Receiver,
  ): Promise<Listener> {
    const address = { host: name, port: port === 0 ? this.#nextPort++ : port };
    const place = formatAddress(address);
    if (this.#listeners.has(place)) throw new NetworkError("in-use", `${place}: in use`);
    const listening = { host, accept };
    this.#listeners.set(place, listening);
    const close = () => {
      if (this.#listeners.get(place) === listening) this.#listeners.delete(place);
    };
    return { address, close };
  }

  async #connect(
    host: Host,
    address: Address,
    timeoutMs: number,
    open: (connection: Connection) => Receiver,
  ): Promise<Connection> {
    const { scheduler, weather, routes } = this.#wire;
    const place = formatAddress(address);
    const { name } = host;
    const isCut = routes.isBlocked(name, address.host) || routes.isBlocked(address.host, name);
    const stallMs = isCut ? Number.POSITIVE_INFINITY : weather.stalledUntilMs - scheduler.nowMs;
    const delayMs = Math.max(this.#delayMs(), stallMs);
    await new Promise<void>((resolve) => host.clock.after(Math.min(delayMs, timeoutMs), resolve));
    if (host.crashed) return new Promise(() => {});
    if (delayMs > timeoutMs) throw new NetworkError("timed-out", `${place}: no answer`);
    const listening = this.#listeners.get(place);
    if (!listening) throw new NetworkError("refused", `${place}: refused`);
    const client = this.#open(host, place);
    const server = this.#open(listening.host, `client:${this.#nextPort++}`);
    client.join(server);
    this.#wire.trace.add(scheduler.nowMs, "connect", server.remote);
    server.receiver = listening.accept(server);
    client.receiver = open(client);
    return client;
  }

  #open(host: Host, remote: string): SimulatedConnection {
    const end = new SimulatedConnection(host, remote, this.#wire, () => {
      this.#connections.delete(end);
    });
    this.#connections.add(end);
    return end;
  }

  #delayMs(): number {
    const { random, weather } = this.#wire;
    const { leastDelayMs, mostDelayMs } = weather;
    return leastDelayMs + random.fraction() * (mostDelayMs - leastDelayMs);
  }
}
