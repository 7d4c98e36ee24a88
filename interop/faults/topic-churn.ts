import { run } from "../command.ts";
import { executable } from "../weir.ts";

/** Makes and deletes topics, and knows which of them there must be. */
export interface TopicChurn {
  /** Topics whose creation was acked, and whose deletion was not begun. */
  readonly present: ReadonlySet<string>;
  /** Topics whose deletion was acked. */
  readonly absent: ReadonlySet<string>;
  /** Ends it after the call that is under way. */
  stop(): Promise<void>;
}

/** How many topics are left standing before the oldest is deleted. */
const STANDING = 3;

/** Begins; calls that fail are left undecided. */
export function churnTopics(address: string): TopicChurn {
  const present = new Set<string>();
  const absent = new Set<string>();
  let stopping = false;
  const topicVerb = async (...args: string[]): Promise<boolean> => {
    const { exitCode } = await run([executable, "topic", ...args, "--broker", address]);
    return exitCode === 0;
  };
  const churn = async (): Promise<void> => {
    for (let number = 0; !stopping; number++) {
      const name = `churn-${number}`;
      if (await topicVerb("create", name, "-p", "3", "--config", "retention.ms=86400000")) {
        present.add(name);
      }
      const [oldest] = present;
      if (oldest === undefined || present.size <= STANDING) continue;
      present.delete(oldest);
      if (await topicVerb("delete", oldest, "--yes")) absent.add(oldest);
    }
  };
  const done = churn();
  return {
    present,
    absent,
    stop: async () => {
      stopping = true;
      await done;
    },
  };
}

/** What the broker's topics lack of what `churn` was promised, in words. */
export async function brokenTopics(address: string, churn: TopicChurn): Promise<string[]> {
  const [present, absent] = [[...churn.present], [...churn.absent]];
  const listed = await run([executable, "topic", "ls", "--json", "--broker", address]);
  if (listed.exitCode !== 0) return [`topic ls: ${listed.stderr}`];
  const names = new Set([...listed.stdout.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name));
  // One that is being deleted by now may or may not be there.
  const standing = present.filter((name) => churn.present.has(name));
  return [
    ...standing.filter((name) => !names.has(name)).map((name) => `topic ${name} is lost`),
    ...absent.filter((name) => names.has(name)).map((name) => `topic ${name} is back`),
  ];
}
