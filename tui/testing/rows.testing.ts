import type {
  BrokerActivity,
  BrokerHello,
  PartitionActivity,
  TopicActivity,
  TracedEvent,
} from "../../internal/client/api.ts";

/** When everything in these tests happens. */
export const NOW_MS = 1_700_000_000_000;

/** A broker that has just started, with what differs. */
export function brokerRow(differs: Partial<BrokerActivity> = {}): BrokerActivity {
  return {
    brokerId: 1,
    clusterId: "cluster",
    version: "0.1.0",
    startedAtMs: NOW_MS - 60_000,
    durability: "fsync",
    dataDirectory: "data",
    topicCount: 0,
    partitionCount: 0,
    logSizeBytes: 0,
    journalSizeBytes: 0,
    diskFreeBytes: 5e10,
    writable: true,
    writeRefusal: null,
    damagedRanges: 0,
    scrub: {
      state: "waiting",
      checkedBytes: 0,
      totalBytes: 0,
      roundStartedAtMs: null,
      lastRoundEndedAtMs: null,
    },
    recordsIn: 0,
    bytesIn: 0,
    bytesOut: 0,
    connections: 1,
    refusals: [],
    replication: {
      role: "master",
      leaderId: 1,
      leaderEpoch: 0,
      fenced: false,
      mode: "sync",
      connected: false,
      leaderSilentMs: null,
      inSync: false,
      catchUp: null,
      followers: [],
      degraded: [],
    },
    rates: null,
    syncs: null,
    diskReserveBytes: 5e7,
    gauges: [],
    ...differs,
  };
}

/** A topic in which nothing happens, with what differs. */
export function topicRow(name: string, differs: Partial<TopicActivity> = {}): TopicActivity {
  return {
    name,
    id: `id-${name}`,
    internal: false,
    partitionCount: 1,
    replicationFactor: 1,
    offsetCount: 0,
    sizeBytes: 0,
    faultCount: 0,
    health: "ok",
    rates: null,
    ...differs,
  };
}

/** An empty partition with one copy, with what differs. */
export function partitionRow(
  topic: string,
  partition: number,
  differs: Partial<PartitionActivity> = {},
): PartitionActivity {
  return {
    topic,
    partition,
    leader: 1,
    leaderEpoch: 0,
    replicas: [1],
    isr: [1],
    adding: [],
    removing: [],
    observers: [],
    copies: [],
    logStartOffset: 0,
    highWatermark: 0,
    logEndOffset: 0,
    sizeBytes: 0,
    health: "ok",
    rates: null,
    ...differs,
  };
}

/** Something that happened. */
export function eventRow(sequence: number, differs: Partial<TracedEvent> = {}): TracedEvent {
  const event = { sequence, atMs: NOW_MS, severity: "info", kind: "test", subject: "" } as const;
  return { ...event, brokerId: 1, message: `event ${sequence}`, ...differs };
}

/** What a broker says of itself. */
export const helloRow: BrokerHello = {
  brokerId: 1,
  clusterId: "cluster",
  brokerVersion: "0.1.0",
  protocolVersion: 1,
  inCluster: false,
  capabilities: ["watch"],
  maxFrameBytes: 16_777_216,
};

/** Rates of so many records a second, of 100 bytes each, read once. */
export function ratesOf(recordsInPerSecond: number) {
  const bytes = recordsInPerSecond * 100;
  return { recordsInPerSecond, bytesInPerSecond: bytes, bytesOutPerSecond: bytes };
}
