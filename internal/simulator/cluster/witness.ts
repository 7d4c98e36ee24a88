import type { PartitionLog } from "../../storage/partition-log.ts";
import type { SimulatedEtcd } from "../etcd/etcd.ts";
import { must } from "../failure.ts";
import { Ledger } from "../shared/ledger.ts";
import { keyOf, partsOfKey } from "../shared/log-key.ts";
import { checkNew, LogMirror, type MirroredBatch } from "../shared/mirror.ts";
import { checkEqual } from "./equal-copies.ts";
import { LostDisks } from "./lost-disks.ts";
import type { Member, MemberLife } from "./member.ts";
import {
  type Commit,
  type Copy,
  checkRecovered,
  has,
  type Leadership,
  type Observed,
  partitionOf,
} from "./observed.ts";
import { Registry } from "./registry.ts";

/**
 * Sees all brokers' logs after every event, and what is decided in etcd: what must hold between
 * them is checked here.
 */
export class Witness {
  readonly registry: Registry;
  readonly lostDisks: LostDisks;
  readonly ledgers = new Map<string, Ledger<Commit>>();
  readonly #etcd: SimulatedEtcd;
  readonly #observed: readonly Observed[];
  readonly #leaderships = new Map<string, Leadership>();
  /** The leadership of each log with the highest epoch that has begun. */
  readonly #newest = new Map<string, Leadership>();

  constructor(members: readonly Member[], etcd: SimulatedEtcd) {
    this.#etcd = etcd;
    this.#observed = members.map((member) => ({ member, life: null, copies: new Map() }));
    this.registry = new Registry(etcd, {
      changed: (name, isr) => this.lostDisks.changed(name, isr),
      joinedIsr: (name, brokerId) => this.#joinedIsr(name, brokerId),
    });
    this.lostDisks = new LostDisks(this.registry.image);
  }

  /** The ledgers of all logs that a partition has had. */
  ledgersOf(log: string): Ledger<Commit>[] {
    return [...this.ledgers].filter(([key]) => key.startsWith(`${log}/`)).map(([, found]) => found);
  }

  /** Whether a broker leads the present log of a partition, in the highest epoch that has begun. */
  isNewest(log: string, member: Member | undefined): boolean {
    return [...this.#newest].some(
      ([key, { observed, life }]) =>
        key.startsWith(`${log}/`) && observed.member === member && observed.life === life,
    );
  }

  /** A broker's disk is gone. */
  diskLost(member: Member): void {
    this.lostDisks.lose(member.id);
    const observed = this.#of(member.id);
    if (observed) observed.copies = new Map();
  }

  /** All copies are the same, to the last batch, and are what was committed. */
  checkEqual(): void {
    for (const { topicId, index, state } of this.registry.image.partitions()) {
      const topic = this.registry.image.topicsById.get(topicId);
      if (!topic || this.lostDisks.isLost(`${topicId}/${index}`, state.isr)) continue;
      const key = `${topic.name}-${index}/${topicId}`;
      const copies = state.replicas.map(
        (id) => this.#of(id)?.copies.get(key)?.mirror.batches ?? [],
      );
      checkEqual(key, this.ledgers.get(key)?.commits ?? [], copies);
    }
  }

  /** To be called after every event. */
  look(): void {
    for (const observed of this.#observed) this.#lookAt(observed);
    for (const observed of this.#observed) this.#lookAtMarks(observed);
  }

  #of(brokerId: number): Observed | undefined {
    return this.#observed.find(({ member }) => member.id === brokerId);
  }

  #lookAt(observed: Observed): void {
    const life = observed.member.running;
    if (life !== observed.life) this.#begin(observed, life);
    if (!life) return;
    const { store } = life.parts;
    for (const log of store.logs.values()) {
      this.#follow(observed, life, log);
      this.#lookAtLead(observed, life, log);
    }
    for (const [key, copy] of observed.copies) {
      const { name, incarnation } = partsOfKey(key);
      if (store.logs.get(name)?.incarnation === incarnation) continue;
      observed.copies.delete(key);
      if (!this.registry.image.topicsById.has(incarnation)) continue;
      if (this.#mayDelete(observed, { name, incarnation })) continue;
      must(copy.isNew, () => `${observed.member.name}: ${name} is gone, and its topic isn't`);
      checkRecovered(observed.member, name, copy.mirror, new LogMirror());
    }
  }

  #begin(observed: Observed, life: MemberLife | null): void {
    observed.life = life;
    const { id, name } = observed.member;
    const isEmpty = life !== null && this.lostDisks.isAnywhere(id);
    must(!isEmpty, () => `${name} is there with an empty disk, and in an ISR`);
    for (const copy of observed.copies.values()) {
      if (!copy.isNew) copy.mirror.keepDurable();
      copy.isNew = true;
      copy.ledIn = -1;
    }
  }

