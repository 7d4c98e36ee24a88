import { ClientError } from "../../internal/client/errors.ts";
import { CommandError, commandError, errorText, partialError } from "../errors.ts";
import { type ListingOptions, listingFormat } from "../options.ts";
import type { Listing } from "../output/listing.ts";
import { printListing } from "../output/listing.ts";
import type { Stdio } from "../stdio.ts";

/** What a change did to a topic. */
export type TopicChange = "created" | "exists" | "deleted";

/** What became of one topic, as it is printed. */
interface TopicResult {
  readonly topic: string;
  readonly result: TopicChange | "failed";
  /** null unless it failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A topic with what `work` made of it, or with why it failed. */
type Outcome<Result> =
  | { readonly topic: string; readonly result: Result; readonly failure: null }
  | { readonly topic: string; readonly result: null; readonly failure: CommandError };

/**
 * Does `work` for each topic in turn, whatever becomes of those before; a failure is named on
 * stderr as it happens. Throws the failure itself where there is but one topic.
 */
export async function forEachTopic<Result>(
  stdio: Stdio,
  topics: readonly string[],
  work: (topic: string) => Promise<Result>,
): Promise<Outcome<Result>[]> {
  const outcomes: Outcome<Result>[] = [];
  for (const topic of topics) {
    try {
      outcomes.push({ topic, result: await work(topic), failure: null });
    } catch (error) {
      if (topics.length === 1 || !(error instanceof ClientError)) throw error;
      const { code, message, exitCode, advice } = commandError(error);
      const named = message.includes(topic) ? message : `${topic}: ${message}`;
      const failure = new CommandError(code, named, exitCode, advice);
      stdio.note(errorText(failure));
      outcomes.push({ topic, result: null, failure });
    }
  }
  return outcomes;
}

/** The error that a call ends with of whose topics some failed. */
export function throwIfFailed(outcomes: readonly Outcome<unknown>[]): void {
  const failedCount = outcomes.filter(({ failure }) => failure !== null).length;
  if (failedCount > 0) throw partialError(failedCount, outcomes.length, "topics failed");
}

/** Changes each topic in turn and prints what became of them. */
export async function changeTopics(
  stdio: Stdio,
  topics: readonly string[],
  options: ListingOptions,
  work: (topic: string) => Promise<TopicChange>,
): Promise<void> {
  const outcomes = await forEachTopic(stdio, topics, work);
  const results = outcomes.map(({ topic, result, failure }): TopicResult => {
    if (failure === null) return { topic, result, error: null };
    return { topic, result: "failed", error: { code: failure.code, message: failure.message } };
  });
  printListing(stdio.out, listingFormat(options), resultListing(results));
  throwIfFailed(outcomes);
}

function resultListing(results: readonly TopicResult[]): Listing<TopicResult> {
  return {
    kind: "topic-results",
    version: 1,
    items: results,
    rows: results,
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      { header: "RESULT", align: "left", text: ({ result }) => result },
      { header: "ERROR", align: "left", text: ({ error }) => error?.code ?? "", wideOnly: true },
    ],
  };
}
