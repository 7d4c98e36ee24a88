import { cleanText } from "./line.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** How much of a value a row of a list shows: the rest is only decoded when someone opens it. */
const PREVIEW_BYTES = 512;
/** Bytes on a line of a hex dump, and on one of a narrow screen. */
const HEX_BYTES = 16;
const NARROW_HEX_BYTES = 8;
/** The place, the blanks around the bytes, and of each byte two digits, a blank and a letter. */
const HEX_MARGIN = 10;
const HEX_BYTE_WIDTH = 4;

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

/**
 * Bytes as a hex dump: place, sixteen bytes, and those that are letters; half as many bytes where
 * `width` cells have no room for them.
 */
export function hexLines(bytes: Uint8Array, maxLines: number, width: number): string[] {
  const isNarrow = width < HEX_MARGIN + HEX_BYTES * HEX_BYTE_WIDTH;
  const count = isNarrow ? NARROW_HEX_BYTES : HEX_BYTES;
  const lines: string[] = [];
  for (let at = 0; at < bytes.length && lines.length < maxLines; at += count) {
    const part = bytes.subarray(at, at + count);
    const hex = part.toHex().replace(/../g, "$& ");
    const letters = [...part]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(count * 3)}  ${letters}`);
  }
  return lines;
}
