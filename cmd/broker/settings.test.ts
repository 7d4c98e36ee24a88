import { describe, expect, test } from "bun:test";
import { ParseError } from "../parse/values.ts";
import { mergeSettings, parseConfigFile } from "./settings.ts";

const none = { overrides: new Map() };

describe("a broker's settings", () => {
  test("have defaults", () => {
    expect(mergeSettings(none, none)).toEqual({
      data: "./weir-data",
      listen: [{ host: "127.0.0.1", port: 9092 }],
      advertise: null,
      slaveOf: null,
      etcd: null,
      adopt: false,
      cluster: "main",
      overrides: new Map(),
    });
  });

  test("come from flags before the file", () => {
    const file = parseConfigFile('data = "/file"\ndurability = "memory"\na.b = 1\nc = 2');
    const flags = { data: "/flag", overrides: new Map([["c", "3"]]) };
    expect(mergeSettings(flags, file)).toMatchObject({
      data: "/flag",
      overrides: new Map([
        ["durability", "memory"],
        ["a.b", "1"],
        ["c", "3"],
      ]),
    });
  });
});

describe("a config file", () => {
  test("names what flags name, and settings as dotted names, tables or quoted", () => {
    const file = parseConfigFile(`
      listen = ["127.0.0.1:1", "[::1]:2"]
      advertise = "broker-1:9092"
      log.segment.bytes = 67108864
      "log.retention.ms" = -1
      [auto]
      create.topics.enable = false
      list = ["a", "b"]
    `);
    expect(file.listen).toEqual([
      { host: "127.0.0.1", port: 1 },
      { host: "::1", port: 2 },
    ]);
    expect(file.advertise).toEqual({ host: "broker-1", port: 9092 });
    expect([...file.overrides]).toEqual([
      ["log.segment.bytes", "67108864"],
      ["log.retention.ms", "-1"],
      ["auto.create.topics.enable", "false"],
      ["auto.list", "a,b"],
    ]);
    expect(parseConfigFile('listen = "h:1"').listen).toEqual([{ host: "h", port: 1 }]);
    expect(parseConfigFile("").overrides.size).toBe(0);
  });

  test.each([
    ["data = ", "not TOML"],
    ["data = 1", "data is not a text"],
    ["listen = []", "listen names no address"],
    ["listen = [1]", "listen is not a text"],
    ['listen = ["a:b"]', 'listen is "a:b"'],
    ['advertise = "::"', "advertise"],
    ["a = [[1]]", "a is neither"],
  ])("refuses %s", (text, why) => {
    expect(() => parseConfigFile(text)).toThrow(ParseError);
    expect(() => parseConfigFile(text)).toThrow(why);
  });
});
