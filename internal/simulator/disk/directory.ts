import type { SimulatedRandom } from "../random.ts";
import { FileContent } from "./file-content.ts";

/** What a name stands for. */
export type Entry = FileContent | Directory;

/** What one operation made of some names, null being nothing: it happens as a whole. */
export type NameChange = ReadonlyMap<string, Entry | null>;

/** How what a crash left of an entry is found, the same for all its names. */
export type AfterCrash = (entry: Entry) => Entry;

/**
 * A folder's names: as processes see them, and as they would be after a power loss.
 *
 * In between are the changes that no sync has covered: after a power loss the first few of them
 * are there, in the order in which they were made.
 */
export class Directory {
  #entries = new Map<string, Entry>();
  #durable = new Map<string, Entry>();
  #unsynced: NameChange[] = [];
  /** How many changes have become durable since the folder was made. */
  #durableChanges = 0;

  /** The names that processes see, and what they stand for. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }

  /** How many names are not durable yet. */
  get unsyncedChanges(): number {
    return this.#unsynced.length;
  }

  change(change: NameChange): void {
    apply(this.#entries, change);
    this.#unsynced.push(change);
  }

  /** Where a sync that begins now comes to; for `endSync`. */
  beginSync(): number {
    return this.#durableChanges + this.#unsynced.length;
  }

  /** All changes before `sync` are durable. */
  endSync(sync: number): void {
    while (this.#durableChanges < sync) {
      const change = this.#unsynced.shift();
      if (change) apply(this.#durable, change);
      this.#durableChanges++;
    }
  }

  /** The folder as the next process finds it. */
  afterKill(after: AfterCrash): Directory {
    const next = new Directory();
    next.#entries = mapped(this.#entries, after);
    next.#durable = mapped(this.#durable, after);
    next.#unsynced = this.#unsynced.map(
      (change) => new Map([...change].map(([name, entry]) => [name, entry && after(entry)])),
    );
    next.#durableChanges = this.#durableChanges;
    return next;
  }

  /** The folder after the power has gone. */
  afterPowerLoss(random: SimulatedRandom, after: AfterCrash): Directory {
    const next = new Directory();
    const left = new Map(this.#durable);
    const kept = random.between(0, this.#unsynced.length);
    for (const change of this.#unsynced.slice(0, kept)) apply(left, change);
    next.#entries = mapped(left, after);
    next.#durable = new Map(next.#entries);
    return next;
  }
}

/** All files in and below a folder, with their paths. */
export function* filesBelow(
  directory: Directory,
  path: string,
): Generator<readonly [string, FileContent]> {
  for (const [name, entry] of directory.entries) {
    if (entry instanceof FileContent) yield [`${path}/${name}`, entry];
    else yield* filesBelow(entry, `${path}/${name}`);
  }
}

function apply(names: Map<string, Entry>, change: NameChange): void {
  for (const [name, entry] of change) {
    if (entry) names.set(name, entry);
    else names.delete(name);
  }
}

function mapped(names: ReadonlyMap<string, Entry>, after: AfterCrash): Map<string, Entry> {
  return new Map([...names].map(([name, entry]) => [name, after(entry)]));
}
