import { must } from "../failure.ts";
import { isSame, type LogMirror, type MirroredBatch } from "./mirror.ts";

/** A batch below a leader's high watermark, with what else is known of how it got there. */
export interface Committed {
  readonly batch: MirroredBatch;
}

/** Throws unless a commit may be lost now. */
export type LossRule<C extends Committed> = (commit: C, name: string) => void;

/**
 * A log as its users know it: what was committed, in order, for ever. Only a failover takes
 * something away, and only what nobody had promised beyond it.
 */
export class Ledger<C extends Committed> {
  readonly name: string;
  readonly commits: C[] = [];
  /** How often something was lost, as it might: a surprise for producers. */
  losses = 0;
  readonly #lost = new Set<string>();
  /** Everything that was durable at a leader. */
  readonly #written = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  get endOffset(): number {
    return this.commits.at(-1)?.batch.endOffset ?? 0;
  }

  /** Whether these bytes were committed at `offset`, or are now. */
  wasCommitted(offset: number, crc: number): boolean {
    const commit = this.#at(offset);
    return commit?.batch.crc === crc || this.#lost.has(`${offset}:${crc}`);
  }

  /** Whether these bytes were durable at a leader's at `offset`. */
  wasWritten(offset: number, crc: number): boolean {
    return this.#written.has(`${offset}:${crc}`);
  }

  /** A leader has made more durable: notes what `copy` has behind `from`. */
  written(copy: LogMirror, from: number): void {
    for (let i = copy.countBefore(from); ; i++) {
      const batch = copy.batches[i];
      if (!batch || batch.endOffset > copy.durableOffset) break;
      this.#written.add(`${batch.offset}:${batch.crc}`);
    }
  }

  /** The leader with the highest epoch has committed a batch. */
  commit(commit: C): void {
    const { batch } = commit;
    const known = this.#at(batch.offset);
    const text = () => `${this.name}: ${batch.offset} is committed as another batch than before`;
    if (known) must(isSame(known.batch, batch), text);
    else {
      const end = this.endOffset;
      must(batch.offset === end, () => `${this.name}: ${batch.offset} is committed behind ${end}`);
      this.commits.push(commit);
    }
  }

  /** Whether this very batch is what was committed there. */
  has(batch: MirroredBatch): boolean {
    const known = this.#at(batch.offset);
    return known !== undefined && isSame(known.batch, batch);
  }

  /** A leader that has been replaced, and doesn't know, has committed what nobody else has. */
  doom(commit: C, mayLose: LossRule<C>): void {
    const { offset, crc } = commit.batch;
    if (this.#lost.has(`${offset}:${crc}`)) return;
    mayLose(commit, this.name);
    this.#lost.add(`${offset}:${crc}`);
    this.losses++;
  }

  /** Someone leads from now on with this copy: what it doesn't have is lost. */
  takeOver(copy: LogMirror | undefined, mayLose: LossRule<C>): void {
    const { commits } = this;
    const kept = commits.findIndex(({ batch }) => !isSame(batch, copy?.at(batch.offset)));
    if (kept < 0) return;
    for (const commit of commits.splice(kept)) this.doom(commit, mayLose);
  }

  #at(offset: number): C | undefined {
    let low = 0;
    let high = this.commits.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const commit = this.commits[middle];
      if (!commit) return undefined;
      if (commit.batch.offset === offset) return commit;
      if (commit.batch.offset < offset) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
