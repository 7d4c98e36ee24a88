import type { BrokerAddress } from "../../broker/membership/find-leaders.ts";
import type { Address } from "../../platform/network.ts";
import type { Caller } from "../call.ts";
import { ClientError } from "../errors.ts";

/** So many connections one client has at the most: idle ones are given up for others. */
const MAX_LINKS = 64;

/** Connects to a broker; rejects with a `ClientError`. */
export type OpenLink = (address: Address) => Promise<Caller>;

/** The connections of one client to the brokers of a cluster: one to each that it has asked. */
export class Links {
  readonly #open: OpenLink;
  readonly #addresses = new Map<number, Address>();
  /** By the brokers' ids, the one that was used last behind all others. */
  readonly #links = new Map<number, Promise<Caller>>();
  /** Those of them that are there. */
  readonly #callers = new Map<number, Caller>();
  #closed = false;

  /** Begins with the broker that the client was told of. */
  constructor(open: OpenLink, homeId: number, home: Caller) {
    this.#open = open;
    this.#watch(homeId, Promise.resolve(home));
    this.#callers.set(homeId, home);
  }

  /** Where the brokers are now. */
  learn(brokers: readonly BrokerAddress[]): void {
    for (const { brokerId, host, port } of brokers) this.#addresses.set(brokerId, { host, port });
  }

  /** Whom may be asked who leads: those with a connection, then the others. */
  get known(): readonly number[] {
    return [...new Set([...this.#callers.keys(), ...this.#addresses.keys()])];
  }

  /** The connection to a broker; rejects with a `ClientError`: nothing was asked then. */
  to(brokerId: number): Promise<Caller> {
    const known = this.#links.get(brokerId);
    if (!known) return this.#watch(brokerId, this.#connect(brokerId));
    this.#links.delete(brokerId);
    this.#links.set(brokerId, known);
    return known;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const callers = [...this.#callers.values()];
    for (const { channel } of callers) channel.close();
    await Promise.all(callers.map(({ channel }) => channel.closing));
  }

  async #connect(brokerId: number): Promise<Caller> {
    if (this.#closed) throw new ClientError("closed", "the client has closed the connection");
    const address = this.#addresses.get(brokerId);
    if (!address) throw new ClientError("unreachable", `broker ${brokerId} isn't there`);
    if (this.#links.size >= MAX_LINKS) this.#giveOneUp();
    const caller = await this.#open(address);
    this.#callers.set(brokerId, caller);
    if (this.#closed) caller.channel.close();
    return caller;
  }

  /** Keeps a connection until it fails, or is over. */
  #watch(brokerId: number, link: Promise<Caller>): Promise<Caller> {
    this.#links.set(brokerId, link);
    const over = link.then(({ channel }) => channel.closing).catch(() => null);
    void over.then(() => this.#drop(brokerId, link));
    return link;
  }

  #drop(brokerId: number, link: Promise<Caller>): void {
    if (this.#links.get(brokerId) !== link) return;
    this.#links.delete(brokerId);
    this.#callers.delete(brokerId);
  }

  /** Ends the connection that has been idle for longest. */
  #giveOneUp(): void {
    for (const brokerId of this.#links.keys()) {
      const channel = this.#callers.get(brokerId)?.channel;
      if (!channel?.isIdle) continue;
      this.#links.delete(brokerId);
      this.#callers.delete(brokerId);
      channel.close();
      return;
    }
    const message = `${MAX_LINKS} brokers are being asked already, as many as may be at a time`;
    throw new ClientError("unreachable", message);
  }
}
