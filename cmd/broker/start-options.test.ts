import { describe, expect, test } from "bun:test";
import { CommandError } from "../errors.ts";
import { parseConfigFile } from "./config-file.ts";
import { BROKER_FLAGS, type BrokerFlag } from "./flags.ts";
import { type Given, startOptions, USUAL_START } from "./start-options.ts";

const { data, slaveOf, etcd, adopt } = BROKER_FLAGS;
const nothing = given([]);

function given(
  texts: readonly (readonly [BrokerFlag, readonly string[]])[],
  config: Readonly<Record<string, string>> = {},
): Given {
  return { texts: new Map(texts), config: new Map(Object.entries(config)) };
}

describe("what a broker is started with", () => {
  test("has defaults", () => {
    expect(startOptions(nothing, nothing)).toEqual(USUAL_START);
    expect(USUAL_START).toMatchObject({
      data: "./weir-data",
      listen: [{ host: "127.0.0.1", port: 9092 }],
      cluster: "main",
    });
  });

  test("comes from flags before the file", () => {
    const file = parseConfigFile('data = "/file"\ndurability = "memory"\na.b = 1\nc = 2');
    const flags = given([[data, ["/flag"]]], { c: "3" });
    expect(startOptions(flags, file)).toMatchObject({
      data: "/flag",
      config: new Map([
        ["durability", "memory"],
        ["a.b", "1"],
        ["c", "3"],
      ]),
    });
  });

  test("is of a pair or of a cluster, whoever says so", () => {
    const file = parseConfigFile('etcd = ["http://e:1", "http://f:2,http://g:3"]\netcd-ca = "ca"');
    const { etcd: keeper } = startOptions(given([[adopt, []]]), file);
    expect(keeper?.urls.map(({ port }) => port)).toEqual(["1", "2", "3"]);
    expect(keeper).toMatchObject({ ca: "ca", cert: null });
    expect(() => startOptions(given([[slaveOf, ["a"]]]), file)).toThrow(CommandError);
    expect(() => startOptions(given([[adopt, []]]), nothing)).toThrow("--adopt");
    const both = given([
      [slaveOf, ["a"]],
      [etcd, ["http://e"]],
    ]);
    expect(() => startOptions(both, nothing)).toThrow("--slave-of");
  });
});

test("what is given by a flag and in a file has one name in each", () => {
  const flags: readonly BrokerFlag[] = Object.values(BROKER_FLAGS);
  const names = flags.flatMap(({ key, setting }) => key ?? setting ?? []);
  expect(new Set(names).size).toBe(names.length);
  for (const { key, setting } of flags) expect([key, setting]).toContain(undefined);
});
