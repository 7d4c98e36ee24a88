/** A cluster in one process: brokers on disks, a network, a clock and an etcd in memory. */
import type { LocalBroker } from "../broker/local-broker.ts";
import { openBroker } from "../broker/open-broker.ts";
import type { Doors } from "../doors/doors.ts";
import { openDoors } from "../doors/open-doors.ts";
import { type Connection, type Network, NetworkError } from "../platform/network.ts";
import { EtcdModel, modelledEtcd } from "../platform/testing/etcd-model.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { type Crash, type MemoryDisk, memoryDisk } from "../platform/testing/memory-disk.ts";
import { memoryNetwork } from "../platform/testing/memory-network.ts";
import type { ClientPlatform } from "./client.ts";
import { seededRandom } from "./pair.testing.ts";
import { replicationLinks } from "./replication-links.ts";

const PORT = 9092;
const LEAST_WAIT_MS = 3000;

/** A broker of the cluster: its process may come and go, its disk stays. */
export interface ClusterMember {
  readonly id: number;
  readonly host: string;
  disk: MemoryDisk;
  broker: LocalBroker | null;
  readonly logged: string[];
  /** Whether it takes what its disk has of a time before the cluster into that. */
  adopts: boolean;
  /** Whether etcd can be reached from here. */
  etcdIsAway: boolean;
  /** Whether other brokers can be reached from here, and reach it. */
  isCutOff: boolean;
  /** Starts it on what its disk has; others know of it when this resolves. */
  start(): Promise<LocalBroker>;
  /** Its process ends, with all that it has in memory. */
  crash(crash: Crash): Promise<void>;
  /** It stops in order. */
  stop(): Promise<void>;
}

/** Members, and the world that they live in. */
export interface TestCluster {
  readonly members: readonly ClusterMember[];
  readonly clock: ManualClock;
  readonly etcd: EtcdModel;
  /** Where a client is that can reach all of them. */
  readonly outside: ClientPlatform;
  /** Lets time pass until `done`. */
  until(done: () => boolean, what: string): Promise<void>;
  /** Lets time pass until `work` has ended. */
  settled<T>(work: Promise<T>, what: string): Promise<T>;
  close(): Promise<void>;
}

/** A cluster's world with `count` members; no broker runs yet. */
export function testCluster(
  count: number,
  settings: Readonly<Record<string, string>> = {},
  seed = 1,
): TestCluster {
  const clock = manualClock();
  const etcd = new EtcdModel(clock);
  const random = seededRandom(seed);
  const network = memoryNetwork(clock);
  const config = new Map(Object.entries({ "replica.lag.time.max.ms": "1000", ...settings }));
  const until = async (done: () => boolean, what: string): Promise<void> => {
    // What is loaded when it is first used takes real time: on a busy machine, many turns' worth.
    const endMs = performance.now() + LEAST_WAIT_MS;
    for (let turn = 0; turn < 20_000 || performance.now() < endMs; turn++) {
      if (done()) return;
      if (turn % 4 === 3) clock.advance(20);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`it never happened: ${what}`);
  };
  const settled = async <T>(work: Promise<T>, what: string): Promise<T> => {
    let isSettled = false;
    const settling = work.finally(() => {
      isSettled = true;
    });
    settling.catch(() => {}); // it is awaited below
    await until(() => isSettled, what);
    return settling;
  };
  const members: ClusterMember[] = [];
  const wires = new Map<Connection, readonly [string, string]>();
  const isCut = (host: string) => members.some((each) => each.host === host && each.isCutOff);

  function networkOf(host: string): Network {
    return {
      listen: (address, accept) => network.listen(address, accept),
      connect: async (address, timeoutMs, open) => {
        if (isCut(host) || isCut(address.host)) throw new NetworkError("unreachable", "cut");
        const connection = await network.connect(address, timeoutMs, open);
        wires.set(connection, [host, address.host]);
        return connection;
      },
    };
  }

  function sever(host: string): void {
    for (const [connection, ends] of wires) if (ends.includes(host)) connection.destroy();
  }

  function makeMember(id: number): ClusterMember {
    const host = `b${id}`;
    let doors: Doors | null = null;
    let cutOff = false;
    const note = (event: string, fields: object) => {
      member.logged.push(`${event} ${JSON.stringify(fields)}`);
    };
    const log = { info: note, warn: note, error: note };
    const member: ClusterMember = {
      id,
      host,
      disk: memoryDisk(),
      broker: null,
      logged: [],
      adopts: false,
      etcdIsAway: false,
      get isCutOff() {
        return cutOff;
      },
      set isCutOff(isNow) {
        cutOff = isNow;
        if (isNow) sever(host);
      },
      async start() {
        const platform = { clock, random, disk: member.disk, network: networkOf(host) };
        const address = { host, port: PORT };
        const life = { isOver: false };
        over = life;
        const options = {
          dataDirectory: "/data",
          version: "0.1.0",
          advertised: address,
          config: new Map([...config, ["broker.id", `${id}`]]),
          log,
          adopt: member.adopts,
        };
        const links = replicationLinks(platform, "test");
        const own = modelledEtcd(clock, etcd, () => member.etcdIsAway || life.isOver);
        const opening = openBroker(platform, options, links, own);
        const broker = await settled(opening, `${host} starts`);
        doors = openDoors(broker, platform, log);
        await doors.listen(address);
        member.broker = broker;
        await settled(broker.serve(), `${host} is there`);
        return broker;
      },
      async crash(crash) {
        // What the old process still does, it does to a disk and an etcd that nobody sees.
        member.disk = member.disk.afterCrash(crash);
        over.isOver = true;
        const { broker } = member;
        member.broker = null;
        doors?.close();
        sever(host);
        if (broker)
          await settled(
            broker.close().catch(() => {}),
            `${host} is gone`,
          );
      },
      async stop() {
        const { broker } = member;
        member.broker = null;
        if (!broker) return;
        await settled(broker.handOver(), `${host} hands over`);
        doors?.close();
        await settled(broker.close(), `${host} stops`);
      },
    };
    let over = { isOver: false };
    return member;
  }

  for (let id = 1; id <= count; id++) members.push(makeMember(id));
  const cluster: TestCluster = {
    members,
    clock,
    etcd,
    outside: { clock, random, network: networkOf("outside") },
    until,
    settled,
    async close() {
      for (const member of members) await member.crash("kill");
    },
  };
  return cluster;
}
