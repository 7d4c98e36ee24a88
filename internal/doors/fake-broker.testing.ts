import type {
  Broker,
  BrokerStatus,
  FetchedPartition,
  Fetcher,
  FetchLimits,
  FetchPosition,
  FoundOffset,
  OffsetPosition,
  PartitionStatus,
  ProduceReceipt,
  ProduceRequest,
  Topic,
  TracedConfigEntry,
} from "../broker/api.ts";
import { BrokerError } from "../broker/errors.ts";
import { UNKNOWN_LAG_TIME } from "../broker/groups/lag-times.ts";
import type { Replication } from "../broker/membership/replication-api.ts";
import { RefusalCounts } from "../broker/observability/refusal-counts.ts";
import type { BrokerUpdate, Watched, Watcher } from "../broker/observability/watch-api.ts";
import { brokerSettings } from "../broker/settings/broker-settings.ts";
import type { CountedTopic } from "../broker/topics/topic-summary.ts";
import type { GroupCoordinator } from "../coordination/api.ts";
import { baseOffset, lastOffset, maxTimestampMs, stampBatch } from "../record/batch.ts";
import { checkBatch } from "../record/check.ts";

/** A broker for the tests of doors: logs are lists of batches, and nothing is ever kept. */
export interface FakeBroker extends Broker {
  /** Every batch that was produced, in order. */
  readonly produced: readonly ProduceRequest[];
  /** Called with each batch before it is appended; a promise holds the append up. */
  beforeAppend: ((request: ProduceRequest) => Promise<void> | void) | null;
  /** Polls that were answered, what they gave, and fetchers that are open. */
  polls: number;
  fetchedBytes: number;
  openFetchers: number;
  /** What watchers give when they are asked, how often they were, and those that are open. */
  changes: BrokerUpdate;
  looks: number;
  openWatchers: Watched[];
  /** The batches of a partition as they are stored. */
  stored(topic: string, partition: number): readonly Uint8Array[];
  /** Stores a batch without asking anyone. */
  store(topic: string, partition: number, batch: Uint8Array): void;
}

interface FakeLog {
  readonly batches: Uint8Array[];
  logStartOffset: number;
  endOffset: number;
  /** Called when something was appended. */
  readonly waiting: Set<() => void>;
}

interface FakeTopic {
  topic: Topic;
  readonly logs: FakeLog[];
}

const unknown = (what: string): BrokerError =>
  new BrokerError("unknown-topic-or-partition", `there is no ${what}`);

