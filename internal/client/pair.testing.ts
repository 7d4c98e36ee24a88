/** Two brokers in one process, on disks, a network and a clock in memory, for tests of pairs. */
import type { LocalBroker } from "../broker/local-broker.ts";
import { openBroker } from "../broker/open-broker.ts";
import type { Doors } from "../doors/doors.ts";
import { openDoors } from "../doors/open-doors.ts";
import { type Address, type Connection, type Network, NetworkError } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import type { Random } from "../platform/random.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { type Crash, type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import { memoryNetwork } from "../platform/testing/memory-network.ts";
import { batchSizeBytes } from "../record/batch.ts";
import { recordsOf } from "../record/records.ts";
import type { Client } from "./api.ts";
import { connect } from "./client.ts";
import { ClientError } from "./errors.ts";
import { replicationLinks } from "./replication-links.ts";

/** A broker of the pair: its process may come and go, its disk stays. */
export interface Member {
  readonly host: string;
  disk: MemoryDisk;
  broker: LocalBroker | null;
  readonly logged: string[];
  /** Starts it on what its disk has. */
  start(slaveOf?: Member): Promise<LocalBroker>;
  /** Its process ends, with all that it has in memory. */
  crash(crash: Crash): Promise<void>;
  /** A connection of a client on neither broker's machine. */
  connect(): Promise<Client>;
}

/** Two members, and the world that they live in. */
export interface TestPair {
  readonly one: Member;
  readonly two: Member;
  readonly clock: ManualClock;
  /** Nothing gets from one to the other until `heal`. */
  cut(): void;
  heal(): void;
  /** Lets time pass until `done`. */
  until(done: () => boolean, what: string): Promise<void>;
  close(): Promise<void>;
}

const PORT = 9092;

/** A pair's world, `wrap` may change what is said in it; no broker runs yet. */
export function testPair(
  settings: Readonly<Record<string, string>> = {},
  seed = 1,
  wrap = (network: Network): Network => network,
): TestPair {
  const clock = manualClock();
  const random = seededRandom(seed);
  const wires = new Wires(wrap(memoryNetwork(clock)));
  const config = new Map(Object.entries({ "replica.lag.time.max.ms": "1000", ...settings }));
  const until = async (done: () => boolean, what: string): Promise<void> => {
    for (let turn = 0; turn < 4000; turn++) {
      if (done()) return;
      if (turn % 4 === 3) clock.advance(5);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`it never happened: ${what}`);
  };
  const world = { clock, random, wires, config, until };
  const one = makeMember("one", world);
  const two = makeMember("two", world);
  return {
    one,
    two,
    clock,
    cut: () => wires.cut(),
    heal: () => wires.heal(),
    until,
    async close() {
      for (const { broker } of [one, two]) {
        const closing = broker?.close();
        let closed = false;
        void closing?.then(() => {
          closed = true;
        });
        if (closing) await until(() => closed, "the end");
      }
    },
  };
}

interface World {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly wires: Wires;
  readonly config: ReadonlyMap<string, string>;
  readonly until: TestPair["until"];
}

function makeMember(host: string, world: World): Member {
  const { clock, random, wires, config, until } = world;
  const address = { host, port: PORT };
  let doors: Doors | null = null;
  const note = (event: string, fields: object) => {
    member.logged.push(`${event} ${JSON.stringify(fields)}`);
  };
  const log = { info: note, warn: note, error: note };
  const member: Member = {
    host,
    disk: memoryDisk(),
    broker: null,
    logged: [],
    async start(slaveOf) {
      const platform: Platform = { clock, random, disk: member.disk, network: wires.of(host) };
      const options = {
        dataDirectory: "/data",
        version: "0.1.0",
        advertised: address,
        config,
        log,
        slaveOf: slaveOf ? { host: slaveOf.host, port: PORT } : null,
      };
      let isSettled = false;
      const opening = openBroker(platform, options, replicationLinks(platform, "test"));
      const settling = opening.finally(() => {
        isSettled = true;
      });
      settling.catch(() => {}); // it is awaited below
      await until(() => isSettled, `${host} starts`);
      const broker = await opening;
      doors = openDoors(broker, platform, log);
      await doors.listen(address);
      broker.serve();
      member.broker = broker;
      return broker;
    },
    async crash(crash) {
      // What the old process still does, it does to a disk that nobody sees.
      member.disk = member.disk.afterCrash(crash);
      const { broker } = member;
      member.broker = null;
      doors?.close();
      wires.sever(host);
      const closing = broker?.close().catch(() => {});
      let closed = !closing;
      void closing?.then(() => {
        closed = true;
      });
      await until(() => closed, `${host} is gone`);
    },
    async connect() {
      let client: Client | null = null;
      let failure: unknown = null;
      const platform = { clock, random, network: wires.of("client") };
      connect(platform, address, { timeoutMs: 2000, clientName: "test" }).then(
        (made) => {
          client = made;
        },
        (error: unknown) => {
          failure = error;
        },
      );
      await until(() => client !== null || failure !== null, `a client of ${host}`);
      if (client) return client;
      throw failure;
    },
  };
  return member;
}

