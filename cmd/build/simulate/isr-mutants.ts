import { type Mutant, mutantOf, type Patch } from "./mutant.ts";

const cluster = (name: string, file: string, find: string, replace: string): Mutant =>
  mutantOf("cluster", name, [{ file, find, replace }]);

/** The ISR's changes are put whatever etcd has by then. */
const WITHOUT_COMPARING: readonly Patch[] = [
  {
    file: "broker/cluster/isr-proposals.ts",
    find: "await this.#path.metadata.commitPartitions(",
    replace: "await this.#path.metadata.putPartitions(",
  },
  {
    file: "metadata/cluster/cluster-store.ts",
    find: "  async #decide(",
    replace:
      "  putPartitions(changes: readonly PartitionChange[]): Promise<EtcdOutcome> {\n" +
      "    return this.commit([], changes.map((one) => ({ kind: 'put', " +
      "key: this.keys.partition(one.topicId, one.index), value: partitionValue(one.next) })));\n" +
      "  }\n\n  async #decide(",
  },
];

/** Bugs of the ISR: who is in it, and who says so. */
export const ISR_MUTANTS: readonly Mutant[] = [
  cluster(
    "a leader is chosen from all replicas",
    "metadata/cluster/elect.ts",
    "const able = now.replicas.filter((id) => eligible.includes(id));",
    "const able = now.replicas.filter((id) => live.has(id));",
  ),
  cluster(
    "the last of the ISR is taken out of it when it is gone",
    "metadata/cluster/elect.ts",
    'return { ...state, leader: -1, session: "", epoch: state.epoch + 1 };',
    'return { ...state, isr: eligible, leader: -1, session: "", epoch: state.epoch + 1 };',
  ),
  cluster(
    "those who are gone leave the ISR before the one that is chosen leads",
    "metadata/cluster/elect.ts",
    "const now = moved ?? state;",
    "const now = moved ?? { ...state, isr: eligible };",
  ),
  mutantOf(
    "cluster",
    "a leader whose life is over takes others out of the ISR",
    [
      {
        file: "broker/cluster/isr-proposals.ts",
        find: "this.#path.isLed(each) && isThere(each)",
        replace: "this.#path.isLed(each)",
      },
    ],
    "a leader whose lease has ended takes nobody out of the ISR, though all are gone",
  ),
  mutantOf("cluster", "the ISR is written without a comparison", WITHOUT_COMPARING),
  cluster(
    "who falls out of the ISR isn't waited for any more, before etcd agrees",
    "replication/copy-changes.ts",
    'if (copy.standing === "in") return propose(copy, "out");',
    'if (copy.standing === "in") {\n    copy.standing = "out";\n' +
      '    return propose(copy, "out");\n  }',
  ),
  cluster(
    "who is to be in the ISR isn't waited for before etcd agrees",
    "replication/partition-copies.ts",
    'if (copy.standing !== "out") offset = Math.min(offset, copy.offset);',
    'if (copy.standing === "in") offset = Math.min(offset, copy.offset);',
  ),
  cluster(
    "an empty disk stays in the ISR",
    "broker/cluster/join.ts",
    "if (known !== undefined) await leaveIsrs(metadata, brokerId);",
    "",
  ),
  cluster(
    "what a follower has said in its last life counts on",
    "broker/cluster/partition-roles.ts",
    "isWell(live.get(id)) && leader.follower(id)?.connected === true",
    "isWell(live.get(id))",
  ),
  cluster(
    "the high watermark moves while the copies are put one by one",
    "replication/led-log.ts",
    'for (const origin of ["in", "new"] as const) {',
    'for (const origin of ["new", "in"] as const) {',
  ),
];
