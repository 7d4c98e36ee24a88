/** Builds `dist/weir` for this machine. */
import path from "node:path";
import { buildExecutable, root } from "./executable.ts";

const outfile = path.join(root, "dist", "weir");
const { sizeBytes } = await buildExecutable(outfile, null);
process.stdout.write(`${path.relative(root, outfile)}: ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