/** A broker with the topics named, each with so many partitions. */
export function fakeBroker(partitionCounts: Readonly<Record<string, number>>): FakeBroker {
  const topics = new Map<string, FakeTopic>();
  const produced: ProduceRequest[] = [];

  function addTopic(name: string, partitionCount: number, config: ReadonlyMap<string, string>) {
    const topic = { name, id: `id-${name}`, partitionCount, internal: false, config };
    topics.set(name, { topic, logs: Array.from({ length: partitionCount }, newLog) });
    return topic;
  }

  function topicNamed(name: string): FakeTopic {
    const topic = topics.get(name);
    if (topic === undefined) throw unknown(`topic ${name}`);
    return topic;
  }

  function logOf(topic: string, partition: number): FakeLog {
    const log = topicNamed(topic).logs[partition];
    if (log === undefined) throw unknown(`partition ${partition} of ${topic}`);
    return log;
  }

  async function produce(request: ProduceRequest): Promise<ProduceReceipt> {
    const log = logOf(request.topic, request.partition);
    produced.push(request);
    await broker.beforeAppend?.(request);
    const batch = request.buffer.slice(request.from, request.to);
    const fault = checkBatch(batch, 0, batch.length);
    if (fault !== undefined) throw new BrokerError("corrupt-batch", `the batch is bad: ${fault}`);
    append(log, batch);
    return {
      baseOffset: baseOffset(batch, 0),
      lastOffset: lastOffset(batch, 0),
      logAppendTimeMs: -1,
      logStartOffset: log.logStartOffset,
      durability: "fsync",
      copies: 1,
      duplicate: false,
    };
  }

  async function findOffset(
    topic: string,
    partition: number,
    position: OffsetPosition,
  ): Promise<FoundOffset> {
    const log = logOf(topic, partition);
    const found = { timestampMs: -1, leaderEpoch: 7 };
    if (position.kind === "earliest") return { ...found, offset: log.logStartOffset };
    if (position.kind === "latest") return { ...found, offset: log.endOffset };
    const timestampMs = position.kind === "at-time" ? position.timestampMs : 0;
    const batch = log.batches.find((one) => maxTimestampMs(one, 0) >= timestampMs);
    return { ...found, offset: batch === undefined ? -1 : baseOffset(batch, 0) };
  }

  function partition(topic: string, number: number): PartitionStatus | undefined {
    const log = topics.get(topic)?.logs[number];
    if (log === undefined) return undefined;
    return {
      topic,
      partition: number,
      leader: 1,
      leaderEpoch: 7,
      replicas: [1, 2],
      adding: [],
      removing: [],
      isr: [1],
      observers: [2],
      copies: [],
      logStartOffset: log.logStartOffset,
      highWatermark: log.endOffset,
      logEndOffset: log.endOffset,
      sizeBytes: log.batches.reduce((sum, batch) => sum + batch.length, 0),
    };
  }

  function activityOf({ name, id, internal, partitionCount }: Topic): CountedTopic {
    const numbers = Array.from({ length: partitionCount }, (_, number) => number);
    const partitions = numbers.flatMap((number) => partition(name, number) ?? []);
    const sum = (of: (each: PartitionStatus) => number): number =>
      partitions.reduce((total, each) => total + of(each), 0);
    return {
      ...{ name, id, internal, partitionCount, replicationFactor: 2 },
      offsetCount: sum(({ highWatermark, logStartOffset }) => highWatermark - logStartOffset),
      sizeBytes: sum(({ sizeBytes }) => sizeBytes),
      ...{ faultCount: 0, health: "ok", rates: null },
      traffic: { recordsIn: 0, bytesIn: 0, bytesOut: 0 },
    };
  }

  const broker: FakeBroker = {
    identity: {
      brokerId: 1,
      clusterId: "test-cluster",
      version: "0.1.0",
      advertised: { host: "127.0.0.1", port: 9092 },
      rack: null,
    },
    settings: brokerSettings(new Map([["auto.create.topics.enable", "false"]])),
    groups: noGroups,
    refusals: new RefusalCounts(),
    topicActivities: () => [...topics.values()].map(({ topic }) => activityOf(topic)),
    alterBrokerConfig: notFaked,
    restore: notFaked,
    lagTimes: { of: () => UNKNOWN_LAG_TIME, ofGroup: () => UNKNOWN_LAG_TIME },
    replication: {
      ...alone,
      endOfEpoch: (topic, number, epoch) =>
        epoch === 7
          ? { epoch, endOffset: topics.get(topic)?.logs[number]?.endOffset ?? -1 }
          : { epoch: -1, endOffset: -1 },
    },
    produced,
    beforeAppend: null,
    polls: 0,
    fetchedBytes: 0,
    openFetchers: 0,
    changes: { ...nothingNew, broker: { ...statusOfNothing, ...activityOfNothing } },
    looks: 0,
    openWatchers: [],
    stored: (topic, number) => logOf(topic, number).batches,
    store: (topic, number, batch) => append(logOf(topic, number), batch.slice()),
    produce,
    submit: (request, done) => void produce(request).then(done, done),
    openFetcher: () => new FakeFetcher(broker, logOf),
    openWatcher: (watched) => fakeWatcher(broker, watched),
    findOffset,
    async deleteRecords(topic, number, offset) {
      const log = logOf(topic, number);
      log.logStartOffset = offset === -1 ? log.endOffset : offset;
      return log.logStartOffset;
    },
    allocateProducerId: async () => ({ producerId: 1, producerEpoch: 0 }),
    topics: () => [...topics.values()].map(({ topic }) => topic),
    topic: (name) => topics.get(name)?.topic,
    topicById: (id) => broker.topics().find((topic) => topic.id === id),
    async createTopic({ name, partitionCount, config }) {
      if (topics.has(name)) throw new BrokerError("topic-exists", `there is a topic ${name}`);
      return addTopic(name, partitionCount ?? 1, config);
    },
    async deleteTopic(name) {
      topicNamed(name);
      topics.delete(name);
    },
    async createPartitions(name, partitionCount) {
      const found = topicNamed(name);
      while (found.logs.length < partitionCount) found.logs.push(newLog());
      found.topic = { ...found.topic, partitionCount };
    },
    async alterTopicConfig(name, changes) {
      const found = topicNamed(name);
      const config = new Map(found.topic.config);
      for (const [key, value] of changes) {
        if (value === null) config.delete(key);
        else config.set(key, value);
      }
      found.topic = { ...found.topic, config };
    },
    topicConfig: (name) => [...topicNamed(name).topic.config].map(settingOf),
    brokerConfig: () => [settingOf(["broker.id", "1"]), settingOf(["rack", null])],
    producers: () => [],
    partition,
    status: () => ({ ...statusOfNothing, topicCount: topics.size }),
  };
  for (const [name, count] of Object.entries(partitionCounts)) addTopic(name, count, new Map());
  return broker;
}

