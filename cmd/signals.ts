import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./output/output.ts";

/** How long someone who reads our output has for what is left of it, after the first signal. */
const ENDING_MS = 2000;

/**
 * A second signal of the same kind that comes so soon is the first one's echo: the terminal tells
 * all of a job, and a program that has started us (npm) tells us once more.
 */
const ECHO_MS = 100;

/**
 * Takes SIGINT and SIGTERM from now on. The first aborts the signal that this returns: the verb
 * finishes what it has begun, and the process ends with that signal's exit code; from then on a
 * reader of `out` that takes nothing isn't waited for much longer. The second ends the process at
 * once, whatever it is doing.
 */
export function takeSignals(out: Output): AbortSignal {
  const controller = new AbortController();
  let taken: { code: ExitCode; atMs: number } | null = null;
  const take = (code: ExitCode) => () => {
    const nowMs = performance.now();
    if (taken?.code === code && nowMs - taken.atMs < ECHO_MS) return;
    if (taken) process.exit(code);
    taken = { code, atMs: nowMs };
    process.exitCode = code;
    controller.abort();
  };
  process.on("SIGINT", take(exitCodes.interrupted));
  process.on("SIGTERM", take(exitCodes.terminated));
  out.endBy(controller.signal, ENDING_MS);
  return controller.signal;
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
