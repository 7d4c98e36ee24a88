import { type ExitCode, exitCodes } from "./exit-codes.ts";

/**
 * A verb that can't go on, as its user is told: a stable code, one sentence, and what to do.
 *
 * The codes of the broker pass through unchanged; the command line's own are `usage`,
 * `invalid-input`, `invalid-config`, `refused`, `partial` and `internal`.
 */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: string;
  readonly exitCode: ExitCode;
  /** What to do about it, as a sentence; empty where the message says all. */
  readonly advice: string;

  constructor(code: string, message: string, exitCode: ExitCode, advice = "", cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

/** The call itself is wrong: nothing was tried. */
export function usageError(message: string, advice = ""): CommandError {
  return new CommandError("usage", message, exitCodes.usage, advice);
}

/** What was piped in can't be understood: where, and why. */
export function inputError(message: string, advice = ""): CommandError {
  return new CommandError("invalid-input", message, exitCodes.failed, advice);
}

/** The lines that go to stderr for an error, without the last line's end. */
export function errorText(error: CommandError): string {
  const lines = [`error: ${error.code}: ${error.message}`];
  if (error.advice !== "") lines.push(`  ${error.advice}`);
  return lines.join("\n");
}
