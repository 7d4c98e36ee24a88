import { CONNECTION_ID, encodeFrame, PREFACE } from "./protocol/frame.ts";
import { refusal, refusalFor } from "./protocol/refusal.ts";

/** What a client is told for which there is no room: an error about the connection as a whole. */
export function turnAwayNative(_first: Uint8Array, reason: string): Uint8Array {
  const fields = refusal.write(refusalFor("too-many-connections", reason));
  const frame = encodeFrame({ id: CONNECTION_ID, name: "error", fields }, 0);
  return Uint8Array.of(...PREFACE, ...frame);
}
