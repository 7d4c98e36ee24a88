import type { MetricFamily } from "../../broker/observability/metric-families.ts";

/** How metrics are written down. */
export type Exposition = "openmetrics" | "text";

/** What each is called in HTTP. */
export const CONTENT_TYPES: Readonly<Record<Exposition, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  text: "text/plain; version=0.0.4; charset=utf-8",
};

/** Units that a name may end with, as OpenMetrics wants to have them named. */
const UNITS = ["bytes", "seconds", "records"];

/**
 * Metrics as Prometheus reads them: OpenMetrics 1.0, or the older text format 0.0.4, where a
 * counter's family has `_total` in its name.
 */
export function exposition(families: readonly MetricFamily[], format: Exposition): string {
  const parts = families.flatMap((family) => {
    const { name, type, help, samples } = family;
    if (samples.length === 0) return [];
    const sampleName = type === "counter" ? `${name}_total` : name;
    const familyName = format === "openmetrics" ? name : sampleName;
    const unit = UNITS.find((each) => name.endsWith(`_${each}`));
    return [
      `# HELP ${familyName} ${escapeHelp(help)}\n# TYPE ${familyName} ${type}\n`,
      unit !== undefined && format === "openmetrics" ? `# UNIT ${familyName} ${unit}\n` : "",
      ...samples.map(({ labels, value }) => `${sampleName}${labelText(labels)} ${value}\n`),
    ];
  });
  return parts.join("") + (format === "openmetrics" ? "# EOF\n" : "");
}

function labelText(labels: readonly (readonly [string, string])[]): string {
  if (labels.length === 0) return "";
  return `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(",")}}`;
}

function escapeLabel(value: string): string {
  return escapeHelp(value).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
