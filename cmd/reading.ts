import { Option } from "commander";
import type { Client } from "../internal/client/api.ts";
import { withClient } from "./connection.ts";
import type { CommandError } from "./errors.ts";
import { checked, type ListingOptions, listingFormat } from "./options.ts";
import { type Listing, type ListingFormat, printListing } from "./output/listing.ts";
import type { Output } from "./output/output.ts";
import { ParseError, parseDurationMs } from "./parse/values.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";

/** How the verbs that only look print what they see. */
export interface ReadingOptions extends ListingOptions {
  /** In milliseconds. */
  readonly watch?: number;
}

/** The option to look again and again. */
export function watchOption(what = "look again and again, e.g. every 2s"): Option {
  const option = new Option("--watch <interval>", what);
  return option.argParser(checked(parseIntervalMs));
}

function parseIntervalMs(text: string): number {
  const intervalMs = parseDurationMs(text);
  if (intervalMs >= 100 && intervalMs <= 86_400_000) return intervalMs;
  throw new ParseError("It must be from 100ms to 1d.");
}

/** What was seen at one look. */
export interface Reading {
  /** Prints it; with a time, its JSON says when that was. */
  print(out: Output, format: ListingFormat, atMs: number | null): void;
  /** What a look ends with that isn't repeated: some of several items failed. */
  readonly failure: CommandError | null;
}

/** A listing as something that was seen. */
export function reading<Row>(listing: Listing<Row>, failure: CommandError | null = null): Reading {
  return { print: (out, format, atMs) => printListing(out, format, listing, atMs), failure };
}

/**
 * Prints what `look` sees: once, or with `--watch` until a signal comes. Watched on a terminal it
 * is a table that is drawn anew, in a pipe an item a line, each with the time of its look.
 */
export async function printReading(
  stdio: Stdio,
  options: ReadingOptions,
  look: (client: Client) => Promise<Reading>,
): Promise<void> {
  const { watch: intervalMs } = options;
  if (intervalMs !== undefined) {
    const stop = takeSignals(stdio.out);
    const repeat = (client: Client) => {
      return watchLooks(stdio, options, intervalMs, stop, () => look(client));
    };
    await withClient(options, repeat, stop);
    return;
  }
  await withClient(options, async (client) => {
    const { print, failure } = await look(client);
    print(stdio.out, listingFormat(options), null);
    if (failure !== null) throw failure;
  });
}

/** Prints what a look that asks no broker sees: once, or with `--watch` until a signal comes. */
export async function printLocalReading(
  stdio: Stdio,
  options: ReadingOptions,
  look: () => Promise<Reading>,
): Promise<void> {
  if (options.watch !== undefined) {
    await watchLooks(stdio, options, options.watch, takeSignals(stdio.out), look);
    return;
  }
  const { print, failure } = await look();
  print(stdio.out, listingFormat(options), null);
  if (failure !== null) throw failure;
}

/** How what is watched is printed. */
export function watchFormat(
  { outputIsScreen }: Stdio,
  { output, json }: ReadingOptions,
): ListingFormat {
  return output ?? (json === true ? "json" : outputIsScreen ? "table" : "ndjson");
}

/** Looks until it is told to stop; what failed of several items was named on stderr. */
export async function watchLooks(
  stdio: Stdio,
  options: ReadingOptions,
  intervalMs: number,
  stop: AbortSignal,
  look: () => Promise<Reading>,
): Promise<void> {
  const format = watchFormat(stdio, options);
  await repeat(stdio, format, intervalMs, stop, async () => {
    const { print } = await look();
    return async () => print(stdio.out, format, Date.now());
  });
}

/** Looks, clears a screen that a table is on, and prints, until it is told to stop. */
export async function repeat(
  { out, outputIsScreen }: Stdio,
  format: ListingFormat,
  intervalMs: number,
  stop: AbortSignal,
  look: () => Promise<() => Promise<void>>,
): Promise<void> {
  const redraw = outputIsScreen && (format === "table" || format === "wide");
  while (!stop.aborted) {
    const print = await look();
    if (redraw) out.appendText(CLEAR_SCREEN);
    await print();
    await out.flush();
    await pause(intervalMs, stop);
  }
}

/** Puts the cursor at the upper left, and takes away what is there. */
const CLEAR_SCREEN = "\x1b[H\x1b[2J";

/** Resolves after that time, or when it is to stop. */
export function pause(delayMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    stop.addEventListener("abort", end);
    if (stop.aborted) end();
  });
}
