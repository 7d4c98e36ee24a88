/**
 * Writes down what a data directory is: `bun testdata/data/write.ts` makes `vN` here, N being the
 * format that brokers write now. It leaves a folder alone that is there.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { goldenFiles } from "../../internal/broker/golden-data.testing.ts";

const files = await goldenFiles();
const folder = path.join(import.meta.dir, `v${files.get("checkpoint")?.[3]}`);
if (existsSync(folder)) throw new Error(`${folder} is there; remove it if no release wrote it`);
for (const [name, bytes] of files) {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), bytes);
}
