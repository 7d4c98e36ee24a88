/**
 * How a run ended, for scripts: few codes, each with one reaction.
 *
 * `weir help exit-codes` prints this table; 70 is EX_SOFTWARE of sysexits.h, and 128 plus the
 * signal's number is what shells make of a signal.
 */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  unavailable: 4,
  unauthorized: 5,
  damaged: 6,
  bug: 70,
  notFound: 127,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the codes above. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a code says of a run. */
export interface ExitMeaning {
  readonly code: ExitCode;
  readonly meaning: string;
  readonly reaction: string;
}

/** Every code with its meaning and what a script does about it, in ascending order. */
export const exitCodeMeanings: readonly ExitMeaning[] = [
  { code: 0, meaning: "all done, or the reader of the output had enough", reaction: "go on" },
  { code: 1, meaning: "the operation failed; the error line says why", reaction: "look" },
  { code: 2, meaning: "wrong usage or configuration; nothing was tried", reaction: "fix the call" },
  { code: 3, meaning: "done for some items and not for others", reaction: "look at each item" },
  { code: 4, meaning: "the broker can't be reached, or can't do it now", reaction: "try again" },
  { code: 5, meaning: "not allowed", reaction: "fix the credentials" },
  { code: 6, meaning: "files are damaged; the output lists where", reaction: "repair" },
  { code: 70, meaning: "a bug in weir", reaction: "report it" },
  { code: 127, meaning: "'weir dev': there is no such command", reaction: "fix the call" },
  { code: 130, meaning: "stopped by SIGINT (Ctrl-C)", reaction: "" },
  { code: 143, meaning: "stopped by SIGTERM", reaction: "" },
];

/** The text of `weir help exit-codes`. */
export function exitCodesHelp(): string {
  const rows = exitCodeMeanings.map(({ code, meaning, reaction }) => {
    const line = `${String(code).padStart(4)}  ${meaning.padEnd(50)}  ${reaction}`;
    return line.trimEnd();
  });
  return `Exit codes: what each means, and what a script does about it\n\n${rows.join("\n")}\n`;
}
