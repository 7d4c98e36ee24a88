import { createTopics } from "../../doors/kafka/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../doors/kafka/protocol/messages/20-delete-topics.ts";
import { createPartitions } from "../../doors/kafka/protocol/messages/37-create-partitions.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { TurnActor } from "./actor.ts";
import { checkClusterError, errorName } from "./answers.ts";
import type { TopicPlan } from "./climate.ts";
import type { MadeTopic } from "./world.ts";

const MOST_PARTITIONS = 3;

/** Makes the topics, lets them grow, and deletes and makes again those that come and go. */
export class ClusterAdmin extends TurnActor {
  /** Whether every topic is there: a deletion that was given up may be done much later. */
  get isDone(): boolean {
    const { topics, climate, witness } = this.world;
    const known = witness.registry.image.topics;
    return climate.topics.every(({ name }) => topics.has(name) && known.has(name));
  }

  protected async turn(isFinishing: boolean): Promise<void> {
    const { climate, topics, random } = this.world;
    const known = isFinishing ? this.world.witness.registry.image.topics : topics;
    const missing = climate.topics.filter(({ name }) => !topics.has(name) || !known.has(name));
    if (missing.length > 0) return this.#make(random.pick(missing));
    if (isFinishing) return;
    const topic = random.pick([...topics.values()]);
    if (topic.plan.comesAndGoes && random.chance(0.3)) await this.#delete(topic.plan);
    else if (
      !topic.plan.comesAndGoes &&
      topic.partitionCount < MOST_PARTITIONS &&
      random.chance(0.2)
    )
      await this.#grow(topic);
  }

  async #make(plan: TopicPlan): Promise<void> {
    const { name, partitionCount, config } = plan;
    const configs = [...config].map(([key, value]) => ({ name: key, value }));
    const { climate } = this.world;
    const sizes = {
      numPartitions: partitionCount,
      replicationFactor: climate.copies,
      assignments: [],
    };
    this.world.trace("make", name);
    const answer = await this.client.call(createTopics, 7, {
      topics: [{ name, ...sizes, configs }],
    });
    const code = answer?.topics[0]?.errorCode;
    if (!this.#isTold("CreateTopics", name, code, ["TOPIC_ALREADY_EXISTS"])) return;
    this.world.topics.set(name, { plan, partitionCount });
  }

  async #delete({ name }: TopicPlan): Promise<void> {
    const { deletions, topics } = this.world;
    this.world.trace("delete", name);
    deletions.set(name, (deletions.get(name) ?? 0) + 1);
    topics.delete(name);
    const answer = await this.client.call(deleteTopics, 6, {
      topics: [{ name, topicId: ZERO_UUID }],
      topicNames: [],
      timeoutMs: 1000,
    });
    const code = answer?.responses[0]?.errorCode;
    this.#isTold("DeleteTopics", name, code, []);
  }

  async #grow(topic: MadeTopic): Promise<void> {
    const { name } = topic.plan;
    const count = topic.partitionCount + 1;
    this.world.trace("grow", name, count);
    const answer = await this.client.call(createPartitions, 3, {
      topics: [{ name, count, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    const code = answer?.results[0]?.errorCode;
    if (this.#isTold("CreatePartitions", name, code, ["INVALID_PARTITIONS"])) {
      topic.partitionCount = count;
    }
  }

  /** Whether it is as was asked for; `also` says that it was so already. */
  #isTold(call: string, name: string, code: number | undefined, also: readonly string[]): boolean {
    if (code === undefined) return false;
    this.world.trace(call, name, code);
    if (code === 0) return true;
    checkClusterError(this.world, code, call, also);
    if (also.includes(errorName(code))) return true;
    this.moveOn();
    return false;
  }
}
