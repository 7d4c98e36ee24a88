import { type Mutant, mutantOf } from "./mutant.ts";

const moves = (name: string, file: string, find: string, replace: string): Mutant =>
  mutantOf("moves", name, [{ file, find, replace }]);

/** Bugs of copies that go from broker to broker. */
export const MOVES_MUTANTS: readonly Mutant[] = [
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
    "a copy doesn't go for one whose broker has died since it came into the ISR",
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
];
