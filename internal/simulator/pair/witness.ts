import { isPromotion } from "../../broker/membership/epochs.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import { must } from "../failure.ts";
import { Ledger } from "../shared/ledger.ts";
import { keyOf, partsOfKey } from "../shared/log-key.ts";
import { checkNew, LogMirror, type MirroredBatch } from "../shared/mirror.ts";
import { backingOf, checkFence, checkIsr } from "./backing.ts";
import type { Commit } from "./commit.ts";
import { checkEqual } from "./equal-copies.ts";
import type { LossRules } from "./loss-rules.ts";
import type { Member, MemberLife } from "./member.ts";
import { type Copy, type Leadership, type Observed, saysToHave } from "./observed.ts";

/**
 * Sees both brokers' logs after every event, and what every leader commits: what must hold between
 * them is checked here.
 */
export class Witness {
  readonly ledgers = new Map<string, Ledger<Commit>>();
  readonly #observed: readonly Observed[];
  readonly #leaderships = new Map<number, Leadership>();
  readonly #rules: LossRules;
  /** Logs of which the present leadership, or its restart, has had both copies in sync. */
  readonly #paired = new Set<string>();
  /** Who has followed in which epoch. */
  readonly #followers = new Set<string>();
  #epoch = -1;

  constructor(members: readonly Member[], rules: LossRules) {
    this.#rules = rules;
    this.#observed = members.map((member) => {
      return {
        member,
        life: null,
        wasMaster: false,
        hasBegun: false,
        epoch: -1,
        copies: new Map(),
        lost: new Map(),
      };
    });
  }

  /** The highest epoch that anybody has led with. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The member that leads with the highest epoch, or did. */
  get owner(): Member | null {
    return this.#leaderships.get(this.#epoch)?.member ?? null;
  }

  /** The ledgers of all logs that a partition has had. */
  ledgersOf(log: string): Ledger<Commit>[] {
    return [...this.ledgers].filter(([key]) => key.startsWith(`${log}/`)).map(([, found]) => found);
  }

  /**
   * Whoever says that broker `leaderId` leads with `epoch` is right, as of some time. A slave
   * without its master says so of itself to readers.
   */
  checkClaim(leaderId: number, epoch: number): void {
    if (leaderId < 0 || epoch === 0) return;
    const leadership = this.#leaderships.get(epoch);
    const text = () => `broker ${leaderId} is said to lead with epoch ${epoch}`;
    const hasFollowed = this.#followers.has(`${leaderId} in ${epoch}`);
    must(leadership?.member.id === leaderId || hasFollowed, text);
  }

  /** A broker's disk is gone. */
  diskLost(member: Member): void {
    for (const observed of this.#observed) {
      if (observed.member !== member) continue;
      observed.lost = observed.copies;
      observed.copies = new Map();
    }
  }

  /** Both logs are the same, to the last batch, and are what was committed. */
  checkEqual(): void {
    const [one, other] = this.#observed;
    if (!one?.life || !other?.life) throw new Error("both brokers have to run");
    checkEqual(one, other, this.ledgers);
  }

  /** To be called after every event. */
  look(): void {
    for (const observed of this.#observed) this.#lookAt(observed);
    for (const observed of this.#observed) this.#lookAtMarks(observed);
  }

  /** Follows the logs of a broker, and sees whether it has begun to lead. */
  #lookAt(observed: Observed): void {
    const life = observed.member.running;
    if (life !== observed.life) this.#begin(observed, life);
    if (!life) return;
    const { membership: pair, store } = life.parts;
    const isMaster = pair.role === "master";
    const { leaderEpoch } = pair;
    must(leaderEpoch >= observed.epoch, () => `${observed.member.name}: its epoch went back`);
    const leadership = this.#leaderships.get(leaderEpoch);
    if (!isMaster) this.#followers.add(`${observed.member.id} in ${leaderEpoch}`);
    if (!isMaster && leadership) {
      const text = () => `${observed.member.name} follows another one in epoch ${leaderEpoch}`;
      must(leaderEpoch === 0 || leadership.member.id === pair.controllerId, text);
    }
    for (const log of store.logs.values()) this.#follow(observed, log, isMaster);
    for (const [key, copy] of observed.copies) {
      const { name, incarnation } = partsOfKey(key);
      if (store.logs.get(name)?.incarnation !== incarnation) this.#gone(observed, life, key, copy);
    }
    const hasBegun = isMaster && (!observed.wasMaster || pair.leaderEpoch !== observed.epoch);
    observed.wasMaster = isMaster;
    observed.hasBegun = hasBegun;
    observed.epoch = pair.leaderEpoch;
    if (hasBegun) this.#leads(observed, life, pair.leaderEpoch);
  }

  #begin(observed: Observed, life: MemberLife | null): void {
    observed.life = life;
    observed.wasMaster = false;
    observed.epoch = -1;
    for (const copy of observed.copies.values()) {
      if (!copy.isNew) copy.mirror.keepDurable();
      copy.isNew = true;
    }
  }

  /** A log isn't there any more: its topic isn't, or a crash has taken all of it. */
  #gone({ member, copies }: Observed, { parts }: MemberLife, key: string, copy: Copy): void {
    const { name, incarnation } = partsOfKey(key);
    copies.delete(key);
    if (!parts.metadata.topicById(incarnation)) return;
    must(copy.isNew, () => `${member.name}: ${name} is gone, and its topic isn't`);
    this.#rules.checkRecovered(member, name, copy.mirror, new LogMirror());
  }

  #follow(observed: Observed, log: PartitionLog, isMaster: boolean): void {
    const key = keyOf(log);
    let copy = observed.copies.get(key);
    if (!copy) {
      copy = { mirror: new LogMirror(), highWatermark: 0, isNew: false };
      observed.copies.set(key, copy);
    }
    const { member, life } = observed;
    if (!life) return;
    const { files } = life.process.disk;
    if (copy.isNew) {
      const found = new LogMirror();
      found.follow(log, files);
      this.#rules.checkRecovered(member, log.name, copy.mirror, found);
      copy = { mirror: found, highWatermark: 0, isNew: false };
      observed.copies.set(key, copy);
      checkNew(log.name, key, observed, this.#observed, 0);
      return;
    }
    const { mirror } = copy;
    const isUnchanged = mirror.endOffset === log.endOffset;
    if (isUnchanged && mirror.durableOffset === log.durableOffset) return;
    const durableBefore = mirror.durableOffset;
    const { cut, from } = mirror.follow(log, files);
    must(!cut || !isMaster, () => `${member.name} leads, and has cut ${log.name}`);
    if (cut) copy.highWatermark = Math.min(copy.highWatermark, log.endOffset);
    checkNew(log.name, key, observed, this.#observed, from);
    if (isMaster) this.#ledger(log).written(mirror, durableBefore);
  }

  /** A member leads from now on: what it doesn't have is lost. */
  #leads(observed: Observed, life: MemberLife, epoch: number): void {
    const { member } = observed;
    const known = this.#leaderships.get(epoch);
    const isAlone = life.parts.metadata.leadership === null;
    const text = () => `epoch ${epoch}: ${member.name} leads, and ${known?.member.name} did`;
    must(!known || known.life === life || isAlone, text);
    member.trace("leads", epoch);
    this.#leaderships.set(epoch, { member, life });
    for (const log of life.parts.store.logs.values()) {
      const mirror = observed.copies.get(keyOf(log))?.mirror;
      if (mirror) this.#ledger(log).written(mirror, 0);
    }
    if (epoch < this.#epoch) return;
    // One that a crash has cut off may have been made durable: a restart has the next epoch.
    const isPromoted = this.owner !== null && (this.owner !== member || isPromotion(epoch));
    this.#epoch = epoch;
    if (isPromoted) this.#paired.clear();
    const mayLose = this.#rules.atFailover(member, isPromoted);
    for (const [key, ledger] of this.ledgers) {
      ledger.takeOver(observed.copies.get(key)?.mirror, mayLose);
    }
    // It may have served what was lost with another leader, and bring that back.
    for (const copy of observed.copies.values()) copy.highWatermark = 0;
  }

  /** Follows the high watermarks of a broker. */
  #lookAtMarks(observed: Observed): void {
    const { life, member, copies } = observed;
    if (!life) return;
    const { membership: pair, store } = life.parts;
    for (const log of store.logs.values()) {
      const copy = copies.get(keyOf(log));
      if (!copy) continue;
      const { highWatermark } = log;
      const before = copy.highWatermark;
      const text = () => `${member.name}: ${log.name}: ${before} went back to ${highWatermark}`;
      must(highWatermark >= before, text);
      must(highWatermark <= log.durableOffset, () => `${log.name}: ${highWatermark} isn't durable`);
      if (pair.leader) checkIsr(pair.leader, log);
      if (highWatermark === before) continue;
      if (pair.leader && !observed.hasBegun) checkFence(pair.leader, log);
      copy.highWatermark = highWatermark;
      const { mirror } = copy;
      for (let i = mirror.countBefore(before); ; i++) {
        const batch = mirror.batches[i];
        if (!batch || batch.offset >= highWatermark) break;
        if (pair.leader) this.#committed(observed, log, batch);
        else this.#served(observed, log, batch);
      }
    }
  }

  /** A leader has committed a batch. */
  #committed(observed: Observed, log: PartitionLog, batch: MirroredBatch): void {
    const { life, member, epoch } = observed;
    const leader = life?.pair.leader;
    if (!life || !leader) return;
    const ledger = this.#ledger(log);
    if (ledger.has(batch)) return;
    // One that was replaced may have committed it before, and a restart brings it back.
    if (epoch !== this.#epoch && ledger.wasCommitted(batch.offset, batch.crc)) return;
    const other = this.#observed.find((candidate) => candidate !== observed);
    const settings = life.parts.topics.topicOfLog(log.name)?.settings;
    const refuses = settings?.replicationPolicy === "refuse";
    // What a failover had taken comes back with who had committed it, and leads again.
    const isBack = ledger.wasCommitted(batch.offset, batch.crc);
    const otherId = other?.member.id ?? -1;
    const backing = isBack ? "alone" : backingOf(leader, log, otherId, refuses);
    const { spokeAtMs } = backing === "both" && other ? other.member : member;
    const commit: Commit = { batch, backing, atMs: spokeAtMs };
    if (backing === "both" && other) {
      const text = () =>
        `${log.name}: ${batch.offset} is committed, ${other.member.name} hasn't it`;
      const hasIt = saysToHave(other, keyOf(log), batch);
      must(hasIt || this.#rules.mayHaveForgotten(other.member, log.name), text);
    }
    if (epoch !== this.#epoch) {
      ledger.doom(commit, this.#rules.ofReplaced(member));
      return;
    }
    ledger.commit(commit);
    if (backing === "both") this.#paired.add(keyOf(log));
    const isForgotten = backing === "unpaired" && this.#paired.has(keyOf(log));
    must(!isForgotten, () => `${log.name}: ${batch.offset} is committed, and a copy forgotten`);
  }

  /** A follower shows a batch to consumers. */
  #served({ member }: Observed, log: PartitionLog, { offset, crc }: MirroredBatch): void {
    const text = () => `${member.name} serves ${log.name} at ${offset}, which isn't committed`;
    must(this.#ledger(log).wasCommitted(offset, crc), text);
  }

  #ledger(log: PartitionLog): Ledger<Commit> {
    const key = keyOf(log);
    const known = this.ledgers.get(key);
    if (known) return known;
    const ledger = new Ledger<Commit>(log.name);
    this.ledgers.set(key, ledger);
    return ledger;
  }
}
