import { type Mutant, mutantOf } from "./mutant.ts";

const cluster = (
  name: string,
  file: string,
  find: string,
  replace: string,
  finder: string | null = null,
): Mutant => mutantOf("cluster", name, [{ file, find, replace }], finder);

/** Bugs of leases, leaders and epochs: who may lead what, and until when. */
export const LEASE_MUTANTS: readonly Mutant[] = [
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
    "what is led of a deleted topic ends with its lease, though its log is still there",
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
    "a controller decides without the condition that it still is",
    "broker/cluster/controller.ts",
    "await metadata.commitPartitions(decisions, [asController, ...keepers]);",
    "await metadata.commitPartitions(decisions);",
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
    "a coordinator goes on with the groups that it had when it led last",
    "broker/cluster/cluster-groups.ts",
    "    this.#coordinators.get(index)?.close();\n    this.#coordinators.delete(index);\n",
    "    if (leads && this.#coordinators.has(index)) return;\n",
    "a coordinator that leads again knows what another one has committed since",
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
