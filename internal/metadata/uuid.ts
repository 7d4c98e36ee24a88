import type { Random } from "../platform/random.ts";

/**
 * A random UUID (version 4, RFC 9562) in Kafka's spelling: 22 characters of base64url.
 *
 * Never one that begins with a dash, which a command line would take for an option.
 */
export function randomUuid(random: Random): string {
  for (;;) {
    const bytes = random.bytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const text = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    if (!text.startsWith("-")) return text;
  }
}
