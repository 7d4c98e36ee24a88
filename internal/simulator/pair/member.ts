import { openPair, type PairParts } from "../../broker/pair/open-pair.ts";
import type { Pair } from "../../broker/pair/pair.ts";
import { replicationLinks } from "../../client/replication-links.ts";
import type { SimulatedProcess } from "../machine.ts";
import * as brokers from "../shared/member.ts";
import type { Stage } from "../stage.ts";

/** The time from a start of a broker to its end. */
export interface MemberLife extends brokers.MemberLife {
  readonly parts: PairParts;
  readonly pair: Pair;
}

/** One of the two brokers. */
export class Member extends brokers.Member<MemberLife> {
  /** Whether its disk was replaced, and it hasn't been in sync since. */
  isNew = true;
  /** Whether it was somebody's slave, and in sync. */
  hasFollowed = false;

  /** Starts its broker; it comes to nothing if the process crashes meanwhile, or its disk fails. */
  async start(stage: Stage, slaveOf: Member | null): Promise<void> {
    await this.begin(stage, slaveOf?.name ?? "", (process) => this.#open(process, stage, slaveOf));
  }

  /** Notes where its logs stand, for whoever looks for what went wrong. */
  traceState(): void {
    const life = this.running;
    if (!life) return;
    const { pair } = life;
    const { store } = life.parts;
    const { role, controllerId, leaderEpoch } = pair;
    this.trace("state", role, controllerId, leaderEpoch, JSON.stringify(life.broker.status()));
    for (const log of store.logs.values()) {
      const { name, startOffset, highWatermark, durableOffset, endOffset } = log;
      const isr = pair.leader?.led(log)?.copies.isr.join() ?? "";
      this.trace("log", name, startOffset, highWatermark, durableOffset, endOffset, isr);
    }
  }

  /** Its disk is lost: it begins with nothing. */
  loseDisk(): void {
    this.trace("disk lost");
    this.machine.replaceDisk();
    this.isNew = true;
  }

  protected override begun({ broker }: MemberLife): void {
    void broker.serve();
  }

  async #open(
    process: SimulatedProcess,
    stage: Stage,
    slaveOf: Member | null,
  ): Promise<MemberLife> {
    const started = { ...this.options(stage), slaveOf: slaveOf?.address ?? null };
    const parts = await openPair(process, started, replicationLinks(process, this.name));
    const reached = await this.reached(process, parts);
    return { ...reached, parts, pair: parts.membership };
  }
}
