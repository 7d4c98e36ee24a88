import type { JoinAnswer, MemberProtocol, SyncAnswer } from "../api.ts";
import type { Deadline } from "../deadlines.ts";

/** What a member says of itself when it joins. */
export interface MemberTerms {
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
}

/** A member of a classic group. */
export interface Member {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  terms: MemberTerms;
  assignment: Uint8Array;
  /** Whether it hasn't been in a generation yet: then only its first join may be late. */
  isNew: boolean;
  /** When it is taken for dead. */
  readonly session: Deadline;
  /** Answers the join that waits for the generation; null while none does. */
  joining: ((answer: JoinAnswer) => void) | null;
  /** Answers the sync that waits for the assignment. */
  syncing: ((answer: SyncAnswer) => void) | null;
}

/** No assignment, and no metadata. */
export const NOTHING = new Uint8Array(0);

/** About how much memory a member takes besides what it brings (measured with 10,000). */
const MEMBER_BYTES = 4096;

/** About how much memory a member takes. */
export function memberBytes({ memberId, terms, assignment }: Member): number {
  const textLength = memberId.length + terms.clientId.length;
  return MEMBER_BYTES + 2 * textLength + protocolsBytes(terms.protocols) + assignment.length;
}

/** About how much memory a member's protocols take. */
export function protocolsBytes(protocols: readonly MemberProtocol[]): number {
  return protocols.reduce((sum, { name, metadata }) => sum + 2 * name.length + metadata.length, 0);
}

/** What the member wants, in the words of the protocol `name`. */
export function metadataOf({ terms }: Member, name: string | null): Uint8Array {
  return terms.protocols.find((protocol) => protocol.name === name)?.metadata ?? NOTHING;
}

/** Whether a member offers the same protocols as before, in the same order. */
export function sameProtocols(
  before: readonly MemberProtocol[],
  now: readonly MemberProtocol[],
): boolean {
  if (before.length !== now.length) return false;
  return before.every(({ name, metadata }, i) => {
    const other = now[i];
    return other !== undefined && other.name === name && sameBytes(other.metadata, metadata);
  });
}

/** Answers the member's sync if one waits. While it did, its session could not end. */
export function answerSync(member: Member, answer: SyncAnswer): void {
  const { syncing } = member;
  if (syncing === null) return;
  member.syncing = null;
  syncing(answer);
  member.session.postpone(member.terms.sessionTimeoutMs);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
