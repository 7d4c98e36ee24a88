import type { SimulatedRandom } from "../random.ts";
import { Directory, type Entry, filesBelow, type NameChange } from "./directory.ts";
import { FileContent } from "./file-content.ts";

/** How a process ends without being asked: what it wrote stays, or what was synced. */
export type CrashKind = "kill" | "power-loss";

/** A tree of folders and files, and what a crash leaves of it. Paths begin with a slash. */
export class FileSystem {
  readonly #root: Directory;

  constructor(root: Directory) {
    this.#root = root;
  }

  /** Bytes in all files that have a name. */
  get usedBytes(): number {
    let bytes = 0;
    for (const [, file] of this.files()) bytes += file.sizeBytes;
    return bytes;
  }

  /** All files that have a name. */
  files(): Iterable<readonly [string, FileContent]> {
    return filesBelow(this.#root, "");
  }

  /** What is at `path`; null if nothing is. */
  find(path: string): Entry | null {
    let entry: Entry | null = this.#root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      entry = entry instanceof Directory ? (entry.entries.get(name) ?? null) : null;
    }
    return entry;
  }

  /** The folder that holds the name `path`, and the name's last part. */
  place(path: string): { directory: Directory; name: string } | null {
    const cut = path.lastIndexOf("/");
    const directory = this.find(path.slice(0, cut));
    if (!(directory instanceof Directory)) return null;
    return { directory, name: path.slice(cut + 1) };
  }

  /** What a crash leaves, as a file system of its own: this one is as it was. */
  after(kind: CrashKind, random: SimulatedRandom): FileSystem {
    const left = new Map<Entry, Entry>();
    const after = (entry: Entry): Entry => {
      const known = left.get(entry);
      if (known) return known;
      const next = afterCrash(entry, kind, random, after);
      left.set(entry, next);
      return next;
    };
    const root = after(this.#root);
    if (!(root instanceof Directory)) throw new Error("the root is a folder");
    return new FileSystem(root);
  }
}

/** A change of one name. */
export function naming(name: string, entry: Entry | null): NameChange {
  return new Map([[name, entry]]);
}

function afterCrash(
  entry: Entry,
  kind: CrashKind,
  random: SimulatedRandom,
  after: (entry: Entry) => Entry,
): Entry {
  if (entry instanceof FileContent) {
    return kind === "kill" ? entry.afterKill(random) : entry.afterPowerLoss(random);
  }
  return kind === "kill" ? entry.afterKill(after) : entry.afterPowerLoss(random, after);
}
