import type { InView } from "../../internal/client/api.ts";
import type { Clock } from "../data/session.ts";
import { listScreen } from "../views/index.ts";
import type { Listing, ViewContext } from "../views/view.ts";
import { partitionsInView } from "./in-view.ts";
import type { Layout } from "./layout.ts";
import { type ListMemory, newListMemory, select, settle } from "./list-memory.ts";
import { type Screen, screenKey } from "./screen.ts";

/** What a list is made of. */
export interface ListSource {
  readonly screen: Screen;
  readonly layout: Layout;
  readonly context: ViewContext;
  /** Changes whenever what is listed may have. */
  readonly dataVersion: number;
}

/** Rows keep their places for so long after someone has moved among them. */
const STEADY_MS = 2500;

/**
 * The screens' lists: what is remembered of each, and the rows of the one that is looked at, which
 * are filtered and sorted anew only when something about them is another.
 */
export class Lists {
  readonly #clock: Clock;
  readonly #memories = new Map<string, ListMemory>();
  #movedAtMs = Number.NEGATIVE_INFINITY;
  /** The rows that were listed last, and what decided about them. */
  #last: { readonly of: readonly unknown[]; readonly listing: Listing } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  memoryOf(screen: Screen): ListMemory {
    const key = screenKey(screen);
    const known = this.#memories.get(key);
    if (known) return known;
    const made = newListMemory();
    this.#memories.set(key, made);
    return made;
  }

  /** The rows, filtered and sorted; the list's memory has found its place in them. */
  listing({ screen, layout, context, dataVersion }: ListSource): Listing {
    const memory = this.memoryOf(screen);
    const { filter, faultsOnly, sort } = memory;
    const { tableWidth, tableHeight } = layout;
    const { theme, hex, tail } = context;
    const looks = [screen, tableWidth, theme, hex, filter, faultsOnly, sort, tail?.following];
    const of = [dataVersion, ...looks];
    if (this.#last && of.every((one, index) => one === this.#last?.of[index])) {
      return this.#last.listing;
    }
    const sameList = this.#last?.of.slice(1).every((one, index) => one === of[index + 1]);
    const isMoving = this.#clock.monotonicMs() - this.#movedAtMs < STEADY_MS;
    const keep = sameList && isMoving ? (this.#last?.listing.keys ?? null) : null;
    const options = { width: tableWidth, filter, faultsOnly, sort, keep };
    const listing = listScreen(screen, options, context);
    this.#last = { of, listing };
    if (screen.view === "messages" && tail?.following) toEnd(memory, listing);
    settle(memory, listing.keys, tableHeight);
    return listing;
  }

  /** Selects the row that is `distance` from the selected one. */
  move(source: ListSource, distance: number): void {
    const memory = this.memoryOf(source.screen);
    const { keys } = this.listing(source);
    select(memory, memory.index + distance, keys, source.layout.tableHeight);
    this.#movedAtMs = this.#clock.monotonicMs();
  }

  /** Which partitions are on the screen; null before they are listed, or where others are. */
  inView(screen: Screen, layout: Layout): InView | null {
    const keys = this.#last?.of.includes(screen) ? this.#last.listing.keys : [];
    return partitionsInView(screen, keys, this.memoryOf(screen), layout);
  }
}

function toEnd(memory: ListMemory, { keys }: Listing): void {
  memory.index = keys.length - 1;
  memory.selected = keys.at(-1) ?? null;
}