function newLog(): FakeLog {
  return { batches: [], logStartOffset: 0, endOffset: 0, waiting: new Set() };
}

function append(log: FakeLog, batch: Uint8Array): void {
  stampBatch(batch, 0, log.endOffset, 7);
  log.batches.push(batch);
  log.endOffset = lastOffset(batch, 0) + 1;
  for (const wake of [...log.waiting]) wake();
}

function settingOf([name, value]: readonly [string, string | null]): TracedConfigEntry {
  const rest = { source: "topic", type: "string", readOnly: false, synonyms: [] } as const;
  return { name, value, documentation: `what ${name} does`, ...rest };
}

function notFaked(): never {
  throw new Error("the fake broker has no groups");
}

const noGroups: GroupCoordinator = {
  joinGroup: notFaked,
  syncGroup: notFaked,
  heartbeat: notFaked,
  leaveGroup: notFaked,
  consumerHeartbeat: notFaked,
  commitOffsets: notFaked,
  fetchRefusal: notFaked,
  knownOffsets: notFaked,
  fetchOffsets: notFaked,
  deleteOffsets: notFaked,
  describeGroup: notFaked,
  describeConsumerGroup: notFaked,
  listGroups: () => [],
  deleteGroup: notFaked,
  isElsewhere: () => false,
  readable: async () => null,
  ready: notFaked,
};

const activityOfNothing = { rates: null, syncs: null, diskReserveBytes: 1, gauges: [] };

const statusOfNothing: BrokerStatus = {
  brokerId: 1,
  clusterId: "test-cluster",
  version: "0.1.0",
  startedAtMs: 1_700_000_000_000,
  durability: "fsync",
  dataDirectory: "data",
  topicCount: 0,
  partitionCount: 0,
  logSizeBytes: 2 ** 40,
  journalSizeBytes: 0,
  diskFreeBytes: 2 ** 41,
  writable: false,
  writeRefusal: "the disk is full",
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
  connections: 0,
  refusals: [],
  replication: {
    role: "master",
    leaderId: 1,
    leaderEpoch: 7,
    fenced: false,
    mode: "sync",
    connected: false,
    leaderSilentMs: null,
    inSync: false,
    catchUp: null,
    followers: [],
    degraded: [],
  },
};

