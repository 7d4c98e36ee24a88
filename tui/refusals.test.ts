import { expect, test } from "bun:test";
import type { BrokerActivity, GroupActivity } from "../internal/client/api.ts";
import { brokerRow, topicRow } from "./testing/rows.testing.ts";
import { openScreen, type TestScreen } from "./testing/screen.testing.ts";

const groupRow: GroupActivity = {
  ...{ groupId: "billing", state: "Stable", memberCount: 2, partitionCount: 3, topics: [] },
  ...{ committedTotal: 0, lag: 0, maxLag: 0, lagMs: -1, drainMs: -1 },
};

/** A screen of a broker that has what is told of it. */
async function showing(
  told: Parameters<TestScreen["broker"]["tell"]>[0],
  readOnly = false,
): Promise<TestScreen> {
  const screen = openScreen(100, 24, { readOnly });
  await screen.watched();
  const broker: BrokerActivity = brokerRow();
  screen.broker.tell({ broker, ...told });
  await screen.shows("sync p99");
  return screen;
}

const nothing = {};
const topic = { topics: [topicRow("orders")] };
const group = { groups: [groupRow] };

test.each([
  ["of another view", topic, "1 D", "D works in topics, groups"],
  ["of another view, one of many", topic, "2 X", "X works in messages"],
  ["on no topic, to delete it", nothing, "2 D", "no topic is selected"],
  ["on no topic, to add partitions", nothing, "2 A", "no topic is selected"],
  ["on no topic, to read it", nothing, "2 t", "no topic is selected"],
  ["on no topic, to see its settings", nothing, "2 c", "no topic is selected"],
  ["on no row, to copy it", nothing, "2 Y", "no row is selected"],
  ["on no row, to open it", nothing, "2 enter", "no row is selected"],
  ["on no row, to look closer", nothing, "2 i", "no row is selected"],
  ["on no group, to delete it", nothing, "3 D", "no group is selected"],
  ["on no group, to reset it", nothing, "3 R", "no group is selected"],
  ["on a group at work, to reset it", group, "3 R", "billing has 2 members: stop them first"],
  ["on the broker's settings", nothing, "5 E", "a broker's settings are given when it starts"],
  ["on no setting of a topic", topic, "2 c E", "no setting is selected"],
  ["where nothing was read, to export it", topic, "2 t X", "there are no messages here yet"],
] as const)("a key %s says why it does nothing", async (_, told, keys, reason) => {
  await using screen = await showing(told);
  for (const key of keys.split(" ")) {
    screen.press(key);
    await screen.settled();
  }
  await screen.shows(reason);
  expect(screen.broker.calls).toEqual([]);
});

test("that nothing can be changed at all is said first", async () => {
  await using screen = await showing(nothing, true);
  screen.press("2", "D");
  await screen.shows("this screen is read-only");
});

test("the help tells of rows, too", async () => {
  await using screen = await showing(nothing);
  screen.press("2", "?", ..."j".repeat(24));
  await screen.shows("not now: no topic is selected");
});
