import type { Machine } from "../machine.ts";
import { Attempts } from "../model/attempts.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Stage } from "../stage.ts";
import type { TraceValue } from "../trace.ts";

/** Several brokers, as their clients have them. */
export interface UsedBrokers {
  readonly stage: Stage;
  readonly climate: unknown;
  readonly members: readonly [{ readonly machine: Machine }, ...{ readonly machine: Machine }[]];
  readonly witness: unknown;
}

/** What all clients of several brokers share, and what they count. */
export class ClientsWorld<B extends UsedBrokers> {
  readonly stage: Stage;
  readonly random: SimulatedRandom;
  readonly climate: B["climate"];
  readonly members: B["members"];
  readonly witness: B["witness"];
  readonly attempts = new Attempts();
  acknowledged = 0;
  duplicates = 0;
  reads = 0;
  attemptCount = 0;
  connectionCount = 0;

  constructor({ stage, climate, members, witness }: B, random: SimulatedRandom) {
    this.stage = stage;
    this.random = random;
    this.climate = climate;
    this.members = members;
    this.witness = witness;
  }

  /** Notes what a client does or is told. */
  trace(event: string, ...values: readonly TraceValue[]): void {
    const [{ machine }] = this.members;
    machine.trace.add(machine.scheduler.nowMs, event, ...values);
  }
}
