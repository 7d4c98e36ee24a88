/**
 * Does to the compiled broker what machines, disks and clients do to it:
 *
 *   npm run crash -- [--rounds N] [--only kill|full-disk]
 *
 * kill       kill -9 under load; every acked record is there afterwards, once, in order
 * full-disk  a disk that fills up and is freed again; needs root, mount and mkfs.ext4
 *
 * kill needs kcat and what interop/install.sh installs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fullDisk } from "./full-disk.ts";
import { killRounds } from "./kill-rounds.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    only: { type: "string" },
  },
});
const home = mkdtempSync(path.join(os.tmpdir(), "weir-faults-"));
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const wanted = (name: string): boolean => flags.only === undefined || flags.only === name;
const broken: string[] = [];

if (wanted("kill")) broken.push(...(await killRounds(home, Number(flags.rounds), tell)));
if (wanted("full-disk")) broken.push(...(await fullDisk(home, tell)));

tell(broken.length === 0 ? "no promise was broken" : `${broken.length} promises were broken`);
if (broken.length === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = broken.length === 0 ? 0 : 1;
