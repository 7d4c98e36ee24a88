import { cpSync, readFileSync, rmSync } from "node:fs";
import { BatchBuilder } from "../../internal/record/builder.ts";
import { seeded } from "../../internal/record/samples.testing.ts";
import { run } from "../command.ts";
import { executable, startWeir, type Weir } from "../weir.ts";
import { type Content, contentOf } from "./content.ts";
import type { Extent } from "./extents.ts";
import { type Prepared, SETTINGS, sendBatch } from "./prepare.ts";
import { type Spoilt, spoil } from "./spoil.ts";
import { talkTo } from "./talk.ts";

/** What a case came to, from the best to the worst. */
export const OUTCOMES = ["no effect", "rebuilt", "named", "repaired", "BROKEN"] as const;

/** One of them. */
export type Outcome = (typeof OUTCOMES)[number];

/** What one case was, and what it showed. */
export interface CaseResult {
  readonly seed: number;
  readonly spoilt: Spoilt;
  readonly outcome: Outcome;
  readonly lostRecords: number;
  /** What was promised and isn't so, in words. */
  readonly broken: readonly string[];
  readonly tookMs: number;
}

/** Offsets of a log that somebody has named as lost; up to any, where `to` isn't known. */
interface Named {
  readonly log: string | null;
  readonly from: number;
  readonly to: number;
}

/** Damages a copy of what was prepared, and holds what a broker makes of it against that. */
export async function runCase(
  { data: original, content, lastIdempotent }: Prepared,
  extents: readonly Extent[],
  data: string,
  seed: number,
): Promise<CaseResult> {
  const began = performance.now();
  cpSync(original, data, { recursive: true });
  const spoilt = spoil(data, seeded(seed));
  const broken: string[] = [];
  const named: Named[] = [];
  let repaired = false;
  let broker = await started(data);
  if (typeof broker === "string") {
    broken.push(...refusalFaults(broker, data, spoilt));
    const again = await started(data);
    if (typeof again !== "string") broken.push("the second start did what the first refused");
    named.push(...(await repair(data, broken)));
    repaired = true;
    broker = typeof again === "string" ? await started(data) : again;
  }
  if (typeof broker === "string") throw new Error(`seed ${seed}: after the repair: ${broker}`);
  const lost = await compare(broker, content, lastIdempotent, broken);
  await broker.end("SIGTERM");
  const log = readFileSync(broker.logFile, "utf8");
  named.push(...namedInLog(log));
  broken.push(...unnamed(lost, named), ...collateral(lost, spoilt, extents));
  const lostRecords = [...lost.values()].reduce((sum, offsets) => sum + offsets.length, 0);
  const outcome = outcomeOf({ broken, repaired, lostRecords, log });
  const result = { seed, spoilt, outcome, lostRecords, broken };
  if (broken.length === 0) {
    rmSync(data, { recursive: true });
    rmSync(broker.logFile);
  }
  return { ...result, tookMs: performance.now() - began };
}

/** A broker on `data`, or why it didn't start. */
async function started(data: string): Promise<Weir | string> {
  try {
    return await startWeir({ data, settings: SETTINGS });
  } catch (error) {
    return String(error);
  }
}

/** What a refusal has to say: where the damage is, and how to go on. */
function refusalFaults(refusal: string, data: string, { file }: Spoilt): string[] {
  const wanted = [`${data}/${file}`, "position ", "would be lost", `weir log repair ${data}`];
  return wanted
    .filter((text) => !refusal.includes(text))
    .map((text) => `the refusal doesn't say '${text}': ${refusal}`);
}

/** Looks what a repair would give up, and has it do so; resolves with what it named. */
async function repair(data: string, broken: string[]): Promise<Named[]> {
  const dry = await run([executable, "log", "repair", data, "--json"]);
  if (dry.exitCode !== 6) broken.push(`the dry run ended with ${dry.exitCode}: ${dry.stderr}`);
  const done = await run([executable, "log", "repair", data, "--accept-loss", "--json"]);
  if (done.exitCode !== 0) broken.push(`the repair ended with ${done.exitCode}: ${done.stderr}`);
  const { items } = JSON.parse(dry.stdout);
  return items.map((item: { partition: string | null; offset: number; last_offset: number }) => {
    const { partition: log, offset, last_offset } = item;
    return { log, from: offset ?? 0, to: last_offset === null ? Infinity : last_offset + 1 };
  });
}

