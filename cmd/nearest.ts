/** The name that was probably meant: the nearest one, if it is near; else null. */
export function nearest(wrong: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(wrong.length * 0.34)) + 1;
  for (const name of names) {
    const distance = editDistance(wrong, name);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** `; did you mean NAME?`, or nothing. */
export function suggestion(wrong: string, names: readonly string[]): string {
  const name = nearest(wrong, names);
  return name === null ? "" : `; did you mean '${name}'?`;
}

/** What was probably meant by those of the names that aren't known: `Did you mean NAME?`, or ``. */
export function meantInstead(given: Iterable<string>, known: readonly string[]): string {
  const wrong = [...given].filter((name) => !known.includes(name));
  const meant = wrong.flatMap((name) => nearest(name, known) ?? []);
  return meant.length === 0 ? "" : `Did you mean ${meant.join(", ")}?`;
}

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let from = 1; from <= one.length; from++) {
    const next = [from];
    for (let to = 1; to <= other.length; to++) {
      const same = one[from - 1] === other[to - 1] ? 0 : 1;
      const replaced = (row[to - 1] ?? 0) + same;
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
