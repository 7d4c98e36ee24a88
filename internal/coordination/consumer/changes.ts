import {
  type ConsumerGroup,
  type ConsumerMember,
  type ConsumerTerms,
  type Holding,
  NEW_GROUP,
  NOTHING_HELD,
} from "./group-state.ts";
import { NO_PARTITIONS, type Partitions } from "./partitions.ts";

/** What the log tells of groups of the consumer protocol; null: it is gone. */
export type ConsumerChange = { readonly groupId: string } & (
  | {
      readonly kind: "consumer-group";
      readonly saved: Pick<ConsumerGroup, "epoch" | "topicsHash"> | null;
    }
  | { readonly kind: "consumer-assignment"; readonly assignmentEpoch: number | null }
  | ({ readonly memberId: string } & (
      | { readonly kind: "consumer-member"; readonly terms: ConsumerTerms | null }
      | { readonly kind: "consumer-target"; readonly target: Partitions | null }
      | { readonly kind: "consumer-holding"; readonly holding: Holding | null }
    ))
);

/** What tells of the way from one state of a group to another; null: there is no such group. */
export function* changesBetween(
  groupId: string,
  before: ConsumerGroup | null,
  after: ConsumerGroup | null,
): Generator<ConsumerChange> {
  for (const memberId of before?.members.keys() ?? []) {
    if (!after?.members.has(memberId)) yield* memberChanges(groupId, memberId, null, null);
  }
  for (const [memberId, member] of after?.members ?? []) {
    yield* memberChanges(groupId, memberId, before?.members.get(memberId) ?? null, member);
  }
  if (before?.epoch !== after?.epoch || before?.topicsHash !== after?.topicsHash) {
    yield { kind: "consumer-group", groupId, saved: after };
  }
  if (before?.assignmentEpoch !== after?.assignmentEpoch) {
    const assignmentEpoch = after?.assignmentEpoch ?? null;
    yield { kind: "consumer-assignment", groupId, assignmentEpoch };
  }
}

/** A member that is gone gives up first what it holds, so that no part of the way is two owners. */
function* memberChanges(
  groupId: string,
  memberId: string,
  before: ConsumerMember | null,
  after: ConsumerMember | null,
): Generator<ConsumerChange> {
  const place = { groupId, memberId };
  if (after === null) {
    yield { kind: "consumer-holding", ...place, holding: null };
    yield { kind: "consumer-target", ...place, target: null };
    yield { kind: "consumer-member", ...place, terms: null };
    return;
  }
  const { terms, target, holding } = after;
  if (before?.terms !== terms) yield { kind: "consumer-member", ...place, terms };
  if (before?.target !== target) yield { kind: "consumer-target", ...place, target };
  if (before?.holding !== holding) yield { kind: "consumer-holding", ...place, holding };
}

/** A group while its log is read; what is known of a member may come in any order. */
interface Draft {
  saved: Pick<ConsumerGroup, "epoch" | "topicsHash"> | null;
  assignmentEpoch: number;
  readonly members: Map<string, DraftMember>;
}

interface DraftMember {
  terms: ConsumerTerms | null;
  target: Partitions;
  holding: Holding;
}

/** The groups of the consumer protocol that a log tells of, as far as it was read. */
export class ConsumerReplay {
  readonly #drafts = new Map<string, Draft>();

  apply(change: ConsumerChange): void {
    const { groupId } = change;
    const draft = this.#drafts.get(groupId) ?? newDraft();
    this.#drafts.set(groupId, draft);
    if (change.kind === "consumer-group") draft.saved = change.saved;
    else if (change.kind === "consumer-assignment") {
      draft.assignmentEpoch = change.assignmentEpoch ?? NEW_GROUP.assignmentEpoch;
    } else {
      const member = draft.members.get(change.memberId) ?? newMember();
      draft.members.set(change.memberId, member);
      if (change.kind === "consumer-member") member.terms = change.terms;
      else if (change.kind === "consumer-target") member.target = change.target ?? NO_PARTITIONS;
      else member.holding = change.holding ?? NOTHING_HELD;
      if (isNobody(member)) draft.members.delete(change.memberId);
    }
    if (isNothing(draft)) this.#drafts.delete(groupId);
  }

  /** The group, if it is there now. */
  group(groupId: string): ConsumerGroup | null {
    const draft = this.#drafts.get(groupId);
    if (!draft || draft.saved === null) return null;
    const members = new Map<string, ConsumerMember>();
    for (const [memberId, { terms, target, holding }] of draft.members) {
      if (terms !== null) members.set(memberId, { terms, target, holding });
    }
    const { epoch, topicsHash } = draft.saved;
    return { epoch, topicsHash, assignmentEpoch: draft.assignmentEpoch, members };
  }

  /** The ids of all groups that are there now, and of some that aren't. */
  groupIds(): Iterable<string> {
    return this.#drafts.keys();
  }
}

/** Whether all that was told of a group has been taken back: nothing is kept of it then. */
function isNothing({ saved, assignmentEpoch, members }: Draft): boolean {
  const isAssigned = assignmentEpoch !== NEW_GROUP.assignmentEpoch;
  return saved === null && !isAssigned && members.size === 0;
}

function isNobody({ terms, target, holding }: DraftMember): boolean {
  return terms === null && target === NO_PARTITIONS && holding === NOTHING_HELD;
}

function newDraft(): Draft {
  return { saved: null, assignmentEpoch: NEW_GROUP.assignmentEpoch, members: new Map() };
}

function newMember(): DraftMember {
  return { terms: null, target: NO_PARTITIONS, holding: NOTHING_HELD };
}
