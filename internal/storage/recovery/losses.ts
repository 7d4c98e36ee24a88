import { StorageError } from "../errors.ts";

/** Something that was acknowledged, and that the files don't give back any more. */
export interface Loss {
  /** The log that has lost it; null where nothing tells which ones have. */
  readonly log: string | null;
  /** The first offset that is lost, and where the log goes on; null where nothing tells. */
  readonly offsets: { readonly from: number; readonly to: number } | null;
  readonly path: string;
  readonly position: number;
  /** What is wrong with the file there, in a few words. */
  readonly fault: string;
  /** What that takes away. */
  readonly consequence: string;
}

/** What is lost by going on; where nothing may be, the first loss is thrown instead. */
export class Losses {
  readonly found: Loss[] = [];
  readonly #root: string;
  readonly #accepted: boolean;

  /** Of the data directory `root`. */
  constructor(root: string, accepted: boolean) {
    this.#root = root;
    this.#accepted = accepted;
  }

  /** Notes a loss. Throws the `StorageError` `damaged` that people see if it isn't accepted. */
  add(loss: Loss): void {
    if (!this.#accepted) throw new StorageError("damaged", refusalText(loss, this.#root));
    this.found.push(loss);
  }
}

/** One sentence: what is damaged, what would be lost, and how to go on. */
export function refusalText({ path, position, fault, consequence }: Loss, root: string): string {
  const what = `${fault} (${path}, position ${position}): ${consequence} would be lost`;
  const how = `'weir log repair ${root} --accept-loss' goes on without it`;
  return `${what}; ${how}, and without the flag says first what is lost`;
}
