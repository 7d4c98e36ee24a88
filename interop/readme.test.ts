/** Takes the tour of the README and holds what it prints against the page. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "./command.ts";
import { blockOf, type Step, stepsOf } from "./tour.ts";
import { executable } from "./weir.ts";

const page = readFileSync(path.resolve(import.meta.dir, "../README.md"), "utf8");
const pageAddress = "127.0.0.1:9092";
const kafkajs = path.join(import.meta.dir, "clients", "kafkajs", "node_modules");

/** What not every machine has: the blocks that use it are left out there. */
const extras: Readonly<Record<string, boolean>> = {
  jq: Bun.which("jq") !== null,
  kcat: Bun.which("kcat") !== null,
  node: existsSync(kafkajs),
};

const blocks = stepsOf(page).filter((steps) =>
  steps.every(({ command }) =>
    Object.entries(extras).every(([name, isHere]) => isHere || !usesProgram(command, name)),
  ),
);

function usesProgram(command: string, name: string): boolean {
  return command.split("|").some((part) => part.trim().split(" ")[0] === name);
}

/** Stands between the outputs of two steps. */
const SEPARATOR = "\x1e";

/** Has brokers listen at the test's port, and waits for those in the background. */
const PRELUDE = `
exec 2>&1
weir() {
  if [ "$1" = broker ]; then exec weir "$@" --listen "$WEIR_BROKER" > ready 2> log; fi
  command weir "$@"
}
in_background() {
  disown
  until [ -s ready ]; do kill -0 $! || { cat log; exit 1; }; sleep 0.01; done
  cat ready
  rm ready
}
trap 'kill $!; while kill -0 $! 2>/dev/null; do sleep 0.01; done' EXIT
`;

function scriptOf(steps: readonly Step[], address: string): string {
  const commands = steps.map(({ command }) => {
    const text = command.replaceAll(pageAddress, address);
    return text.endsWith("&") ? `${text}\nin_background` : text;
  });
  return PRELUDE + commands.map((text) => `${text}\nprintf '${SEPARATOR}'\n`).join("");
}

/** Takes out what differs from run to run. */
function settled(output: string): string {
  return output
    .replace(/^(FIELD|\w+) +.*$/gm, (line, name) => (output.startsWith("FIELD") ? name : line))
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/_ms":\d+/g, '_ms":MS')
    .replace(/^weir \S+/gm, "weir VERSION")
    .replace(/\/\S*\/weir-data/g, "/DIRECTORY/weir-data");
}

let directory = "";
let outputs: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-tour-"));
  symlinkSync(kafkajs, path.join(directory, "node_modules"));
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const address = `127.0.0.1:${listener.port}`;
  listener.stop(true);
  const program = blockOf(page, "js").replaceAll(pageAddress, address);
  writeFileSync(path.join(directory, "cherries.mjs"), program);
  const script = `cd ${directory}\n${scriptOf(blocks.flat(), address)}`;
  const { stdout } = await run(["bash", "-c", script], {
    env: { WEIR_BROKER: address, PATH: `${path.dirname(executable)}:${process.env.PATH}` },
  });
  outputs = stdout.replaceAll(address, pageAddress).split(SEPARATOR);
});

afterAll(() => rmSync(directory, { recursive: true }));

test.each(blocks.flat().map((step, i) => ({ ...step, i })))("$line: $command", (step) => {
  expect(settled(outputs[step.i] ?? "")).toBe(settled(step.output));
});
