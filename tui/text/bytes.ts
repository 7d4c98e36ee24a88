import { cleanText } from "./line.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** How much of a value a row of a list shows: the rest is only decoded when someone opens it. */
const PREVIEW_BYTES = 512;
const HEX_BYTES_PER_LINE = 16;

/** Bytes as text, or null where they are none. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** The beginning of some bytes on one line: as text, or as hex where they are none. */
export function preview(bytes: Uint8Array): string {
  const start = bytes.subarray(0, PREVIEW_BYTES);
  const text = textOf(bytes.length > PREVIEW_BYTES ? wholeCharacters(start) : start);
  return text === null ? `0x${start.subarray(0, 64).toHex()}` : cleanText(text);
}

/** The bytes without a character at their end that was cut (UTF-8). */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, Math.max(0, end - 1));
}

/** Bytes as lines of text: JSON is laid out. null where they are no text. */
export function textLines(bytes: Uint8Array): string[] | null {
  const text = textOf(bytes);
  if (text === null) return null;
  return (prettyJson(text) ?? text)
    .split("\n")
    .map((line) => cleanText(line.replaceAll("\t", "  ")));
}

function prettyJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

/** Bytes as a hex dump: place, sixteen bytes, and those that are letters. */
export function hexLines(bytes: Uint8Array, maxLines: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length && lines.length < maxLines; at += HEX_BYTES_PER_LINE) {
    const part = bytes.subarray(at, at + HEX_BYTES_PER_LINE);
    const hex = part.toHex().replace(/../g, "$& ");
    const letters = [...part]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(49)} ${letters}`);
  }
  return lines;
}
