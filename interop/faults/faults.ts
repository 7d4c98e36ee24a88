/**
 * Does to the compiled broker what machines, disks and clients do to it:
 *
 *   npm run crash -- [--rounds N] [--only kill|power|full-disk|failing-disk]
 *
 * kill       kill -9 under load; every acked record is there afterwards, once, in order
 * power      the same when the machine loses its power: what was not synced is gone
 * full-disk  disks that fill up and are freed again
 * failing-disk  one that fails every write and sync (EIO)
 *
 * kill and power need kcat and what interop/install.sh installs; the others but kill need root,
 * mount and mkfs.ext4, and are left out where these are missing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { failRounds } from "./fail-rounds.ts";
import { failingDisk } from "./failing-disk.ts";
import { fullDisk } from "./full-disk.ts";
import { killedProcess, lostPower } from "./machine.ts";
import type { Series } from "./series.ts";

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

const count = Number(flags.rounds);
const mountable = process.getuid?.() === 0 && Bun.which("mkfs.ext4") !== null;
if (!mountable)
  tell("power, full-disk and failing-disk are left out: they need root and mkfs.ext4");

if (wanted("kill")) {
  const rounds = { count, machine: killedProcess, bears: () => true };
  broken.push(...(await failRounds(home, rounds, tell)));
}
if (wanted("power") && mountable) {
  tell("power:");
  const bears = ({ durability }: Series) => durability !== "memory";
  broken.push(...(await failRounds(home, { count, machine: lostPower, bears }, tell)));
}
if (wanted("full-disk") && mountable) broken.push(...(await fullDisk(home, tell)));
if (wanted("failing-disk") && mountable) broken.push(...(await failingDisk(home, tell)));

tell(broken.length === 0 ? "no promise was broken" : `${broken.length} promises were broken`);
if (broken.length === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = broken.length === 0 ? 0 : 1;
