import { constants } from "node:os";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";

/** What shells end with where there is no such command. */
const NO_SUCH_COMMAND = 127;

/**
 * Runs a command on our own streams with `env` added to our environment. Resolves with what a shell
 * would say that it ended with: its code, or 128 and the number of the signal that ended it. When
 * `stop` comes, the command is told to end; a terminal tells it by itself.
 */
export async function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  stop: AbortSignal,
  isTerminal: boolean,
): Promise<number> {
  const child = spawn(words, env);
  const tell = (): void => {
    const interrupted = process.exitCode === exitCodes.interrupted;
    if (!interrupted) child.kill("SIGTERM");
    else if (!isTerminal) child.kill("SIGINT");
  };
  if (stop.aborted) tell();
  stop.addEventListener("abort", tell, { once: true });
  await child.exited;
  const { exitCode, signalCode } = child;
  if (typeof signalCode === "number") return 128 + signalCode;
  if (signalCode !== null) return 128 + constants.signals[signalCode];
  return exitCode ?? NO_SUCH_COMMAND;
}

function spawn(words: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    return Bun.spawn([...words], {
      env: { ...process.env, ...env },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `${words[0] ?? ""} can't be run: ${why}`;
    throw new CommandError("command-failed", message, exitCodes.notFound, "", error);
  }
}
