import type { ConfigEntry } from "../../internal/client/api.ts";
import { type Column, left } from "../list/column.ts";
import type { Line } from "../text/line.ts";
import { sentence } from "../text/wrap.ts";
import type { Role } from "../theme/palettes.ts";
import { fact, UNKNOWN } from "./cells.ts";
import type { View, ViewContext } from "./view.ts";

const SOURCE_ROLES: Readonly<Record<ConfigEntry["source"], Role>> = {
  topic: "accent",
  broker: "ok",
  default: "muted",
};

const columns: readonly Column<ConfigEntry>[] = [
  left("setting", "SETTING", 26, 0, {
    maxWidth: 44,
    cell: ({ name, source }) => [name, source === "default" ? "text" : "strong"],
    sortBy: ({ name }) => name,
  }),
  left("value", "VALUE", 20, 0, {
    maxWidth: 80,
    cell: ({ value, source }) =>
      value === null ? UNKNOWN : [value, source === "default" ? "muted" : "text"],
    sortBy: ({ value }) => value,
  }),
  left("source", "FROM", 8, 0, {
    cell: ({ source }) => [source, SOURCE_ROLES[source]],
    sortBy: ({ source }) => source,
  }),
  left("type", "TYPE", 8, 2, {
    cell: ({ type }) => [type, "muted"],
    sortBy: ({ type }) => type,
  }),
  left("edit", "EDIT", 9, 3, {
    cell: ({ readOnly }) => [readOnly ? "at start" : "any time", "muted"],
  }),
];

/** A topic's settings, or the broker's (null). */
export function configsView(topic: string | null, { configs }: ViewContext): View<ConfigEntry> {
  const loaded = configs.of(topic);
  return {
    table: {
      columns,
      rows: loaded.state === "ready" ? loaded.value : [],
      key: ({ name }) => name,
      search: ({ name, value, documentation }) => `${name} ${value ?? ""} ${documentation}`,
    },
    sort: { column: "setting", descending: false },
    empty: loaded.state === "failed" ? loaded.reason : "",
    detail: card,
  };
}

function card(entry: ConfigEntry): readonly Line[] {
  const { name, value, source, type, readOnly, documentation } = entry;
  return [
    [[name, "strong"]],
    [],
    fact("value", value === null ? UNKNOWN : [value]),
    fact("from", [source, SOURCE_ROLES[source]]),
    fact("type", [type]),
    fact("edit", [readOnly ? "when the broker starts: --set" : "any time: E"]),
    [],
    ...sentence(documentation, "muted"),
  ];
}
