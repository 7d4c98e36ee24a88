/**
 * Writes into README.md and docs/*.md what their commands print now, and the example of the native
 * protocol: `npm run docs`. What only varies from run to run stays as it is (pages/settle.ts).
 */
import { writeFileSync } from "node:fs";
import { exampleLines } from "../../internal/doors/native/example.testing.ts";
import { fileOf, outcomesOf, readPages } from "./pages/reading.ts";
import { stepsOf } from "./pages/session.ts";
import { settled } from "./pages/settle.ts";
import { withOutputs } from "./pages/steps.ts";

const sameButForTime = (a: string, b: string): boolean => settled(a) === settled(b);

const example = (await exampleLines()).join("\n");

for (const page of readPages()) {
  const steps = stepsOf(page.parts);
  const outcomes = await outcomesOf(page);
  const printed = outcomes.map(({ output }) => output);
  const text = withOutputs(page.text, steps, printed, sameButForTime);
  writeFileSync(
    fileOf(page.name),
    text.replace(/(?<=^```hex\n).*?(?=\n```$)/ms, () => example),
  );
  const failed = steps.filter(({ output }, i) => output === null && outcomes[i]?.code !== 0);
  for (const { command, from } of failed) {
    process.stdout.write(`${page.name}:${from}: this fails: ${command}\n`);
  }
  const left = page.parts.flatMap((part) => (part.kind === "not run" ? [part] : []));
  process.stdout.write(`${page.name}: ${steps.length} commands run\n`);
  for (const { at, why } of left) process.stdout.write(`  line ${at} is not run: ${why}\n`);
}
