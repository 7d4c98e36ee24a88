import { ClientError } from "../internal/client/errors.ts";
import { CommandError, commandError, errorText } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { OutputClosedError } from "./output/output.ts";
import { run } from "./program.ts";
import { processStdio, type Stdio } from "./stdio.ts";

/**
 * Runs one command to its end, and leaves the exit code where the process picks it up: it ends by
 * itself, so that nothing that was written is lost.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const stdio = processStdio();
  process.on("uncaughtException", (error) => process.exit(reportBug(stdio, error)));
  process.on("unhandledRejection", (error) => process.exit(reportBug(stdio, error)));
  const failure = await failureOf(() => run(stdio, argv));
  // What was printed before a failure is data all the same.
  const lost = await failureOf(() => stdio.out.flush());
  const error = failure ?? lost;
  if (error !== null && !(error instanceof OutputClosedError)) {
    process.exitCode = report(stdio, error);
  }
  if (stdio.out.stuck) process.exit(); // what nobody takes would keep it
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error ?? new Error("something was thrown that is nothing");
  }
}

/** Tells the user what went wrong; returns how to end, or undefined where that is settled. */
function report(stdio: Stdio, error: unknown): ExitCode | undefined {
  // Nothing but a signal cancels a call, and it has set the exit code.
  if (error instanceof ClientError && error.code === "cancelled") return undefined;
  const known = error instanceof ClientError ? commandError(error) : error;
  if (!(known instanceof CommandError)) return reportBug(stdio, error);
  stdio.note(errorText(known));
  return known.exitCode;
}

function reportBug(stdio: Stdio, error: unknown): ExitCode {
  if (stdio.onBug?.(error)) return exitCodes.bug;
  const message = error instanceof Error ? error.message : String(error);
  stdio.note(`error: internal: ${message}`);
  if (error instanceof Error && error.stack !== undefined) stdio.note(error.stack);
  stdio.note("This is a bug in weir; please report it with the lines above.");
  return exitCodes.bug;
}
