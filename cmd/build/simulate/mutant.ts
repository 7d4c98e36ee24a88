import type { Scene } from "../../../internal/simulator/simulate.ts";

/** A change of one place in the source. */
export interface Patch {
  /** Below the repository's root. */
  readonly file: string;
  /** What stands there, once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** A bug to be planted on purpose: the simulator has to find it. */
export interface Mutant {
  readonly name: string;
  /** Where it is looked for. */
  readonly scene: Scene;
  readonly patches: readonly Patch[];
  /**
   * What finds it where few seeds do: a scenario by its name, or a seed. It is tried before the
   * others; null where they are many.
   */
  readonly finder: string | number | null;
}

/** A bug; its patches' files are below `internal/`. */
export function mutantOf(
  scene: Scene,
  name: string,
  patches: readonly Patch[],
  finder: string | number | null = null,
): Mutant {
  const placed = patches.map((patch) => ({ ...patch, file: `internal/${patch.file}` }));
  return { name, scene, patches: placed, finder };
}

/** A file's source with those patches of a mutant that are for it. Throws if one doesn't fit. */
export function planted({ name, patches }: Mutant, file: string, source: string): string {
  let text = source;
  for (const patch of patches) {
    if (patch.file !== file) continue;
    const parts = text.split(patch.find);
    if (parts.length !== 2) {
      const what = `${parts.length - 1} places in ${file} for the mutant "${name}"`;
      throw new Error(`${what}: it has to follow the source`);
    }
    text = parts.join(patch.replace);
  }
  return text;
}
