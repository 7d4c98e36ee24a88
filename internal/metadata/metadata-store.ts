/** A topic as all brokers agree on it. */
export interface TopicMetadata {
  readonly name: string;
  /** A UUID as 22 characters of base64url, never used again for another topic. */
  readonly id: string;
  readonly partitionCount: number;
  /** The settings that were given to this topic itself. */
  readonly config: ReadonlyMap<string, string>;
}

/** A broker of the cluster, and where it is reached. */
export interface BrokerMetadata {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  /** Where it stands; null if nobody has said so. */
  readonly rack: string | null;
  /** Whether its copies are waited for when it follows. */
  readonly replication: "sync" | "async";
}

/** Who leads all partitions, for the how many-th time someone does. */
export interface Leadership {
  readonly brokerId: number;
  readonly epoch: number;
}

/**
 * What the brokers agree on. What is read here has been decided; what is asked for here is decided
 * and durable when the promise resolves, and is seen by readers from then on.
 */
export interface MetadataStore {
  readonly clusterId: string;
  topics(): Iterable<TopicMetadata>;
  topic(name: string): TopicMetadata | undefined;
  topicById(id: string): TopicMetadata | undefined;
  /**
   * Makes a topic, or puts a changed one (same name and id) in its place: what `topic` says at this
   * moment has to be what was changed. New partitions get so many `copies`, where they can be
   * placed at all; `least` of them, or nothing is made.
   */
  putTopic(topic: TopicMetadata, copies: number, least: number): Promise<void>;
  /** Forgets a topic. */
  removeTopic(name: string): Promise<void>;
  /** Where the metadata log is kept; its log isn't one of a topic. */
  readonly logName: string;
}
