import { type Mutant, mutantOf, type Patch } from "./mutant.ts";

/** Bugs of brokers that etcd decides for: leases, epochs, the ISR, and who may write what. */
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

const moves = (name: string, file: string, find: string, replace: string): Mutant =>
  mutantOf("moves", name, [{ file, find, replace }]);

export const CLUSTER_MUTANTS: readonly Mutant[] = [
  cluster(
    "a lease is believed in for its whole time and somewhat longer",
    "broker/cluster/session-lease.ts",
    "const BELIEVED_SHARE = 0.9;",
    "const BELIEVED_SHARE = 1.1;",
  ),
  cluster(
    "a lease is believed in for its whole time, by a clock that may go slower",
    "broker/cluster/session-lease.ts",
    "const BELIEVED_SHARE = 0.9;",
    "const BELIEVED_SHARE = 1;",
  ),
  cluster(
    "a lease is counted from the answer to its renewal",
    "broker/cluster/session-lease.ts",
    "    this.#believe(askedAtMs);\n    this.#tellReached(true);",
    "    this.#believe(clock.monotonicMs());\n    this.#tellReached(true);",
  ),
  mutantOf("cluster", "acks leave without a look at the lease", [
    {
      file: "broker/cluster/cluster.ts",
      find: "const isOutdated = () => !this.#registration.isHeld;",
      replace: "const isOutdated = () => this.#registration.session === '';",
    },
  ]),
  cluster(
    "what was led with an ended lease is led on with the next one",
    "broker/cluster/partition-roles.ts",
    "for (const { partition } of [...this.#led.values()]) this.#look(partition);",
    "",
  ),
  mutantOf(
    "cluster",
    "what was led of a deleted topic is led on with the next lease",
    [
      {
        file: "broker/cluster/partition-roles.ts",
        find: "for (const { partition } of [...this.#led.values()]) this.#look(partition);",
        replace:
          "for (const name of [...this.#led.values()]) {\n" +
          "      const partition = this.#partitionOf(name);\n" +
          "      if (partition) this.#look(partition);\n    }",
      },
    ],
    "what is led of a deleted topic ends with its lease, though its log is still there",
  ),
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
    "a leader that was restarted leads on in the same epoch",
    "metadata/cluster/elect.ts",
    "return { ...state, leader, session, epoch: state.epoch + 1 };",
    "return { ...state, leader, session };",
  ),
  cluster(
    "a broker leads what its last life was given",
    "broker/cluster/partition-roles.ts",
    'return state.session === this.#path.session() ? { kind: "lead", epoch } : NONE;',
    'return { kind: "lead", epoch };',
  ),
  cluster(
    "an empty disk stays in the ISR",
    "broker/cluster/join.ts",
    "if (known !== undefined) await leaveIsrs(metadata, brokerId);",
    "",
  ),
  cluster(
    "a controller decides without the condition that it still is",
    "broker/cluster/controller.ts",
    "await metadata.commitPartitions(decisions, [asController, ...keepers]);",
    "await metadata.commitPartitions(decisions);",
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
  cluster(
    "a role begins before what was written in the last one is durable",
    "broker/cluster/partition-roles.ts",
    "    await this.#path.cluster.store.durable();\n",
    "",
  ),
  cluster(
    "a follower of a new leader goes on from its end, whatever that has",
    "replication/follower.ts",
    "this.#cutting.push({ followed, offset });",
    "this.#cutting.push({ followed, offset: Math.max(offset, log.endOffset) });",
  ),
  cluster(
    "what is decided isn't waited for before the next decision",
    "metadata/cluster/cluster-store.ts",
    "    await this.watch.told(newest);\n",
    "",
  ),
  cluster(
    "after a compaction what is gone is kept",
    "metadata/cluster/image-watch.ts",
    "      ...gone.map((key) => ({ key, entry: null })),\n",
    "",
  ),
  mutantOf(
    "cluster",
    "a listing that arrives late takes back what a watch has told since",
    [
      {
        file: "metadata/cluster/image-watch.ts",
        find: "if (revision >= this.#image.revision) this.#takeAll(revision, entries);",
        replace: "this.#takeAll(revision, entries);",
      },
    ],
    "a listing that was long under way takes back nothing that was told since",
  ),
  mutantOf(
    "cluster",
    "a broker doesn't look whether what is told of it is still so",
    [
      {
        file: "broker/cluster/image-follower.ts",
        find: "    registration.brokersChanged();\n",
        replace: "",
      },
    ],
    "a broker is heard that was cut off, and is told only then that it had said so",
  ),
  cluster(
    "blocks of producer ids are reserved without a comparison",
    "metadata/cluster/cluster-store.ts",
    'await this.commit([condition], [{ kind: "put", key, value }]);',
    'await this.commit([], [{ kind: "put", key, value }]);',
  ),
  cluster(
    "a coordinator goes on with the groups that it had when it led last",
    "broker/cluster/cluster-groups.ts",
    "    this.#coordinators.get(index)?.close();\n    this.#coordinators.delete(index);\n",
    "    if (leads && this.#coordinators.has(index)) return;\n",
  ),
  mutantOf(
    "cluster",
    "a topic is made in place of one that is yet to be taken over",
    [
      {
        file: "broker/topics/topics.ts",
        find: "if (!this.#topics.has(name) && !this.#path.metadata.topic(name)) return;",
        replace: "if (!this.#topics.has(name)) return;",
      },
    ],
    "a topic isn't made again by a broker that has yet to take it over",
  ),
  cluster(
    "a broker starts with an etcd that was set back",
    "broker/cluster/join.ts",
    "if (image.revision < saved.revision) {",
    "if (image.revision < 0) {",
  ),
  cluster(
    "a broker that runs goes on with an etcd that was set back",
    "metadata/cluster/image-watch.ts",
    "if (!this.#outdated && revision < known) {",
    "if (!this.#outdated && revision < 0) {",
  ),
  moves(
    "a move ends before the new copies are in sync",
    "metadata/cluster/reassign.ts",
    "  if (comingOf(state).some((id) => !behind.includes(id))) return null;\n",
    "",
  ),
  moves(
    "copies go, and the leader leads on in the same epoch",
    "metadata/cluster/elect.ts",
    "return moved && state.removing.length > 0 ? ledBy(now, live, state.leader) : moved;",
    "return moved;",
  ),
  mutantOf(
    "moves",
    "copies go though those that come may have died meanwhile",
    [
      {
        file: "broker/cluster/controller.ts",
        find: "await metadata.commitPartitions(decisions, [asController, ...keepers]);",
        replace: "await metadata.commitPartitions(decisions, [asController]);",
      },
    ],
    400,
  ),
  moves(
    "a copy is deleted as soon as it is to go",
    "broker/cluster/partition-roles.ts",
    "if (!state || state.replicas.includes(brokerId)) return false;",
    "const goes = state?.removing.includes(brokerId) === true;\n" +
      "    if (!state || (state.replicas.includes(brokerId) && !goes)) return false;",
  ),
  moves(
    "a copy that is to come may lead before it is in the ISR",
    "metadata/cluster/elect.ts",
    "const able = now.replicas.filter((id) => eligible.includes(id));",
    "const able = now.replicas.filter((id) => eligible.includes(id) || now.adding.includes(id));",
  ),
  mutantOf(
    "moves",
    "a copy that couldn't be removed goes later, whatever it is then",
    [
      {
        file: "broker/topics/log-removals.ts",
        find: "        if (!log.removed) this.#doomed.delete(log);\n",
        replace: "",
      },
    ],
    269,
  ),
  mutantOf(
    "moves",
    "a broker whose lease ends before it knows that it is there stays away",
    [
      {
        file: "broker/cluster/registration.ts",
        find: "return (await this.#put()) && id === this.#lease.id;",
        replace: "return (await this.#put()) && id.length >= 0;",
      },
    ],
    "a broker whose lease ends before it is told that it has come in comes in again",
  ),
];
