import type { Client, InView } from "../../internal/client/api.ts";
import { Configs } from "../data/configs.ts";
import { type Clock, Session } from "../data/session.ts";
import { Tail, type TailRecord } from "../data/tail.ts";
import type { SortOrder } from "../list/order.ts";
import type { PaletteName } from "../theme/palettes.ts";
import { type Capabilities, makeTheme, type Theme } from "../theme/theme.ts";
import { listScreen } from "../views/index.ts";
import type { Listing, ViewContext } from "../views/view.ts";
import { partitionsInView } from "./in-view.ts";
import { type Layout, layoutOf, type Size } from "./layout.ts";
import { type ListMemory, newListMemory, select, settle } from "./list-memory.ts";
import type { Mode, Notice } from "./mode.ts";
import { focusOf, type Place, type Screen, screenKey } from "./screen.ts";

/** What the screen needs of the world outside. */
export interface AppOptions {
  readonly clock: Clock;
  readonly connect: ConstructorParameters<typeof Session>[0]["connect"];
  /** The broker's address as people write it, and the option that names it on a command line. */
  readonly address: string;
  readonly brokerOption: string;
  readonly refreshMs: number;
  readonly readOnly: boolean;
  readonly palette: PaletteName;
  readonly capabilities: Capabilities;
  readonly size: Size;
  /** Reads a place in a partition as the command line does; throws what to tell. */
  readonly parsePlace: (text: string, nowMs: number) => Place;
  /** Looks up what a reset of a group's offsets would do; rejects with what to tell. */
  readonly planReset: (client: Client, target: ResetTarget) => Promise<readonly PlannedOffset[]>;
  /** Puts a text into the terminal's clipboard. */
  readonly copy: (text: string) => void;
  /** Writes messages to a new file, one a line; resolves with where it is. */
  readonly save: (topic: string, records: readonly TailRecord[]) => Promise<string>;
  /** Told of a bug. */
  readonly failed: (error: unknown) => void;
  /** Ends the program. */
  readonly quit: () => void;
}

/** Which offsets of a group are to be set, and where to. */
export interface ResetTarget {
  readonly groupId: string;
  /** None for all that the group has an offset of. */
  readonly topics: readonly string[];
  readonly partitions: readonly number[];
  readonly to: Place;
}

/** What becomes of a group's offset in one partition. */
export interface PlannedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly committedOffset: number | null;
  readonly newOffset: number;
}

const NOTICE_MS = 6000;
/** Rows keep their places for so long after someone has moved among them. */
const STEADY_MS = 2500;
/** While a screen fills for the first time, it is drawn so often at the most. */
const FILL_MS = 100;
/** How often the age of what is shown is shown anew. */
const AGE_MS = 1000;
/** Messages are read on when so few are left below the selected one. */
const NEAR_END_ROWS = 200;

/**
 * The state of the screen: where one is, what is selected, what is being typed. Keys change it
 * through `press` (press.ts), data through the session; whoever draws it subscribes.
 */
export class App {
  readonly options: AppOptions;
  readonly session: Session;
  readonly configs: Configs;
  /** The messages that are being read. */
  tail: Tail | null = null;
  /** Whether they are shown as bytes. */
  hex = false;
  mode: Mode = { kind: "browse" };
  notice: Notice | null = null;
  theme: Theme;
  size: Size;
  #screens: readonly Screen[] = [{ view: "overview" }];
  readonly #memories = new Map<string, ListMemory>();
  #movedAtMs = Number.NEGATIVE_INFINITY;
  #listing: { readonly of: readonly unknown[]; readonly listing: Listing } | null = null;
  #dataVersion = 0;
  #version = 0;
  readonly #subscribers = new Set<() => void>();
  /** When new data were drawn last, and whether there are newer. */
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #showDue = false;
  #ticking: { cancel(): void } | null = null;

  constructor(options: AppOptions) {
    const { clock, connect, refreshMs } = options;
    this.options = options;
    this.size = options.size;
    this.theme = makeTheme(options.palette, options.capabilities);
    const changed = (): void => this.#dataChanged();
    const inView = (): InView | null => {
      const drawn = this.#listing?.of.includes(this.screen) ? this.#listing.listing.keys : [];
      return partitionsInView(this.screen, drawn, this.memory, this.layout);
    };
    this.session = new Session({ clock, connect, refreshMs, changed, inView });
    this.configs = new Configs(() => this.session.client, changed);
  }

  /** Runs until it is stopped; rejects with what is a bug. */
  run(): Promise<void> {
    this.#tick();
    return this.session.run();
  }

  stop(): void {
    this.#ticking?.cancel();
    this.tail?.stop();
    this.session.stop();
  }

  get screen(): Screen {
    return this.#screens.at(-1) ?? { view: "overview" };
  }

  /** How many screens one can go back. */
  get depth(): number {
    return this.#screens.length - 1;
  }

  get memory(): ListMemory {
    const key = screenKey(this.screen);
    const known = this.#memories.get(key);
    if (known) return known;
    const made = newListMemory();
    this.#memories.set(key, made);
    return made;
  }

  get layout(): Layout {
    return layoutOf(this.size, this.screen.view);
  }

  get context(): ViewContext {
    const { world } = this.session;
    const sinceMs = this.options.clock.monotonicMs() - (world.updatedAtMs ?? 0);
    const nowMs = world.brokerAtMs + sinceMs;
    const { configs, tail, hex, theme } = this;
    return { world, configs, tail, hex, theme, nowMs };
  }

