import path from "node:path";
import { run } from "../command.ts";
import { executable, startWeir, type Weir } from "../weir.ts";
import { makeSmallDisk } from "./small-disk.ts";

const DISK_BYTES = 256 * 2 ** 20;
const RECORDS = "1\n2\n3\n";

/**
 * Has a disk fail every write and sync from one moment on (EIO): its file system is shut down. The
 * broker has to stop taking writes at once, and for good, to say so, and to serve what it can; a
 * restart on the disk finds what was acknowledged. Resolves with what was broken, in words.
 */
export async function failingDisk(home: string, tell: (text: string) => void): Promise<string[]> {
  const disk = await makeSmallDisk(path.join(home, "failing"), DISK_BYTES);
  try {
    const broker = await startWeir({ data: disk.data });
    await weir(broker, ["produce", "kept", "-p", "0"], RECORDS);
    await disk.cutPower();
    const broken = await whatIsWrongThen(broker);
    await broker.end("SIGKILL");
    await disk.restart();
    const again = await startWeir({ data: disk.data });
    const { stdout } = await weir(again, ["consume", "kept"]);
    if (!stdout.startsWith(RECORDS)) broken.push("what was acked is gone after the restart");
    if ((await weir(again, ["produce", "kept"], "after\n")).exitCode !== 0) {
      broken.push("nothing is taken after the restart");
    }
    await again.end("SIGTERM");
    tell(`failing disk: ${broken.length} promises broken`);
    for (const each of broken) tell(`  ${each}`);
    return broken;
  } finally {
    await disk.unmount();
  }
}

async function whatIsWrongThen(broker: Weir): Promise<string[]> {
  const first = await weir(broker, ["produce", "kept"], "lost\n");
  const second = await weir(broker, ["produce", "kept"], "lost\n");
  const read = await weir(broker, ["consume", "kept", "-n", "3"]);
  const status = JSON.parse((await weir(broker, ["status", "--json"])).stdout).items[0];
  const checks: readonly (readonly [what: string, holds: boolean])[] = [
    ["a record was acked", first.exitCode !== 0 && second.exitCode !== 0],
    [`it says ${second.stderr}`, second.stderr.startsWith("error: storage-failed: ")],
    ["the status calls it writable", status.writable === false],
    [`the status says ${status.write_refusal}`, /failed/.test(String(status.write_refusal))],
    [`what was acked can't be read: ${read.stderr}`, read.stdout === RECORDS],
  ];
  return checks.filter(([, isSo]) => !isSo).map(([what]) => what);
}

function weir({ address }: Weir, args: readonly string[], input = "") {
  return run([executable, "-b", address, ...args], { input });
}
