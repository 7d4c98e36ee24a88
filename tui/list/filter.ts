/** Decides which rows stay, by their texts. */
export type Filter = (text: string) => boolean;

/**
 * What `/` understands: a text that rows have somewhere, in either case; `!text`: rows that don't
 * have it; `~pattern`: a regular expression. A pattern that is not finished matches everything.
 */
export function parseFilter(written: string): Filter {
  if (written.startsWith("!") && written.length > 1) {
    const inner = parseFilter(written.slice(1));
    return (text) => !inner(text);
  }
  if (written.startsWith("~")) {
    const pattern = compile(written.slice(1));
    return pattern === null ? () => true : (text) => pattern.test(text);
  }
  const wanted = written.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

function compile(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, "i");
  } catch {
    return null; // it is still being typed
  }
}