  /** The rows of the screen, filtered and sorted; its memory has found its place in them. */
  get listing(): Listing {
    const { screen, memory, layout, theme, hex } = this;
    const { filter, faultsOnly, sort } = memory;
    const { tableWidth } = layout;
    const looks = [screen, tableWidth, theme, hex, filter, faultsOnly, sort, this.tail?.following];
    const of = [this.#dataVersion, ...looks];
    if (this.#listing && of.every((one, index) => one === this.#listing?.of[index])) {
      return this.#listing.listing;
    }
    const sameList = this.#listing?.of.slice(1).every((one, index) => one === of[index + 1]);
    const isMoving = this.options.clock.monotonicMs() - this.#movedAtMs < STEADY_MS;
    const keep = sameList && isMoving ? (this.#listing?.listing.keys ?? null) : null;
    const options = { width: tableWidth, filter, faultsOnly, sort, keep };
    const listing = listScreen(screen, options, this.context);
    this.#listing = { of, listing };
    if (screen.view === "messages" && this.tail?.following) this.#toEnd(listing);
    settle(memory, listing.keys, layout.tableHeight);
    return listing;
  }

  /** Selects the row that is `distance` from the selected one. */
  move(distance: number): void {
    const { listing, memory, layout } = this;
    select(memory, memory.index + distance, listing.keys, layout.tableHeight);
    this.#movedAtMs = this.options.clock.monotonicMs();
    if (this.tail === null || this.screen.view !== "messages") return;
    const last = listing.keys.length - 1;
    if (memory.index < last) this.tail.following = false;
    this.tail.nearEnd = last - memory.index < NEAR_END_ROWS;
  }

  /** Goes on to a screen, from which one can come back. */
  open(screen: Screen): void {
    this.#show([...this.#screens, screen]);
  }

  /** Goes to a screen from which one doesn't come back here. */
  jump(screens: readonly Screen[]): void {
    this.#show(screens);
  }

  back(): void {
    if (this.depth > 0) this.#show(this.#screens.slice(0, -1));
  }

  /** What the list is sorted by; null: it has its own order. */
  get sort(): SortOrder | null {
    return this.listing.sort;
  }

  setPaused(paused: boolean): void {
    this.session.setPaused(paused);
    if (this.tail) this.tail.paused = paused;
  }

  sortBy(sort: SortOrder): void {
    this.memory.sort = sort;
    this.memory.selected ??= this.listing.keys[this.memory.index] ?? null;
  }

  setPalette(palette: PaletteName): void {
    this.theme = makeTheme(palette, this.options.capabilities);
  }

  /** Tells something for a few seconds. */
  tell(text: string, isBad = false): void {
    const untilMs = this.options.clock.monotonicMs() + NOTICE_MS;
    this.notice = { text, isBad, untilMs };
    this.draw();
  }

  resize(size: Size): void {
    if (size.columns === this.size.columns && size.rows === this.size.rows) return;
    this.size = size;
    const { listing, memory, layout } = this;
    settle(memory, listing.keys, layout.tableHeight);
    this.draw();
  }

  subscribe = (subscriber: () => void): (() => void) => {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  };

  /** Changes whenever there is something else to draw. */
  version = (): number => this.#version;

  /** Has the screen drawn, now. */
  draw(): void {
    this.#version++;
    for (const subscriber of this.#subscribers) subscriber();
  }

  #show(screens: readonly Screen[]): void {
    this.#screens = screens;
    this.#shownAtMs = Number.NEGATIVE_INFINITY;
    this.mode = { kind: "browse" };
    const { screen } = this;
    this.session.lookAt(focusOf(screen));
    if (screen.view === "configs") this.configs.load(screen.topic);
    this.#tailFor(screen);
  }

  /** Messages are read as long as their screen, or one of them, is on. */
  #tailFor(screen: Screen): void {
    if (screen.view === "message") return;
    if (screen.view === "messages" && this.tail?.target === screen) return;
    this.tail?.stop();
    this.tail = null;
    if (screen.view !== "messages") return;
    const { clock, failed } = this.options;
    const changed = (): void => this.#dataChanged();
    this.tail = new Tail(screen, { clock, client: () => this.session.client, changed });
    this.tail.run().catch(failed);
  }

  #toEnd({ keys }: Listing): void {
    this.memory.index = keys.length - 1;
    this.memory.selected = keys.at(-1) ?? null;
  }

  #dataChanged(): void {
    this.#dataVersion++;
    if (this.#showDue) return;
    const { clock } = this.options;
    this.#showDue = true;
    // After that, once an interval: what is looked at closely comes as a stream of its own.
    const gatherMs = this.session.world.complete ? this.options.refreshMs : FILL_MS;
    const waitMs = Math.max(0, this.#shownAtMs + gatherMs - clock.monotonicMs());
    clock.after(waitMs, () => {
      this.#showDue = false;
      this.#shownAtMs = clock.monotonicMs();
      this.draw();
    });
  }

  /** Ages grow by themselves, and notices go. */
  #tick(): void {
    const { clock } = this.options;
    this.#ticking = clock.after(AGE_MS, () => {
      if (this.notice && clock.monotonicMs() > this.notice.untilMs) this.notice = null;
      const isFresh = clock.monotonicMs() - (this.session.world.updatedAtMs ?? 0) < AGE_MS;
      if (!isFresh) this.draw();
      this.#tick();
    });
  }
}
