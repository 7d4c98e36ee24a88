import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { createTopics } from "../../doors/kafka/protocol/messages/19-create-topics.ts";
import { TurnActor } from "./actor.ts";
import { checkPairError } from "./answers.ts";
import type { TopicPlan } from "./climate.ts";

/** Makes the topics, and makes sure now and then that they are still there. */
export class PairAdmin extends TurnActor {
  /** Whether every topic was there when it was asked for last. */
  get isDone(): boolean {
    return this.world.made.size === this.world.climate.topics.length;
  }

  protected async turn(isFinishing: boolean): Promise<void> {
    const { topics } = this.world.climate;
    const missing = topics.filter((topic) => !this.world.made.has(topic));
    if (isFinishing && missing.length === 0) return;
    await this.#make(this.world.random.pick(missing.length > 0 ? missing : topics));
  }

  async #make(topic: TopicPlan): Promise<void> {
    const { name, partitionCount, config } = topic;
    const configs = [...config].map(([key, value]) => ({ name: key, value }));
    const sizes = { numPartitions: partitionCount, replicationFactor: -1, assignments: [] };
    this.world.trace("make", name);
    const answer = await this.client.call(createTopics, 7, {
      topics: [{ name, ...sizes, configs }],
    });
    const made = answer?.topics[0];
    if (!made) return;
    const { errorCode } = made;
    this.world.trace("made", name, errorCode);
    if (errorCode === 0 || errorCode === kafkaErrors.TOPIC_ALREADY_EXISTS.code) {
      this.world.made.add(topic);
      return;
    }
    checkPairError(this.world, errorCode, "CreateTopics");
    if (this.world.random.chance(0.7)) this.client.moveOn();
  }
}
