import { BrokerError } from "../../broker/errors.ts";
import type { Role } from "../../broker/membership/replication-api.ts";
import { StorageError } from "../../storage/errors.ts";
import { must } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { LossRules } from "./loss-rules.ts";
import type { Member, MemberLife } from "./member.ts";
import type { Witness } from "./witness.ts";

/** What can be done to a pair: chance does it, or a scenario. */
export class PairControls {
  readonly #stage: Stage;
  readonly #members: readonly [Member, Member];
  readonly #witness: Witness;
  readonly #rules: LossRules;
  #switching = false;
  readonly #promoting = new WeakSet<MemberLife>();
  /** When the first of the present cuts came. */
  #cutAtMs = 0;

  constructor(
    stage: Stage,
    members: readonly [Member, Member],
    witness: Witness,
    rules: LossRules,
  ) {
    this.#stage = stage;
    this.#members = members;
    this.#witness = witness;
    this.#rules = rules;
  }

  /** How long what a master says may take to reach its slave, at the most. */
  get transitMs(): number {
    return this.#rules.transitMs;
  }

  otherThan(member: Member): Member {
    const [one, two] = this.#members;
    return member === one ? two : one;
  }

  /** Starts a broker, as the slave of another one or as a master. */
  start(member: Member, slaveOf: Member | null): void {
    member.start(this.#stage, slaveOf).catch((error: unknown) => this.#stage.fail(error));
  }

  /** Ends a broker in order. */
  stop(member: Member): void {
    member.stop(this.#stage).catch((error: unknown) => this.#stage.fail(error));
  }

  /** Notes what a broker is, if it has all that there is. */
  noteRole(member: Member): void {
    const role = roleOf(member);
    if (role !== null) member.isNew = false;
    if (role === "slave") member.hasFollowed = true;
  }

  /** Puts an empty disk in the place of the one of a broker that doesn't run. */
  loseDisk(member: Member): void {
    member.loseDisk();
    this.#witness.diskLost(member);
  }

  /** Lets nothing get from one machine to another. */
  block(from: string, to: string): void {
    const { network, scheduler } = this.#members[0].machine;
    if (!network.routes.isCut) this.#cutAtMs = scheduler.nowMs;
    network.routes.block(from, to);
  }

  /** Lets everything get everywhere again. */
  heal(): void {
    const { network, scheduler } = this.#members[0].machine;
    network.routes.heal();
    this.#rules.heldUp(this.#cutAtMs, scheduler.nowMs);
  }

  /** Nothing arrives for so long. */
  stall(forMs: number): void {
    const { scheduler, networkWeather } = this.#members[0].machine;
    const { nowMs } = scheduler;
    networkWeather.stalledUntilMs = nowMs + forMs;
    this.#rules.heldUp(nowMs, nowMs + forMs);
  }

  /** Promotes a slave: perhaps one that a careful person wouldn't, while its master lives. */
  promote(member: Member): void {
    const life = member.running;
    if (life?.pair.role !== "slave" || member.isNew || this.#promoting.has(life)) return;
    this.#promoting.add(life);
    const { pair } = life;
    const report = pair.pairAdmin.promotionReport();
    const unheardMs = pair.status().leaderSilentMs;
    const asked = { member, report, unheardMs, atMs: member.machine.scheduler.nowMs };
    this.#rules.ask(asked);
    member.trace("promote", JSON.stringify(report));
    const work = pair.pairAdmin.promote().finally(() => this.#promoting.delete(life));
    this.#settle(life, work, () => {
      // One that a crash has cut off, or a failed sync, may have been made durable.
      const { left, failedSyncs } = life.process.disk;
      if (left || failedSyncs > 0) this.#rules.cutOff(asked);
      else this.#rules.refused(asked);
    });
  }

  /** Has the master and the slave change places. */
  switchOver(): void {
    const master = this.#members.find(({ running }) => running?.pair.role === "master");
    const life = master?.running;
    if (!master || !life || this.#switching) return;
    this.#switching = true;
    master.trace("switch");
    const ended = () => {
      this.#switching = false;
      this.#rules.failedSwitchAtMs ??= master.machine.scheduler.nowMs;
    };
    const work = life.pair.pairAdmin.switchOver().finally(() => {
      this.#switching = false;
    });
    this.#settle(life, work, ended);
  }

  /** Nothing goes wrong any more; who doesn't run is started, and who has failed, anew. */
  async repair(): Promise<void> {
    this.heal();
    for (const member of this.#members) {
      member.noticeCrash();
      member.machine.repair();
    }
    for (const member of this.#members) {
      member.endsSuddenly = false;
      if (!member.isSound) member.crash("kill");
    }
    await this.#stage.sleep(1);
    for (const member of this.#members) {
      if (!member.isUp) this.start(member, member.isNew ? this.otherThan(member) : null);
    }
  }

  /** Takes a refusal as an answer. */
  #settle({ process }: MemberLife, work: Promise<unknown>, refused: () => void): void {
    this.#stage.untilCrash(process, work).then(
      (done) => {
        if (done === null) refused();
      },
      (error: unknown) => {
        refused();
        const isAnswer = error instanceof BrokerError || error instanceof StorageError;
        const { message } = error instanceof Error ? error : new Error(String(error));
        if (!isAnswer && !isClientError(error)) this.#stage.fail(error);
        must(message !== "", () => "a refusal says nothing");
      },
    );
  }
}

/** What a broker is that has all there is; null while it may lack something. */
function roleOf({ running }: Member): Role | null {
  // Without an id of the cluster, all that it has in sync is nothing.
  if (!running || running.parts.metadata.clusterId === "") return null;
  const { pair } = running;
  return pair.role === "master" || pair.following?.inSync ? pair.role : null;
}

function isClientError(error: unknown): boolean {
  return error instanceof Error && error.name === "ClientError";
}
