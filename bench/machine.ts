import { statfsSync } from "node:fs";
import os from "node:os";
import { executable } from "../interop/weir.ts";

/** On what and with which versions was measured, as pairs of a name and a value. */
export function describeMachine(directory: string): readonly (readonly [string, string])[] {
  const [processor] = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  return [
    ["Weir", firstLine(executable, "--version")],
    ["Bun", Bun.version],
    ["C compiler", firstLine("cc", "--version")],
    ["Processor", `${processor?.model ?? "unknown"}, ${os.cpus().length} cores`],
    ["Memory", `${gigabytes} GB`],
    ["System", `${os.type()} ${os.release()}`],
    ["File system of the data", fileSystem(directory)],
    ["Load at the start", os.loadavg()[0]?.toFixed(2) ?? "unknown"],
  ];
}

function firstLine(...cmd: string[]): string {
  return Bun.spawnSync({ cmd }).stdout.toString().split("\n")[0] ?? "";
}

/** Magic numbers of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: "ext4",
  16914836: "tmpfs",
  1481003842: "xfs",
  2435016766: "btrfs",
};

function fileSystem(directory: string): string {
  const { type } = statfsSync(directory);
  return FILE_SYSTEMS[type] ?? `type ${type.toString(16)}`;
}
