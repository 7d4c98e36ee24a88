import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import path from "node:path";

/**
 * Runs `weir top` over the broker at `address` on this terminal, until someone quits or `stop` is
 * aborted; resolves with its exit code. It is a process of its own: a screen takes milliseconds to
 * draw, and a broker has none to give away.
 */
export function showScreen(address: string, stop: AbortSignal): Promise<number> {
  const [, script = ""] = process.argv;
  const isCompiled = script.startsWith("/$bunfs/");
  const args = [...(isCompiled ? [] : [script]), "top", "--broker", address];
  const screen = spawn(process.execPath, args, { stdio: "inherit" });
  stop.addEventListener("abort", () => screen.kill("SIGTERM"), { once: true });
  return new Promise((resolve, reject) => {
    screen.on("error", reject);
    screen.on("exit", (code) => resolve(code ?? 0));
  });
}

/** The file to which a broker logs whose terminal shows something else; it is appended to. */
export function openLogFile(dataDirectory: string): number {
  mkdirSync(dataDirectory, { recursive: true });
  return openSync(path.join(dataDirectory, "broker.log"), "a");
}
