import type { Clock } from "../../platform/clock.ts";
import type { Client, CopyPlacement, RefusedMove } from "../api.ts";
import { ClientError } from "../errors.ts";
import { keyOf, type PlannedMove } from "./plan.ts";

/** So many partitions are under way at a time: each ends, and frees its old copy, the sooner. */
const UNDER_WAY = 20;
const LOOK_MS = 500;

/** How far moves have come. */
export interface MoveProgress {
  readonly doneCount: number;
  readonly totalCount: number;
  readonly copiedBytes: number;
  readonly totalBytes: number;
}

/** What came of moves. */
export interface MovesMade extends MoveProgress {
  readonly refused: readonly RefusedMove[];
}

/** How moves are carried out. */
export interface CarryOutOptions {
  /** What each broker sends to new copies at the most; null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  readonly told: (progress: MoveProgress) => void;
  /** Begins no more moves; those that are under way go on by themselves. */
  readonly signal: AbortSignal;
}

/**
 * Has partitions moved, some at a time, and waits until they are. A broker that can't be reached
 * meanwhile is asked again: what was decided goes on without anybody who looks.
 */
export async function carryOut(
  clock: Clock,
  client: Client,
  moves: readonly PlannedMove[],
  { bytesPerSecond, told, signal }: CarryOutOptions,
): Promise<MovesMade> {
  const totals = { totalCount: moves.length, totalBytes: sum(moves.map(({ bytes }) => bytes)) };
  const waiting = [...moves];
  const refused: RefusedMove[] = [];
  let underWay = new Map<string, PlannedMove>();
  let doneCount = 0;
  let doneBytes = 0;
  if (moves.length > 0) await insist(clock, signal, () => client.limitCopying(bytesPerSecond));
  while (waiting.length + underWay.size > 0 && !signal.aborted) {
    const begun = waiting.splice(0, UNDER_WAY - underWay.size);
    if (begun.length > 0) {
      const wanted = begun.map(({ topic, partition, to }) => ({ topic, partition, replicas: to }));
      const failed = await insist(clock, signal, () => client.reassign(wanted));
      refused.push(...(failed ?? []));
      for (const move of begun) underWay.set(keyOf(move), move);
      for (const each of failed ?? []) underWay.delete(keyOf(each));
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    const moving = await insist(clock, signal, () => copiesUnderWay(client));
    if (!moving) break;
    const left = new Map([...underWay].filter(([key]) => moving.has(key)));
    for (const [key, { bytes }] of underWay) {
      if (left.has(key)) continue;
      doneCount++;
      doneBytes += bytes;
    }
    underWay = left;
    const partly = [...left].map(([key, { bytes }]) => Math.min(bytes, moving.get(key) ?? 0));
    told({ ...totals, doneCount, copiedBytes: doneBytes + sum(partly) });
  }
  if (!signal.aborted && bytesPerSecond !== null) {
    await insist(clock, signal, () => client.limitCopying(null));
  }
  return { ...totals, doneCount, copiedBytes: doneBytes, refused };
}

/** The partitions that are being moved, and what their new copies have by now. */
async function copiesUnderWay(client: Client): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const broker of await client.brokers()) {
    for (const placement of await broker.listCopies(true)) {
      const key = keyOf(placement);
      found.set(key, (found.get(key) ?? 0) + newBytes(broker.hello.brokerId, placement));
    }
  }
  return found;
}

function newBytes(brokerId: number, { adding, sizeBytes }: CopyPlacement): number {
  return adding.includes(brokerId) ? sizeBytes : 0;
}

/** Does what may be done twice, again while no broker can do it; null: somebody has had enough. */
async function insist<T>(
  clock: Clock,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | null> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ClientError && error.retriable)) throw error;
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
  }
  return null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
