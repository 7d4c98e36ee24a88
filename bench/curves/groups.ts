import { offsetCommit } from "../../internal/doors/kafka/protocol/messages/08-offset-commit.ts";
import { ZERO_UUID } from "../../internal/doors/kafka/protocol/table.ts";
import { kafkaRequest, rawClient } from "../../interop/raw-client.ts";

const PIECES = 20;

/**
 * Lets so many groups commit an offset of a topic each second, spread evenly, until it is told to
 * end.
 */
export async function commitSteadily(
  address: string,
  topic: string,
  groups: number,
): Promise<() => void> {
  const client = await rawClient(address);
  const requests = Array.from({ length: groups }, (_, group) => {
    const partition = { partitionIndex: 0, committedOffset: 0, committedMetadata: null };
    return kafkaRequest(offsetCommit, 8, {
      groupId: `group-${group}`,
      memberId: "",
      topics: [{ name: topic, topicId: ZERO_UUID, partitions: [partition] }],
    });
  });
  let next = 0;
  let due = 0;
  const timer = setInterval(() => {
    due += groups / PIECES;
    for (; next < due; next++) client.send(requests[next % groups] ?? new Uint8Array(0));
  }, 1000 / PIECES);
  void drain(client);
  return () => {
    clearInterval(timer);
    client[Symbol.dispose]();
  };
}

/** Reads answers until there are no more. */
async function drain(client: { answer(): Promise<Uint8Array | null> }): Promise<void> {
  while ((await client.answer()) !== null);
}
