import type { EtcdEvent } from "../../platform/etcd.ts";
import { EtcdModel } from "../../platform/testing/etcd-model.ts";
import { SimulatedClock } from "../clock.ts";
import type { Surroundings } from "../machine.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Trace, TraceValue } from "../trace.ts";
import { type EtcdWeather, fairEtcd } from "./weather.ts";

/** The name of the machines that it runs on, as one. */
export const ETCD_HOST = "etcd";

/** The kinds of what is asked of it. */
export type EtcdCall = "list" | "commit" | "lease" | "watch";

/** Told of a change: who has asked for it ("" for a lease that has ended). */
export type OnEtcdChange = (by: string, revision: number, events: readonly EtcdEvent[]) => void;

/** etcd, with a clock of its own, at the end of a network. */
export class SimulatedEtcd {
  readonly model: EtcdModel;
  readonly weather: EtcdWeather = fairEtcd();
  readonly around: Surroundings;
  readonly random: SimulatedRandom;
  onChange: OnEtcdChange = () => {};
  /** Told of what `onChange` throws: that isn't etcd's answer. */
  onThrow: (error: unknown) => void = () => {};
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  readonly #lateMs = new Map<string, number>();
  #caller = "";
  /** What was asked while nothing could be decided. */
  #undecided: (() => void)[] = [];

  /** `clockRate`: how many of its milliseconds pass in one of the simulation's. */
  constructor(around: Surroundings, clockRate: number) {
    this.around = around;
    this.random = around.random.fork();
    this.#scheduler = around.scheduler;
    this.#trace = around.trace;
    this.model = new EtcdModel(new SimulatedClock(this.#scheduler, this.random.fork(), clockRate));
    this.model.onChange = (revision, events) => {
      const keys = events.map(({ key, entry }) => `${key}=${entry?.value ?? ""}`);
      this.trace("changed", this.#caller, revision, ...keys);
      try {
        this.onChange(this.#caller, revision, events);
      } catch (error) {
        this.onThrow(error);
      }
    };
  }

  /** Notes what happens here. */
  trace(event: string, ...values: readonly TraceValue[]): void {
    this.#trace.add(this.#scheduler.nowMs, `etcd ${event}`, ...values);
  }

  /** It isn't what it was: without a leader, leases wait, and have their time anew afterwards. */
  become(state: EtcdWeather["state"]): void {
    if (this.weather.state === state) return;
    this.trace(state);
    if (this.weather.state === "up") this.model.pause();
    this.weather.state = state;
    if (state !== "up") return;
    this.model.resume();
    for (const work of this.#undecided.splice(0)) {
      if (this.random.chance(0.5)) this.#scheduler.after(0, work);
    }
  }

  /** From now on what etcd says to calls of a kind comes to a host so much later than usual. */
  delay(host: string, call: EtcdCall, lateMs: number): void {
    this.#lateMs.set(`${host} ${call}`, lateMs);
  }

  /** How much later than usual an answer comes. */
  lateMs(host: string, call: EtcdCall): number {
    return this.#lateMs.get(`${host} ${call}`) ?? 0;
  }

  /** Does in its turn what `caller` asks for; `refuse` if nobody listens. */
  serve(caller: string, work: () => void, refuse: () => void): void {
    const { state, slowMs } = this.weather;
    const inTurn = () => {
      this.#caller = caller;
      work();
      this.#caller = "";
    };
    if (state === "down") refuse();
    else if (state === "undecided") this.#undecided.push(inTurn);
    else if (slowMs < 1) inTurn();
    else {
      this.#scheduler.after(this.random.fraction() * slowMs, () => {
        if (this.weather.state === "up") inTurn();
        else this.serve(caller, work, refuse);
      });
    }
  }
}
