/**
 * Does to a pair of compiled brokers what machines and networks do to it:
 *
 *   npm run pairs -- [--rounds N] [--only kill|async|power|cut]
 *
 * kill   kill -9 of the master under load, promotion, return of the old master, switch back
 * async  the same with an asynchronous slave: what is lost was announced
 * power  both lose their power at once: what was not synced is gone
 * cut    the network between the two is cut for half a minute, with each policy
 *
 * It needs what interop/install.sh installs; power and cut need root, mkfs.ext4 and iproute2, and
 * are left out where these are missing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { hasNetworks } from "../faults/network.ts";
import { asyncRounds } from "./async-rounds.ts";
import { cuts } from "./cut.ts";
import { killRounds } from "./kill-rounds.ts";
import { powerRounds } from "./power-rounds.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    only: { type: "string" },
  },
});
const home = mkdtempSync(path.join(os.tmpdir(), "weir-pairs-"));
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const wanted = (name: string): boolean => flags.only === undefined || flags.only === name;
const broken: string[] = [];

const rounds = Number(flags.rounds);
const isRoot = process.getuid?.() === 0;
if (wanted("kill")) broken.push(...(await killRounds(home, rounds, tell)));
if (wanted("async")) broken.push(...(await asyncRounds(home, rounds, tell)));
if (wanted("power") && isRoot && Bun.which("mkfs.ext4")) {
  broken.push(...(await powerRounds(home, rounds, tell)));
}
if (wanted("cut") && hasNetworks) broken.push(...(await cuts(home, tell)));

tell(broken.length === 0 ? "no promise was broken" : `${broken.length} promises were broken`);
if (broken.length === 0) rmSync(home, { recursive: true });
else tell(`the files are in ${home}`);
process.exitCode = broken.length === 0 ? 0 : 1;
