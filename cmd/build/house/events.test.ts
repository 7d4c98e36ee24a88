/** What the broker tells people of is what the docs explain. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { EVENT_KINDS } from "../../../internal/broker/observability/event-kinds.ts";
import { FAMILIES } from "../../../internal/broker/observability/metric-families.ts";
import { readSources, root } from "./sources.ts";

const sources = (await readSources()).filter(({ path: file, isTest }) => {
  return !isTest && !file.endsWith("/event-kinds.ts");
});

test("every kind of event that is explained can happen", () => {
  // That each which can happen is explained, the types see to.
  const told = sources.filter(({ path: file }) => /^(internal\/broker|cmd\/broker)\//.test(file));
  const text = told.map((source) => source.text).join("\n");
  expect(Object.keys(EVENT_KINDS).filter((kind) => !text.includes(`"${kind}"`))).toEqual([]);
});

test("dashboard and alarms ask for metrics that there are", () => {
  const families = sources.find(({ path: file }) => file.endsWith("/metric-families.ts"));
  const names = new Set<string>(Object.keys(FAMILIES));
  for (const [, name = ""] of families?.text.matchAll(/"(weir_\w+)"/g) ?? []) names.add(name);
  for (const [, name = ""] of families?.text.matchAll(/(weir_\w+): counter/g) ?? [])
    names.add(name);
  for (const file of ["grafana.json", "prometheus-rules.yml"]) {
    const asked = readFileSync(path.join(root, "docs", file), "utf8").matchAll(/weir_[a-z_]+/g);
    const unknown = [...asked].filter(([name]) => !names.has(name.replace(/_total$/, "")));
    expect(unknown.map(([name]) => `${file}: ${name}`)).toEqual([]);
  }
});
