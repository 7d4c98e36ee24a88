/** A consumer as its client library drives it, one step at a time, for the test of churn. */
import type { JoinAnswer, SyncAnswer } from "./api.ts";
import type { GroupErrorCode } from "./errors.ts";
import {
  claimOf,
  commitOf,
  type Fixture,
  type Joined,
  joinOf,
  offsetOf,
} from "./fixture.testing.ts";

export const PARTITIONS = 8;

/** What the test looks at: told of everything that coordinators have granted. */
export interface Witness {
  /** A member has these partitions in a generation. */
  assigned(generation: number, owner: string, partitions: Uint8Array): void;
  /** A commit is under way; returns what is to be called when it is acked. */
  committing(partition: number, offset: number): () => void;
}

/** A consumer of the group `g`; a step does the next thing that its library would do. */
export class TestConsumer {
  readonly name: string;
  readonly #witness: Witness;
  readonly #groupInstanceId: string | null;
  #memberId = "";
  /** Set while it is in a generation; `partitions` once it has its assignment. */
  #joined: Joined | null = null;
  #partitions: Uint8Array | null = null;
  /** An answer is awaited: a client has one of these requests under way. */
  #isWaiting = false;
  /** Answers to what was asked before a restart of either side are nobody's. */
  #life = 0;

  constructor(name: string, isStatic: boolean, witness: Witness) {
    this.name = name;
    this.#witness = witness;
    this.#groupInstanceId = isStatic ? name : null;
  }

  get isWorking(): boolean {
    return this.#partitions !== null;
  }

  step(fixture: Fixture, nextOffset: () => number): void {
    if (this.#isWaiting) return;
    if (this.#joined === null) this.#join(fixture);
    else if (this.#partitions === null) this.#sync(fixture, this.#joined);
    else this.#work(fixture, this.#joined, this.#partitions, nextOffset);
  }

  /** The connection is gone: what was under way is never answered. */
  disconnect(): void {
    this.#life++;
    this.#isWaiting = false;
  }

  /** The process is gone, and a new one knows nothing. */
  restart(): void {
    this.disconnect();
    this.#forget();
  }

  leave({ coordinator }: Fixture): void {
    const groupInstanceId = this.#groupInstanceId;
    coordinator.leaveGroup({
      groupId: "g",
      members: [{ memberId: this.#memberId, groupInstanceId }],
    });
    this.restart();
  }

  #join({ coordinator }: Fixture): void {
    const groupInstanceId = this.#groupInstanceId;
    const request = joinOf({
      memberId: this.#memberId,
      groupInstanceId,
      clientId: this.name,
      memberIdRequired: true,
      sessionTimeoutMs: 6000,
      rebalanceTimeoutMs: 8000,
    });
    this.#await(coordinator.joinGroup(request), (answer: JoinAnswer) => {
      if (answer.error === null) {
        this.#memberId = answer.memberId;
        this.#joined = answer;
      } else if (answer.error === "member-id-required") this.#memberId = answer.memberId;
      else this.#failed(answer.error);
    });
  }

  /** A leader deals out the partitions, one after the other. */
  #sync({ coordinator }: Fixture, joined: Joined): void {
    const assignments = joined.members.map(({ memberId }, index, { length }) => ({
      memberId,
      assignment: Uint8Array.from(partitionsOf(index, length)),
    }));
    const protocol = { protocolType: "consumer", protocolName: joined.protocolName };
    const request = {
      ...claimOf(joined, this.#groupInstanceId),
      ...protocol,
      assignments: joined.skipAssignment ? [] : assignments,
    };
    this.#await(coordinator.syncGroup(request), (answer: SyncAnswer) => {
      if (answer.error !== null) return this.#failed(answer.error);
      this.#partitions = answer.assignment;
      const owner = this.#groupInstanceId ?? joined.memberId;
      this.#witness.assigned(joined.generation, owner, answer.assignment);
    });
  }

  #work(
    { coordinator }: Fixture,
    joined: Joined,
    partitions: Uint8Array,
    nextOffset: () => number,
  ): void {
    const claim = claimOf(joined, this.#groupInstanceId);
    const error = coordinator.heartbeat(claim);
    if (error !== null) this.#failed(error);
    const [partition] = partitions;
    if (error !== null || partition === undefined) return;
    const offset = nextOffset();
    const acked = this.#witness.committing(partition, offset);
    const topics = [{ topic: "orders", partitions: [offsetOf(partition, offset)] }];
    this.#await(coordinator.commitOffsets(commitOf(0, { ...claim, topics })), ([topic]) => {
      const refusal = topic?.partitions[0]?.error ?? null;
      if (refusal === null) acked();
      else this.#failed(refusal);
    });
  }

  #await<T>(answer: Promise<T>, take: (answer: T) => void): void {
    const life = this.#life;
    this.#isWaiting = true;
    answer.then((value) => {
      if (life !== this.#life) return;
      this.#isWaiting = false;
      take(value);
    });
  }

  #failed(error: GroupErrorCode): void {
    this.#joined = null;
    this.#partitions = null;
    const isStranger = error === "unknown-member-id" || error === "fenced-instance-id";
    if (isStranger) this.#memberId = "";
  }

  #forget(): void {
    this.#memberId = "";
    this.#joined = null;
    this.#partitions = null;
  }
}

function partitionsOf(index: number, memberCount: number): number[] {
  const partitions: number[] = [];
  for (let each = index; each < PARTITIONS; each += memberCount) partitions.push(each);
  return partitions;
}
