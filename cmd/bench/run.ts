import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { defaultTimeoutMs } from "../options.ts";
import { humanCount } from "../output/numbers.ts";
import { pause } from "../reading.ts";
import type { Stdio } from "../stdio.ts";
import { consumeLoad } from "./consume.ts";
import { type Load, newTally, type Tally } from "./load.ts";
import { produceLoad } from "./produce.ts";
import type { Measured } from "./report.ts";

const PROGRESS_EVERY_MS = 200;
/** How often it is looked whether everything has come. */
const LOOK_EVERY_MS = 5;

/** Writes, and reads at the same time: how long each record is on its way from one to the other. */
export async function measureBoth(stdio: Stdio, load: Load, stop: AbortSignal) {
  const produced = newTally();
  const consumed = newTally();
  const enough = new AbortController();
  const { ready, done } = consumeLoad(load, "new", consumed, enough.signal);
  try {
    await ready;
    consumed.beganAtMs = performance.now();
    const cpu = beginCpu();
    await shown(stdio, [produced, consumed], async () => {
      await Promise.race([timedProduce(load, produced, stop), failureOnly(done)]);
      await Promise.race([everythingCame(load, produced, consumed), failureOnly(done)]);
    });
    const clientCpu = cpu();
    const rows: Measured[] = [
      { step: "produce", tally: produced, load, timed: load.acks !== 0, clientCpu },
      { step: "consume", tally: consumed, load, timed: true, clientCpu },
    ];
    return rows;
  } finally {
    enough.abort();
    await done;
  }
}

/** Writes alone. */
export async function measureProduce(stdio: Stdio, load: Load, stop: AbortSignal) {
  const tally = newTally();
  const cpu = beginCpu();
  await shown(stdio, [tally], () => timedProduce(load, tally, stop));
  const measured: Measured = {
    ...{ step: "produce", tally, load, timed: load.acks !== 0, clientCpu: cpu() },
  };
  return [measured];
}

/** Reads alone what is stored. */
export async function measureConsume(stdio: Stdio, load: Load, stop: AbortSignal) {
  const tally = newTally();
  const cpu = beginCpu();
  await shown(stdio, [tally], () => consumeLoad(load, "stored", tally, stop).done);
  const measured: Measured = {
    ...{ step: "consume", tally, load, timed: false, clientCpu: cpu() },
  };
  return [measured];
}

async function timedProduce(load: Load, tally: Tally, stop: AbortSignal): Promise<void> {
  tally.beganAtMs = performance.now();
  await produceLoad(load, tally, stop);
}

/** Rejects when something fails that would otherwise go on. */
function failureOnly(done: Promise<void>): Promise<never> {
  return new Promise((_, reject) => done.catch(reject));
}

/** Waits for records on their way; with acks 0 some may never come, else each has to. */
async function everythingCame(load: Load, produced: Tally, consumed: Tally): Promise<void> {
  const timeoutMs = load.connect.timeout ?? defaultTimeoutMs;
  while (consumed.records < produced.records) {
    await pause(LOOK_EVERY_MS, new AbortController().signal);
    const quietMs = performance.now() - Math.max(consumed.endedAtMs, produced.endedAtMs);
    if (quietMs < timeoutMs) continue;
    if (load.acks === 0) return;
    const missing = humanCount(produced.records - consumed.records);
    const message = `${missing} records that were acked have not come within ${timeoutMs} ms`;
    throw new CommandError("timed-out", message, exitCodes.unavailable);
  }
}

/** Returns what tells the share of a processor that this process took since now. */
function beginCpu(): () => number {
  const began = process.cpuUsage();
  const beganAtMs = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000 / Math.max(performance.now() - beganAtMs, 1);
  };
}

/** Does something with its progress on a terminal. */
async function shown(stdio: Stdio, tallies: readonly Tally[], work: () => Promise<void>) {
  const names = tallies.length === 2 ? ["written", "read"] : ["records"];
  const show = (): void => {
    const counts = tallies.map(({ records }, at) => `${humanCount(records)} ${names[at]}`);
    stdio.progress(counts.join(", "));
  };
  const timer = setInterval(show, PROGRESS_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    stdio.progress("");
  }
}
