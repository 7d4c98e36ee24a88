import { readFileSync } from "node:fs";
import { questions } from "../conformance/questions.testing.ts";

const messages = new URL("../../../../testdata/kafka/messages.jsonl", import.meta.url);

/**
 * Frames of requests, without sizes in front, for fuzzers to begin with: one of every API in its
 * oldest and newest version, which make little sense, and the questions, which do.
 */
export function requestFrames(): Uint8Array[] {
  return [...goldenRequests(), ...questions.map(({ frame }) => frame())];
}

function goldenRequests(): Uint8Array[] {
  const lines = readFileSync(messages, "utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const { message, hex } = JSON.parse(line);
    return message.endsWith("Request") ? [Buffer.from(hex, "hex")] : [];
  });
}
