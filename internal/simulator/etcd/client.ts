import { type Etcd, EtcdError, type EtcdWatch, type EtcdWatchEvents } from "../../platform/etcd.ts";
import type { SimulatedProcess } from "../machine.ts";
import { ETCD_HOST, type EtcdCall, type SimulatedEtcd } from "./etcd.ts";

/** As the real client has them: a member has so long, and is asked again. */
const CALL_TIMEOUT_MS = 2000;
const TRIES = 2;

/** How one process reaches etcd: with all that a network does to calls and answers. */
export function etcdClient(etcd: SimulatedEtcd, process: SimulatedProcess): Etcd {
  const { model } = etcd;
  const way = (call: EtcdCall) => new EtcdWay(etcd, process, call);
  const ask = <T>(call: EtcdCall, work: () => T) => callAgain(way(call), work);
  return {
    list: (prefix) => ask("list", () => model.list(prefix)),
    commit: (conditions, changes) => ask("commit", () => model.commit(conditions, changes)),
    grantLease: (ttlMs) => ask("lease", () => model.grantLease(ttlMs)),
    keepAlive: (leaseId) => ask("lease", () => model.keepAlive(leaseId)),
    revokeLease: (leaseId) => ask("lease", () => model.revokeLease(leaseId)),
    watch: (prefix, from, events) => watch(way("watch"), prefix, from, events),
  };
}

async function callAgain<T>(way: EtcdWay, work: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await callOnce(way, work);
    } catch (error) {
      const isOver = !(error instanceof EtcdError) || error.code !== "unavailable";
      if (isOver || tries === TRIES) throw error;
    }
  }
}

function callOnce<T>(way: EtcdWay, work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = way.process.clock.after(CALL_TIMEOUT_MS, () => reject(unavailable("timed out")));
    const answer = (settle: () => void) =>
      way.back(() => {
        timer.cancel();
        settle();
      });
    way.ask(
      () => {
        try {
          const value = work();
          answer(() => resolve(value));
        } catch (error) {
          answer(() => reject(error));
        }
      },
      () => answer(() => reject(unavailable("refused"))),
    );
  });
}

function watch(
  way: EtcdWay,
  prefix: string,
  fromRevision: number,
  events: EtcdWatchEvents,
): EtcdWatch {
  let isOpen = true;
  let inner: EtcdWatch | null = null;
  const tell = (work: () => void) =>
    way.back(() => {
      if (isOpen) work();
    });
  const ended = (why: EtcdError) =>
    tell(() => {
      isOpen = false;
      events.ended(why);
    });
  way.ask(
    () => {
      if (!isOpen) return;
      inner = way.etcd.model.watch(prefix, fromRevision, {
        changed: (revision, changes) => tell(() => events.changed(revision, changes)),
        ended,
      });
    },
    () => ended(unavailable("refused")),
  );
  return {
    close() {
      isOpen = false;
      inner?.close();
    },
  };
}

/** The way of one call there, and of what it brings back, in order. */
class EtcdWay {
  readonly etcd: SimulatedEtcd;
  readonly process: SimulatedProcess;
  readonly #call: EtcdCall;
  #lastArrivalMs = 0;

  constructor(etcd: SimulatedEtcd, process: SimulatedProcess, call: EtcdCall) {
    this.etcd = etcd;
    this.process = process;
    this.#call = call;
  }

  /** Has `work` done there; `refused` is told there, too. */
  ask(work: () => void, refused: () => void): void {
    const { etcd, process } = this;
    const { name } = process.host;
    if (process.host.crashed) return;
    this.#carry(name, ETCD_HOST, 0, () => etcd.serve(name, work, refused));
  }

  /** Does `work` here, when what comes back has arrived. */
  back(work: () => void): void {
    const { clock, host } = this.process;
    const lateMs = this.etcd.lateMs(host.name, this.#call);
    this.#carry(ETCD_HOST, host.name, lateMs, () =>
      clock.whenAwake(() => {
        if (!host.crashed) work();
      }),
    );
  }

  #carry(from: string, to: string, lateMs: number, work: () => void): void {
    const { scheduler, networkWeather, network } = this.etcd.around;
    const { leastDelayMs, mostDelayMs, stalledUntilMs } = networkWeather;
    const { random } = this.etcd;
    const delayMs = leastDelayMs + random.fraction() * (mostDelayMs - leastDelayMs) + lateMs;
    const dueMs = Math.max(scheduler.nowMs + delayMs, this.#lastArrivalMs + 0.001, stalledUntilMs);
    this.#lastArrivalMs = dueMs;
    scheduler.after(dueMs - scheduler.nowMs, () => network.routes.pass(from, to, work));
  }
}

function unavailable(why: string): EtcdError {
  return new EtcdError("unavailable", `etcd: ${why}`);
}
