import { Option } from "commander";
import type { Client } from "../../internal/client/api.ts";
import type { MoveProgress, MovesMade } from "../../internal/client/moves/carry-out.ts";
import { keyOf, type PlannedMove } from "../../internal/client/moves/plan.ts";
import { confirm } from "../confirm.ts";
import { CommandError, partialError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { checked, type ListingOptions, listingFormat } from "../options.ts";
import { type Listing, printListing } from "../output/listing.ts";
import { counted, humanBytes, humanDuration } from "../output/numbers.ts";
import { listingShape } from "../output/shape.ts";
import { ParseError, parseSizeBytes } from "../parse/values.ts";
import { takeSignals } from "../signals.ts";
import type { Stdio } from "../stdio.ts";

/** Where nobody watches, progress is told so often. */
const NOTE_MS = 5000;

/** What the verbs that move copies are told. */
export interface MoveOptions extends ListingOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  /** In bytes a second. */
  readonly bandwidth?: number;
}

/** The options of the verbs that move copies. */
export function moveOptions(): readonly Option[] {
  return [
    new Option("--dry-run", "say what would move, and move nothing"),
    new Option(
      "--bandwidth <size>",
      "what each broker sends to new copies in a second at the most, e.g. 50MB",
    ).argParser(checked(parseBandwidth)),
    new Option("-y, --yes", "do not ask; needed where nobody can be asked"),
  ];
}

function parseBandwidth(text: string): number {
  const bytesPerSecond = parseSizeBytes(text);
  if (bytesPerSecond > 0) return bytesPerSecond;
  throw new ParseError("It must be more than nothing.");
}

/** What became of a move, or would. */
type MoveResult = "planned" | "moved" | "refused";

/** A move with what became of it. */
interface MoveRow extends PlannedMove {
  readonly result: MoveResult;
}

export const movesShape = listingShape("moves", {
  topic: "text, the topic's name",
  partition: "integer, its number",
  from: "list, the brokers that had copies, the preferred leader first",
  to: "list, the brokers that are to have them",
  bytes: "integer, what has to be copied for it; 0 where only the leader is another",
  result: "text, planned, moved or refused",
});

/** Prints what would move. */
export function printPlan(
  stdio: Stdio,
  options: MoveOptions,
  moves: readonly PlannedMove[],
): Promise<void> {
  return print(
    stdio,
    options,
    moves.map((move) => ({ ...move, result: "planned" as const })),
  );
}

/**
 * Whether to move what is planned: a dry run only prints it, and without `--yes` someone is asked,
 * who is told what `follows` besides. Throws a usage error where they don't confirm it.
 */
export async function mayMove(
  stdio: Stdio,
  options: MoveOptions,
  moves: readonly PlannedMove[],
  follows = "",
): Promise<boolean> {
  if (options.dryRun === true) {
    await printPlan(stdio, options, moves);
    return false;
  }
  if (options.yes !== true) {
    const question = `${planText(moves)}${follows}`;
    await confirm(stdio, question, "copies would be moved.", "not confirmed; nothing was moved");
  }
  return true;
}

/** What a plan means, in a sentence. */
function planText(moves: readonly PlannedMove[]): string {
  const bytes = moves.reduce((total, move) => total + move.bytes, 0);
  const copied = moves.filter((move) => move.bytes > 0 || hasNewCopy(move)).length;
  const leads = moves.length - copied;
  const others = leads > 0 ? `, and gives ${counted(leads, "other")} another first copy` : "";
  return `This moves copies of ${counted(copied, "partition")} (${humanBytes(bytes)})${others}.`;
}

function hasNewCopy({ from, to }: PlannedMove): boolean {
  return to.some((id) => !from.includes(id)) || from.length !== to.length;
}

