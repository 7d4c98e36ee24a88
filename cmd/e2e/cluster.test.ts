import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { hasEtcd } from "../../internal/platform/bun/etcd/etcd-server.testing.ts";
import { eventually, type RealCluster, startCluster } from "./cluster.testing.ts";
import { spawnWeir } from "./weir.testing.ts";

setDefaultTimeout(120_000);

const ALL = [1, 2, 3];
const LINES = Array.from({ length: 60 }, (_, at) => `${at}\n`).join("");

const sorted = (text: string): string[] => text.trimEnd().split("\n").sort();

describe.skipIf(!hasEtcd)("every verb, asked of any broker of a cluster", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.weir(1, ["topic", "create", "orders", "-p", "6", "-r", "1"]);
    await cluster.weir(2, ["produce", "orders"], LINES);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each(ALL)("consume reads all that produce has written, through broker %i", async (id) => {
    const topic = `round-${id}`;
    await cluster.weir(id, ["topic", "create", topic, "-p", "6", "-r", "2"]);
    for (const writer of ALL) {
      for (const partition of ["0", "1", "2", "3", "4", "5"]) {
        await cluster.weir(writer, ["produce", topic, "-p", partition], `${writer}-${partition}\n`);
      }
    }
    const read = await cluster.weir(id, ["consume", topic]);
    const expected = ALL.flatMap((writer) => [0, 1, 2, 3, 4, 5].map((at) => `${writer}-${at}`));
    expect(sorted(read)).toEqual(expected.sort());
    const last = await cluster.weir(id, ["consume", topic, "--from", "-1"]);
    expect(sorted(last)).toEqual([0, 1, 2, 3, 4, 5].map((at) => `3-${at}`));
    await cluster.weir(id, ["topic", "delete", topic, "--yes"]);
  });

  test.each(ALL)("topics are listed, described and changed through broker %i", async (id) => {
    const listed = await cluster.items(id, ["topic", "ls"]);
    expect(listed.find(({ name }) => name === "orders")).toMatchObject({
      ...{ partitions: 6, replication_factor: 1, records: 60 },
    });
    const [described] = await cluster.items(id, ["topic", "describe", "orders"]);
    const rows = described?.partitions;
    if (!Array.isArray(rows)) throw new Error("it has partitions");
    expect(rows.reduce((sum, { high_watermark: end }) => sum + end, 0)).toBe(60);
    expect(new Set(rows.map(({ leader }) => leader)).size).toBe(3);
    await cluster.weir(id, ["topic", "config", "orders", "--set", `retention.ms=${id}00000000`]);
    const other = (id % 3) + 1;
    await eventually(
      () => cluster.weir(other, ["topic", "config", "orders", "-o", "tsv"]),
      (text) => text.includes(`retention.ms\t${id}00000000`),
    );
  });

  test.each(ALL)("groups read, are told, reset and deleted through broker %i", async (id) => {
    const group = `g${id}`;
    const read = await cluster.weir(id, ["consume", "orders", "-g", group]);
    expect(sorted(read)).toEqual(sorted(LINES));
    expect(await cluster.weir(id, ["consume", "orders", "-g", group])).toBe("");
    for (const other of ALL) {
      const groups = await cluster.items(other, ["group", "ls"]);
      expect(groups.find((each) => each.group === group)).toMatchObject({ lag: 0 });
    }
    await cluster.weir(id, ["group", "reset", group, "--to", "start", "--yes"]);
    const [described] = await cluster.items((id % 3) + 1, ["group", "describe", group]);
    const rows = described?.partitions;
    if (!Array.isArray(rows)) throw new Error("it has partitions");
    expect(rows.reduce((sum, { lag }) => sum + lag, 0)).toBe(60);
    const check = await cluster.run(id, ["check", "lag", group, "--crit", "60"]);
    expect([check.code, check.stdout]).toEqual([2, expect.stringContaining("60 records")]);
    await cluster.weir(id, ["group", "delete", group, "--yes"]);
  });

  test.each(ALL)("topics are exported and imported through broker %i", async (id) => {
    const archive = path.join(cluster.directory, `${id}.weir`);
    const log = `${path.resolve(import.meta.dir, "../../dist/weir")} log`;
    const line = `${log} export orders > ${archive} && ${log} import --as back-${id} < ${archive}`;
    const shell = Bun.spawn(["bash", "-c", line], {
      env: { ...process.env, WEIR_BROKER: cluster.address(id) },
      ...{ stdout: "pipe", stderr: "pipe" },
    });
    expect([await shell.exited, await new Response(shell.stderr).text()]).toEqual([0, ""]);
    expect(readFileSync(archive).length).toBeGreaterThan(60);
    const back = await cluster.weir((id % 3) + 1, ["consume", `back-${id}`]);
    expect(sorted(back)).toEqual(sorted(LINES));
  });

  test.each(ALL)("status, config, events and bench work with broker %i", async (id) => {
    const [status] = await cluster.items(id, ["status"]);
    expect(status).toMatchObject({ broker_id: id, role: "member", connected_followers: 2 });
    const text = await cluster.weir(id, ["status"]);
    expect(text).not.toMatch(/slave|master/);
    await cluster.weir(id, ["config", "set", `metrics.series.max=${id}000`]);
    const settings = await cluster.weir(id, ["config", "show", "-o", "tsv"]);
    expect(settings).toContain(`metrics.series.max\t${id}000`);
    const events = await cluster.items(id, ["events"]);
    const started = events.filter(({ kind }) => kind === "broker-started");
    expect(started.map(({ broker }) => broker).sort()).toEqual(ALL);
    const bench = ["bench", "--records", "500", "--partitions", "3", "--timeout", "30s"];
    expect(await cluster.items(id, bench)).toMatchObject([
      { step: "produce", records: 500 },
      { step: "consume", records: 500 },
    ]);
  });

  test("cluster ls tells of all, whoever is asked", async () => {
    for (const id of ALL) {
      const brokers = await cluster.items(id, ["cluster", "ls"]);
      expect(brokers.map(({ broker, live, rack }) => [broker, live, rack])).toEqual([
        [1, true, "r1"],
        [2, true, "r2"],
        [3, true, "r3"],
      ]);
      expect(brokers.filter(({ controller }) => controller)).toHaveLength(1);
    }
  });
});

