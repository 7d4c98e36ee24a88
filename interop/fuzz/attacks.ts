import { connect, type Socket } from "node:net";
import {
  below,
  type Draw,
  mutated,
  noise,
  oneOf,
  sized,
} from "../../internal/doors/kafka/fuzz/mutations.testing.ts";

/** What the attacks of a run stand on. */
export interface Target {
  readonly port: number;
  readonly frames: readonly Uint8Array[];
  readonly draw: Draw;
  /** Aborted when the time is over. */
  readonly stop: AbortSignal;
  /** How often each attack was made. */
  readonly counts: Map<string, number>;
}

/** One visit: connects, does its harm and leaves. */
type Attack = (target: Target) => Promise<void>;

/** The most a client waits for the broker to answer or to hang up. */
const PATIENCE_MS = 100;
const SLOW_BYTE_MS = 20;
const SILENCE_MS = 5_000;
const MEBIBYTE = 1024 * 1024;

/** Each kind of attack, and how many make it at the same time. */
const ATTACKS: readonly (readonly [attack: Attack, parallel: number])[] = [
  [randomBytes, 1],
  [mutatedRequests, 4],
  [realRequests, 1],
  [slowRequests, 20],
  [silence, 50],
  [unreadAnswers, 5],
  [hugeCounts, 1],
  [longRequests, 1],
];

/** Attacks until it is told to stop. */
export async function attack(target: Target): Promise<void> {
  const loops = ATTACKS.flatMap(([one, parallel]) =>
    Array.from({ length: parallel }, async () => {
      while (!target.stop.aborted) {
        await one(target);
        target.counts.set(one.name, (target.counts.get(one.name) ?? 0) + 1);
      }
    }),
  );
  await Promise.all(loops);
}

async function randomBytes({ port, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  const size = 1 + below(draw() < 0.1 ? 64 * 1024 : 200, draw);
  visit.send(noise(size, draw));
  await visit.answered();
}

/** Some requests on one connection, until it is closed. */
async function mutatedRequests({ port, frames, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  for (let requests = 0; requests < 20 && !visit.over; requests++) {
    visit.send(mutated(frames, draw));
    await visit.answered();
  }
}

async function realRequests({ port, frames, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  for (let requests = 0; requests < 20 && !visit.over; requests++) {
    visit.send(sized(oneOf(frames, draw)));
    await visit.answered();
  }
}

/** A byte at a time, and sometimes not the last ones. */
async function slowRequests({ port, frames, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  const bytes = sized(oneOf(frames, draw));
  const end = draw() < 0.5 ? bytes.length : below(bytes.length, draw);
  for (let at = 0; at < end && !visit.over; at++) {
    visit.send(bytes.subarray(at, at + 1));
    await visit.pause(SLOW_BYTE_MS);
  }
}

/** Nothing at all, or the start of something large that does not come. */
async function silence({ port, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  if (draw() < 0.5) visit.send(sized(noise(below(1000, draw), draw), 90 * MEBIBYTE));
  await visit.pause(below(SILENCE_MS, draw));
}

/** Asks for much, and reads none of it. */
async function unreadAnswers({ port, frames, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  visit.socket.pause();
  for (let requests = 0; requests < 500; requests++) visit.send(sized(oneOf(frames, draw)));
  await visit.pause(below(SILENCE_MS, draw));
}

/** Requests whose counts promise more than there is, or are all there is. */
async function hugeCounts({ port, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  const metadata = Buffer.from("0003000400000001ffff", "hex");
  const count = Buffer.alloc(4);
  count.writeInt32BE(oneOf([0x7fff_ffff, 0x00ff_ffff, 100_000, -2], draw));
  visit.send(sized(Buffer.concat([metadata, count, noise(below(5000, draw), draw)])));
  await visit.answered();
}

/** As long a request as may be, all of it noise behind an honest start. */
async function longRequests({ port, frames, draw, stop }: Target): Promise<void> {
  using visit = new Visit(port, stop);
  const size = below(draw() < 0.1 ? 17 * MEBIBYTE : 200_000, draw);
  const start = oneOf(frames, draw).subarray(0, 40);
  visit.send(sized(Buffer.concat([start, Buffer.alloc(size, below(256, draw))])));
  await visit.answered();
  await visit.pause(PATIENCE_MS);
}

/** A connection to the broker, cut off at the end of its scope. */
class Visit implements Disposable {
  readonly socket: Socket;
  over = false;
  readonly #stop: AbortSignal;
  #wake: () => void = () => {};
  readonly #leave = (): void => {
    this.over = true;
    this.#wake();
  };

  constructor(port: number, stop: AbortSignal) {
    this.#stop = stop;
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", this.#leave);
    this.socket.on("close", this.#leave);
    this.socket.on("data", () => this.#wake());
    stop.addEventListener("abort", this.#leave);
  }

  send(bytes: Uint8Array): void {
    if (!this.over) this.socket.write(bytes);
  }

  /** Resolves when something has come, the connection is over, or patience is. */
  answered(): Promise<void> {
    return this.pause(PATIENCE_MS, true);
  }

  /** Waits; answers cut it short if they are to. */
  async pause(ms: number, untilAnswered = false): Promise<void> {
    if (this.over) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = () => {
      if (untilAnswered || this.over) resolve();
    };
    await promise;
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    this.#stop.removeEventListener("abort", this.#leave);
    this.socket.destroy();
  }
}