/** Has partitions moved, tells on stderr how that comes on, and prints what became of them. */
export async function makeMoves(
  stdio: Stdio,
  options: MoveOptions,
  client: Client,
  moves: readonly PlannedMove[],
): Promise<void> {
  const [{ carryOut }, { bunPlatform }] = await Promise.all([
    import("../../internal/client/moves/carry-out.ts"),
    import("../../internal/platform/bun/platform.ts"),
  ]);
  const { clock } = bunPlatform();
  const beganMs = clock.monotonicMs();
  let notedMs = beganMs;
  const signal = takeSignals(stdio.out);
  const made = await carryOut(clock, client, moves, {
    bytesPerSecond: options.bandwidth ?? null,
    signal,
    told: (progress) => {
      const nowMs = clock.monotonicMs();
      const text = progressText(progress, nowMs - beganMs);
      if (stdio.notesAreWatched) stdio.progress(text);
      else if (nowMs - notedMs >= NOTE_MS || progress.doneCount === progress.totalCount) {
        notedMs = nowMs;
        stdio.note(text);
      }
    },
  });
  stdio.progress("");
  await report(stdio, options, moves, made, signal.aborted);
}

async function report(
  stdio: Stdio,
  options: MoveOptions,
  moves: readonly PlannedMove[],
  { refused, doneCount, totalCount }: MovesMade,
  wasStopped: boolean,
): Promise<void> {
  for (const { code, message } of refused) stdio.note(`${code}: ${message}`);
  if (wasStopped) {
    const left = counted(totalCount - doneCount - refused.length, "partition");
    const advice = "Those under way go on by themselves; the same call goes on with the others.";
    throw new CommandError("stopped", `${left} not moved yet`, exitCodes.interrupted, advice);
  }
  const isRefused = new Set(refused.map(keyOf));
  const rows = moves.map((move): MoveRow => {
    return { ...move, result: isRefused.has(keyOf(move)) ? "refused" : "moved" };
  });
  await print(stdio, options, rows);
  if (refused.length > 0) {
    throw partialError(refused.length, totalCount, "partitions couldn't be moved");
  }
}

async function print(stdio: Stdio, options: MoveOptions, rows: readonly MoveRow[]): Promise<void> {
  printListing(stdio.out, listingFormat(options), listingOf(rows));
  await stdio.out.flush();
}

/** `3 of 12 partitions moved, 1.2GB of 4.0GB, 80MB/s, 35s left`. */
function progressText(
  { doneCount, totalCount, copiedBytes, totalBytes }: MoveProgress,
  passedMs: number,
): string {
  const done = `${doneCount} of ${counted(totalCount, "partition")} moved`;
  if (totalBytes === 0) return done;
  const bytes = `${humanBytes(copiedBytes)} of ${humanBytes(totalBytes)}`;
  const perMs = copiedBytes / Math.max(1, passedMs);
  const rate = `${humanBytes(Math.round(perMs * 1000))}/s`;
  const leftMs = perMs > 0 ? (totalBytes - copiedBytes) / perMs : null;
  const left = leftMs === null ? "" : `, ${humanDuration(Math.round(leftMs))} left`;
  return `${done}, ${bytes}, ${rate}${left}`;
}

function listingOf(rows: readonly MoveRow[]): Listing<MoveRow> {
  return {
    shape: movesShape,
    items: rows.map(({ topic, partition, from, to, bytes, result }) => {
      return { topic, partition, from, to, bytes, result };
    }),
    rows,
    columns: [
      { header: "TOPIC", align: "left", text: ({ topic }) => topic },
      { header: "PARTITION", align: "right", text: ({ partition }) => String(partition) },
      { header: "FROM", align: "left", text: ({ from }) => from.join(",") },
      { header: "TO", align: "left", text: ({ to }) => to.join(",") },
      {
        header: "BYTES",
        align: "right",
        text: ({ bytes }) => humanBytes(bytes),
        plain: ({ bytes }) => String(bytes),
      },
      { header: "RESULT", align: "left", text: ({ result }) => result },
    ],
  };
}
