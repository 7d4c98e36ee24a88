import { Configs } from "../data/configs.ts";
import { Session } from "../data/session.ts";
import { Tail } from "../data/tail.ts";
import type { SortOrder } from "../list/order.ts";
import type { PaletteName } from "../theme/palettes.ts";
import { makeTheme, type Theme } from "../theme/theme.ts";
import type { Listing, ViewContext } from "../views/view.ts";
import { type Layout, layoutOf, type Size } from "./layout.ts";
import { type ListMemory, settle } from "./list-memory.ts";
import { type ListSource, Lists } from "./lists.ts";
import type { Mode, Notice } from "./mode.ts";
import type { AppOptions } from "./options.ts";
import { focusOf, type Screen } from "./screen.ts";

const NOTICE_MS = 6000;
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
  readonly #lists: Lists;
  #dataVersion = 0;
  #version = 0;
  readonly #subscribers = new Set<() => void>();
  /** When new data were drawn last, and whether there are newer. */
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #showDue = false;
  /** Whether there was all that is to be on the screen. */
  #shownFilled = false;
  #ticking: { cancel(): void } | null = null;

  constructor(options: AppOptions) {
    const { clock, connect, connectTo, refreshMs } = options;
    this.options = options;
    this.size = options.size;
    this.theme = makeTheme(options.palette, options.capabilities);
    const changed = (): void => this.#dataChanged();
    this.#lists = new Lists(clock);
    const inView = () => this.#lists.inView(this.screen, this.layout);
    this.session = new Session({ clock, connect, connectTo, refreshMs, changed, inView });
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
    return this.#lists.memoryOf(this.screen);
  }

  get layout(): Layout {
    return layoutOf(this.size, this.screen.view);
  }

  get context(): ViewContext {
    const { world } = this.session;
    const sinceMs = this.options.clock.monotonicMs() - (world.updatedAtMs ?? 0);
    const nowMs = world.brokerAtMs + sinceMs;
    const { configs, tail, hex, theme, layout } = this;
    const valueWidth = (layout.detailWidth || layout.tableWidth) - 3; // without what is around it
    return { world, configs, tail, hex, theme, nowMs, valueWidth };
  }

  /** The rows of the screen, filtered and sorted; its memory has found its place in them. */
  get listing(): Listing {
    return this.#lists.listing(this.#list);
  }

  /** Selects the row that is `distance` from the selected one. */
  move(distance: number): void {
    this.#lists.move(this.#list, distance);
    const { screen, tail } = this;
    if (tail === null || screen.view !== "messages") return;
    const left = this.listing.keys.length - 1 - this.memory.index;
    if (left > 0) tail.following = false;
    tail.nearEnd = left < NEAR_END_ROWS;
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
    this.#shownFilled = false;
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

  get #list(): ListSource {
    const { screen, layout, context } = this;
    return { screen, layout, context, dataVersion: this.#dataVersion };
  }

  #dataChanged(): void {
    this.#dataVersion++;
    if (this.#showDue) return;
    const { clock } = this.options;
    this.#showDue = true;
    // After that, once an interval: what is looked at closely comes as a stream of its own.
    const gatherMs = this.#shownFilled ? this.options.refreshMs : FILL_MS;
    const waitMs = Math.max(0, this.#shownAtMs + gatherMs - clock.monotonicMs());
    clock.after(waitMs, () => {
      this.#showDue = false;
      this.#shownAtMs = clock.monotonicMs();
      this.#shownFilled = this.session.world.isFilled;
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
