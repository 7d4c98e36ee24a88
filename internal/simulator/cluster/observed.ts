import type { PartitionLog } from "../../storage/partition-log.ts";
import { must } from "../failure.ts";
import type { Committed } from "../shared/ledger.ts";
import { isSame, type LogMirror, type MirroredBatch } from "../shared/mirror.ts";
import type { Member, MemberLife } from "./member.ts";

/** What is known of one broker's copy of a log. */
export interface Copy {
  readonly mirror: LogMirror;
  highWatermark: number;
  /** Whether what the last process left has been held against what this one found. */
  isNew: boolean;
  /** The epoch in which the log is led here, or was before this event; -1: it isn't. */
  ledIn: number;
  hasResigned: boolean;
}

/** What is known of one broker. */
export interface Observed {
  readonly member: Member;
  life: MemberLife | null;
  copies: Map<string, Copy>;
}

/** Who led a partition under an epoch: one process, once. */
export interface Leadership {
  readonly observed: Observed;
  readonly life: MemberLife;
  readonly epoch: number;
}

/** A batch below a leader's high watermark. */
export interface Commit extends Committed {
  readonly epoch: number;
}

/** What stands for the partition of a log: its topic's id, and its number. */
export function partitionOf({
  name,
  incarnation,
}: Pick<PartitionLog, "name" | "incarnation">): string {
  return `${incarnation}/${name.slice(name.lastIndexOf("-") + 1)}`;
}

/** Whether a broker has made a batch durable. */
export function has(copy: Copy | undefined, batch: MirroredBatch): boolean {
  if (!copy || batch.endOffset > copy.mirror.durableOffset) return false;
  return isSame(batch, copy.mirror.at(batch.offset));
}

/** What was durable on a disk is there after a restart. */
export function checkRecovered(
  member: Member,
  name: string,
  before: LogMirror,
  found: LogMirror,
): void {
  for (const batch of before.batches) {
    const text = () => `${member.name}: ${name} has lost ${batch.offset}, which was durable`;
    must(isSame(batch, found.at(batch.offset)), text);
  }
}
