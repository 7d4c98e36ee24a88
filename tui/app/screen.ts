import type { Place } from "../../internal/client/place.ts";
import type { TailRecord } from "../data/tail.ts";
import type { Focus } from "../data/world.ts";

/** What the screen shows: a view, and of what. */
export type Screen =
  | { readonly view: "overview" }
  | { readonly view: "topics" }
  | { readonly view: "partitions"; readonly topic: string }
  | {
      readonly view: "messages";
      readonly topic: string;
      /** null: all of them. */
      readonly partition: number | null;
      readonly from: MessagesFrom;
    }
  | { readonly view: "message"; readonly record: TailRecord }
  | { readonly view: "configs"; readonly topic: string | null }
  | { readonly view: "groups" }
  | { readonly view: "lag"; readonly groupId: string }
  | { readonly view: "brokers" }
  | { readonly view: "events" };

/** Where messages are read from: the last few and what comes, or a place, from there on. */
export type MessagesFrom = { readonly kind: "tail" } | Place;

/** A view's name. */
export type ViewName = Screen["view"];

/** The views that stand for themselves, in the order of their number keys. */
export const topViews = ["overview", "topics", "groups", "brokers", "configs", "events"] as const;

/** The screen of a view that needs nothing else. */
export function topScreen(view: (typeof topViews)[number]): Screen {
  return view === "configs" ? { view, topic: null } : { view };
}

/** What of the broker a screen looks at more closely than the others. */
export function focusOf(screen: Screen): Focus | null {
  if (screen.view === "partitions") return { kind: "topic", topic: screen.topic };
  return screen.view === "lag" ? { kind: "group", groupId: screen.groupId } : null;
}

/** Tells screens apart: what is remembered of one (its place, its filter) is under this. */
export function screenKey(screen: Screen): string {
  switch (screen.view) {
    case "partitions":
      return `partitions ${screen.topic}`;
    case "messages":
      return `messages ${screen.topic} ${screen.partition ?? "all"}`;
    case "message":
      return `message ${screen.record.partition} ${screen.record.offset}`;
    case "configs":
      return `configs ${screen.topic ?? ""}`;
    case "lag":
      return `lag ${screen.groupId}`;
    default:
      return screen.view;
  }
}

/** Where one is, in words: `topics ▸ orders ▸ messages`. */
export function breadcrumbs(screen: Screen): readonly string[] {
  switch (screen.view) {
    case "partitions":
      return ["topics", screen.topic];
    case "messages": {
      const { topic, partition } = screen;
      return ["topics", partition === null ? topic : `${topic}-${partition}`, "messages"];
    }
    case "message": {
      const { topic, partition, offset } = screen.record;
      return ["topics", `${topic}-${partition}`, "messages", String(offset)];
    }
    case "configs":
      return screen.topic === null ? ["configs"] : ["topics", screen.topic, "configs"];
    case "lag":
      return ["groups", screen.groupId];
    default:
      return [screen.view];
  }
}
