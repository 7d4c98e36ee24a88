import { uint32At } from "../../record/big-endian.ts";
import { crc32c } from "../../record/crc32c.ts";
import {
  ArchiveError,
  FrameField,
  MAGIC,
  MAX_FRAME_BYTES,
  PREFACE_BYTES,
  VERSION,
} from "./format.ts";

/** A frame that is as it was written; its body holds until the next `feed`. */
export interface ArchiveFrame {
  readonly kind: number;
  readonly body: Uint8Array;
  /** Where it begins in the archive, for errors. */
  readonly position: number;
}

/** Cuts an archive, which comes in any pieces, into its frames; all of them are checked. */
export class FrameSplitter {
  #buffer = new Uint8Array(0);
  #from = 0;
  #to = 0;
  #position = 0;
  #prefaced = false;
  #frames = 0;

  /** How far it has been read. */
  get position(): number {
    return this.#position;
  }

  /** How much came that no whole frame has been made of. */
  get leftBytes(): number {
    return this.#to - this.#from;
  }

  /** Takes the next bytes; they are copied. */
  feed(bytes: Uint8Array): void {
    const left = this.leftBytes;
    if (this.#to + bytes.length > this.#buffer.length) {
      const room = left + bytes.length;
      const target = room <= this.#buffer.length ? this.#buffer : new Uint8Array(2 * room);
      target.set(this.#buffer.subarray(this.#from, this.#to));
      this.#buffer = target;
      this.#from = 0;
      this.#to = left;
    }
    this.#buffer.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** The next frame; null if more has to come first. Throws `ArchiveError`. */
  next(): ArchiveFrame | null {
    if (!this.#prefaced && !this.#takePreface()) return null;
    if (this.leftBytes < FrameField.body) return null;
    const from = this.#from;
    const length = uint32At(this.#buffer, from + FrameField.length);
    if (length < FrameField.body - FrameField.number || length > MAX_FRAME_BYTES) {
      throw this.#damage(`a frame can't have ${length} bytes`);
    }
    const end = from + FrameField.number + length;
    if (end > this.#to) return null;
    const crc = crc32c(this.#buffer, from + FrameField.number, end);
    if (crc !== uint32At(this.#buffer, from + FrameField.crc))
      throw this.#damage("a checksum is wrong");
    const number = uint32At(this.#buffer, from + FrameField.number);
    if (number !== this.#frames) {
      throw this.#damage(`frame ${number} stands where ${this.#frames} should`);
    }
    const position = this.#position;
    const kind = this.#buffer[from + FrameField.kind] ?? 0;
    const body = this.#buffer.subarray(from + FrameField.body, end);
    this.#frames++;
    this.#advance(end - from);
    return { kind, body, position };
  }

  #takePreface(): boolean {
    const known = Math.min(this.leftBytes, MAGIC.length);
    for (let at = 0; at < known; at++) {
      if (this.#buffer[this.#from + at] === MAGIC[at]) continue;
      throw new ArchiveError("not-an-archive", "this is no archive: it begins with something else");
    }
    if (this.leftBytes < PREFACE_BYTES) return false;
    const version = uint32At(this.#buffer, this.#from + MAGIC.length);
    if (version !== VERSION) {
      const message = `the archive has version ${version}, and ${VERSION} is known here`;
      throw new ArchiveError("newer-archive", message);
    }
    this.#advance(PREFACE_BYTES);
    this.#prefaced = true;
    return true;
  }

  #advance(bytes: number): void {
    this.#from += bytes;
    this.#position += bytes;
  }

  #damage(what: string): ArchiveError {
    return new ArchiveError("damaged-archive", `at byte ${this.#position}: ${what}`);
  }
}
