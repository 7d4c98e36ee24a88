import type { GroupChange, SavedGroup } from "../../internal/coordination/changes.ts";
import { assignedPartitions } from "../../internal/coordination/consumer-protocol.ts";
import { decodeChange } from "../../internal/coordination/records.ts";
import { output } from "../command.ts";
import { executable } from "../weir.ts";

/**
 * What a broker has kept of its groups, or of those in one partition of their topic: every change
 * that compaction has left, in order.
 */
export async function readGroupLog(broker: string, partition?: number): Promise<GroupChange[]> {
  const only = partition === undefined ? [] : ["-p", String(partition)];
  const options = [...only, "-o", "ndjson", "-b", broker];
  const consume = [executable, "consume", "__consumer_offsets", ...options];
  const text = await output(consume);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const record = JSON.parse(line);
      const key = bytesOf(record.key, record.key_encoding) ?? new Uint8Array(0);
      const change = decodeChange(key, bytesOf(record.value, record.value_encoding));
      if (typeof change === "string") throw new Error(`offset ${record.offset} is ${change}`);
      return change;
    });
}

function bytesOf(text: string | null, encoding: string | undefined): Uint8Array | null {
  if (text === null) return null;
  return new Uint8Array(Buffer.from(text, encoding === "base64" ? "base64" : "utf8"));
}

/**
 * Where a group's log tells of what must never be, in words. `ackedCommits` has `PARTITION:OFFSET`
 * of each commit that a member was told to be kept; the log must be one that nothing has compacted.
 */
export function brokenGroupPromises(
  changes: readonly GroupChange[],
  groupId: string,
  ackedCommits: ReadonlySet<string>,
): string[] {
  const broken: string[] = [];
  const missing = new Set(ackedCommits);
  const offsets = new Map<number, number>();
  let generation = -1;
  for (const change of changes) {
    if (change.groupId !== groupId) continue;
    if (change.kind === "offset") {
      const before = offsets.get(change.partition) ?? -1;
      const now = change.committed?.offset ?? -1;
      const place = `the offset of partition ${change.partition}`;
      if (now < before) broken.push(`${place} went back from ${before} to ${now}`);
      offsets.set(change.partition, now);
      missing.delete(`${change.partition}:${now}`);
    } else if (change.kind === "group" && change.saved !== null) {
      const now = change.saved.generation;
      if (now < generation) broken.push(`generation ${now} came behind ${generation}`);
      generation = now;
      broken.push(...brokenAssignment(change.saved));
    }
  }
  broken.push(...[...missing].map((commit) => `the acked commit ${commit} is gone`));
  return broken;
}

/** No partition has two owners. */
function brokenAssignment({ generation, members }: SavedGroup): string[] {
  const owned = members.flatMap(({ assignment }) =>
    assignedPartitions(assignment).flatMap(({ partitions }) => partitions),
  );
  const distinct = new Set(owned);
  const where = `in generation ${generation}`;
  if (distinct.size < owned.length) return [`partitions have two owners ${where}`];
  return [];
}