/** A broker without a pair. */
const alone: Replication = {
  role: "master",
  inCluster: false,
  controllerId: 1,
  knowsLeaders: true,
  clusterAdmin: null,
  pairAdmin: {
    announced: notFaked,
    promotionReport: notFaked,
    promote: notFaked,
    switchOver: notFaked,
  },
  coordinatorOf: () => 1,
  brokers: () => [
    { id: 1, host: "127.0.0.1", port: 9092, rack: null, isStopping: false, isDrained: false },
  ],
  toldBrokers: () => alone.brokers(),
  status: () => statusOfNothing.replication,
  open: notFaked,
  nearCopy: () => null,
  reserveProducerIds: notFaked,
  endOfEpoch: notFaked,
};

const nothingNew = {
  atMs: 1_700_000_000_000,
  removedTopics: [],
  topics: [],
  partitions: [],
  removedGroups: [],
  groups: [],
  progress: [],
  events: [],
  incomplete: false,
};

function fakeWatcher(broker: FakeBroker, watched: Watched): Watcher {
  broker.openWatchers.push(watched);
  return {
    take() {
      broker.looks++;
      return broker.changes;
    },
    close() {
      broker.openWatchers = broker.openWatchers.filter((open) => open !== watched);
    },
  };
}

class FakeFetcher implements Fetcher {
  private readonly broker: FakeBroker;
  private readonly logOf: (topic: string, partition: number) => FakeLog;
  private readonly positions = new Map<string, FetchPosition>();
  private wake: (() => void) | null = null;
  private closed = false;

  constructor(broker: FakeBroker, logOf: (topic: string, partition: number) => FakeLog) {
    this.broker = broker;
    this.logOf = logOf;
    broker.openFetchers++;
  }

  watch(position: FetchPosition): void {
    this.positions.set(`${position.topic}:${position.partition}`, position);
  }

  unwatch(topic: string, partition: number): void {
    this.positions.delete(`${topic}:${partition}`);
  }

  async poll(limits: FetchLimits): Promise<FetchedPartition[]> {
    let found = this.look(limits);
    while (found.length === 0 && !this.closed) {
      await this.changed();
      found = this.look(limits);
    }
    this.broker.polls++;
    for (const { sizeBytes } of found) this.broker.fetchedBytes += sizeBytes;
    return found;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.broker.openFetchers--;
    this.wake?.();
  }

  private look({ maxBytes }: FetchLimits): FetchedPartition[] {
    const found: FetchedPartition[] = [];
    let leftBytes = maxBytes;
    for (const position of this.positions.values()) {
      const fetched = this.read(position, leftBytes, found.length === 0);
      if (fetched === null) continue;
      leftBytes -= fetched.sizeBytes;
      found.push(fetched);
    }
    return found;
  }

  private read(
    { topic, partition, offset }: FetchPosition,
    maxBytes: number,
    first: boolean,
  ): FetchedPartition | null {
    const log = this.logOf(topic, partition);
    const place = { topic, partition, leaderEpoch: 7, logStartOffset: log.logStartOffset };
    const highWatermark = log.endOffset;
    if (offset < log.logStartOffset || offset > highWatermark) {
      const error = new BrokerError("offset-out-of-range", `there is no offset ${offset}`);
      return { ...place, highWatermark, error, records: [], sizeBytes: 0 };
    }
    const records: Uint8Array[] = [];
    let sizeBytes = 0;
    for (const batch of log.batches) {
      if (lastOffset(batch, 0) < offset) continue;
      const fits = sizeBytes + batch.length <= maxBytes;
      if (!fits && !(first && records.length === 0)) break;
      records.push(batch);
      sizeBytes += batch.length;
    }
    if (records.length === 0) return null;
    return { ...place, highWatermark, error: null, records, sizeBytes };
  }

  private async changed(): Promise<void> {
    const logs = [...this.positions.values()].map((at) => this.logOf(at.topic, at.partition));
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      for (const log of logs) log.waiting.add(resolve);
    });
    for (const log of logs) if (this.wake !== null) log.waiting.delete(this.wake);
    this.wake = null;
  }
}
