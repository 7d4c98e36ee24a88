import { expect, test } from "bun:test";
import { memoryDisk } from "../../platform/testing/memory-disk.ts";
import { savedFollowedLeader, saveFollowedLeader } from "./followed-leader.ts";

const LEADER = { epoch: 1500, brokerId: 2, host: "fe80::1", port: 9092 };

test("a leader is read as it was written, no other for it, and no earlier one", async () => {
  const disk = memoryDisk();
  disk.makeDirectory("/data");
  await disk.syncDirectory("/");
  expect(savedFollowedLeader(disk, "/data")).toBeNull();
  await saveFollowedLeader(disk, "/data", LEADER);
  expect(savedFollowedLeader(disk, "/data")).toEqual(LEADER);
  await saveFollowedLeader(disk, "/data", { ...LEADER, epoch: 3, brokerId: 1 });
  expect(savedFollowedLeader(disk.afterCrash("power-loss"), "/data")).toEqual(LEADER);
  const bytes = disk.files().get("/data/followed-leader") ?? new Uint8Array(0);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(savedFollowedLeader(disk, "/data")).toBeNull();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }
});
