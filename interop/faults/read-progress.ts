/** How far a partition's records have been read without a gap, by whomever. */
export interface ReadProgress {
  /** All below have been read. */
  readonly end: number;
  /** Takes note of records that were read, `[from, to)`; in any order, and more than once. */
  note(from: number, to: number): void;
}

/** Of a partition that nobody has read. */
export function readProgress(): ReadProgress {
  let end = 0;
  /** Beyond a gap: by where each begins, where it ends. */
  const ahead = new Map<number, number>();
  return {
    get end() {
      return end;
    },
    note(from, to) {
      ahead.set(from, Math.max(to, ahead.get(from) ?? 0));
      for (let isMoving = true; isMoving; ) {
        isMoving = false;
        for (const [start, stop] of ahead) {
          if (start > end) continue;
          ahead.delete(start);
          isMoving ||= stop > end;
          end = Math.max(end, stop);
        }
      }
    },
  };
}

/** What all members of a group have read, and what they were told to be committed. */
export interface GroupLedger {
  /** By partition. */
  readonly reads: ReadonlyMap<number, ReadProgress>;
  /** Each acked commit, `PARTITION:OFFSET`. */
  readonly ackedCommits: ReadonlySet<string>;
  /** Commits of what nobody had read by then, in words. */
  readonly skips: readonly string[];
  /** Takes note of `PARTITION:FROM-TO`. */
  noteRead(word: string): void;
  /** Takes note of `PARTITION:OFFSET`, after what was read before it. */
  noteCommit(word: string): void;
}

/** Of a group that has read nothing. */
export function groupLedger(): GroupLedger {
  const reads = new Map<number, ReadProgress>();
  const ackedCommits = new Set<string>();
  const skips: string[] = [];
  return {
    reads,
    ackedCommits,
    skips,
    noteRead(word) {
      const [, partition, from, to] = /^(\d+):(\d+)-(\d+)$/.exec(word) ?? [];
      const progress = reads.get(Number(partition)) ?? readProgress();
      progress.note(Number(from), Number(to));
      reads.set(Number(partition), progress);
    },
    noteCommit(word) {
      ackedCommits.add(word);
      const [, partition, offset] = /^(\d+):(\d+)$/.exec(word) ?? [];
      const end = reads.get(Number(partition))?.end ?? 0;
      if (Number(offset) <= end) return;
      skips.push(`partition ${partition}: ${offset} is committed, ${end} is read`);
    },
  };
}
