import { librdkafka } from "../clients.ts";
import { type GroupLedger, groupLedger } from "./read-progress.ts";

const client = librdkafka("group_members.py");

/** Whether the program that members run is installed. */
export const hasMembers = client.isInstalled;

/** What members are to read. */
export interface GroupSettings {
  readonly broker: string;
  readonly topic: string;
  readonly group: string;
  readonly strategy: "range" | "cooperative-sticky";
}

/** Members of a group, each a process of its own, and what they have told so far. */
export interface GroupMembers {
  /** Those that are started and haven't ended. */
  readonly names: readonly string[];
  readonly ledger: GroupLedger;
  /** When a member was last given partitions, or lost them, by the members' clock. */
  readonly changedAtMs: ReadonlyMap<string, number>;
  readonly refusedCommits: number;
  start(name: string): Promise<void>;
  signal(name: string, signal: NodeJS.Signals): void;
  /** Has a member leave; when it has, resolves with when it began to say so, by its clock. */
  leave(name: string): Promise<number>;
  /** SIGKILL. */
  kill(name: string): void;
  /** Ends all, stopped ones too. */
  end(): Promise<void>;
}

/** Starts the program; it has no members yet. */
export function openMembers(settings: GroupSettings): GroupMembers {
  const child = Bun.spawn({
    cmd: [...client.command, JSON.stringify(settings)],
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const pids = new Map<string, number>();
  const ledger = groupLedger();
  const changedAtMs = new Map<string, number>();
  const waiting = new Map<string, (atMs: number) => void>();
  let refusedCommits = 0;

  function take(line: string): void {
    const [at = "", name = "", event = "", ...words] = line.split(" ");
    const atMs = Number(at);
    waiting.get(`${name} ${event}`)?.(atMs);
    if (event === "started") pids.set(name, Number(words[0]));
    else if (event === "assigned" || event === "revoked") changedAtMs.set(name, atMs);
    else if (event === "refused") refusedCommits++;
    else if (event === "read") words.forEach(ledger.noteRead);
    else if (event === "committed") words.forEach(ledger.noteCommit);
  }

  const reading = readLines(child.stdout, take);
  const told = (name: string, event: string) =>
    new Promise<number>((resolve) => waiting.set(`${name} ${event}`, resolve));
  const members: GroupMembers = {
    get names() {
      return [...pids.keys()];
    },
    ledger,
    changedAtMs,
    get refusedCommits() {
      return refusedCommits;
    },
    async start(name) {
      const started = told(name, "started");
      child.stdin.write(`${name}\n`);
      child.stdin.flush();
      await started;
    },
    signal: (name, signal) => process.kill(pidOf(pids, name), signal),
    async leave(name) {
      const [leaving, left] = [told(name, "leaving"), told(name, "left")];
      members.signal(name, "SIGTERM");
      await left;
      pids.delete(name);
      return await leaving;
    },
    kill(name) {
      members.signal(name, "SIGKILL");
      pids.delete(name);
    },
    async end() {
      for (const name of pids.keys()) members.kill(name);
      await child.stdin.end();
      await reading;
    },
  };
  return members;
}

function pidOf(pids: ReadonlyMap<string, number>, name: string): number {
  const pid = pids.get(name);
  if (pid === undefined) throw new Error(`there is no member ${name}`);
  return pid;
}

async function readLines(
  stdout: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stdout) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}