  #follow(observed: Observed, { process }: MemberLife, log: PartitionLog): void {
    const key = keyOf(log);
    let copy = observed.copies.get(key);
    const { files } = process.disk;
    if (!copy || copy.isNew) {
      const mirror = new LogMirror();
      if (copy && !this.#mayDelete(observed, log)) {
        mirror.follow(log, files);
        checkRecovered(observed.member, log.name, copy.mirror, mirror);
      }
      copy = { mirror, highWatermark: 0, isNew: false, ledIn: -1, hasResigned: false };
      observed.copies.set(key, copy);
      checkNew(log.name, key, observed, this.#observed, 0);
    }
    const { mirror } = copy;
    if (mirror.endOffset === log.endOffset && mirror.durableOffset === log.durableOffset) return;
    const durableBefore = mirror.durableOffset;
    const { cut, from } = mirror.follow(log, files);
    const { name } = observed.member;
    must(!cut || copy.ledIn < 0, () => `${name} leads, and has cut ${log.name}`);
    if (cut) copy.highWatermark = Math.min(copy.highWatermark, log.endOffset);
    checkNew(log.name, key, observed, this.#observed, from);
    if (copy.ledIn >= 0) this.#ledger(log).written(mirror, durableBefore);
  }

  /** Whether a partition was moved away from a broker, which may have begun anew since. */
  #mayDelete({ member }: Observed, log: Pick<PartitionLog, "name" | "incarnation">): boolean {
    return this.registry.mayDelete(partitionOf(log), member.id);
  }

  /** Whether a broker leads a log, and may: as long as etcd hasn't ended its lease. */
  #lookAtLead(observed: Observed, life: MemberLife, log: PartitionLog): void {
    const { leader } = life.cluster;
    const copy = observed.copies.get(keyOf(log));
    const epoch = leader.led(log)?.epoch ?? -1;
    if (!copy || (epoch < 0 && copy.ledIn < 0)) return;
    const { name } = observed.member;
    if (epoch !== copy.ledIn) {
      copy.hasResigned = epoch < 0; // what it has committed in this event is still to be seen
      if (epoch < 0) return;
      copy.ledIn = epoch;
      this.#leads(observed, life, log, epoch);
    }
    if (leader.isFenced) return;
    const session = this.registry.leadOf(partitionOf(log), epoch)?.session ?? "";
    const what = () => `${name} takes records of ${log.name}, and its lease has ended`;
    must(this.#etcd.model.hasLease(session), what);
  }

