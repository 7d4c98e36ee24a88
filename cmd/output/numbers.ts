export { counted, grouped as humanCount } from "../../internal/client/amounts.ts";

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size for people, without a space so that it stays one word: `999B`, `1.2kB`, `34MB`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)}${byteUnits[unit]}`;
}

/** A duration for people, its two largest units: `4.2s`, `3m12s`, `5h02m`, `9d01h`. */
export function humanDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const pad = (count: number): string => String(count).padStart(2, "0");
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${pad(whole % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${pad(hours % 24)}h`;
}
