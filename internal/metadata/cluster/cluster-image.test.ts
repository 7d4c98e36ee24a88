import { expect, test } from "bun:test";
import { ClusterImage } from "./cluster-image.ts";
import { clusterKeys, diskValue, partitionValue } from "./cluster-keys.ts";

const keys = clusterKeys("main");

function put(image: ClusterImage, revision: number, key: string, value: string) {
  return image.apply(revision, [{ key, entry: { key, value, revision, leaseId: null } }]);
}

const unreadable: readonly (readonly [path: string, value: string])[] = [
  ["format", ""],
  ["disks/1", "{"],
  ["disks/one", diskValue("d")],
  ["live/1", "[]"],
  ["live/", "{}"],
  ["controller", "7"],
  ["topics/orders", "null"],
  ["topics/orders", '{"id":"t","partitions":1,"config":7}'],
  ["partitions/t/0", '"text"'],
  ["partitions/t/-1", "{}"],
  ["partitions/t/9999999999", "{}"],
  ["drained/one", "{}"],
  ["copying", "50"],
  ["producer-ids", "5"],
];
for (const [path, value] of unreadable) {
  test(`${path} = '${value}' is passed over, and what comes with it is not`, () => {
    const image = new ClusterImage(keys);
    const key = keys.prefix + path;
    const other = keys.disk(7);
    const entry = (of: string, text: string) => ({
      key: of,
      entry: { key: of, value: text, revision: 2, leaseId: null },
    });
    image.apply(2, [entry(key, value), entry(other, diskValue("seven"))]);
    expect(image.disks).toEqual(new Map([[7, "seven"]]));
    expect(image.revision).toBe(2);
    expect([...image.unreadable.keys()]).toEqual([key]);
    expect(image.unreadable.get(key)).toContain(path.slice(0, 5));
    image.apply(3, [{ key, entry: null }]);
    expect([...image.unreadable]).toEqual([]);
  });
}

test("what a key said before it couldn't be read holds, until it can be again", () => {
  const image = new ClusterImage(keys);
  const state = { replicas: [1], adding: [], removing: [], isr: [1], leader: 1, session: "s" };
  const key = keys.partition("t", 0);
  put(image, 2, key, partitionValue({ ...state, epoch: 4 }));
  put(image, 3, key, "?");
  expect(image.partition("t", 0)).toMatchObject({ epoch: 4, revision: 2 });
  expect(image.revisionOf(key)).toBe(3);
  put(image, 4, key, partitionValue({ ...state, epoch: 5 }));
  expect(image.partition("t", 0)).toMatchObject({ epoch: 5, revision: 4 });
  expect(image.unreadable.size).toBe(0);
});

test("a broker is drained by its key, whatever that says", () => {
  for (const value of ["", "{}", "since monday"]) {
    const image = new ClusterImage(keys);
    expect(put(image, 2, keys.drained(3), value).live).toBe(true);
    expect([...image.drained]).toEqual([3]);
    image.apply(3, [{ key: keys.drained(3), entry: null }]);
    expect([...image.drained]).toEqual([]);
  }
});
