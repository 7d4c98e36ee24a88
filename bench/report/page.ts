import { writeFileSync } from "node:fs";
import { type MeasureId, measures } from "../measures/all.ts";
import { type Figure, figureKinds } from "../measures/figures.ts";
import type { Measure } from "../measures/measure.ts";
import { type Result, readResults } from "../results.ts";
import { type SystemId, systems } from "../systems/all.ts";
import { curvesSection } from "./curves.ts";
import { goalsSection } from "./goals.ts";
import { figureOf, ratioOf } from "./summaries.ts";
import { decimal, spread, table } from "./tables.ts";

/** Writes docs/benchmarks.md of what is kept of all runs. */
export function writePage(file: string): void {
  const results = readResults();
  const ids = (Object.keys(measures) as MeasureId[]).filter((id) => results.has(id));
  const latest = [...results.values()].toSorted((a, b) => (a.date < b.date ? 1 : -1))[0];
  const parts = [
    introduction(latest?.machine ?? []),
    systemsSection(results),
    goalsSection(results),
    "## Measures\n",
    ...ids.map((id) => measureSection(measures[id], results.get(id))),
    curvesSection(file),
  ];
  writeFileSync(file, `${parts.join("\n").trimEnd()}\n`);
}

function introduction(machine: Result["machine"]): string {
  return `# Benchmarks

\`npm run bench\` measures the compiled broker beside others and writes this page. With
\`--only MEASURE\` it does a part again, and the page has each part as it was last measured, with
its date and command. \`npm run bench:install\` gets the others' released packages.

All share one machine with their clients, over loopback, so that only ratios within a table mean
anything. Systems take turns, A B C, then C B A; each is started on an empty directory and warmed
up. What writes much is rehearsed just before, because on a virtual machine the first touch of
memory costs more than any broker does. Figures are medians over the rounds, in brackets the
smallest and the largest; ratios are to the first line, and the medians of the rounds' own ratios.

C is [a broker that does as little as one can](../bench/reference/broker.c): one loop, the batch
checked and written to its file, no index on disk, no recovery. Raw loads come from [a generator
that costs next to nothing](../bench/reference/load.c); what says librdkafka from [a small program
on that library](../bench/clients/rdkafka.c), and the rest from Kafka's own tools and from
[programs on each other system's library](../bench/clients). Where the broker's time goes is on
[a page of its own](benchmarks/profile.md).

${table(["", ""], machine)}`;
}

function systemsSection(results: ReadonlyMap<string, Result>): string {
  const versions = new Map<string, string>();
  for (const { systems: measured } of results.values()) {
    for (const [id, { version }] of Object.entries(measured)) versions.set(id, version);
  }
  const rows = (Object.keys(systems) as SystemId[]).map((id) => [
    systems[id].name,
    versions.get(id) ?? `not measured: ${systems[id].missing() ?? "not asked for"}`,
    systems[id].ack,
  ]);
  return `## Systems: who syncs\n\n${table(["System", "Version", "An ack says that"], rows)}`;
}

function measureSection(measure: Measure, result: Result | undefined): string {
  if (result === undefined) return "";
  const { title, main, note } = measure;
  const present = measure.systems.filter((id) => figureOf(result, id, main) !== null);
  const [first] = present;
  const figures = (Object.keys(figureKinds) as Figure[]).filter(
    (figure) => figure !== main && present.some((id) => figureOf(result, id, figure) !== null),
  );
  const rows = present.map((id) => {
    const value = figureOf(result, id, main);
    const ratio = first === undefined ? null : ratioOf(result, id, first, main);
    return [
      systems[id].name,
      value === null ? "" : spread(value, figureKinds[main].digits),
      ratio === null || id === first ? "" : `**${spread(ratio, 2)}**`,
      ...figures.map((figure) => {
        const other = figureOf(result, id, figure);
        return other === null ? "" : decimal(other.median, figureKinds[figure].digits);
      }),
    ];
  });
  const titles = figures.map((figure) => figureKinds[figure].title);
  const head = ["System", figureKinds[main].title, "Ratio", ...titles];
  const rounds = Math.max(...present.map((id) => result.systems[id]?.samples.length ?? 0));
  const place = measure.place === "disk" ? "" : ", on tmpfs";
  return [
    `### ${title}\n`,
    ...(note === undefined ? [] : [`${note}\n`]),
    table(head, rows),
    ...result.failures.map((failure) => `Not measured, or not in each round: ${failure}\n`),
    `${result.date}, ${rounds} rounds${place}: \`${result.command}\`\n`,
  ].join("\n");
}
