import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { breaches, messageLines } from "./messages.testing.ts";

const released = new URL("../../../../testdata/native/messages.txt", import.meta.url);

test("the messages are those of the last release, and what may be left out", () => {
  const before = readFileSync(released, "utf8").trimEnd().split("\n");
  expect(before.length).toBeGreaterThan(300);
  expect(breaches(before, messageLines())).toEqual([]);
});

const request = "topics create-topic request";
const before = [
  request,
  `${request}.name: a text`,
  `${request}.parts[]`,
  `${request}.parts[].at?: 0`,
];

test.each([
  ["nothing", [], []],
  ["another message", ["topics undo request", "topics undo request.id: a text"], []],
  ["a field that may be left out", [`${request}.rack?: a text`], []],
  ["a list that may", [`${request}.racks?[]: a text`], []],
  ["a map that may", [`${request}.rack?{}: a text`], []],
  ["a part that may, with one that has to be in it", [`${request}.a?`, `${request}.a?.b: 0`], []],
  ["a field that has to be there", [`${request}.rack: a text`], [`${request}.rack: a text`]],
  ["one deep in it", [`${request}.parts[].size: 0`], [`${request}.parts[].size: 0`]],
  ["one in what may be left out", [`${request}.parts[].size?: 0`], []],
])("what comes to be: %s", (_, added, refused) => {
  const found = breaches(before, [...before, ...added]);
  expect(found).toEqual(refused.map((line) => `has to be one that may be left out: ${line}`));
});

test.each(before)("what was there stays: %s", (line) => {
  const found = breaches(
    before,
    before.filter((one) => one !== line),
  );
  expect(found).toContain(`gone: ${line}`);
});

test("another meaning is another field", () => {
  const now = before.map((line) => line.replace("name: a text", "name?: a text"));
  expect(breaches(before, now)).toEqual([`gone: ${request}.name: a text`]);
});
