import type { Disk } from "../../platform/disk.ts";
import { crc32cHex } from "../../record/crc32c.ts";
import { readWholeFile } from "../../storage/whole-file.ts";
import type { BrokerEvent } from "./watch-api.ts";

/** An event a line, as JSON with its CRC-32C behind it; the other file has what was before. */
const FILE = "events.log";
const OLD_FILE = "events.old.log";

/** Where a file has so much, the next event begins another: so both together are bounded. */
const MAX_FILE_BYTES = 128 * 1024;

const SEVERITIES: ReadonlySet<unknown> = new Set(["info", "warning", "error"]);

/**
 * The events of a broker in its data directory. They are written at once and not synced: they
 * survive the end of the process, and a power loss as far as the system has written them by then.
 */
export class EventFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #oldPath: string;

  constructor(disk: Disk, dataDirectory: string) {
    this.#disk = disk;
    this.#path = `${dataDirectory}/${FILE}`;
    this.#oldPath = `${dataDirectory}/${OLD_FILE}`;
  }

  /** The last `most` events in it, the oldest first; lines that are damaged are left out. */
  load(most: number): BrokerEvent[] {
    const lines = [this.#oldPath, this.#path].flatMap((path) => {
      return this.#disk.exists(path) ? linesOf(readWholeFile(this.#disk, path)) : [];
    });
    const events: BrokerEvent[] = [];
    for (const line of lines.slice(-most)) {
      const event = eventOf(line);
      if (event && event.sequence > (events.at(-1)?.sequence ?? 0)) events.push(event);
    }
    return events;
  }

  /** Writes events behind the others. Throws `DiskError`; then some of them may be there. */
  append(events: readonly BrokerEvent[]): void {
    const bytes = new TextEncoder().encode(events.map(lineOf).join(""));
    const file = this.#disk.open(this.#path, "create");
    try {
      const sizeBytes = file.sizeBytes();
      if (sizeBytes < MAX_FILE_BYTES) {
        file.write(bytes, 0, bytes.length, sizeBytes);
        return;
      }
    } finally {
      file.close();
    }
    this.#disk.rename(this.#path, this.#oldPath);
    this.append(events);
  }
}

function lineOf(event: BrokerEvent): string {
  const json = JSON.stringify(event);
  // A line that a crash or a full disk has torn ends before this one begins.
  return `\n${json} ${crc32cHex(json)}`;
}

function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split("\n");
}

/** The event that a line tells; null if it isn't as it was written. */
function eventOf(line: string): BrokerEvent | null {
  const at = line.lastIndexOf(" ");
  const json = line.slice(0, Math.max(0, at));
  if (json === "" || line.slice(at + 1) !== crc32cHex(json)) return null;
  try {
    const event: unknown = JSON.parse(json);
    return isEvent(event) ? event : null;
  } catch {
    return null; // a newer broker's
  }
}

function isEvent(value: unknown): value is BrokerEvent {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const numbers = ["sequence", "atMs"].map((name) => fields.get(name));
  const texts = ["kind", "subject", "message"].map((name) => fields.get(name));
  return (
    numbers.every(Number.isSafeInteger) &&
    texts.every((text) => typeof text === "string") &&
    SEVERITIES.has(fields.get("severity"))
  );
}
