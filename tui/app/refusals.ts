import { counted } from "../text/numbers.ts";
import type { App } from "./app.ts";
import { type ActionName, type Binding, worksIn } from "./bindings.ts";
import { selectedGroup, selectedName, selectedPlace } from "./selected.ts";

/** Says why not, in a sentence; null: nothing is in the way. */
type Refusal = (app: App) => string | null;

/** Why nothing can be changed now; null: it can. */
export function refusalOfChange(app: App): string | null {
  if (app.options.readOnly) return "this screen is read-only (--read-only)";
  if (app.session.world.link.state !== "live") return "there is no connection to the broker";
  return null;
}

/** Why a slave takes no changes of what it copies; null: this broker decides. */
function refusalOfSlave(app: App): string | null {
  const { role, leaderId } = app.session.world.broker?.replication ?? {};
  if (role !== "slave") return null;
  return `this broker is a slave: broker ${leaderId}, its master, takes changes`;
}

const NO_PAIR = "in a cluster the controller chooses who leads";

/** Why this broker can't be made the master; null: it can. */
function refusalOfPromotion(app: App): string | null {
  const { broker } = app.session.world;
  if (broker === null || broker.replication.role === "slave") return null;
  if (broker.replication.role === "member") return NO_PAIR;
  const slaves = broker.replication.followers.map(({ brokerId }) => brokerId);
  if (slaves.length === 0) return "this broker stands alone: it has no slave";
  return `this broker is the master: connect to its slave, broker ${slaves.join(", ")} (-b)`;
}

/** Why this broker can't hand the lead over; null: it can. */
function refusalOfSwitch(app: App): string | null {
  const { broker } = app.session.world;
  if (broker === null) return null;
  const { role, followers } = broker.replication;
  if (role === "slave") return refusalOfSlave(app);
  if (role === "member") return NO_PAIR;
  if (followers.length === 0) return "this broker stands alone: it has no slave";
  if (followers.some(({ connected }) => connected)) return null;
  return "its slave isn't connected: a slave that is away is promoted there";
}

/** What keeps the broker from changing something. */
const OF_CHANGES: Readonly<Partial<Record<ActionName, Refusal>>> = {
  create: refusalOfSlave,
  grow: refusalOfSlave,
  edit: refusalOfSlave,
  delete: refusalOfSlave,
  reset: refusalOfSlave,
  promote: refusalOfPromotion,
  switch: refusalOfSwitch,
};

const noRow: Refusal = (app) => (selectedName(app) === null ? "no row is selected" : null);
const noTopic: Refusal = (app) => (selectedPlace(app) === null ? "no topic is selected" : null);

/** What keeps a key from working on the row that is selected, or on the rows there are. */
const OF_ROWS: Readonly<Partial<Record<ActionName, Refusal>>> = {
  open(app) {
    const opens = app.listing.open(app.memory.index) !== null;
    return opens ? null : (noRow(app) ?? "there is nothing more behind this row");
  },
  messages: noTopic,
  configs: noTopic,
  sort: ({ listing }) => (listing.sortable.length === 0 ? "these rows have an order" : null),
  reverse: ({ sort }) => (sort === null ? "these rows aren't sorted by a column" : null),
  copy: noRow,
  details: noRow,
  export: ({ tail }) => (tail?.records.length ? null : "there are no messages here yet"),
  grow: noTopic,
  edit({ screen, listing, memory }) {
    if (screen.view === "configs" && screen.topic === null) {
      return "a broker's settings are given when it starts: --set NAME=VALUE";
    }
    return listing.nameOf(memory.index) === null ? "no setting is selected" : null;
  },
  delete(app) {
    const what = app.screen.view === "groups" ? "group" : "topic";
    return selectedName(app) === null ? `no ${what} is selected` : null;
  },
  reset(app) {
    const groupId = selectedGroup(app);
    return groupId === null ? "no group is selected" : refusalOfReset(app, groupId);
  },
};

/** Why a group's offsets can't be set now; null: they can. */
export function refusalOfReset(app: App, groupId: string): string | null {
  const memberCount = app.session.world.groups.get(groupId)?.memberCount ?? 0;
  if (memberCount === 0) return null;
  return `${groupId} has ${counted(memberCount, "member")}: stop them first`;
}

/**
 * Why the broker that is watched can't do this now, whatever it would be done to, in a sentence;
 * null: it can, or the action changes nothing.
 */
export function refusalOf(app: App, action: ActionName): string | null {
  const own = OF_CHANGES[action];
  return own === undefined ? null : (refusalOfChange(app) ?? own(app));
}

/** Why a key does nothing where one is, in a sentence; null: it does. */
export function refusalOfKey(app: App, binding: Binding): string | null {
  const { action, views, keys } = binding;
  if (!worksIn(binding, app.screen.view)) return `${keys[0]} works in ${views?.join(", ")}`;
  return refusalOf(app, action) ?? OF_ROWS[action]?.(app) ?? null;
}
