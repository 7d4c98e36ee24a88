import * as groups from "../../doors/native/protocol/group-operations.ts";
import { joinGroup } from "../../doors/native/protocol/member-operations.ts";
import type { CallOptions, Client, GroupStatus, GroupSummary, PartitionStatus } from "../api.ts";
import { call } from "../call.ts";
import { ClientError } from "../errors.ts";
import { type GroupLine, SharingReader } from "../group-reader.ts";
import { describeTopic } from "./describe-topic.ts";
import { type FindPartition, summaryOf, withLeadersEnds } from "./merge.ts";
import type { Router } from "./router.ts";
import { openRoutedStream } from "./stream.ts";

/** So many groups, or topics, are asked for at a time. */
const AT_A_TIME = 8;

/** The calls about groups, which go to who coordinates them. */
export function groupCalls(router: Router) {
  return {
    openGroupReader: (request) => new SharingReader(lineOf(router, request.groupId), request),
    async listGroups(options = {}) {
      const answers = await router.everywhere(options, async (at, limits) => {
        return (await call(at, groups.listGroups, {}, limits)).groups;
      });
      const listed = answers.flatMap(({ answer }) => answer);
      return await summaries(router, listed, options);
    },
    async describeGroup(groupId, options = {}) {
      const group = await askOne(router, groupId, options);
      return withLeadersEnds(group, await partitionsOf(router, [group], options));
    },
    async deleteGroup(groupId, options) {
      const route = router.toCoordinator(groupId);
      await router.ask(route, "refused", groups.deleteGroup, { groupId }, options);
    },
    async setGroupOffsets(groupId, offsets, options) {
      const route = router.toCoordinator(groupId);
      await router.ask(route, "late", groups.setGroupOffsets, { groupId, offsets }, options);
    },
  } satisfies Partial<Client>;
}

/** A member's way to the coordinator of its group, and to the partitions that it has. */
function lineOf(router: Router, groupId: string): GroupLine {
  const route = router.toCoordinator(groupId);
  return {
    clock: router.clock,
    ask(operation, request, options) {
      // Joining takes as long as the others take.
      const retry = operation.name === joinGroup.name ? "closed" : "late";
      return router.ask(route, retry, operation, request, options);
    },
    openStream: (request) => openRoutedStream(router, request),
  };
}

function askOne(router: Router, groupId: string, options: CallOptions): Promise<GroupStatus> {
  const route = router.toCoordinator(groupId);
  return router.ask(route, "late", groups.describeGroup, { groupId }, options);
}

/** Groups as their coordinators list them, with how far they are behind what leaders have. */
async function summaries(
  router: Router,
  listed: readonly GroupSummary[],
  options: CallOptions,
): Promise<readonly GroupSummary[]> {
  const described = await eachOf(listed, async (summary) => {
    const group = await unlessGone(askOne(router, summary.groupId, options));
    return group && { summary, group };
  });
  const there = described.filter((each) => each !== null);
  const find = await partitionsOf(
    router,
    there.map(({ group }) => group),
    options,
  );
  const rows = there.map(({ summary, group }) => summaryOf(summary, withLeadersEnds(group, find)));
  return rows.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

/** The partitions that groups read, as their leaders tell them. */
async function partitionsOf(
  router: Router,
  read: readonly GroupStatus[],
  options: CallOptions,
): Promise<FindPartition> {
  const names = new Set(read.flatMap(({ partitions }) => partitions.map(({ topic }) => topic)));
  const found = new Map<string, readonly PartitionStatus[]>();
  await eachOf([...names], async (name) => {
    const topic = await unlessGone(describeTopic(router, name, options));
    if (topic) found.set(name, topic.partitions);
  });
  return (topic, partition) => found.get(topic)?.[partition];
}

/** What is asked for; null where it was deleted meanwhile. */
async function unlessGone<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    const gone = ["group-id-not-found", "unknown-topic-or-partition"];
    if (error instanceof ClientError && gone.includes(error.code)) return null;
    throw error;
  }
}

/** Does `work` for each item, for some of them at the same time. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += AT_A_TIME) {
    results.push(...(await Promise.all(items.slice(at, at + AT_A_TIME).map(work))));
  }
  return results;
}
