import type { App } from "./app.ts";
import type { ActionName } from "./bindings.ts";

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

const REFUSALS: Readonly<Partial<Record<ActionName, (app: App) => string | null>>> = {
  create: refusalOfSlave,
  grow: refusalOfSlave,
  edit: refusalOfSlave,
  delete: refusalOfSlave,
  reset: refusalOfSlave,
  promote: refusalOfPromotion,
  switch: refusalOfSwitch,
};

/** Why an action can't be done now, in a sentence; null: it can, or it changes nothing. */
export function refusalOf(app: App, action: ActionName): string | null {
  const own = REFUSALS[action];
  return own === undefined ? null : (refusalOfChange(app) ?? own(app));
}
