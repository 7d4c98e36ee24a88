import { type Mutant, mutantOf } from "./mutant.ts";

const cluster = (name: string, file: string, find: string, replace: string): Mutant =>
  mutantOf("cluster", name, [{ file, find, replace }]);

/** Bugs of what is written to etcd, and of what is taken from it. */
export const ETCD_MUTANTS: readonly Mutant[] = [
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
];
