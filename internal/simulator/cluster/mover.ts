import { BrokerError } from "../../broker/errors.ts";
import { electLeaders } from "../../doors/kafka/protocol/messages/43-elect-leaders.ts";
import * as reassignments from "../../doors/kafka/protocol/messages/45-alter-reassignments.ts";
import type { KnownPartition } from "../../metadata/cluster/cluster-image.ts";
import type { SimulatedRandom } from "../random.ts";
import { TurnActor } from "./actor.ts";
import { checkClusterError } from "./answers.ts";
import type { ClusterWorld } from "./world.ts";

/** Of a drain: etcd can't be reached, or no other broker is there. */
const EXCUSES: ReadonlySet<string> = new Set(["not-decided", "invalid-request"]);
const PREFERRED = 0;
const TIMEOUT_MS = 1000;

/**
 * The one who says where copies are: has partitions moved while all else goes on, calls moves off,
 * has the preferred brokers lead again, and drains brokers for a while.
 */
export class Mover extends TurnActor {
  readonly #share: number;

  constructor(world: ClusterWorld, random: SimulatedRandom) {
    super(world, random);
    this.#share = random.pick([0.1, 0.3, 1]);
  }

  override get isIdle(): boolean {
    return super.isIdle && this.#drained.size === 0;
  }

  get #drained(): ReadonlySet<number> {
    return this.world.witness.registry.image.drained;
  }

  override step(isFinishing: boolean): void {
    if (isFinishing || this.random.chance(this.#share)) super.step(isFinishing);
  }

  protected async turn(isFinishing: boolean): Promise<void> {
    const { random } = this;
    if (isFinishing) return this.#drain(false);
    if (random.chance(0.1)) return this.#drain(this.#drained.size === 0);
    const { image } = this.world.witness.registry;
    const known = [...image.partitions()].filter(({ topicId }) => image.topicsById.has(topicId));
    if (known.length === 0) return;
    const partition = random.pick(known);
    const topic = image.topicsById.get(partition.topicId)?.name ?? "";
    if (random.chance(0.1)) await this.#elect(topic, partition);
    else await this.#move(topic, partition);
  }

  async #move(name: string, { index: partitionIndex }: KnownPartition): Promise<void> {
    const replicas = this.random.chance(0.2) ? null : this.#someBrokers();
    this.world.trace("move", `${name}-${partitionIndex}`, replicas?.join() ?? "called off");
    const answer = await this.client.call(reassignments.alterReassignments, 1, {
      timeoutMs: TIMEOUT_MS,
      allowReplicationFactorChange: true,
      topics: [{ name, partitions: [{ partitionIndex, replicas }] }],
    });
    const code = answer?.responses[0]?.partitions[0]?.errorCode;
    this.#told("AlterPartitionReassignments", code, [
      "INVALID_REPLICA_ASSIGNMENT", // one of them isn't there
      "NO_REASSIGNMENT_IN_PROGRESS",
    ]);
  }

  /** As many as partitions have copies, or more. */
  #someBrokers(): number[] {
    const { members, climate } = this.world;
    const left = members.map(({ id }) => id);
    const count = this.random.between(climate.copies, left.length);
    return Array.from({ length: count }, () => {
      const id = this.random.pick(left);
      left.splice(left.indexOf(id), 1);
      return id;
    });
  }

  async #elect(topic: string, { index }: KnownPartition): Promise<void> {
    this.world.trace("elect", `${topic}-${index}`);
    const answer = await this.client.call(electLeaders, 2, {
      electionType: PREFERRED,
      topicPartitions: [{ topic, partitions: [index] }],
      timeoutMs: TIMEOUT_MS,
    });
    const code = answer?.replicaElectionResults[0]?.partitionResult[0]?.errorCode;
    this.#told("ElectLeaders", code, ["PREFERRED_LEADER_NOT_AVAILABLE", "ELECTION_NOT_NEEDED"]);
  }

  #told(call: string, code: number | undefined, also: readonly string[]): void {
    if (code === undefined || code === 0) return;
    this.world.trace(call, "refused", code);
    checkClusterError(this.world, code, call, also);
    this.moveOn();
  }

  /** Has a broker drained, or one used again, as `weir cluster drain` does. */
  async #drain(isDrained: boolean): Promise<void> {
    const life = this.at.running;
    const [id = this.random.pick(this.world.members).id] = this.#drained;
    this.moveOn();
    if (!life) return;
    this.world.trace(isDrained ? "drain" : "undrain", id);
    const refused = (error: unknown) => {
      const isExcused = error instanceof BrokerError && EXCUSES.has(error.code);
      if (!isExcused && !life.process.disk.left) throw error;
      this.world.trace("not drained", String(error));
    };
    const drained = life.cluster.clusterAdmin.drain(id, isDrained).catch(refused);
    await this.world.stage.untilCrash(life.process, drained);
  }
}
