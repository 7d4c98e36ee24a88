import { type FakeBroker, fakeBroker } from "../doors/fake-broker.testing.ts";
import { nativeDoor } from "../doors/native/door.ts";
import { defaultNativeLimits, type NativeLimits } from "../doors/native/limits.ts";
import type { Log } from "../platform/log.ts";
import type { Connection, Network } from "../platform/network.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { type MemoryNetworkOptions, memoryNetwork } from "../platform/testing/memory-network.ts";
import { BatchBuilder } from "../record/builder.ts";
import type { Codec } from "../record/layout.ts";
import type { Client } from "./api.ts";
import { type ClientPlatform, connect } from "./client.ts";

/** A broker that isn't one, behind a real native door, and a client that is connected to it. */
export interface Fixture {
  readonly broker: FakeBroker;
  readonly client: Client;
  readonly clock: ManualClock;
  readonly platform: ClientPlatform;
  readonly address: { readonly host: string; readonly port: number };
  /** The broker's ends of all connections, and the clients'. */
  readonly served: readonly Connection[];
  readonly clients: readonly Connection[];
  /** What the door logged: `level event`. */
  readonly logged: string[];
}

export interface FixtureOptions {
  readonly topics?: Readonly<Record<string, number>>;
  readonly network?: Partial<MemoryNetworkOptions>;
  readonly limits?: Partial<NativeLimits>;
  readonly timeoutMs?: number;
  /** Changes what is said on the way. */
  readonly wrap?: (network: Network) => Network;
}

export async function fixture(options: FixtureOptions = {}): Promise<Fixture> {
  const clock = manualClock();
  const { wrap = (plain) => plain } = options;
  const network = wrap(memoryNetwork(clock, options.network));
  const broker = fakeBroker(options.topics ?? { orders: 2 });
  const logged: string[] = [];
  const log: Log = {
    info: (event) => logged.push(`info ${event}`),
    warn: (event) => logged.push(`warn ${event}`),
    error: (event) => logged.push(`error ${event}`),
  };
  const limits = { ...defaultNativeLimits, ...options.limits };
  const served: Connection[] = [];
  const { address } = await network.listen({ host: "broker", port: 0 }, (connection) => {
    served.push(connection);
    return nativeDoor({ broker, clock, log, limits })(connection);
  });
  const clients: Connection[] = [];
  const watched: Network = {
    listen: network.listen,
    async connect(to, timeoutMs, open) {
      const connection = await network.connect(to, timeoutMs, open);
      clients.push(connection);
      return connection;
    },
  };
  const platform = {
    clock,
    network: watched,
    random: { below: () => 0, bytes: () => new Uint8Array(0) },
  };
  const client = await connect(platform, address, {
    timeoutMs: options.timeoutMs ?? 5000,
    clientName: "test",
  });
  return { broker, client, clock, platform, address, served, clients, logged };
}

/** One batch of records with these texts as values. */
export function batchOf(values: readonly string[], codec: Codec = "none"): Uint8Array {
  const builder = new BatchBuilder();
  for (const value of values) {
    builder.append({
      key: null,
      value: new TextEncoder().encode(value),
      timestampMs: 5,
      headers: [],
    });
  }
  return builder.build(codec);
}

/** What a call that has to fail fails with: its code, and its field where it names one. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return "field" in error && error.field !== null
      ? `${String(error.code)} ${String(error.field)}`
      : String(error.code);
  }
  throw new Error("it did not fail");
}

/** Lets the event loop turn until `done` says so; fails if it never does. */
export async function until(done: () => boolean, what = "it"): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    if (turn > 100_000) throw new Error(`${what} never happened`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
