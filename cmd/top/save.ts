import { writeFile } from "node:fs/promises";
import path from "node:path";
import { recordLine } from "../../internal/client/reader-api.ts";
import type { TailRecord } from "../../tui/data/tail.ts";

/** Writes messages to a new file in the current folder, as `weir consume -o ndjson` prints them. */
export async function saveMessages(topic: string, records: readonly TailRecord[]): Promise<string> {
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const file = path.resolve(`${topic}-${time}.ndjson`);
  const lines = records.map((record) => recordLine(record.topic, record.partition, record));
  await writeFile(file, lines.join(""), { flag: "wx" });
  return file;
}
