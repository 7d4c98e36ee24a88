import { expect, test } from "bun:test";
import { ParseError } from "../parse/values.ts";
import { parseConfigFile } from "./config-file.ts";
import { BROKER_FLAGS } from "./flags.ts";

const { listen, advertise } = BROKER_FLAGS;

test("names what flags name, and settings as dotted names, tables or quoted", () => {
  const { texts, config } = parseConfigFile(`
    listen = ["127.0.0.1:1", "[::1]:2"]
    advertise = "broker-1:9092"
    log.segment.bytes = 67108864
    "log.retention.ms" = -1
    [auto]
    create.topics.enable = false
    list = ["a", "b"]
  `);
  expect([...texts]).toEqual([
    [listen, ["127.0.0.1:1", "[::1]:2"]],
    [advertise, ["broker-1:9092"]],
  ]);
  expect([...config]).toEqual([
    ["log.segment.bytes", "67108864"],
    ["log.retention.ms", "-1"],
    ["auto.create.topics.enable", "false"],
    ["auto.list", "a,b"],
  ]);
  expect(parseConfigFile('listen = "h:1"').texts.get(listen)).toEqual(["h:1"]);
  expect(parseConfigFile("").config.size).toBe(0);
});

test.each([
  ["data = ", "not TOML"],
  ["data = 1", "data is not a text"],
  ['data = ["a"]', "data is not a text"],
  ['data = ""', 'data is "": It must not be empty'],
  ["listen = []", "listen names nothing"],
  ["listen = [1]", "listen is not a text"],
  ['listen = ["a:b"]', 'listen is "a:b"'],
  ['advertise = "::"', "advertise"],
  ['etcd = "e:1"', "etcd"],
  ["a = [[1]]", "a is neither"],
])("refuses %s", (text, why) => {
  expect(() => parseConfigFile(text)).toThrow(ParseError);
  expect(() => parseConfigFile(text)).toThrow(why);
});
