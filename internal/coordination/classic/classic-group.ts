import type { Clock } from "../../platform/clock.ts";
import type { Random } from "../../platform/random.ts";
import type { ClassicState } from "../api.ts";
import type { GroupChange } from "../changes.ts";
import { CONSUMER_PROTOCOL } from "../consumer-protocol.ts";
import type { Deadline, Deadlines } from "../deadlines.ts";
import type { GroupErrorCode } from "../errors.ts";
import { ENTRY_BYTES, type MemoryBudget } from "../memory-budget.ts";
import type { GroupSettings } from "../settings.ts";
import type { Member } from "./member.ts";
import { Members } from "./members.ts";

/** What groups stand on. */
export interface GroupContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: GroupSettings;
  readonly deadlines: Deadlines;
  readonly budget: MemoryBudget;
  /** Told of each change from now on, when it is durable; not of those that were before. */
  readonly applied?: ((change: GroupChange) => void) | undefined;
  /** Makes a group durable with these assignments, by member id; rejects with `StorageError`. */
  saveGroup(group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

/** From which states a group can come to each. */
const PREVIOUS: Readonly<Record<ClassicState, readonly ClassicState[]>> = {
  Empty: ["PreparingRebalance"],
  PreparingRebalance: ["Empty", "CompletingRebalance", "Stable"],
  CompletingRebalance: ["PreparingRebalance"],
  Stable: ["CompletingRebalance"],
  Dead: ["Empty"],
};

/**
 * A group of the classic protocol: its members choose a leader among them that assigns partitions.
 * What happens in it is in `join.ts`, `rebalance.ts`, `sync.ts` and `session.ts`.
 *
 *     Empty ──join──> PreparingRebalance ──all have joined──> CompletingRebalance ──┐
 *       ^                 │   ^      ^                                │             │ the leader
 *       └──nobody is left─┘   │      └──a member comes, goes or ──────┘             │ has assigned
 *                             │         changes                                     v
 *                             └──────────────────────────────────────────────── Stable
 */
export class ClassicGroup {
  readonly groupId: string;
  readonly context: GroupContext;
  readonly members: Members;
  /** Members of this generation that haven't asked for their assignment yet. */
  readonly unsynced = new Set<Member>();
  generation = 0;
  /** null until the first member has come: the group only has offsets then. */
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** The topics that the members read; null if the group's protocol doesn't tell. */
  subscribedTopics: ReadonlySet<string> | null = null;
  /** When it came into its state, wall-clock time. */
  stateSinceMs: number;
  /** Whether the rebalance is a new group's first, which waits for more members. */
  isInitialRebalance = false;
  /** Whether a member has come since that wait was last looked at. */
  hasNewMember = false;
  /** Whether the leader's assignments are being saved. */
  isAssigning = false;
  /** Members that were given an id and haven't come back with it yet: until when they may. */
  readonly #pending = new Map<string, Deadline>();
  #state: ClassicState = "Empty";
  #phase: Deadline | null = null;

  constructor(groupId: string, context: GroupContext) {
    this.groupId = groupId;
    this.context = context;
    this.members = new Members(context.budget);
    this.stateSinceMs = context.clock.nowMs();
  }

  get state(): ClassicState {
    return this.#state;
  }

  /** Takes over a state that was saved. */
  restore(state: "Empty" | "Stable", sinceMs: number): void {
    this.#state = state;
    this.stateSinceMs = sinceMs;
  }

  moveTo(state: ClassicState): void {
    if (!PREVIOUS[state].includes(this.#state)) {
      throw new Error(`group ${this.groupId} can't go from ${this.#state} to ${state}`);
    }
    this.#state = state;
    this.stateSinceMs = this.context.clock.nowMs();
    this.isAssigning = false;
  }

  /** A deletion could not be made durable: the group is there as before. */
  revive(): void {
    this.#state = "Empty";
  }

  /** Ends the wait for joins or syncs with `work` after `delayMs`; any wait before is over. */
  limitPhase(delayMs: number, work: () => void): void {
    this.endPhase();
    this.#phase = this.context.deadlines.after(delayMs, work);
  }

  /** Nothing is waited for. */
  endPhase(): void {
    this.#phase?.cancel();
    this.#phase = null;
  }

  get hasAllJoined(): boolean {
    return this.members.joiningCount === this.members.size && this.#pending.size === 0;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  isPending(memberId: string): boolean {
    return this.#pending.has(memberId);
  }

  /** Somebody was given this id, and may come back with it until the deadline. */
  addPending(memberId: string, deadline: Deadline): void {
    this.#pending.set(memberId, deadline);
    this.context.budget.add(ENTRY_BYTES);
  }

  /** The ids of those who may come back. */
  pendingIds(): Iterable<string> {
    return this.#pending.keys();
  }

  /** Nobody is waited for under this id any more; false if nobody was. */
  removePending(memberId: string): boolean {
    const deadline = this.#pending.get(memberId);
    if (deadline === undefined) return false;
    deadline.cancel();
    this.#pending.delete(memberId);
    this.context.budget.add(-ENTRY_BYTES);
    return true;
  }

  /** Whether a member that knows these protocols fits in. */
  supports(protocolType: string, names: readonly string[]): boolean {
    if (names.length === 0 || protocolType === "") return false;
    if (this.#state === "Empty") return true;
    return protocolType === this.protocolType && this.members.shareOneOf(names);
  }

  /** Why a request in the name of a member is refused; null if it is the member's. */
  checkMember(memberId: string, groupInstanceId: string | null): GroupErrorCode | null {
    if (groupInstanceId !== null) {
      const holder = this.members.staticMemberId(groupInstanceId);
      if (holder === undefined) return "unknown-member-id";
      if (holder !== memberId) return "fenced-instance-id";
    }
    return this.members.get(memberId) === undefined ? "unknown-member-id" : null;
  }

  /** Whether the members read the topic; unknown counts as yes for consumers. */
  isSubscribedTo(topic: string): boolean {
    return this.subscribedTopics?.has(topic) ?? this.protocolType === CONSUMER_PROTOCOL;
  }
}
