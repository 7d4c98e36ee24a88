import type { SimulatedRandom } from "../random.ts";
import type { Member, MemberLife } from "./member.ts";
import type { SimulatedPair } from "./simulated-pair.ts";
import type { StormPlan } from "./storm-plan.ts";

/** How soon something happens after what it is aimed at, at the most. */
const DELAYS_MS = [0, 0.3, 3, 20];

/** What has been seen of a member. */
interface Sight {
  life: MemberLife | null;
  role: string;
  isConnected: boolean;
  isInSync: boolean;
  isrChanges: number;
}

const NOTHING: Sight = {
  ...{ life: null, role: "", isConnected: false, isInSync: false, isrChanges: 0 },
};

/** Lets things happen to a pair at the moments when they hurt most. */
export class PairStorm {
  readonly #plan: StormPlan;
  readonly #random: SimulatedRandom;
  readonly #pair: SimulatedPair;
  readonly #sights = new Map<Member, Sight>();
  /** Since when a slave lacks what is committed at an offset, by the names of logs. */
  readonly #lacking = new Map<string, { readonly offset: number; readonly sinceMs: number }>();
  #isOver = false;

  constructor(plan: StormPlan, random: SimulatedRandom, pair: SimulatedPair) {
    this.#plan = plan;
    this.#random = random;
    this.#pair = pair;
  }

  /** To be called after every event: something may have changed that it waits for. */
  look(): void {
    if (this.#isOver) return;
    for (const member of this.#pair.members) {
      const before = this.#sights.get(member) ?? NOTHING;
      const now = sightOf(member);
      this.#sights.set(member, now);
      if (now.life !== null)
        this.#changed(member, now.life === before.life ? before : NOTHING, now);
    }
  }

  /** To be called at every step: something may last for long enough. */
  step(): void {
    const { silences, latePromotions } = this.#plan;
    if (this.#random.chance(silences)) void this.#silence();
    const late = this.#lateSlave();
    if (late && this.#random.chance(latePromotions)) this.#pair.controls.promote(late);
  }

  /** Whether the disk of someone who is about to be started was lost. */
  takesDisk(): boolean {
    return !this.#isOver && this.#random.chance(this.#plan.diskLosses);
  }

  /** Ends; perhaps with a silence, after which nothing but beats is heard. */
  async end(): Promise<void> {
    this.#isOver = true;
    if (this.#plan.silences > 0) await this.#silence();
  }

  #changed(member: Member, before: Sight, now: Sight): void {
    const { divisions, crashes, promotions } = this.#plan;
    const random = this.#random;
    const hasConnected = now.isConnected && !before.isConnected;
    const hasComeInSync = now.isInSync && !before.isInSync;
    const hasTurned = now.role !== before.role || now.isrChanges !== before.isrChanges;
    if (hasConnected && random.chance(divisions)) this.#soon(() => this.#divide(member));
    if (hasComeInSync && random.chance(promotions)) {
      this.#soon(() => this.#pair.controls.promote(member));
    }
    if ((hasConnected || hasComeInSync || hasTurned) && random.chance(crashes)) {
      const struck = random.pick(this.#pair.members);
      const kind = random.pick(["power-loss", "kill"] as const);
      this.#soon(() => struck.crash(kind));
    }
  }

  #divide(slave: Member): void {
    const [one, two] = this.#pair.members;
    this.#pair.controls.block(one.name, two.name);
    this.#pair.controls.block(two.name, one.name);
    this.#pair.controls.promote(slave);
  }

  /** The slave hears its master, and isn't heard for longer than one in sync may be silent. */
  async #silence(): Promise<void> {
    const slave = this.#pair.members.find(({ running }) => running?.pair.following?.connected);
    const master = this.#pair.members.find((member) => member !== slave);
    if (!slave || !master) return;
    slave.trace("silence");
    this.#pair.controls.block(slave.name, master.name);
    const lagTimeMaxMs = Number(this.#pair.climate.config.get("replica.lag.time.max.ms"));
    await this.#pair.stage.sleep(lagTimeMaxMs * this.#random.pick([1.5, 3]));
    this.#pair.controls.heal();
  }

  /** The slave, if it has lacked something for long. */
  #lateSlave(): Member | null {
    const slave = this.#pair.members.find(({ running }) => running?.pair.role === "slave");
    const master = this.#pair.members.find(({ running }) => running?.pair.role === "master");
    if (!slave?.running || !master?.running) return null;
    const { nowMs } = slave.machine.scheduler;
    const copies = slave.running.parts.store.logs;
    let isLate = false;
    for (const { name, highWatermark } of master.running.parts.store.logs.values()) {
      const offset = copies.get(name)?.durableOffset ?? 0;
      const known = this.#lacking.get(name);
      if (offset >= highWatermark) this.#lacking.delete(name);
      else if (known?.offset !== offset) this.#lacking.set(name, { offset, sinceMs: nowMs });
      else if (nowMs - known.sinceMs > this.#pair.controls.transitMs) isLate = true;
    }
    return isLate ? slave : null;
  }

  #soon(work: () => void): void {
    const delayMs = this.#random.pick(DELAYS_MS) * this.#random.fraction();
    void this.#pair.stage.sleep(delayMs).then(() => {
      if (!this.#isOver) work();
    });
  }
}

function sightOf({ running: life }: Member): Sight {
  if (!life) return NOTHING;
  const { pair, parts } = life;
  const { role, leader, following } = pair;
  let isrChanges = 0;
  for (const log of leader ? parts.store.logs.values() : []) {
    isrChanges += leader?.led(log)?.copies.changeCount ?? 0;
  }
  const isConnected = following?.connected ?? false;
  return { life, role, isConnected, isInSync: following?.inSync ?? false, isrChanges };
}
