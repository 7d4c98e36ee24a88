const latestMs = 8_640_000_000_000_000;

let lastMs = Number.NaN;
let lastText = "";

/**
 * A record's timestamp as RFC 3339 in UTC; null for none (negative) or past what a date can be.
 *
 * Records of one batch often share theirs, so the last text is kept.
 */
export function timestampText(timestampMs: number): string | null {
  if (timestampMs < 0 || timestampMs > latestMs) return null;
  if (timestampMs !== lastMs) {
    lastText = new Date(timestampMs).toISOString();
    lastMs = timestampMs;
  }
  return lastText;
}
