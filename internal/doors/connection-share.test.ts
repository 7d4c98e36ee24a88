import { expect, test } from "bun:test";
import { ConnectionShare } from "./connection-share.ts";

const share = new ConnectionShare({
  maxBytes: 50,
  totalBytes: 100,
  minBytes: 10,
});

test.each([
  [0, 50],
  [1, 50],
  [2, 50],
  [3, 33],
  [10, 10],
  [11, 10],
  [10_000, 10],
])("of %d connections each gets %d bytes", (connections, bytes) => {
  share.connections = connections;
  expect(share.bytes).toBe(bytes);
});
