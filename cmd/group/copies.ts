import { listingFormat } from "../options.ts";
import type { ReadingOptions } from "../reading.ts";
import type { Stdio } from "../stdio.ts";

/** What JSON says of it. */
export const fromCopyText =
  "boolean, whether a slave tells it from its copy: state and members as they were saved last";

/** Tells people who look at a table once if a slave tells it from its copy. */
export function noteCopies(
  stdio: Stdio,
  options: ReadingOptions,
  groups: readonly { readonly fromCopy: boolean }[],
): void {
  const format = listingFormat(options);
  const isTable = (format === "table" || format === "wide") && options.watch === undefined;
  if (!isTable || !groups.some(({ fromCopy }) => fromCopy)) return;
  stdio.note("A slave tells this from its copy: states and members are as they were saved last.");
}
