import type { App } from "./app.ts";
import type { ActionName } from "./bindings.ts";
import { deleteGroup, deleteTopic } from "./changes.ts";
import { promote, switchOver } from "./leadership.ts";
import { type Screen, topScreen, topViews } from "./screen.ts";
import { selectedGroup, selectedName, selectedPlace } from "./selected.ts";

/** What a key does; `key` is the one that was pressed. */
type Action = (app: App, key: string) => void;

/** What each action does, where nothing refuses it (refusals.ts). */
export const actions: Readonly<Record<ActionName, Action>> = {
  up: (app) => app.move(-1),
  down: (app) => app.move(1),
  "page-up": (app) => app.move(-page(app)),
  "page-down": (app) => app.move(page(app)),
  "half-up": (app) => app.move(-Math.ceil(page(app) / 2)),
  "half-down": (app) => app.move(Math.ceil(page(app) / 2)),
  first: (app) => app.move(-app.listing.keys.length),
  last: (app) => app.move(app.listing.keys.length),
  open(app) {
    const screen = app.listing.open(app.memory.index);
    if (screen !== null) app.open(screen);
  },
  back(app) {
    const { memory } = app;
    if (memory.filter !== "") memory.filter = "";
    else app.back();
  },
  view(app, key) {
    const view = topViews[Number(key) - 1];
    if (view !== undefined) goTo(app, topScreen(view));
  },
  "next-view": (app) => goTo(app, beside(app, 1)),
  "previous-view": (app) => goTo(app, beside(app, -1)),
  messages(app) {
    const place = selectedPlace(app);
    if (place !== null) app.open({ view: "messages", ...place, from: { kind: "tail" } });
  },
  configs(app) {
    const place = selectedPlace(app);
    if (place !== null) app.open({ view: "configs", topic: place.topic });
  },
  command: (app) => writeCommand(app, ""),
  filter(app) {
    app.mode = { kind: "filter" };
  },
  sort(app) {
    const { sortable } = app.listing;
    const at = sortable.indexOf(app.sort?.column ?? "");
    const column = sortable[(at + 1) % sortable.length];
    if (column !== undefined) app.sortBy({ column, descending: app.sort?.descending ?? false });
  },
  reverse(app) {
    const { sort } = app;
    if (sort !== null) app.sortBy({ ...sort, descending: !sort.descending });
  },
  faults(app) {
    app.memory.faultsOnly = !app.memory.faultsOnly;
  },
  follow(app) {
    if (app.tail !== null) app.tail.following = !app.tail.following;
  },
  hex(app) {
    app.hex = !app.hex;
  },
  pause: (app) => app.setPaused(!app.session.paused),
  refresh(app) {
    app.setPaused(false);
    app.session.retryNow();
    if (app.screen.view === "configs") app.configs.load(app.screen.topic);
  },
  copy(app) {
    const name = selectedName(app);
    if (name === null) return;
    app.options.copy(name);
    app.tell(`copied ${name}`);
  },
  export(app) {
    const { screen, tail } = app;
    if (screen.view !== "messages" || tail === null) return;
    app.options.save(screen.topic, tail.records).then(
      (file) => app.tell(`${tail.records.length} messages are in ${file}`),
      (error: unknown) => app.tell(error instanceof Error ? error.message : String(error), true),
    );
  },
  twin(app) {
    app.mode = { kind: "twin" };
  },
  create: (app) => writeCommand(app, "create "),
  grow(app) {
    const place = selectedPlace(app);
    if (place !== null) writeCommand(app, `grow ${place.topic} `);
  },
  edit(app) {
    const { screen } = app;
    const name = selectedName(app);
    if (screen.view !== "configs" || name === null) return;
    writeCommand(app, `set ${screen.topic} ${name}=`);
  },
  delete(app) {
    const name = selectedName(app);
    if (name === null) return;
    if (app.screen.view === "groups") deleteGroup(app, name);
    else deleteTopic(app, name);
  },
  reset(app) {
    const groupId = selectedGroup(app);
    if (groupId !== null) writeCommand(app, `reset ${groupId} `);
  },
  promote,
  switch: switchOver,
  details(app) {
    app.mode = { kind: "details" };
  },
  help(app) {
    app.mode = { kind: "help", top: 0 };
  },
  quit: (app) => app.options.quit(),
};

function page(app: App): number {
  return Math.max(1, app.layout.tableHeight - 1);
}

/** One of the views that stand for themselves; Esc leads back to the overview. */
function goTo(app: App, screen: Screen): void {
  app.jump(screen.view === "overview" ? [screen] : [{ view: "overview" }, screen]);
}

/** The view `distance` behind the one that the screen belongs to, in a circle. */
function beside(app: App, distance: 1 | -1): Screen {
  const { view } = app.screen;
  const views: readonly string[] = topViews;
  const at = views.indexOf(view);
  const base = at < 0 ? topViews.indexOf("topics") : at;
  const next = topViews[(base + distance + topViews.length) % topViews.length] ?? "overview";
  return topScreen(next);
}

/** Lets a change be written as a command. */
function writeCommand(app: App, text: string): void {
  app.mode = { kind: "command", text };
}
