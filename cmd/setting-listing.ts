import type { ConfigEntry } from "../internal/client/api.ts";
import type { Listing } from "./output/listing.ts";
import { listingShape } from "./output/shape.ts";

/** The settings of a topic or a broker. */
export const settingsShape = listingShape("settings", {
  name: "text, the setting's name",
  value: "text or null, what holds",
  source: "text, who said so: topic, broker or default",
  type: "text, boolean, int, long, double, string or list",
  read_only: "boolean, whether it is as it is until the next start",
  documentation: "text, what it does",
});

/** Settings as they are printed. */
export function settingListing(entries: readonly ConfigEntry[]): Listing<ConfigEntry> {
  return {
    shape: settingsShape,
    items: entries.map((entry) => ({
      name: entry.name,
      value: entry.value,
      source: entry.source,
      type: entry.type,
      read_only: entry.readOnly,
      documentation: entry.documentation,
    })),
    rows: entries,
    columns: [
      { header: "NAME", align: "left", text: ({ name }) => name },
      { header: "VALUE", align: "left", text: ({ value }) => value ?? "" },
      { header: "SOURCE", align: "left", text: ({ source }) => source },
      { header: "TYPE", align: "left", text: ({ type }) => type, wideOnly: true },
      { header: "MEANING", align: "left", text: (entry) => entry.documentation, wideOnly: true },
    ],
  };
}