/** What the broker lacks of what was acknowledged, by log; what else is wrong goes to `broken`. */
async function compare(
  { address }: Weir,
  expected: Content,
  lastIdempotent: Prepared["lastIdempotent"],
  broken: string[],
): Promise<Map<string, number[]>> {
  const talk = await talkTo(address);
  const found = await contentOf(talk, expected);
  const lost = new Map<string, number[]>();
  if (found.brokerId !== expected.brokerId) broken.push(`the broker is number ${found.brokerId}`);
  for (const [log, records] of expected.partitions) {
    const served = found.partitions.get(log);
    if (!served) broken.push(`${log} isn't there`);
    for (const [offset, text] of served ?? []) {
      if (records.get(offset) === text) continue;
      broken.push(`${log} has something else at offset ${offset}: ${text.slice(0, 40)}`);
    }
    const missing = [...records.keys()].filter((offset) => !served?.has(offset));
    if (missing.length > 0) lost.set(log, missing);
  }
  const groupsAreWhole = ![...lost.keys()].some((log) => log.startsWith("__consumer_offsets"));
  if (groupsAreWhole && !sameOffsets(found.committed, expected.committed)) {
    broken.push("the group's offsets are others, and no record of them is lost");
  }
  const { topic, partition, batch, baseOffset } = lastIdempotent;
  if (!lost.has(`${topic}-${partition}`)) {
    const again = await sendBatch(talk, topic, partition, batch).catch((error) => `${error}`);
    if (again !== baseOffset) broken.push(`a batch sent again was appended: ${again}`);
  }
  const builder = new BatchBuilder();
  const value = new TextEncoder().encode("after");
  builder.append({ timestampMs: Date.now(), key: null, value, headers: [] });
  await sendBatch(talk, "plain", 1, builder.build("none"));
  talk[Symbol.dispose]();
  return lost;
}

function sameOffsets(a: Content["committed"], b: Content["committed"]): boolean {
  return JSON.stringify([...(a ?? [])].sort()) === JSON.stringify([...(b ?? [])].sort());
}

/** The losses that the broker's log tells of. */
function namedInLog(log: string): Named[] {
  const events = log
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  return events
    .filter(({ event }) => event === "records-damaged")
    .map(({ subject, fromOffset, toOffset }) => {
      return { log: subject, from: fromOffset, to: toOffset };
    });
}

/** Lost offsets that nobody has told of. */
function unnamed(lost: ReadonlyMap<string, number[]>, named: readonly Named[]): string[] {
  return [...lost].flatMap(([log, offsets]) => {
    const silent = offsets.filter((offset) => {
      const tells = (each: Named) => each.log === null || each.log === log;
      return !named.some((each) => tells(each) && each.from <= offset && offset < each.to);
    });
    return silent.length > 0 ? [`${log} lacks ${silent.length} records that nobody names`] : [];
  });
}

/** Lost records that stood elsewhere than in the damaged bytes. */
function collateral(
  lost: ReadonlyMap<string, number[]>,
  { file, from, to }: Spoilt,
  extents: readonly Extent[],
): string[] {
  const hit = extents.filter((each) => each.file === file && each.from < to && from < each.to);
  return [...lost].flatMap(([log, offsets]) => {
    const outside = offsets.filter((offset) => {
      return !hit.some((each) => {
        return each.log === log && each.fromOffset <= offset && offset < each.toOffset;
      });
    });
    return outside.length > 0 ? [`${log} lost ${outside.length} records outside of it`] : [];
  });
}

function outcomeOf(seen: {
  readonly broken: readonly string[];
  readonly repaired: boolean;
  readonly lostRecords: number;
  readonly log: string;
}): Outcome {
  if (seen.broken.length > 0) return "BROKEN";
  if (seen.repaired) return "repaired";
  if (seen.lostRecords > 0) return "named";
  return seen.log.includes('"file-rebuilt"') ? "rebuilt" : "no effect";
}
