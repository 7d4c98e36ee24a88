import { offsetCommit } from "../../doors/kafka/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../doors/kafka/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../doors/kafka/protocol/messages/10-find-coordinator.ts";
import { ZERO_UUID } from "../../doors/kafka/protocol/table.ts";
import { must } from "../failure.ts";
import { TurnActor } from "./actor.ts";
import { checkClusterError } from "./answers.ts";
import type { ClusterWorld } from "./world.ts";

/** The one who commits the offsets of a group, one after the other, and looks what is kept. */
export class GroupCommitter extends TurnActor {
  readonly #groupId: string;
  #next = 1;
  /** The last commit that was acked; -1: none. */
  #acked = -1;
  /** Commits of which nobody knows whether they were done, or may be yet. */
  readonly #unknown = new Set<number>();
  #isKnown = false;

  constructor(world: ClusterWorld) {
    super(world);
    this.#groupId = `group-${++world.groupCount}`;
  }

  protected async turn(isFinishing: boolean): Promise<void> {
    const { random } = this.world;
    if (!this.#isKnown) await this.#find();
    else if (isFinishing || random.chance(0.4)) await this.#look();
    else await this.#commit();
  }

  async #find(): Promise<void> {
    const answer = await this.client.call(findCoordinator, 3, {
      key: this.#groupId,
      coordinatorKeys: [],
    });
    if (!answer) return;
    const { errorCode, nodeId } = answer;
    if (errorCode !== 0) {
      checkClusterError(this.world, errorCode, "FindCoordinator");
      this.moveOn();
      return;
    }
    this.moveOn(this.world.members.find(({ id }) => id === nodeId));
    this.#isKnown = true;
  }

  async #commit(): Promise<void> {
    const { topics } = this.world.climate;
    const committedOffset = this.#next++;
    this.#unknown.add(committedOffset);
    this.world.trace("commit", this.#groupId, committedOffset);
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: null }];
    const name = topics[0]?.name ?? "";
    const answer = await this.client.call(offsetCommit, 8, {
      groupId: this.#groupId,
      memberId: "",
      topics: [{ name, topicId: ZERO_UUID, partitions }],
    });
    const errorCode = answer?.topics[0]?.partitions[0]?.errorCode;
    if (errorCode === 0) {
      this.world.trace("committed", this.#groupId, committedOffset);
      this.#acked = committedOffset;
      this.#unknown.delete(committedOffset);
    } else this.#refused(errorCode, "OffsetCommit");
  }

  async #look(): Promise<void> {
    const name = this.world.climate.topics[0]?.name ?? "";
    const answer = await this.client.call(offsetFetch, 7, {
      groupId: this.#groupId,
      topics: [{ name, partitionIndexes: [0] }],
      groups: [],
      requireStable: true,
    });
    const found = answer?.topics[0]?.partitions[0];
    if (answer?.errorCode !== 0 || found?.errorCode !== 0) {
      this.#refused(answer?.errorCode || found?.errorCode, "OffsetFetch");
      return;
    }
    const { committedOffset } = found;
    const isTrue = committedOffset === this.#acked || this.#unknown.has(committedOffset);
    const text = () => `${this.#groupId} has ${committedOffset}, and ${this.#acked} was committed`;
    must(isTrue, text);
    this.world.reads++;
  }

  #refused(code: number | undefined, call: string): void {
    if (code !== undefined) checkClusterError(this.world, code, call);
    this.#isKnown = false;
    this.moveOn();
  }
}
