import type { App } from "./app.ts";

/** A topic, and the partition if it is one. */
export interface SelectedPlace {
  readonly topic: string;
  readonly partition: number | null;
}

/** The name of the selected row; null: none is selected. */
export function selectedName({ listing, memory }: App): string | null {
  return listing.nameOf(memory.index);
}

/** The topic that is selected, or that the screen is of; null: there is none. */
export function selectedPlace({ screen, listing, memory }: App): SelectedPlace | null {
  if (screen.view === "messages") return { topic: screen.topic, partition: screen.partition };
  const opened = listing.open(memory.index);
  if (screen.view === "partitions") {
    const partition = opened?.view === "messages" ? opened.partition : null;
    return { topic: screen.topic, partition };
  }
  return opened?.view === "partitions" ? { topic: opened.topic, partition: null } : null;
}

/** The group that is selected, or that the screen is of; null: there is none. */
export function selectedGroup(app: App): string | null {
  return app.screen.view === "lag" ? app.screen.groupId : selectedName(app);
}
