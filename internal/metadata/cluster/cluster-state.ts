import type { TopicMetadata } from "../metadata-store.ts";

/** A broker that is there: its lease hasn't ended. */
export interface LiveBroker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** Its lease: it tells this life of the broker from others. */
  readonly session: string;
  /** It is about to stop: leaderships go to others first. */
  readonly isStopping: boolean;
  /** It has heard none of the others for a moment: who is there puts its key once more. */
  readonly isDeaf: boolean;
  /** It hears none of the others: nobody could copy what it led. */
  readonly isCutOff: boolean;
  /** Its disk has failed: it takes no records until it is started again. */
  readonly hasFailed: boolean;
}

/** Who has copies of a partition, and who leads it. */
export interface PartitionState {
  /** The brokers that keep a copy; the first one is preferred as the leader. */
  readonly replicas: readonly number[];
  /** Those of them that are to become copies (KIP-455): they count when they are in sync. */
  readonly adding: readonly number[];
  /** Those of them that go when the others are in sync. One that is in both was called off. */
  readonly removing: readonly number[];
  /** Those that have all that is committed. */
  readonly isr: readonly number[];
  /** -1: nobody can lead it. */
  readonly leader: number;
  /** The life of the leader that was given the lead; empty for none. */
  readonly session: string;
  /** Every change of the leader takes the next one. */
  readonly epoch: number;
}

/** A thing that is kept in etcd, and the revision at which it was put there last. */
export type Versioned<T> = T & { readonly revision: number };

/** A key of a cluster, as it is told: without a value where it is gone. */
export type ClusterChange =
  | { readonly kind: "format"; readonly clusterId: string; readonly version: number }
  | { readonly kind: "disk"; readonly brokerId: number; readonly diskId: string | null }
  | { readonly kind: "live"; readonly brokerId: number; readonly broker: LiveBroker | null }
  | { readonly kind: "controller"; readonly brokerId: number; readonly session: string }
  | { readonly kind: "topic"; readonly name: string; readonly topic: TopicMetadata | null }
  | {
      readonly kind: "partition";
      readonly topicId: string;
      readonly index: number;
      readonly state: PartitionState | null;
    }
  | { readonly kind: "drained"; readonly brokerId: number; readonly isDrained: boolean }
  | { readonly kind: "copying"; readonly bytesPerSecond: number }
  | { readonly kind: "producer-ids"; readonly next: number };
