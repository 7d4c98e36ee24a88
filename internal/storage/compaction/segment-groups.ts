import { MAX_RELATIVE_OFFSET, type PartitionLog } from "../partition-log.ts";
import type { Segment } from "../segments/segment.ts";

/**
 * The segments of a log that begin before `endOffset`, neighbours together as long as they would
 * fit into one even if nothing went: so a log doesn't come to consist of many small segments.
 */
export function segmentGroups(log: PartitionLog, endOffset: number): Segment[][] {
  const groups: Segment[][] = [];
  let group: Segment[] = [];
  let sizeBytes = 0;
  for (const segment of log.segments) {
    if (segment.baseOffset >= endOffset) break;
    const [first] = group;
    const fits =
      first !== undefined &&
      sizeBytes + segment.sizeBytes <= log.segmentBytes &&
      segment.endOffset - first.baseOffset <= MAX_RELATIVE_OFFSET;
    if (!fits) {
      group = [];
      sizeBytes = 0;
      groups.push(group);
    }
    group.push(segment);
    sizeBytes += segment.sizeBytes;
  }
  return groups;
}
