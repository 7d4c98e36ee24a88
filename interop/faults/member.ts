import { output } from "../command.ts";
import { executable, startWeir, type Weir, type WeirOptions } from "../weir.ts";

/** How long brokers may take to do what they are waited for. */
const WAIT_MS = 120_000;
const LOOK_MS = 20;

/** One of several brokers: what it is started with, and its process while there is one. */
export interface Member {
  readonly name: string;
  readonly options: WeirOptions;
  broker: Weir | null;
}

/** Starts a broker; it is found again at the same port when it is started again. */
export async function start(name: string, options: WeirOptions): Promise<Member> {
  const broker = await startWeir(options);
  const { slaveOf: _, ...later } = options;
  return { name, options: { ...later, port: broker.port }, broker };
}

/** Starts a broker that ran before: who leads is for it to find out. */
export async function restart(member: Member): Promise<void> {
  member.broker = await startWeir(member.options);
}

/** Ends a broker, if it runs. */
export async function end(member: Member, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  await member.broker?.end(signal);
  member.broker = null;
}

/** A member's process. Throws where there is none. */
export function alive({ name, broker }: Member): Weir {
  if (broker) return broker;
  throw new Error(`${name} doesn't run`);
}

/** Where clients reach a member. */
export function addressOf(member: Member): string {
  return alive(member).address;
}

/** Runs `weir` against a broker; resolves with what it printed. */
export async function weir(member: Member, args: readonly string[]): Promise<string> {
  const enter = member.options.place ? ["ip", "netns", "exec", member.options.place.namespace] : [];
  return await output([...enter, executable, ...args, "--broker", addressOf(member)]);
}

/** Waits until something holds; rejects when it doesn't for long. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`it never happened: ${what}`);
    await Bun.sleep(LOOK_MS);
  }
}