/** The network, with wires between hosts that can be cut. */
class Wires {
  readonly #network: Network;
  readonly #open = new Map<Connection, readonly [from: string, to: string]>();
  #isCut = false;

  constructor(network: Network) {
    this.#network = network;
  }

  cut(): void {
    this.#isCut = true;
    for (const [connection, [from, to]] of this.#open) {
      if (from !== "client" && to !== "client") connection.destroy();
    }
  }

  heal(): void {
    this.#isCut = false;
  }

  /** Ends all connections of a host. */
  sever(host: string): void {
    for (const [connection, ends] of this.#open) if (ends.includes(host)) connection.destroy();
  }

  /** The network as a host sees it. */
  of(host: string): Network {
    return {
      listen: (address, accept) => this.#network.listen(address, accept),
      connect: async (address: Address, timeoutMs, open) => {
        if (this.#isCut && host !== "client") throw new NetworkError("unreachable", "cut");
        const connection = await this.#network.connect(address, timeoutMs, open);
        this.#open.set(connection, [host, address.host]);
        return connection;
      },
    };
  }
}

/** Chance that a seed decides (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (bound) => next() % bound,
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
  };
}

/** The values of a partition's records by offset, up to its high watermark. */
export async function valuesOf(
  pair: TestPair,
  member: Member,
  topic: string,
): Promise<Map<number, string>> {
  const fetcher = member.broker?.openFetcher();
  if (!fetcher) throw new Error(`${member.host} doesn't run`);
  const values = new Map<number, string>();
  const end = member.broker?.partition(topic, 0)?.highWatermark ?? 0;
  for (let offset = 0; offset < end; ) {
    const place = { topic, partition: 0, offset, maxBytes: 1 << 20, currentLeaderEpoch: -1 };
    fetcher.watch(place);
    const limits = { minBytes: 1, maxBytes: 1 << 20, maxWaitMs: 0, includeUnchanged: true };
    const found = await settled(pair, fetcher.poll(limits), "a poll");
    if (found instanceof ClientError) throw found;
    const before = offset;
    for (const { records, error } of found) {
      if (error) throw error;
      for (const chunk of records) {
        for (let at = 0; at < chunk.length; at += batchSizeBytes(chunk, at)) {
          for (const record of recordsOf(chunk, at, 1 << 20)) {
            values.set(record.offset, new TextDecoder().decode(record.value ?? undefined));
            offset = record.offset + 1;
          }
        }
      }
    }
    if (offset === before) throw new Error(`${topic} has nothing at ${offset} of ${end}`);
  }
  fetcher.close();
  return values;
}

/** Starts both, the second as the first one's slave, and makes a topic of one partition. */
export async function pairWithTopic(
  name: string,
  settings: Readonly<Record<string, string>> = {},
  seed = 1,
  wrap = (network: Network): Network => network,
): Promise<{ readonly pair: TestPair; readonly client: Client }> {
  const pair = testPair(settings, seed, wrap);
  await pair.one.start();
  await pair.two.start(pair.one);
  const client = await pair.one.connect();
  const request = { name, partitionCount: 1, replicationFactor: null };
  const made = client.createTopic({ ...request, config: new Map() });
  await settled(pair, made, "the topic");
  return { pair, client };
}

/** Waits for a promise while time passes; gives its error instead of throwing it. */
export async function settled<T>(
  pair: TestPair,
  work: Promise<T>,
  what: string,
): Promise<T | ClientError> {
  let isSettled = false;
  const outcome = work
    .catch((error: unknown) => {
      return error instanceof ClientError ? error : new ClientError("failed", String(error));
    })
    .finally(() => {
      isSettled = true;
    });
  await pair.until(() => isSettled, what);
  return outcome;
}
