import { must } from "../failure.ts";
import { checkRead, fetchPartition } from "../shared/reading.ts";
import { TurnActor } from "./actor.ts";
import { checkClusterError, errorName } from "./answers.ts";
import type { MadeTopic } from "./world.ts";

/** Somebody who reads, and holds what comes against what was committed. */
export class ClusterConsumer extends TurnActor {
  /** The next offset of each partition. */
  readonly #positions = new Map<string, number>();

  protected async turn(): Promise<void> {
    const { random, topics, leaders } = this.world;
    if (random.chance(0.1)) {
      this.moveOn();
      return;
    }
    if (random.chance(0.2)) await this.world.learn(this.client);
    if (topics.size === 0) return;
    const topic = random.pick([...topics.values()]);
    const index = random.below(topic.partitionCount);
    const leader = leaders.get(`${topic.plan.name}-${index}`);
    if (leader && leader !== this.at && random.chance(0.6)) this.moveOn(leader);
    else await this.#fetch(topic, index);
  }

  async #fetch({ plan: { name: topic } }: MadeTopic, partition: number): Promise<void> {
    const { random, witness, deletions } = this.world;
    const name = `${topic}-${partition}`;
    const incarnation = deletions.get(topic) ?? 0;
    const known = `${name} ${incarnation}`;
    const fetchOffset = this.#positions.get(known) ?? 0;
    const asked = this.at;
    const place = { topic, partition, fetchOffset, currentLeaderEpoch: -1 };
    const fetched = await fetchPartition(this.client, random, place);
    if (!fetched) return;
    const { errorCode, records } = fetched;
    if (errorCode !== 0) {
      this.world.trace("fetch refused", name, fetchOffset, errorCode);
      checkClusterError(this.world, errorCode, "Fetch", ["OFFSET_OUT_OF_RANGE"]);
      if (errorName(errorCode) === "OFFSET_OUT_OF_RANGE") {
        const losses = witness.ledgersOf(name).reduce((sum, each) => sum + each.losses, 0);
        const isExcused = losses > 0 || incarnation > 0 || !witness.isNewest(name, asked);
        must(isExcused, () => `${name}: ${fetchOffset} was read, and is said not to be there`);
        this.#positions.delete(known);
      }
      if (random.chance(0.5)) this.moveOn();
      return;
    }
    if (!records || records.to === records.from) return;
    const bytes = records.buffer.subarray(records.from, records.to);
    this.#positions.set(known, checkRead(name, bytes, witness.ledgersOf(name)));
    this.world.reads++;
  }
}
