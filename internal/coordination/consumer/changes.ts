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

/** The groups of the consumer protocol that a log tells of. */
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
    }
  }

  /** The groups that are there in the end. */
  *groups(): Generator<readonly [groupId: string, group: ConsumerGroup]> {
    for (const [groupId, { saved, assignmentEpoch, members: drafts }] of this.#drafts) {
      if (saved === null) continue;
      const members = new Map<string, ConsumerMember>();
      for (const [memberId, { terms, target, holding }] of drafts) {
        if (terms !== null) members.set(memberId, { terms, target, holding });
      }
      const { epoch, topicsHash } = saved;
      yield [groupId, { epoch, topicsHash, assignmentEpoch, members }];
    }
  }
}

function newDraft(): Draft {
  return { saved: null, assignmentEpoch: NEW_GROUP.assignmentEpoch, members: new Map() };
}

function newMember(): DraftMember {
  return { terms: null, target: NO_PARTITIONS, holding: NOTHING_HELD };
}
