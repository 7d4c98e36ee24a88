import { Attempts } from "../model/attempts.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Stage } from "../stage.ts";
import type { TraceValue } from "../trace.ts";
import type { PairClimate, TopicPlan } from "./climate.ts";
import type { Member } from "./member.ts";
import { PairClient } from "./pair-client.ts";
import type { SimulatedPair } from "./simulated-pair.ts";
import type { Witness } from "./witness.ts";

/** What all clients of a simulated pair share. */
export class PairWorld {
  readonly stage: Stage;
  readonly random: SimulatedRandom;
  readonly climate: PairClimate;
  readonly members: readonly [Member, Member];
  readonly witness: Witness;
  readonly attempts = new Attempts();
  /** Topics that were made, and may have been lost again. */
  readonly made = new Set<TopicPlan>();
  acknowledged = 0;
  duplicates = 0;
  reads = 0;
  attemptCount = 0;
  producerCount = 0;
  connectionCount = 0;

  constructor({ stage, climate, members, witness }: SimulatedPair, random: SimulatedRandom) {
    this.stage = stage;
    this.random = random;
    this.climate = climate;
    this.members = members;
    this.witness = witness;
  }

  /** Someone who knows both brokers' addresses. */
  makeClient(): PairClient {
    const [{ machine }] = this.members;
    const host = machine.clientHost();
    const addresses = this.members.map(({ address }) => address);
    const numbered = () => ++this.connectionCount;
    return new PairClient(machine.network.of(host), host.clock, addresses, this.random, numbered);
  }

  /** Notes what a client does or is told. */
  trace(event: string, ...values: readonly TraceValue[]): void {
    const [{ machine }] = this.members;
    machine.trace.add(machine.scheduler.nowMs, event, ...values);
  }
}
