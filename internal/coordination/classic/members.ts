import type { JoinAnswer } from "../api.ts";
import type { MemoryBudget } from "../memory-budget.ts";
import { type Member, type MemberTerms, memberBytes } from "./member.ts";

/**
 * Who is in a group: its members by id and by instance id, the protocols they have in common, and
 * who of them waits to join the next generation.
 */
export class Members {
  readonly #budget: MemoryBudget;
  readonly #byId = new Map<string, Member>();
  readonly #staticIds = new Map<string, string>();
  /** How many members know each protocol. */
  readonly #protocols = new Map<string, number>();
  #joiningCount = 0;
  #sizeBytes = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** About the memory that all members take. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get joiningCount(): number {
    return this.#joiningCount;
  }

  /** In the order in which they came. */
  values(): Iterable<Member> {
    return this.#byId.values();
  }

  get(memberId: string): Member | undefined {
    return this.#byId.get(memberId);
  }

  /** The id of the member that has this instance id now. */
  staticMemberId(groupInstanceId: string): string | undefined {
    return this.#staticIds.get(groupInstanceId);
  }

  add(member: Member): void {
    const { memberId, groupInstanceId } = member;
    if (this.#byId.has(memberId)) throw new Error(`${memberId} is a member already`);
    this.#byId.set(memberId, member);
    if (groupInstanceId !== null) this.#staticIds.set(groupInstanceId, memberId);
    if (member.joining !== null) this.#joiningCount++;
    this.#count(member, 1);
  }

  /** Takes a member out, whose requests have been answered. */
  remove(member: Member): void {
    const { memberId, groupInstanceId } = member;
    if (!this.#byId.delete(memberId)) throw new Error(`${memberId} is no member`);
    if (member.joining !== null) throw new Error(`${memberId} waits for an answer`);
    const isHolder = groupInstanceId !== null && this.#staticIds.get(groupInstanceId) === memberId;
    if (isHolder) this.#staticIds.delete(groupInstanceId);
    this.#count(member, -1);
  }

  /** Puts the member's new terms in place of its old ones. */
  update(member: Member, terms: MemberTerms): void {
    this.#count(member, -1);
    member.terms = terms;
    this.#count(member, 1);
  }

  assign(member: Member, assignment: Uint8Array): void {
    this.#resize(assignment.length - member.assignment.length);
    member.assignment = assignment;
  }

  /**
   * The member waits for the next generation; a join of it that still waits is told to try again:
   * its client has given that one up.
   */
  awaitJoin(member: Member, joining: (answer: JoinAnswer) => void): void {
    const before = member.joining;
    if (before === null) this.#joiningCount++;
    member.joining = joining;
    before?.({ error: "rebalance-in-progress", memberId: member.memberId });
  }

  /** Answers the member's join if one waits. While it did, its session could not end. */
  answerJoin(member: Member, answer: JoinAnswer): void {
    const { joining } = member;
    if (joining === null) return;
    member.joining = null;
    this.#joiningCount--;
    joining(answer);
    member.session.postpone(member.terms.sessionTimeoutMs);
  }

  /** Whether one of the protocols is known to all members. */
  shareOneOf(names: Iterable<string>): boolean {
    for (const name of names) if (this.#isShared(name)) return true;
    return false;
  }

  /**
   * The protocol for the next generation: each member votes for the best, in its eyes, of those
   * that all know. Of equals, the one that was voted for first.
   */
  electProtocol(): string {
    const votes = new Map<string, number>();
    for (const { terms } of this.#byId.values()) {
      const vote = terms.protocols.find(({ name }) => this.#isShared(name))?.name;
      if (vote === undefined) throw new Error("the members have no protocol in common");
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    const [first, ...others] = votes;
    if (first === undefined) throw new Error("nobody is there to vote");
    return others.reduce((best, other) => (other[1] > best[1] ? other : best), first)[0];
  }

  /** The longest that one of them may take to join. */
  get rebalanceTimeoutMs(): number {
    let longestMs = 0;
    for (const { terms } of this.#byId.values()) {
      longestMs = Math.max(longestMs, terms.rebalanceTimeoutMs);
    }
    return longestMs;
  }

  #isShared(name: string): boolean {
    return (this.#protocols.get(name) ?? 0) === this.#byId.size;
  }

  #count(member: Member, sign: 1 | -1): void {
    this.#resize(sign * memberBytes(member));
    for (const { name } of member.terms.protocols) {
      const count = (this.#protocols.get(name) ?? 0) + sign;
      if (count === 0) this.#protocols.delete(name);
      else this.#protocols.set(name, count);
    }
  }

  #resize(bytes: number): void {
    this.#sizeBytes += bytes;
    this.#budget.add(bytes);
  }
}
