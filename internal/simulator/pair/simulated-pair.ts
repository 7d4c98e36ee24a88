import type { Surroundings } from "../machine.ts";
import { Stage } from "../stage.ts";
import type { PairClimate } from "./climate.ts";
import { PairControls } from "./controls.ts";
import { LossRules } from "./loss-rules.ts";
import { Member } from "./member.ts";
import { Witness } from "./witness.ts";

/** Two brokers, and a witness who looks at both after every event. */
export class SimulatedPair {
  readonly climate: PairClimate;
  readonly members: readonly [Member, Member];
  readonly stage: Stage;
  readonly witness: Witness;
  readonly controls: PairControls;

  constructor(around: Surroundings, climate: PairClimate) {
    this.climate = climate;
    const members = [new Member(1, around, climate), new Member(2, around, climate)] as const;
    this.members = members;
    this.stage = new Stage(members[0].machine, members[1].machine);
    const rules = lossRules(climate);
    this.witness = new Witness(members, rules);
    for (const { machine } of members) {
      machine.onThrow = (error) => this.stage.fail(error);
      machine.beforeSend = () => this.witness.look();
    }
    this.controls = new PairControls(this.stage, members, this.witness, rules);
    const { mostDelayMs, pieces, windowBytes } = climate;
    Object.assign(around.networkWeather, { mostDelayMs, cuts: pieces, windowBytes });
  }

  /** Starts both, the second one as the slave of the first. */
  async start(): Promise<void> {
    const [one, two] = this.members;
    one.isNew = false;
    await one.start(this.stage, null);
    await two.start(this.stage, one);
  }
}

function lossRules({ config, topics, mostDelayMs, weather }: PairClimate): LossRules {
  const inMemory = topics.filter(({ config: own }) => own.get("durability") === "memory");
  const fenceAfterMs = Number(config.get("replication.fence.after.ms"));
  const transitMs = 100 + 10 * mostDelayMs + (weather === "slow" ? 3000 : 0);
  return new LossRules(fenceAfterMs, transitMs, new Set(inMemory.map(({ name }) => name)));
}
