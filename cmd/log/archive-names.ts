import type { Client } from "../../internal/client/api.ts";
import { CommandError, noPartition } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";

/** A topic with those of its partitions that were named, ascending. */
export interface NamedTopic {
  readonly name: string;
  readonly partitions: readonly number[];
}

/**
 * The partitions that words name: `orders`, `orders-3` for one partition, or `ord*` for all topics
 * whose names match. A topic that is called so goes before a partition. Internal topics are left
 * out: no broker takes them back.
 */
export async function namedTopics(
  client: Client,
  words: readonly string[],
): Promise<readonly NamedTopic[]> {
  const topics = (await client.listTopics()).filter(({ internal }) => !internal);
  const counts = new Map(topics.map(({ name, partitionCount }) => [name, partitionCount]));
  const named = new Map<string, Set<number>>();
  const add = (name: string, partitions: Iterable<number>): void => {
    named.set(name, new Set([...(named.get(name) ?? []), ...partitions]));
  };
  for (const word of words) {
    const matching = topics.filter(({ name }) => name === word || matches(word, name));
    for (const { name, partitionCount } of matching) add(name, Array(partitionCount).keys());
    if (matching.length > 0) continue;
    const [, topic = "", number = ""] = /^(.+)-(\d{1,9})$/.exec(word) ?? [];
    const count = counts.get(topic);
    if (count === undefined) throw nothingNamed(word);
    if (Number(number) >= count) throw noPartition(topic, Number(number), count);
    add(topic, [Number(number)]);
  }
  return [...named].map(([name, partitions]) => ({
    name,
    partitions: [...partitions].sort((a, b) => a - b),
  }));
}

/** Whether a name fits to a pattern in which `*` stands for anything. */
function matches(pattern: string, name: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined || !name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

function nothingNamed(word: string): CommandError {
  const message = `there is no topic ${word}`;
  const advice = "See 'weir topic ls'. It may be a topic, a partition (orders-0) or 'ord*'.";
  return new CommandError("unknown-topic-or-partition", message, exitCodes.failed, advice);
}
