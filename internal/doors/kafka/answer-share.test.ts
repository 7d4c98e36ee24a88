import { expect, test } from "bun:test";
import { AnswerShare } from "./answer-share.ts";

const share = new AnswerShare({
  maxFetchBytes: 50,
  maxTotalFetchBytes: 100,
  minFetchBytes: 10,
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
