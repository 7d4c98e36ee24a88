import { ClusterImage } from "../../metadata/cluster/cluster-image.ts";
import { clusterKeys } from "../../metadata/cluster/cluster-keys.ts";
import type { PartitionState } from "../../metadata/cluster/cluster-state.ts";
import type { EtcdEvent } from "../../platform/etcd.ts";
import { ETCD_HOST, type SimulatedEtcd } from "../etcd/etcd.ts";
import { checkDecision, leftOf } from "./decisions.ts";

/** A leadership, as etcd has it. */
export interface DecidedLead {
  readonly leaderId: number;
  readonly session: string;
  /** Whether its leader wasn't in the ISR: what it lacks is lost. */
  readonly isUnclean: boolean;
}

/** What is told of a partition. */
export interface RegistryListener {
  /** A partition is otherwise. */
  readonly changed: (name: string, isr: readonly number[]) => void;
  /** Somebody is in the ISR now who wasn't. */
  readonly joinedIsr: (name: string, brokerId: number) => void;
}

/**
 * Follows what is decided in etcd, change by change, and who has done it: each decision has to be
 * one that this broker may make, of what was there.
 */
export class Registry {
  readonly image = new ClusterImage(clusterKeys("main"));
  readonly #leads = new Map<string, DecidedLead>();
  /** Brokers that had no copy of a partition at some time, and haven't been in its ISR since. */
  readonly #departed = new Set<string>();
  readonly #listener: RegistryListener;

  constructor(etcd: SimulatedEtcd, listener: RegistryListener) {
    this.#listener = listener;
    etcd.onChange = (by, revision, events) => this.#changed(by, revision, events);
  }

  /** Who was to lead a partition (`TOPICID/INDEX`) in an epoch; undefined if nobody was. */
  leadOf(name: string, epoch: number): DecidedLead | undefined {
    return this.#leads.get(`${name}/${epoch}`);
  }

  /** Whether a broker may delete its copy of a partition: it was to, and isn't in its ISR again. */
  mayDelete(name: string, brokerId: number): boolean {
    return this.#departed.has(`${name} ${brokerId}`);
  }

  /** How a partition is; undefined if there is none. */
  stateOf(name: string): PartitionState | undefined {
    const [topicId = "", index] = name.split("/");
    return this.image.partition(topicId, Number(index));
  }

  #changed(by: string, revision: number, events: readonly EtcdEvent[]): void {
    const { image } = this;
    const states = new Map<string, PartitionState>();
    for (const { topicId, index, state } of image.partitions()) {
      states.set(`${topicId}/${index}`, state);
    }
    const { partitions } = image.apply(revision, events);
    for (const { topicId, index } of partitions) {
      const name = `${topicId}/${index}`;
      const before = states.get(name);
      const after = image.partition(topicId, index);
      this.#listener.changed(name, after?.isr ?? []);
      if (!after) continue;
      const text = (what: string) => () => {
        const says = `${JSON.stringify(before)} became ${JSON.stringify(after)}`;
        return `${ETCD_HOST}: ${name}: ${what}: ${says}, by ${by}`;
      };
      if (before) {
        checkDecision(image, { topicId, by, before, after }, text);
        for (const id of leftOf({ before, after })) this.#departed.add(`${name} ${id}`);
      }
      const isUnclean = before !== undefined && !before.isr.includes(after.leader);
      const lead = { leaderId: after.leader, session: after.session, isUnclean };
      if (after.epoch !== before?.epoch) this.#leads.set(`${name}/${after.epoch}`, lead);
      for (const id of isUnclean ? [] : after.isr) {
        if (!before || before.isr.includes(id)) continue;
        this.#departed.delete(`${name} ${id}`);
        this.#listener.joinedIsr(name, id);
      }
    }
  }
}
