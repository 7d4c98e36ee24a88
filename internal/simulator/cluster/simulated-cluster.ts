import { SimulatedEtcd } from "../etcd/etcd.ts";
import type { Surroundings } from "../machine.ts";
import { Stage } from "../stage.ts";
import type { ClusterClimate } from "./climate.ts";
import { ClusterControls } from "./controls.ts";
import { Member } from "./member.ts";
import { Witness } from "./witness.ts";

/** Brokers and their etcd, with a witness who looks at all of them after every event. */
export class SimulatedCluster {
  readonly climate: ClusterClimate;
  readonly etcd: SimulatedEtcd;
  readonly members: readonly [Member, ...Member[]];
  readonly stage: Stage;
  readonly witness: Witness;
  readonly controls: ClusterControls;
  /** Whether nothing holds any more of what etcd has promised. */
  #isOver = false;

  constructor(around: Surroundings, climate: ClusterClimate) {
    this.climate = climate;
    const etcd = new SimulatedEtcd(around, climate.clockRates[0] ?? 1);
    const others = Array.from(
      { length: climate.brokers - 1 },
      (_, i) => new Member(i + 2, etcd, climate),
    );
    const members = [new Member(1, etcd, climate), ...others] as const;
    this.etcd = etcd;
    this.members = members;
    this.stage = new Stage(members[0].machine, ...others.map(({ machine }) => machine));
    etcd.onThrow = (error) => this.stage.fail(error);
    this.witness = new Witness(members, etcd);
    for (const { machine } of members) {
      machine.onThrow = (error) => this.stage.fail(error);
      machine.beforeSend = () => this.#look();
    }
    this.controls = new ClusterControls(this.stage, members, etcd, this.witness);
    const { mostDelayMs, pieces, windowBytes } = climate;
    Object.assign(around.networkWeather, { mostDelayMs, cuts: pieces, windowBytes });
  }

  /** Plays `script`, see `Stage.run`; returns how many events there were. */
  run(script: () => Promise<void>): number {
    return this.stage.run(script, () => this.#look());
  }

  /** Ends what the witness looks at: etcd is going to forget what it has promised. */
  end(): void {
    this.#isOver = true;
    this.etcd.onChange = () => {};
  }

  #look(): void {
    if (!this.#isOver) this.witness.look();
  }
}
