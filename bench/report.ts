import type { Comparison, Effort, Sample } from "./rounds.ts";
import type { StartUp } from "./startup.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Pair } from "./systems.ts";

/** All that was measured, and how. */
export interface Findings {
  readonly command: string;
  readonly date: string;
  readonly machine: readonly (readonly [string, string])[];
  readonly effort: Effort;
  readonly startUp: StartUp;
  readonly comparisons: readonly Comparison[];
}

/** The page docs/benchmarks.md. */
export function page(findings: Findings): string {
  const { comparisons } = findings;
  const compared = [...new Set(comparisons.map(({ pair }) => pair))];
  return [
    introduction(findings),
    startUpSection(findings.startUp),
    ...compared.map((pair) => pairSection(pair, comparisons)),
    partitionsSection(comparisons),
  ].join("\n");
}

function introduction({ command, date, machine, effort }: Findings): string {
  const { rounds, limits } = effort;
  return `# Benchmarks

Written by \`${command}\` on ${date}; the command makes this page again.

The reference is [a broker in C](../bench/reference/broker.c) that does as little as a Kafka broker
can do: one loop, the batch checked and written to its file, no index on disk, no recovery. With
\`journal\` it appends everything to one preallocated file as well and syncs that once a turn of its
loop. Both are driven by [one load generator](../bench/reference/load.c) on the same machine over
loopback, so client and broker share its processors. Only ratios within a row mean anything.

${table(["", ""], machine)}
${rounds} rounds, systems in turns, each started on an empty directory. A load runs warm for a
moment, then counts for ${limits.seconds} s or ${limits.bytes / 1e6} MB. Figures are medians, in
brackets the smallest and the largest; a ratio is the median of the rounds' own ratios.
`;
}

function startUpSection(startUp: StartUp): string {
  const { versionMs, readyMs, idleBytes, idleAnonymousBytes } = startUp;
  const megabytes = ({ median, min, max }: Summary): Summary => ({
    median: median / 1e6,
    min: min / 1e6,
    max: max / 1e6,
  });
  return `## Starting

${table(
  ["What", "Figure"],
  [
    ["`weir --version`, to its exit", `${spread(versionMs, 1)} ms`],
    ["`weir broker` on an empty directory, until it serves", `${spread(readyMs, 1)} ms`],
    ["Memory of an idle broker (RSS)", `${spread(megabytes(idleBytes), 1)} MB`],
    ["of it not backed by a file", `${spread(megabytes(idleAnonymousBytes), 1)} MB`],
  ],
)}`;
}

function pairSection(pair: Pair, comparisons: readonly Comparison[]): string {
  const rows = comparisons
    .filter((comparison) => comparison.pair === pair)
    .map(({ load, weir, reference }) => {
      const digits = load.unit === "MB/s" ? 1 : 0;
      const cpuUnit = load.unit === "MB/s" ? "s/GB" : "us each";
      const cpu = (samples: readonly Sample[]): string =>
        summarize(samples.map(({ brokerCpu }) => brokerCpu)).median.toFixed(2);
      const p99 = (samples: readonly Sample[]): string =>
        (summarize(samples.map(({ p99Us }) => p99Us)).median / 1000).toFixed(1);
      return [
        `${load.title}, ${load.unit}`,
        spread(rates(weir), digits),
        spread(rates(reference), digits),
        `**${ratio(weir, reference)}**`,
        `${p99(weir)} / ${p99(reference)}`,
        `${cpu(weir)} / ${cpu(reference)} ${cpuUnit}`,
      ];
    });
  const head = ["Load", pair.weir.name, pair.reference.name, "Ratio", "p99, ms", "Broker's CPU"];
  return `## ${pair.title}\n\n${table(head, rows)}`;
}

/** What is left of the rate when the same records go to more partitions. */
function partitionsSection(comparisons: readonly Comparison[]): string {
  const small = comparisons.filter(({ load }) => load.unit === "acks/s");
  const rows = small.flatMap(({ pair, load, weir, reference }) => {
    const one = small.find((other) => other.pair === pair && other.load.partitions === 1);
    if (one === undefined || load.partitions === 1) return [];
    return [
      [`${pair.weir.name}, ${load.partitions} partitions`, ratio(weir, one.weir)],
      [`${pair.reference.name}, ${load.partitions} partitions`, ratio(reference, one.reference)],
    ];
  });
  const title = "## More partitions\n\nAcks a second, against those with one partition.\n\n";
  return title + table(["System", "Ratio"], rows);
}

function rates(samples: readonly Sample[]): Summary {
  return summarize(samples.map(({ rate }) => rate));
}

/** The median of the rounds' own ratios, with its spread. */
function ratio(of: readonly Sample[], to: readonly Sample[]): string {
  const each = of.map((sample, round) => sample.rate / (to[round]?.rate ?? Number.NaN));
  return spread(summarize(each), 2);
}

function spread({ median, min, max }: Summary, digits: number): string {
  const text = (value: number): string =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median)} (${text(min)}-${text(max)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}
