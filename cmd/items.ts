import { ClientError } from "../internal/client/errors.ts";
import { CommandError, commandError, errorText, partialError } from "./errors.ts";
import { type ListingOptions, listingFormat } from "./options.ts";
import { type Listing, printListing } from "./output/listing.ts";
import { type JsonShape, listingShape } from "./output/shape.ts";
import type { Stdio } from "./stdio.ts";

/** What a verb's arguments are names of. */
export type ItemKind = "topic" | "group";

/** What a change did to an item. */
export type ItemChange = "created" | "exists" | "deleted";

/** What became of one item, as it is printed. */
interface ItemResult {
  readonly name: string;
  readonly result: ItemChange | "failed";
  /** null unless it failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** An item with what `work` made of it, or with why it failed. */
type Outcome<Result> =
  | { readonly name: string; readonly result: Result; readonly failure: null }
  | { readonly name: string; readonly result: null; readonly failure: CommandError };

/**
 * Does `work` for each item in turn, whatever becomes of those before; a failure is named on
 * stderr as it happens. Throws the failure itself where there is but one item.
 */
export async function forEachItem<Result>(
  stdio: Stdio,
  names: readonly string[],
  work: (name: string) => Promise<Result>,
): Promise<Outcome<Result>[]> {
  const outcomes: Outcome<Result>[] = [];
  for (const name of names) {
    try {
      outcomes.push({ name, result: await work(name), failure: null });
    } catch (error) {
      if (names.length === 1 || !(error instanceof ClientError)) throw error;
      const { code, message, exitCode, advice } = commandError(error);
      const named = message.includes(name) ? message : `${name}: ${message}`;
      const failure = new CommandError(code, named, exitCode, advice);
      stdio.note(errorText(failure));
      outcomes.push({ name, result: null, failure });
    }
  }
  return outcomes;
}

/** The error that a call ends with of whose items some failed; null if none did. */
export function itemFailure(
  kind: ItemKind,
  outcomes: readonly Outcome<unknown>[],
): CommandError | null {
  const failedCount = outcomes.filter(({ failure }) => failure !== null).length;
  return failedCount === 0 ? null : partialError(failedCount, outcomes.length, `${kind}s failed`);
}

/** Changes each item in turn and prints what became of them. */
export async function changeItems(
  stdio: Stdio,
  kind: ItemKind,
  names: readonly string[],
  options: ListingOptions,
  work: (name: string) => Promise<ItemChange>,
): Promise<void> {
  const outcomes = await forEachItem(stdio, names, work);
  const results = outcomes.map(({ name, result, failure }): ItemResult => {
    if (failure === null) return { name, result, error: null };
    return { name, result: "failed", error: { code: failure.code, message: failure.message } };
  });
  printListing(stdio.out, listingFormat(options), resultListing(kind, results));
  const failure = itemFailure(kind, outcomes);
  if (failure !== null) throw failure;
}

/** What became of each item. */
export function resultShape(kind: ItemKind): JsonShape {
  return listingShape(`${kind}-results`, {
    [kind]: "text, its name",
    result: "text, created, exists, deleted or failed",
    error: "object or null, why it failed",
    "error.code": "text, stable",
    "error.message": "text, one sentence",
  });
}

function resultListing(kind: ItemKind, results: readonly ItemResult[]): Listing<ItemResult> {
  return {
    shape: resultShape(kind),
    items: results.map(({ name, result, error }) => ({ [kind]: name, result, error })),
    rows: results,
    columns: [
      { header: kind.toUpperCase(), align: "left", text: ({ name }) => name },
      { header: "RESULT", align: "left", text: ({ result }) => result },
      { header: "ERROR", align: "left", text: ({ error }) => error?.code ?? "", wideOnly: true },
    ],
  };
}
