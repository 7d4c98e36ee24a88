import type { View } from "./view.ts";

/** Consumer groups, which brokers can't tell yet. */
export function groupsView(): View<never> {
  return {
    table: { columns: [], rows: [], key: () => "" },
    sort: null,
    empty: "this broker does not tell of consumer groups yet",
  };
}
