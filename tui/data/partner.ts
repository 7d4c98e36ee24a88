import type { BrokerActivity, Client, ClusterStatus } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import type { Clock } from "./session.ts";

/** What following a partner needs. */
export interface PartnerOptions {
  readonly clock: Clock;
  /** Connects to a broker by its address; rejects with a `ClientError`. */
  readonly connectTo: (host: string, port: number) => Promise<Client>;
  readonly refreshMs: number;
  /** Whether the broker that is watched hears a partner: nobody is sought before that. */
  readonly isHeard: () => boolean;
  /** Resolves at once, or when a pause is over. */
  readonly unpaused: () => Promise<void>;
}

/** How long one waits before a partner is sought again, which costs the broker a look at all. */
const RETRY_MS = 10_000;
/** How often one looks whether it is heard. */
const LOOK_MS = 1000;

/**
 * The other broker of a pair, which tells of itself by a connection of its own: the one that is
 * watched only knows how it follows. Who can't be reached from here isn't told of.
 */
export class Partner {
  readonly #options: PartnerOptions;
  /** The connection to the watched broker whose partner is followed; null: nobody's. */
  #of: Client | null = null;
  #client: Client | null = null;
  /** What it has told last. */
  #told: BrokerActivity | null = null;
  /** Ends a wait. */
  #wake: (() => void) | null = null;

  constructor(options: PartnerOptions) {
    this.#options = options;
  }

  /** What it says of itself, as others do in a cluster; nothing if it doesn't. */
  get others(): readonly BrokerActivity[] {
    return this.#told ? [this.#told] : [];
  }

  /**
   * Follows the partner of the broker at the other end of `of`, until `stop`. Rejects with what is
   * a bug.
   */
  async follow(of: Client): Promise<void> {
    const { unpaused, isHeard } = this.#options;
    this.#of = of;
    while (this.#of === of) {
      if (!isHeard()) {
        await this.#wait(LOOK_MS);
        continue;
      }
      try {
        await this.#look(of);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
      }
      if (this.#of !== of) return;
      this.#told = null;
      await this.#wait(RETRY_MS);
      await unpaused();
    }
  }

  stop(): void {
    this.#of = null;
    this.#wake?.();
    void this.#client?.close();
    this.#client = null;
    this.#told = null;
  }

  /** Connects to the partner, if there is one, and is told of it until that ends. */
  async #look(of: Client): Promise<void> {
    const { connectTo, refreshMs, unpaused } = this.#options;
    if (of.hello.inCluster) return; // all of its brokers are watched as one
    const address = partnerOf(await of.describeCluster(), of.hello.brokerId);
    if (address === null || this.#of !== of) return;
    const client = await connectTo(address.host, address.port);
    try {
      if (this.#of !== of) return;
      this.#client = client;
      for await (const { broker } of client.watch({ intervalMs: refreshMs })) {
        if (this.#of !== of) return;
        this.#told = broker;
        await unpaused();
      }
    } finally {
      void client.close();
    }
  }

  async #wait(forMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(forMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#wake = null;
  }
}

/** Where the one other broker is; null where there is none, or more than one. */
function partnerOf(
  { brokers }: ClusterStatus,
  brokerId: number,
): { readonly host: string; readonly port: number } | null {
  const [other, ...more] = brokers.filter((broker) => broker.brokerId !== brokerId);
  if (!other?.live || more.length > 0 || other.host === null || other.port === null) return null;
  return { host: other.host, port: other.port };
}
