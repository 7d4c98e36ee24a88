import type {
  BrokerHello,
  Client,
  ClusterStatus,
  ConfigEntry,
  PartitionActivity,
  PromotionReport,
  StreamPartition,
  StreamPosition,
  Watch,
  WatchOptions,
  WatchUpdate,
} from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { EventQueue } from "../../internal/client/event-queue.ts";
import type { Reader, ReaderEvent } from "../../internal/client/reader-api.ts";
import { brokerRow, helloRow, NOW_MS } from "./rows.testing.ts";

/** A stream that someone has opened. */
interface OpenWatch {
  readonly options: WatchOptions;
  readonly queue: EventQueue<WatchUpdate>;
}

/** A broker that says what a test tells it to, and writes down what it is asked. */
export class FakeBroker {
  /** Calls that change something, in words. */
  readonly calls: string[] = [];
  /** Updates that were taken from all streams. */
  takenCount = 0;
  partitions: readonly PartitionActivity[] = [];
  configs: readonly ConfigEntry[] = [];
  /** What a promotion could lose. */
  promotion: PromotionReport = {
    ...{ leaderId: 1, epoch: 0, silentMs: 12_000, wasInSync: false },
    missing: [{ log: "orders-3", leaderEndOffset: 1700, endOffset: 500 }],
  };
  readonly readers: EventQueue<ReaderEvent>[] = [];
  /** Where the first partition of each reader was to start. */
  readonly readStarts: StreamPosition[] = [];
  hello: BrokerHello = helloRow;
  /** Why connecting fails; null: it doesn't. */
  unreachable: string | null = null;
  connectCount = 0;
  #watches: OpenWatch[] = [];

  readonly connect = async (): Promise<Client> => {
    this.connectCount++;
    if (this.unreachable !== null) throw new ClientError("unreachable", this.unreachable);
    return this.#client();
  };

  /** The brokers there are, and the other one of a pair. */
  brokers: ClusterStatus["brokers"] = [];
  partner: FakeBroker | null = null;

  readonly connectTo = async (host: string, port: number): Promise<Client> => {
    if (this.partner) return this.partner.connect();
    throw new ClientError("unreachable", `nobody is at ${host}:${port}`);
  };

  /** Streams of changes that are open. */
  get watches(): readonly WatchOptions[] {
    return this.#watches.map(({ options }) => options);
  }

  /** Tells those who watch the broker as a whole. */
  tell(differs: Partial<WatchUpdate> = {}): void {
    this.#tell(({ topics = false }) => topics, differs);
  }

  /** Tells those who watch something more closely. */
  tellCloseUp(differs: Partial<WatchUpdate>): void {
    this.#tell(({ topics }) => !topics, differs);
  }

  /** Ends all connections. */
  lose(reason = "the connection was lost"): void {
    for (const { queue } of this.#watches) queue.end(new ClientError("closed", reason));
    this.#watches = [];
  }

  #tell(wants: (options: WatchOptions) => boolean, differs: Partial<WatchUpdate>): void {
    for (const { options, queue } of this.#watches) {
      if (wants(options)) queue.push({ ...nothingNew, ...differs });
    }
  }

  #watch(options: WatchOptions): Watch {
    const queue = new EventQueue<WatchUpdate>(() => this.takenCount++);
    const open = { options, queue };
    this.#watches.push(open);
    const stop = (): void => {
      this.#watches = this.#watches.filter((one) => one !== open);
      queue.clear();
      queue.end(null);
    };
    const next = (): Promise<IteratorResult<WatchUpdate, undefined>> => queue.next();
    return { stop, [Symbol.asyncIterator]: () => ({ next }) };
  }

  #read(partitions: readonly StreamPartition[]): Reader {
    this.readStarts.push(...partitions.slice(0, 1).map(({ start }) => start));
    const queue = new EventQueue<ReaderEvent>(() => {});
    this.readers.push(queue);
    const opened = partitions.map(({ topic, partition, start }) => {
      const startOffset = start.kind === "offset" ? start.offset : 0;
      return { topic, partition, startOffset, endOffset: null };
    });
    const next = (): Promise<IteratorResult<ReaderEvent, undefined>> => queue.next();
    return {
      partitions: opened,
      stop: () => queue.end(null),
      [Symbol.asyncIterator]: () => ({ next }),
    };
  }

  #client(): Client {
    const never = (): never => {
      throw new Error("the screen should not ask for this");
    };
    const note = async (call: string): Promise<void> => {
      this.calls.push(call);
    };
    return {
      hello: this.hello,
      closed: new Promise(() => {}),
      watch: (options) => this.#watch(options),
      openReader: async ({ partitions }) => this.#read(partitions),
      describeTopic: async (name) => ({
        ...{ name, id: name, partitionCount: this.partitions.length, internal: false },
        config: new Map(),
        partitions: this.partitions,
      }),
      topicConfig: async () => this.configs,
      brokerConfig: async () => this.configs,
      async createTopic({ name, partitionCount, config }) {
        await note(`create ${name} ${partitionCount}`);
        return { name, id: name, partitionCount: partitionCount ?? 1, internal: false, config };
      },
      deleteTopic: (name) => note(`delete ${name}`),
      createPartitions: (name, count) => note(`grow ${name} ${count}`),
      alterBrokerConfig: never,
      alterTopicConfig: (name, changes) =>
        note(`set ${name} ${[...changes].map((change) => change.join("=")).join(" ")}`),
      close: async () => this.lose("the client has closed the connection"),
      describePromotion: async () => this.promotion,
      promote: async () => {
        await note("promote");
        return this.promotion;
      },
      switchOver: async () => {
        await note("switch");
        const leader = { id: 2, host: "broker-2", port: 9092, rack: null };
        return { leader, epoch: 1000, clusterId: "cluster" };
      },
      produce: never,
      restore: never,
      openProducer: never,
      openStream: never,
      openGroupReader: never,
      findOffset: never,
      deleteRecords: never,
      listTopics: never,
      listGroups: never,
      describeGroup: never,
      deleteGroup: never,
      setGroupOffsets: (groupId, offsets) => {
        const texts = offsets.map(
          ({ topic, partition, offset }) => `${topic}-${partition}:${offset}`,
        );
        return note(`reset ${groupId} ${texts.join(" ")}`);
      },
      describeCluster: async () => {
        return { clusterId: "cluster", controllerId: 1, brokers: this.brokers };
      },
      brokers: never,
      listCopies: never,
      reassign: never,
      drainBroker: never,
      removeBroker: never,
      limitCopying: never,
      status: never,
    };
  }
}

const nothingNew: WatchUpdate = {
  others: [],
  atMs: NOW_MS,
  broker: brokerRow(),
  removedTopics: [],
  topics: [],
  partitions: [],
  removedGroups: [],
  groups: [],
  progress: [],
  events: [],
  incomplete: false,
};
