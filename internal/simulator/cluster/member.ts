import type { Cluster } from "../../broker/cluster/cluster.ts";
import { type ClusterParts, openCluster } from "../../broker/cluster/open-cluster.ts";
import { BrokerError } from "../../broker/errors.ts";
import { replicationLinks } from "../../client/replication-links.ts";
import { etcdClient } from "../etcd/client.ts";
import type { SimulatedEtcd } from "../etcd/etcd.ts";
import type { SimulatedProcess } from "../machine.ts";
import * as brokers from "../shared/member.ts";
import type { Stage } from "../stage.ts";
import type { ClusterClimate } from "./climate.ts";

/** The time from a start of a broker to its end. */
export interface MemberLife extends brokers.MemberLife {
  readonly parts: ClusterParts;
  readonly cluster: Cluster;
}

/** One broker of the cluster. */
export class Member extends brokers.Member<MemberLife> {
  /** Whether its disk was lost since its process was there. */
  hasNewDisk = false;
  /** Whether its process is stopped for now. */
  isFrozen = false;
  /** Why it refused to start the last time. */
  refusal: BrokerError | null = null;
  readonly #etcd: SimulatedEtcd;

  constructor(id: number, etcd: SimulatedEtcd, climate: ClusterClimate) {
    super(id, etcd.around, climate);
    this.#etcd = etcd;
    this.machine.clockRate = climate.clockRates[id] ?? 1;
  }

  /** Starts its broker; it may be refused as long as its last life is thought to be there. */
  start(stage: Stage): Promise<void> {
    this.refusal = null;
    return this.begin(
      stage,
      this.hasNewDisk ? "new" : "",
      (process) => this.#open(process, stage),
      (error) => {
        if (!(error instanceof BrokerError) || error.code !== "invalid-config") return false;
        this.trace("refused", error.message);
        this.refusal = error;
        return true;
      },
    );
  }

  /** Ends its broker in order, when others lead what it leads. */
  override async closing(life: MemberLife): Promise<void> {
    await life.broker.handOver();
    await super.closing(life);
  }

  /** Its process is stopped for so long, and its clock goes on. */
  async freeze(stage: Stage, forMs: number): Promise<void> {
    const { process } = this.machine;
    if (!process || this.isFrozen) return;
    this.trace("frozen", forMs);
    this.isFrozen = true;
    this.machine.freeze();
    await stage.sleep(forMs);
    this.isFrozen = false;
    if (this.machine.process === process) this.machine.thaw();
    this.trace("thawed");
  }

  /** Its disk is lost: it begins with nothing. */
  loseDisk(): void {
    this.trace("disk lost");
    this.machine.replaceDisk();
    this.hasNewDisk = true;
  }

  /** Notes where its logs stand, for whoever looks for what went wrong. */
  traceState(): void {
    const life = this.running;
    if (!life) return;
    this.trace("state", JSON.stringify(life.broker.status()));
    for (const log of life.parts.store.logs.values()) {
      const { name, startOffset, highWatermark, durableOffset, endOffset } = log;
      const led = life.cluster.leader.led(log);
      const isr = led ? `leads in ${led.epoch}: ${JSON.stringify([...led.copies.followers])}` : "";
      this.trace("log", name, startOffset, highWatermark, durableOffset, endOffset, isr);
    }
  }

  protected override begun({ broker, process }: MemberLife, stage: Stage): void {
    this.hasNewDisk = false;
    broker.serve().catch((error: unknown) => {
      if (!process.disk.left) stage.fail(error);
    });
  }

  async #open(process: SimulatedProcess, stage: Stage): Promise<MemberLife> {
    const links = replicationLinks(process, this.name);
    const etcd = etcdClient(this.#etcd, process);
    const parts = await openCluster(process, this.options(stage), links, etcd);
    const reached = await this.reached(process, parts);
    return { ...reached, parts, cluster: parts.membership };
  }
}
