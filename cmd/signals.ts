import { type ExitCode, exitCodes } from "./exit-codes.ts";

/**
 * Takes SIGINT and SIGTERM from now on. The first aborts the signal that this returns: the verb
 * finishes what it has begun, and the process ends with that signal's exit code. The second ends
 * the process at once, whatever it is doing.
 */
export function takeSignals(): AbortSignal {
  const controller = new AbortController();
  const take = (code: ExitCode) => () => {
    if (controller.signal.aborted) process.exit(code);
    process.exitCode = code;
    controller.abort();
  };
  process.on("SIGINT", take(exitCodes.interrupted));
  process.on("SIGTERM", take(exitCodes.terminated));
  return controller.signal;
}
