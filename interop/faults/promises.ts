/** A record of a partition, by the number that its producer gave it: 0, 1, 2 ... */
export interface NumberedRecord {
  readonly offset: number;
  readonly sequence: number;
}

/**
 * A record that was acked. Its offset is null where the client wasn't told it: librdkafka takes a
 * batch whose ack was lost for acked when one behind it is.
 */
export interface AckedRecord {
  readonly offset: number | null;
  readonly sequence: number;
}

/**
 * What a log lacks of what was promised, in words; empty when it has all of it.
 *
 * `log` is one partition from its first offset on. `acked` has the offset that was acked for each
 * sequence, in any order, and was complete before the log was read. The producer sent the sequences
 * in order and gave none of them up, so the log must have them in order and without a gap, and once
 * unless `mayRepeat`: a producer that isn't idempotent sends again what it got no ack for.
 */
export function brokenPromises(
  log: readonly NumberedRecord[],
  acked: readonly AckedRecord[],
  mayRepeat: boolean,
): string[] {
  const broken: string[] = [];
  let next = 0;
  for (const [index, { offset, sequence }] of log.entries()) {
    if (offset !== index) broken.push(`offset ${offset} stands at place ${index}`);
    if (sequence === next) next++;
    else if (sequence > next) {
      broken.push(`${sequence} stands at offset ${offset} where ${next} was due`);
      next = sequence + 1;
    } else if (!mayRepeat) broken.push(`${sequence} stands at offset ${offset} again`);
  }
  for (const { offset, sequence } of acked) {
    if (offset === null) {
      if (sequence >= next) broken.push(`${sequence} was acked, and isn't there`);
      continue;
    }
    const found = log[offset];
    if (found?.sequence === sequence) continue;
    const instead = found === undefined ? "nothing" : String(found.sequence);
    broken.push(`${sequence} was acked at offset ${offset}, where ${instead} stands`);
  }
  return broken;
}
