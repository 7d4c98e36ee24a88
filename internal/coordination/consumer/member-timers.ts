import type { Deadline, Deadlines } from "../deadlines.ts";
import type { MemoryBudget } from "../memory-budget.ts";
import type { GroupSettings } from "../settings.ts";
import type { ConsumerGroup, ConsumerMember, ConsumerTerms, Holding } from "./group-state.ts";
import { countOf } from "./partitions.ts";

/** About what a member takes besides what it brings. */
const MEMBER_BYTES = 2048;
const PARTITION_BYTES = 8;

/** How soon what could not be saved is tried again. */
const RETRY_MS = 1000;

interface TimersContext {
  readonly deadlines: Deadlines;
  readonly budget: MemoryBudget;
  readonly settings: GroupSettings;
}

/** What is known of a member besides its state. */
interface Watched {
  sizeBytes: number;
  terms: ConsumerTerms;
  /** When it is taken for dead. */
  readonly session: Deadline;
  /** Until when it has to have made its next step; null if none is waited for. */
  patience: Deadline | null;
  /** What it is waited for to give up. */
  revokingFrom: Holding | null;
  isOver: boolean;
}

/**
 * Who of a group's members is waited for, and how long: for a sign of life; for partitions to be
 * given up; of a member of the classic protocol, for its next join or sync.
 */
export class MemberTimers {
  readonly #context: TimersContext;
  readonly #expire: (memberId: string) => void;
  readonly #watched = new Map<string, Watched>();

  constructor(context: TimersContext, expire: (memberId: string) => void) {
    this.#context = context;
    this.#expire = expire;
  }

  /** A sign of life: the session begins anew. */
  renew(memberId: string): void {
    const watched = this.#watched.get(memberId);
    watched?.session.postpone(this.#sessionMs(watched.terms));
  }

  /** The member has so long for its next step, unless it is waited for already. */
  await(memberId: string, timeoutMs: number): void {
    const watched = this.#watched.get(memberId);
    if (watched) watched.patience ??= this.#after(memberId, watched, timeoutMs);
  }

  /** The member has made its step. */
  done(memberId: string): void {
    const watched = this.#watched.get(memberId);
    watched?.patience?.cancel();
    if (watched) watched.patience = null;
  }

  /** Whether a member's time is over. */
  isOver(memberId: string): boolean {
    return this.#watched.get(memberId)?.isOver ?? false;
  }

  tryAgain(memberId: string): void {
    const watched = this.#watched.get(memberId);
    if (watched) watched.patience = this.#after(memberId, watched, RETRY_MS);
  }

  /** The group has gone from one state to the next. */
  follow(before: ConsumerGroup, now: ConsumerGroup): void {
    for (const memberId of before.members.keys()) {
      if (!now.members.has(memberId)) this.#forget(memberId);
    }
    for (const [memberId, member] of now.members) {
      if (before.members.get(memberId) !== member) this.#watch(memberId, member);
    }
  }

  #watch(memberId: string, member: ConsumerMember): void {
    const watched = this.#watched.get(memberId) ?? this.#begin(memberId, member.terms);
    watched.terms = member.terms;
    const sizeBytes = sizeOf(memberId, member);
    this.#context.budget.add(sizeBytes - watched.sizeBytes);
    watched.sizeBytes = sizeBytes;
    const { holding, terms } = member;
    if (terms.classic !== null || watched.revokingFrom === holding) return;
    if (holding.state === "unrevoked") {
      watched.revokingFrom = holding;
      this.done(memberId);
      this.await(memberId, terms.rebalanceTimeoutMs);
    } else {
      watched.revokingFrom = null;
      this.done(memberId);
    }
  }

  #begin(memberId: string, terms: ConsumerTerms): Watched {
    const session = this.#context.deadlines.after(this.#sessionMs(terms), () => {
      watched.isOver = true;
      this.#expire(memberId);
    });
    const watched: Watched = {
      sizeBytes: 0,
      terms,
      session,
      patience: null,
      revokingFrom: null,
      isOver: false,
    };
    this.#watched.set(memberId, watched);
    return watched;
  }

  #after(memberId: string, watched: Watched, timeoutMs: number): Deadline {
    return this.#context.deadlines.after(timeoutMs, () => {
      watched.isOver = true;
      this.#expire(memberId);
    });
  }

  #forget(memberId: string): void {
    const watched = this.#watched.get(memberId);
    if (watched === undefined) return;
    watched.session.cancel();
    watched.patience?.cancel();
    this.#context.budget.add(-watched.sizeBytes);
    this.#watched.delete(memberId);
  }

  #sessionMs({ classic }: ConsumerTerms): number {
    return classic?.sessionTimeoutMs ?? this.#context.settings.consumerSessionTimeoutMs;
  }
}

function sizeOf(memberId: string, { terms, target, holding }: ConsumerMember): number {
  const { clientId, topics, topicRegex, classic } = terms;
  const texts = [memberId, clientId, topicRegex ?? "", ...topics];
  const textBytes = texts.reduce((sum, text) => sum + 2 * text.length, 0);
  const protocols = classic?.protocols ?? [];
  const protocolBytes = protocols.reduce((sum, { metadata }) => sum + metadata.length, 0);
  const partitions = countOf(target) + countOf(holding.assigned) + countOf(holding.revoking);
  return MEMBER_BYTES + textBytes + protocolBytes + PARTITION_BYTES * partitions;
}
