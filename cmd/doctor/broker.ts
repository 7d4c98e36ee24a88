import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { withClient } from "../connection.ts";
import type { GlobalOptions } from "../options.ts";
import { humanBytes, humanCount, humanDuration } from "../output/numbers.ts";
import { addressText } from "../parse/values.ts";
import { type Diagnosis, fine } from "./machine.ts";

/** Clocks that are further apart make nonsense of times. */
const FAR_APART_MS = 1000;
/** A sync that takes longer holds every producer up. */
const SLOW_SYNC_MS = 50;

/** What the broker says of itself; a broker that isn't there is no reason not to look further. */
export async function brokerDiagnoses(
  options: GlobalOptions,
): Promise<{ readonly diagnoses: readonly Diagnosis[]; readonly directory: string | null }> {
  try {
    return await withClient(options, async (client) => {
      const { dataDirectory } = await client.status();
      return { diagnoses: await ask(client), directory: dataDirectory };
    });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const finding = `${addressText(options.broker)} doesn't answer: ${error.code}`;
    const advice = "Start it, or name another with -b HOST:PORT.";
    const diagnosis: Diagnosis = { subject: "broker", standing: "warning", finding, advice };
    return { diagnoses: [diagnosis], directory: null };
  }
}

async function ask(client: Client): Promise<Diagnosis[]> {
  const watch = client.watch({ intervalMs: 1000 });
  for await (const { atMs, broker } of watch) {
    watch.stop();
    const { version, writable, writeRefusal, refusals, diskFreeBytes, syncs } = broker;
    const { damagedRanges } = broker;
    return [
      writable
        ? fine("broker", `${version} answers, and takes records`)
        : bad("broker", `it refuses records: ${writeRefusal ?? "unknown"}`, "See its log."),
      apart(Math.abs(Date.now() - atMs)),
      fine("broker's disk", `${humanBytes(diskFreeBytes)} are free`),
      damage(damagedRanges),
      ...(syncs ? [syncTime(syncs.p99Ms)] : []),
      refused(refusals),
    ];
  }
  return [];
}

function bad(subject: string, finding: string, advice: string): Diagnosis {
  return { subject, standing: "bad", finding, advice };
}

function damage(rangeCount: number): Diagnosis {
  if (rangeCount === 0) return fine("records", "no damage is known");
  const finding = `${rangeCount === 1 ? "1 range" : `${rangeCount} ranges`} can't be read`;
  return bad("records", finding, "'weir events' names them; docs/operations.md, When disks fail.");
}

function apart(apartMs: number): Diagnosis {
  const subject = "broker's clock";
  const finding = `it is ${humanDuration(apartMs)} apart from this machine's`;
  if (apartMs < FAR_APART_MS) return fine(subject, finding);
  const advice = "Synchronize both: times of records are their producers', retention the broker's.";
  return { subject, standing: "warning", finding, advice };
}

function syncTime(p99Ms: number): Diagnosis {
  const finding = `99 of 100 syncs took ${p99Ms.toFixed(1)}ms or less`;
  if (p99Ms < SLOW_SYNC_MS) return fine("syncs", finding);
  const advice =
    "Every ack waits for one: use a faster disk, or durability=memory where that does.";
  return { subject: "syncs", standing: "warning", finding, advice };
}

function refused(refusals: readonly { readonly reason: string; readonly count: number }[]) {
  if (refusals.length === 0) return fine("refusals", "nothing was refused since the start");
  const reasons = refusals.map(({ reason, count }) => `${reason} ${humanCount(count)}`);
  const finding = `since the start: ${reasons.join(", ")}`;
  const advice = "docs/operations.md says what each means.";
  return { subject: "refusals", standing: "warning", finding, advice } as const;
}
