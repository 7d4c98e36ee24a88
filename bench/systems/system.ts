/**
 * How a system is talked to, and so which clients drive it. What speaks Kafka's protocol with its
 * leaders on several brokers is only for clients that follow them.
 */
export type Protocol =
  | "kafka"
  | "kafka-cluster"
  | "nats"
  | "rocketmq"
  | "rabbitmq-classic"
  | "rabbitmq-quorum";

/** What is measured: a broker, or some that are one to their clients. */
export interface System {
  /** As in a table. */
  readonly name: string;
  readonly protocol: Protocol;
  /** What its settings are, and what an ack says: who has synced what by then. */
  readonly ack: string;
  /** How long it has to be busy until it is as fast as it gets: long for a virtual machine. */
  readonly warmUpSeconds: number;
  /** What has to be there that isn't, as a sentence; null, where it can be started. */
  missing(): string | null;
  version(): string;
  /** Starts it on a directory: an empty one, or what an earlier life left there. */
  start(directory: string): Promise<RunningSystem>;
}

/** A system in processes of its own, which takes requests. */
export interface RunningSystem {
  /** HOST:PORT; of several brokers the first. */
  readonly address: string;
  /** All brokers' addresses, with commas between. */
  readonly bootstrap: string;
  readonly pids: readonly number[];
  /** Ends its processes, and leaves what they wrote. */
  end(signal?: Signal): Promise<void>;
}

export type Signal = "SIGTERM" | "SIGKILL";