  /** A member leads a log from now on: it has all that was committed. */
  #leads(observed: Observed, life: MemberLife, log: PartitionLog, epoch: number): void {
    const key = keyOf(log);
    const { member } = observed;
    const decided = this.registry.leadOf(partitionOf(log), epoch);
    member.trace("leads", log.name, epoch);
    const isChosen = decided?.leaderId === member.id;
    must(isChosen, () => `${member.name} leads ${log.name} in ${epoch}, and wasn't chosen`);
    const known = this.#leaderships.get(`${key} ${epoch}`);
    const text = () =>
      `${log.name}: two lead in epoch ${epoch}: ${member.name}, ${known?.observed.member.name}`;
    must(!known || known.life === life, text);
    const leadership = { observed, life, epoch };
    this.#leaderships.set(`${key} ${epoch}`, leadership);
    const copy = observed.copies.get(key);
    const mirror = copy?.mirror;
    if (mirror) this.#ledger(log).written(mirror, 0);
    const before = this.#newest.get(key)?.epoch ?? 0;
    if (epoch < before) return;
    this.#newest.set(key, leadership);
    let mayLose = false;
    for (let each = before + 1; each <= epoch; each++) {
      if (this.registry.leadOf(partitionOf(log), each)?.isUnclean) mayLose = true;
    }
    this.#ledger(log).takeOver(mirror, ({ batch }) => {
      const what = `${log.name}: ${batch.offset} was committed in epoch ${batch.epoch}`;
      must(mayLose, () => `${what}, and ${member.name} leads without it in ${epoch}`);
    });
    // It may have what was lost with another leader, and bring that back.
    if (mayLose && copy) copy.highWatermark = 0;
  }

  /** Follows the high watermarks of a broker. */
  #lookAtMarks({ life, member, copies }: Observed): void {
    if (!life) return;
    for (const log of life.parts.store.logs.values()) {
      const copy = copies.get(keyOf(log));
      const { highWatermark } = log;
      if (copy?.hasResigned) {
        this.#lookAtMark(member, log, copy);
        copy.hasResigned = false;
        copy.ledIn = -1;
      } else if (copy && highWatermark !== copy.highWatermark) this.#lookAtMark(member, log, copy);
    }
  }

  #lookAtMark(member: Member, log: PartitionLog, copy: Copy): void {
    const { highWatermark } = log;
    const before = copy.highWatermark;
    const text = () => `${member.name}: ${log.name}: ${before} went back to ${highWatermark}`;
    must(highWatermark >= before, text);
    must(highWatermark <= log.durableOffset, () => `${log.name}: ${highWatermark} isn't durable`);
    copy.highWatermark = highWatermark;
    const { mirror } = copy;
    for (let i = mirror.countBefore(before); ; i++) {
      const batch = mirror.batches[i];
      if (!batch || batch.offset >= highWatermark) break;
      if (copy.ledIn >= 0) this.#committed(log, batch, copy.ledIn);
      else this.#served(member, log, batch);
    }
  }

  /** A leader has committed a batch: who is in the ISR has it. */
  #committed(log: PartitionLog, batch: MirroredBatch, epoch: number): void {
    const ledger = this.#ledger(log);
    if (ledger.has(batch)) return;
    const newest = this.#newest.get(keyOf(log));
    // One that was replaced, with loss, may have committed it before.
    if (newest && newest.epoch > epoch && ledger.wasCommitted(batch.offset, batch.crc)) return;
    const state = this.registry.stateOf(partitionOf(log));
    for (const id of state?.isr ?? [])
      this.#mustHave(log.name, keyOf(log), partitionOf(log), id, batch);
    ledger.commit({ batch, epoch });
  }

  /** A follower shows a batch to consumers. */
  #served({ name }: Member, log: PartitionLog, { offset, crc }: MirroredBatch): void {
    const text = () => `${name} serves ${log.name} at ${offset}, which isn't committed`;
    must(this.#ledger(log).wasCommitted(offset, crc), text);
  }

  #joinedIsr(name: string, brokerId: number): void {
    const [topicId = "", index] = name.split("/");
    const topic = this.registry.image.topicsById.get(topicId);
    if (!topic) return;
    if (this.#of(brokerId)?.member.hasNewDisk) {
      this.lostDisks.joined(name, brokerId);
      return;
    }
    const key = `${topic.name}-${index}/${topicId}`;
    const last = this.ledgers.get(key)?.commits.at(-1);
    if (last) this.#mustHave(`${topic.name}-${index}`, key, name, brokerId, last.batch);
  }

  #mustHave(name: string, key: string, partition: string, id: number, batch: MirroredBatch): void {
    const observed = this.#of(id);
    if (!observed || this.lostDisks.has(partition, id)) return;
    const text = () => `${name}: ${batch.offset} is committed, ${observed.member.name}`;
    must(has(observed.copies.get(key), batch), () => `${text()} is in the ISR, and lacks it`);
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
