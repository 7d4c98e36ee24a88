import { Room } from "../room.ts";
import { encodeFrame, type Message } from "./protocol/frame.ts";

/** What leaves by a connection, with a bound. */
export class Outlet extends Room {
  send(message: Message, payload: readonly Uint8Array[]): void {
    let payloadBytes = 0;
    for (const piece of payload) payloadBytes += piece.length;
    this.connection.send(encodeFrame(message, payloadBytes));
    for (const piece of payload) this.connection.send(piece);
  }
}
