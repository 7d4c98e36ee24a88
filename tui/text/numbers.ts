import { duration } from "../../internal/client/amounts.ts";

export { counted, duration, grouped } from "../../internal/client/amounts.ts";

const COUNT_UNITS = ["", "k", "M", "G", "T"];
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A number in five characters at the most: `999`, `1.2k`, `34k`, `1.2M`. */
export function shortCount(count: number): string {
  return scaled(Math.round(count), COUNT_UNITS);
}

/** A size in five characters at the most: `999B`, `1.2kB`, `34MB`. */
export function shortBytes(bytes: number): string {
  return scaled(Math.round(bytes), BYTE_UNITS);
}

/** So many a second: like a count, but slow ones keep their fraction: `0.4`, `3.2`, `1.2k`. */
export function shortRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 9.95) return Math.max(0.1, perSecond).toFixed(1);
  return shortCount(perSecond);
}

/** Bytes a second, with their unit: `1.2MB/s`. */
export function byteRate(perSecond: number): string {
  return `${shortBytes(perSecond)}/s`;
}

/** A short time with its unit, for latencies: `0.12ms`, `4.5ms`, `120ms`, `2.1s`. */
export function latency(timeMs: number): string {
  if (timeMs >= 1000) return duration(timeMs);
  if (timeMs >= 99.5) return `${timeMs.toFixed(0)}ms`;
  return timeMs >= 9.95 ? `${timeMs.toFixed(1)}ms` : `${timeMs.toFixed(2)}ms`;
}

/** A moment on the reader's clock: `15:04:05`; where it isn't today, `21 Nov 15:04`. */
export function moment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const two = (count: number): string => String(count).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date(nowMs).toDateString())
    return `${time}:${two(at.getSeconds())}`;
  const month = at.toLocaleString("en", { month: "short" });
  return `${two(at.getDate())} ${month} ${time}`;
}

/** A moment with its milliseconds: `15:04:05.678`. */
export function momentWithMs(atMs: number, nowMs: number): string {
  if (atMs < 0) return "-";
  const text = moment(atMs, nowMs);
  const isToday = text.length === "15:04:05".length;
  return isToday ? `${text}.${String(new Date(atMs).getMilliseconds()).padStart(3, "0")}` : text;
}

function scaled(value: number, units: readonly string[]): string {
  let left = value;
  let unit = 0;
  while (left >= 999.5 && unit < units.length - 1) {
    left /= 1000;
    unit++;
  }
  const digits = unit > 0 && left < 9.95 ? 1 : 0;
  return `${left.toFixed(digits)}${units[unit]}`;
}
