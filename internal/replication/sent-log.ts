import { availableBytes } from "../storage/log-size.ts";
import type { LedLog } from "./led-log.ts";
import type { LogMarks } from "./messages.ts";

/** A log that nobody waits for is far behind with more than that still to be sent. */
const FAR_BYTES = 1024 * 1024;

/** A log as it is sent. */
export interface SentLog {
  readonly index: number;
  readonly led: LedLog;
  nextOffset: number;
  told: LogMarks;
}

/** About how much of a log is still to be sent. */
export function unsentBytes({ led: { log }, nextOffset }: SentLog): number {
  return nextOffset < log.endOffset ? availableBytes(log, nextOffset) : 0;
}

/** Whether acks wait for this follower's copy of a log. */
export function isAwaited({ led }: SentLog, followerId: number): boolean {
  for (const { brokerId, standing } of led.copies.followers) {
    if (brokerId === followerId) return standing !== "out";
  }
  return false;
}

function marksOf({ index, led: { log } }: SentLog): LogMarks {
  const { highWatermark, startOffset, durableOffset: endOffset } = log;
  return { index, highWatermark, startOffset, endOffset };
}

/** Where the log stands, which its follower is about to be told. */
export function tell(sent: SentLog): LogMarks {
  sent.told = marksOf(sent);
  return sent.told;
}

/** Whether the follower, which was sent all, doesn't know how the log stands. */
export function isNews({ told, led: { log } }: SentLog): boolean {
  return told.highWatermark !== log.highWatermark || told.startOffset !== log.startOffset;
}

/** Whether much of a log is still to be sent to a broker, and nobody waits for it. */
export function isFarBehind(sent: SentLog, toBrokerId: number): boolean {
  return unsentBytes(sent) > FAR_BYTES && !isAwaited(sent, toBrokerId);
}

/** Whether a broker's copy has just been asked for. */
export function isNewCopy({ led }: SentLog, brokerId: number): boolean {
  return led.adding.includes(brokerId);
}