describe.skipIf(!hasEtcd)("while a broker of a cluster dies", () => {
  test("produce and consume go on, and checks say what is wrong", async () => {
    await using cluster = await startCluster();
    const topic = ["topic", "create", "orders", "-p", "6", "-r", "3"];
    await cluster.weir(1, [...topic, "--config", "min.insync.replicas=2"]);
    await cluster.weir(1, ["produce", "orders"], "first\n");
    await eventually(
      () => cluster.run(2, ["check", "replication"]),
      ({ code }) => code === 0,
    );
    const writer = spawnWeir(["produce", "orders"], cluster.directory, {
      WEIR_BROKER: cluster.address(1),
    });
    const reader = spawnWeir(["consume", "orders", "-f", "-n", "401"], cluster.directory, {
      WEIR_BROKER: cluster.address(2),
    });
    for (let at = 0; at < 200; at++) writer.write(`${at}\n`);
    await eventually(
      () => cluster.items(1, ["topic", "ls"]),
      (topics) => topics.some(({ name, records }) => name === "orders" && records === 201),
    );
    await cluster.kill(3);
    for (let at = 200; at < 400; at++) writer.write(`${at}\n`);
    writer.endInput();
    expect([await writer.exited, await writer.stderr()]).toEqual([0, ""]);
    expect(sorted(await reader.rest())).toEqual(
      ["first", ...Array.from({ length: 400 }, (_, at) => `${at}`)].sort(),
    );
    expect(await reader.exited).toBe(0);
    const replication = await cluster.run(1, ["check", "replication"]);
    expect([replication.code, replication.stdout]).toEqual([
      2,
      expect.stringContaining("broker 3 is away"),
    ]);
    expect(replication.stdout).not.toMatch(/slave|master/);
    for (const id of [1, 2]) {
      await eventually(
        () => cluster.run(id, ["check", "isr"]),
        ({ code }) => code === 1,
      );
    }
    const [, , third] = await cluster.items(2, ["cluster", "ls"]);
    expect(third).toMatchObject({ broker: 3, live: false, host: null, leaders: 0, in_sync: 0 });
    await cluster.start(3);
    for (const check of ["replication", "isr"]) {
      await eventually(
        () => cluster.run(2, ["check", check]),
        ({ code }) => code === 0,
      );
    }
  });
});
