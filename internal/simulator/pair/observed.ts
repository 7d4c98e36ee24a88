import { isSame, type LogMirror, type MirroredBatch } from "../shared/mirror.ts";
import type { Member, MemberLife } from "./member.ts";

/** What is known of one broker's copy of a log. */
export interface Copy {
  readonly mirror: LogMirror;
  highWatermark: number;
  /** Whether what the last process left has been held against what this one found. */
  isNew: boolean;
}

/** What is known of one broker. */
export interface Observed {
  readonly member: Member;
  life: MemberLife | null;
  wasMaster: boolean;
  /** Whether it has begun to lead in this very event: with the high watermark that it had. */
  hasBegun: boolean;
  epoch: number;
  copies: Map<string, Copy>;
  /** What was on its last disk, which is lost: what it said of that may still be under way. */
  lost: Map<string, Copy>;
}

/** Who led under an epoch: one process, once. */
export interface Leadership {
  readonly member: Member;
  readonly life: MemberLife;
}

/** Whether a broker has made a batch durable, or had, and lost its disk before it said so. */
export function saysToHave(
  { member, copies, lost }: Observed,
  key: string,
  batch: MirroredBatch,
): boolean {
  const has = (copy: Copy | undefined) =>
    copy !== undefined &&
    batch.endOffset <= copy.mirror.durableOffset &&
    isSame(batch, copy.mirror.at(batch.offset));
  return has(copies.get(key)) || (member.isNew && has(lost.get(key)));
}
