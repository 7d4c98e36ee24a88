import type { ClientError } from "../internal/client/errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/**
 * A verb that can't go on, as its user is told: a stable code, one sentence, and what to do.
 *
 * The codes of the client and the broker pass through unchanged; the command line's own are
 * `usage`, `invalid-input`, `invalid-config`, `partial`, `failed` and `internal`.
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

/** A partition was named that the topic doesn't have. */
export function noPartition(topic: string, partition: number, count: number): CommandError {
  const have = count === 1 ? "its only partition is 0" : `its partitions are 0 to ${count - 1}`;
  return usageError(`${topic} has no partition ${partition}: ${have}.`);
}

/** Who leads a partition of a cluster can't be asked where that begins and ends. */
export function unknownEnds(topic: string, partition: number): CommandError {
  const message = `who leads partition ${partition} of ${topic} can't be asked where it ends`;
  return new CommandError("not-leader", message, exitCodes.unavailable, "Try again.");
}

/** What was piped in can't be understood: where, and why. */
export function inputError(message: string, advice = ""): CommandError {
  return new CommandError("invalid-input", message, exitCodes.failed, advice);
}

const adviceByCode: ReadonlyMap<string, string> = new Map([
  ["unreachable", "Start one with 'weir broker', or name another: -b HOST:PORT or WEIR_BROKER."],
  ["timed-out", "Try again, or wait longer with --timeout."],
  ["closed", "The broker's log says why; far beyond max.connections it closes at once."],
  ["too-many-connections", "Close some, or start the broker with --set max.connections=N."],
  ["not-weir", "Check the address: -b HOST:PORT or WEIR_BROKER."],
  ["unknown-topic-or-partition", "See 'weir topic ls'; make one with 'weir topic create NAME'."],
  ["group-id-not-found", "See 'weir group ls'."],
  ["non-empty-group", "See 'weir group describe GROUP --by member' for who is in it."],
  ["topic-exists", "With --if-not-exists a topic that is there is fine."],
  ["storage-full", "Make room on the broker's disk; reading and deleting go on meanwhile."],
  [
    "offset-out-of-range",
    "See 'weir topic describe TOPIC' for where each partition begins and ends.",
  ],
]);

/** A failure of the client as a verb's: one that may pass has an exit code of its own. */
export function commandError(error: ClientError): CommandError {
  const exitCode = error.retriable ? exitCodes.unavailable : exitCodes.failed;
  const advice = adviceByCode.get(error.code) ?? "";
  return new CommandError(error.code, error.message, exitCode, advice, error);
}

/** Some of several items failed, or all of them; each has been named before. */
export function partialError(failedCount: number, count: number, what: string): CommandError {
  const message = `${failedCount} of ${count} ${what}`;
  if (failedCount < count) return new CommandError("partial", message, exitCodes.partial);
  return new CommandError("failed", message, exitCodes.failed);
}

/** The lines that go to stderr for an error, without the last line's end. */
export function errorText(error: CommandError): string {
  const lines = [`error: ${error.code}: ${error.message}`];
  if (error.advice !== "") lines.push(`  ${error.advice}`);
  return lines.join("\n");
}
