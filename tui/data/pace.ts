import type { Track } from "./track.ts";

/** How someone who reads comes along. */
export type Pace =
  /** There is nothing that it hasn't read. */
  | "done"
  /** What it hasn't read yet has just come. */
  | "keeping-up"
  /** It reads faster than more comes in. */
  | "catching-up"
  /** It reads, and more comes in than it reads. */
  | "losing"
  /** There is more to read, and it hasn't moved for a while. */
  | "stuck"
  /** It hasn't been watched for long enough. */
  | "unknown"
  /** It has committed nothing, so nobody knows how far it is. */
  | "uncommitted";

/** Longer than the pauses between the commits of consumers with their usual settings. */
export const STUCK_MS = 15_000;
/** Between two commits so much may come in: who is behind by no more keeps up. */
const COMMIT_PAUSE_SECONDS = 10;

/** The paces from good to bad. */
export const paces: readonly Pace[] = [
  "done",
  "keeping-up",
  "catching-up",
  "unknown",
  "uncommitted",
  "losing",
  "stuck",
];

/** Tells the pace of a reader with this lag (negative: unknown). */
export function paceOf(lag: number, track: Track | undefined, nowMs: number): Pace {
  if (lag < 0) return "uncommitted";
  if (lag === 0) return "done";
  if (!track) return "unknown";
  if (track.stillForMs(nowMs) >= STUCK_MS) return "stuck";
  const { readPerSecond, writtenPerSecond } = track;
  if (readPerSecond === null || writtenPerSecond === null) return "unknown";
  if (readPerSecond > 0 && lag <= writtenPerSecond * COMMIT_PAUSE_SECONDS) return "keeping-up";
  return readPerSecond > writtenPerSecond ? "catching-up" : "losing";
}

/** Whether someone should look. */
export function isTroubled(pace: Pace): boolean {
  return pace === "stuck" || pace === "losing";
}

/** How long until nothing is left to read, for one who catches up; null: it isn't known. */
export function drainMs(lag: number, track: Track | undefined): number | null {
  const { readPerSecond = null, writtenPerSecond = null } = track ?? {};
  if (readPerSecond === null || writtenPerSecond === null) return null;
  const shrinking = readPerSecond - writtenPerSecond;
  return shrinking > 0 ? (lag / shrinking) * 1000 : null;
}
