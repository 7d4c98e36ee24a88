import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { javaProgram, kafkaTool } from "./clients.ts";
import { output } from "./command.ts";
import { type Fixture, startFixture } from "./fixture.ts";

/** What each call of the walk comes to, where it is to be this and nothing else. */
const WALK = {
  createTopics: "2 1",
  "createTopics again": "TopicExistsException",
  createPartitions: "null",
  describeTopics: "3 1",
  listTopics: "true",
  "idempotent producer": "9",
  "listOffsets earliest": "0",
  "listOffsets latest": "10",
  "listOffsets maxTimestamp": "9",
  "listOffsets forTimestamp": "4",
  "listOffsets earliestLocal": "0",
  "listOffsets latestTiered": "-1",
  deleteRecords: "4",
  describeProducers: "9",
  incrementalAlterConfigs: "null",
  describeConfigs: "77000 DYNAMIC_TOPIC_CONFIG LONG 2 true",
  "describeConfigs of the broker": "1",
  listConfigResources: "[ConfigResource(type=BROKER, name='1')]",
  describeCluster: "1",
  describeLogDirs: "1",
  listPartitionReassignments: "0",
  alterPartitionReassignments: "InvalidReplicaAssignmentException",
  listGroups: "0",
  describeFeatures: "0",
  describeAcls: "UnsupportedVersionException",
  describeClientQuotas: "UnsupportedVersionException",
  describeUserScramCredentials: "UnsupportedVersionException",
  listTransactions: "UnsupportedVersionException",
  describeMetadataQuorum: "UnsupportedVersionException",
  unregisterBroker: "UnsupportedVersionException",
  deleteTopics: "null",
};

describe.skipIf(!kafkaTool("").isInstalled)("Apache Kafka's admin client and tools", () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture();
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  async function tool(name: string, ...args: readonly string[]): Promise<string> {
    const server = ["--bootstrap-server", fixture.broker.address];
    return await output([...kafkaTool(name).command, ...server, ...args]);
  }

  test("the admin client's calls do what they say, or say that they can't", async () => {
    const { command } = javaProgram("AdminWalk");
    const lines = (await output([...command, fixture.broker.address])).trimEnd().split("\n");
    const told = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
    expect(told.electLeaders).toContain("ElectionNotNeededException");
    expect(told).toMatchObject(WALK);
  });

  test("kafka-delete-records, kafka-log-dirs and kafka-leader-election", async () => {
    await fixture.weir(["produce", "cut", "-p", "0"], { input: "a\nb\nc\n" });
    const file = path.join(path.dirname(fixture.data), "offsets.json");
    writeFileSync(file, '{"partitions":[{"topic":"cut","partition":0,"offset":2}],"version":1}');
    const deleted = await tool("DeleteRecordsCommand", "--offset-json-file", file);
    expect(deleted).toContain("partition: cut-0\tlow_watermark: 2");
    const folders = await tool("LogDirsCommand", "--describe", "--topic-list", "cut");
    expect(folders).toContain('"partition":"cut-0"');
    const elect = ["--election-type", "preferred", "--all-topic-partitions"];
    await tool("LeaderElectionCommand", ...elect);
  });

  test("the performance tools write and read as much as they are told to", async () => {
    const records = ["--num-records", "20000", "--record-size", "100", "--throughput", "-1"];
    const produced = await tool("ProducerPerformance", "--topic", "fast", ...records);
    expect(produced).toContain("20000 records sent");
    const messages = ["--topic", "fast", "--num-records", "20000", "--timeout", "20000"];
    const consumed = await tool("ConsumerPerformance", ...messages);
    expect(consumed.trimEnd().split("\n").at(-1)?.split(", ")[4]).toBe("20000");
  });

  test("the verifiable producer's records are all acknowledged, and consumed", async () => {
    const count = ["--topic", "verified", "--max-messages", "500"];
    const produced = await tool("VerifiableProducer", ...count);
    expect(produced).toContain('"sent":500,"acked":500');
    const group = ["--group-id", "verifiers", "--reset-policy", "earliest"];
    const consumed = await tool("VerifiableConsumer", ...count, ...group);
    expect(consumed).toContain('"name":"records_consumed"');
  });
});
