/**
 * What differs from run to run and machine to machine, and the word that stands for it when what a
 * page shows is compared with what is printed.
 */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z/g, "TIME"],
  [/(?<="\w+_ms": ?)\d+/g, "MS"],
  [/(?<=^weir )\d+\.\d+\.\d+\S*/gm, "VERSION"],
  [/\b[a-z]+-\d:\d{4}\b/g, "ADDRESS"],
  [/(?<![\w-])[\w-]{22}(?![\w-])/g, "ID"],
  [/\b\d+(\.\d+)?(us|ms|s|min)\b/g, "DURATION"],
  [/\b\d+(\.\d+)?[kMGT]B\b/g, "SIZE"],
];

/** An output with what varies taken out, and with it the columns that were as wide as that. */
export function settled(output: string): string {
  const fixed = VARYING.reduce((text, [what, word]) => text.replaceAll(what, word), output);
  return fixed === output ? output : fixed.replaceAll(/ {2,}/g, "  ");
}
