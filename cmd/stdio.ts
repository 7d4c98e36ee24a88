import { fstatSync, writeSync } from "node:fs";
import { descriptorWriter, Output } from "./output/output.ts";

/** The process's standard streams, as a verb uses them. */
export interface Stdio {
  /** Data, and nothing else. */
  readonly out: Output;
  /** Whether a person is typing. */
  readonly inputIsTerminal: boolean;
  /** Whether data goes to a screen that can move its cursor. */
  readonly outputIsScreen: boolean;
  /** Whether a person is watching messages appear on a screen that can move its cursor. */
  readonly notesAreWatched: boolean;
  /** Told of a bug that ends the process; true: people are told of it by that. */
  onBug: ((bug: unknown) => boolean) | null;
  /** One line for people, to stderr, at once. */
  note(line: string): void;
  /** A line for people that the next one replaces; only where notes are watched. */
  progress(line: string): void;
}

/** The real streams. */
export function processStdio(): Stdio {
  const isDumb = process.env.TERM === "dumb";
  const notesAreWatched = isTerminal(2) && !isDumb;
  let progressShown = false;
  const clear = (): string => {
    const erase = progressShown ? "\r\x1b[K" : "";
    progressShown = false;
    return erase;
  };
  return {
    out: new Output(descriptorWriter(1)),
    inputIsTerminal: isTerminal(0),
    get outputIsScreen() {
      return isTerminal(1) && !isDumb;
    },
    notesAreWatched,
    onBug: null,
    note(line) {
      writeAtOnce(2, `${clear()}${line}\n`);
    },
    progress(line) {
      if (!notesAreWatched) return;
      writeAtOnce(2, clear() + line);
      progressShown = line !== "";
    },
  };
}

/** Only what may be one is asked: loading node:tty takes 2 ms, and a broker 3 MB all its life. */
function isTerminal(fd: number): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    return false; // a stream that was closed before we began
  }
  const { isatty }: typeof import("node:tty") = require("node:tty");
  return isatty(fd);
}

/**
 * Writes to a file descriptor before it returns, so that nothing is lost when the process ends
 * next. Messages that can't be delivered are dropped: there is no one else to tell.
 */
export function writeAtOnce(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written);
  } catch {}
}
