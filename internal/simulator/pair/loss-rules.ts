import type { PromotionReport } from "../../broker/membership/pair-admin.ts";
import { must } from "../failure.ts";
import type { LossRule } from "../shared/ledger.ts";
import { isSame, type LogMirror } from "../shared/mirror.ts";
import type { Commit } from "./commit.ts";
import type { Member } from "./member.ts";

/** What a promotion that somebody asked for has said before it began. */
export interface AskedPromotion {
  readonly member: Member;
  readonly report: PromotionReport;
  /** How long the slave hadn't heard its master, which hasn't heard it for longer; null: never. */
  readonly unheardMs: number | null;
  readonly atMs: number;
}

/** Says what may be lost, and when. */
export class LossRules {
  /** Promotions that were asked for, and haven't come about yet. */
  readonly #asked = new Map<Member, AskedPromotion>();
  /** Those that may be durable all the same, and come about with a restart. */
  readonly #cutOff = new Map<Member, AskedPromotion>();
  /** The one that came about last. */
  #promotion: AskedPromotion | null = null;
  /** When the network held things up: what was said by then was heard, late, as if it were new. */
  readonly #holdUps: { readonly fromMs: number; readonly toMs: number }[] = [];
  /** When a hand-over has come to nothing last: its promotion may come late. */
  failedSwitchAtMs: number | null = null;
  readonly #fenceAfterMs: number;
  /** How long what a master says may take to reach its slave, at the most. */
  readonly transitMs: number;
  readonly #memoryTopics: ReadonlySet<string>;

  constructor(fenceAfterMs: number, transitMs: number, memoryTopics: ReadonlySet<string>) {
    this.#fenceAfterMs = fenceAfterMs;
    this.transitMs = transitMs;
    this.#memoryTopics = memoryTopics;
  }

  /** Somebody asks for a promotion. */
  ask(asked: AskedPromotion): void {
    this.#asked.set(asked.member, asked);
  }

  /** It was cut off by a crash, or by a disk that failed. */
  cutOff(asked: AskedPromotion): void {
    this.refused(asked);
    this.#cutOff.set(asked.member, asked);
  }

  /** It was refused. */
  refused(asked: AskedPromotion): void {
    if (this.#asked.get(asked.member) === asked) this.#asked.delete(asked.member);
  }

  /** Nothing arrived between these times that came late then. */
  heldUp(fromMs: number, toMs: number): void {
    this.#holdUps.push({ fromMs, toMs });
  }

  /** What was durable on a disk is there after a restart. */
  checkRecovered(member: Member, name: string, before: LogMirror, found: LogMirror): void {
    if (this.mayHaveForgotten(member, name)) return;
    for (const batch of before.batches) {
      const text = () => `${member.name}: ${name} has lost ${batch.offset}, which was durable`;
      must(isSame(batch, found.at(batch.offset)), text);
    }
  }

  /** Whether a copy may have lost what was in its broker's memory only. */
  mayHaveForgotten(member: Member, name: string): boolean {
    return this.#isInMemory(name) && member.lostMemoryAtMs >= 0;
  }

  /** What may be lost when `member` begins to lead, after it was promoted, or after a restart. */
  atFailover(member: Member, isPromoted: boolean): LossRule<Commit> {
    const asked = [this.#asked, this.#cutOff].flatMap((promotions) => {
      const found = promotions.get(member) ?? [];
      promotions.delete(member);
      return found;
    });
    if (isPromoted) this.#promotion = asked[0] ?? null;
    return ({ batch, backing, atMs }, name) => {
      if (this.#isInMemory(name) && member.lostMemoryAtMs >= atMs) return;
      const text = () => `${name}: ${batch.offset}, committed (${backing}), is lost`;
      must(isPromoted, () => `${text()} in a restart`);
      must(backing !== "both", () => `${text()} in a promotion`);
      const { failedSwitchAtMs } = this;
      const isSwitch = asked.length === 0;
      if (isSwitch && failedSwitchAtMs !== null && atMs >= failedSwitchAtMs) return;
      must(!isSwitch, () => `${text()} in a switch`);
      const isAnnounced = asked.some((one) => this.#isAnnounced(one, name, batch.endOffset, atMs));
      must(isAnnounced, () => `${text()}, which wasn't announced`);
    };
  }

  /** What may be lost of what a leader commits that another one has replaced. */
  ofReplaced(member: Member): LossRule<Commit> {
    const asked = this.#promotion;
    return ({ batch, backing }, name) => {
      const text = () => `${name}: ${batch.offset} was committed (${backing}) by ${member.name}`;
      must(backing !== "both", () => `${text()}, which isn't the master any more`);
      if (this.#fenceAfterMs === 0 || !asked || backing !== "alone") return;
      const isFenced = (asked.unheardMs ?? 0) > this.#fenceAfterMs + this.transitMs;
      must(!isFenced, () => `${text()}, which should have been fenced`);
    };
  }

  #isAnnounced(
    { report, atMs: askedAtMs }: AskedPromotion,
    name: string,
    endOffset: number,
    atMs: number,
  ): boolean {
    if (report.silentMs === null) return true;
    const heardAtMs = askedAtMs - report.silentMs - this.transitMs;
    if (atMs >= heardAtMs) return true;
    if (this.#holdUps.some(({ fromMs, toMs }) => toMs >= heardAtMs && fromMs <= atMs)) return true;
    return report.missing.some(({ log, endOffset: own }) => log === name && endOffset > own);
  }

  #isInMemory(name: string): boolean {
    return this.#memoryTopics.has(name.slice(0, name.lastIndexOf("-")));
  }
}
