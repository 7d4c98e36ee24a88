/** What brokers rely on of etcd, asked of the model that tests use and of a real one alike. */
import { afterAll, describe, expect, test } from "bun:test";
import { bunClock } from "./bun/clock.ts";
import { bunEtcd } from "./bun/etcd/etcd.ts";
import { hasEtcd, startEtcd } from "./bun/etcd/etcd-server.testing.ts";
import type { Etcd, EtcdEvent, EtcdWatch } from "./etcd.ts";
import { EtcdModel, modelledEtcd } from "./testing/etcd-model.ts";

const clock = bunClock();

describe("the model", () => {
  contract(modelledEtcd(clock, new EtcdModel(clock)));
});

const server = hasEtcd ? await startEtcd() : null;
afterAll(() => server?.close());

describe.skipIf(server === null)(
  "a real etcd (there has to be one: apt install etcd-server)",
  () => {
    const etcd = bunEtcd({ urls: ["http://127.0.0.1:1", server?.url ?? ""] });
    contract(etcd);

    test("one that can't be reached says so", async () => {
      const nobody = bunEtcd({ urls: ["http://127.0.0.1:1"] });
      expect(nobody.list("a")).rejects.toMatchObject({ name: "EtcdError", code: "unavailable" });
    });

    test("more keys than a page has", async () => {
      for (let page = 0; page < 21; page++) {
        const keys = Array.from({ length: 100 }, (_, at) => `many/${page * 100 + at}`);
        await etcd.commit(
          [],
          keys.map((key) => ({ kind: "put", key, value: "v" })),
        );
      }
      const { entries } = await etcd.list("many/");
      expect(new Set(entries.map(({ key }) => key)).size).toBe(2100);
    });

    test("a change that was compacted isn't told", async () => {
      const { revision } = await etcd.list("x");
      await fetch(`${server?.url}/v3/kv/compaction`, {
        method: "POST",
        body: JSON.stringify({ revision }),
      });
      const { promise, resolve } = Promise.withResolvers<string>();
      etcd.watch("many/", 2, { changed() {}, ended: ({ code }) => resolve(code) });
      expect(await promise).toBe("compacted");
    });
  },
);

function contract(etcd: Etcd): void {
  test("a key is put where its condition holds, and told where it doesn't", async () => {
    const absent = { key: "a/1", revision: 0 };
    const put = { kind: "put", key: "a/1", value: "größer" } as const;
    const first = await etcd.commit([absent], [put]);
    expect(first.done).toBeTrue();
    const second = await etcd.commit([absent], [{ ...put, value: "other" }]);
    const there = { key: "a/1", value: "größer", revision: first.revision, leaseId: null };
    expect(second).toEqual({ done: false, revision: first.revision, found: [there] });
    const next = await etcd.commit([{ key: "a/1", revision: first.revision }], [put]);
    expect(next).toEqual({ done: true, revision: first.revision + 1 });
  });

  test("a listing has what begins with its prefix, as of one revision", async () => {
    for (const key of ["b", "b/2", "b/1", "b0"]) {
      await etcd.commit([], [{ kind: "put", key, value: key }]);
    }
    const { entries } = await etcd.list("b/");
    expect(entries.map(({ key }) => key)).toEqual(["b/1", "b/2"]);
    const { done } = await etcd.commit([], [{ kind: "delete-all", prefix: "b/" }]);
    expect(done).toBeTrue();
    expect((await etcd.list("b")).entries.map(({ key }) => key)).toEqual(["b", "b0"]);
  });

  test("a watch tells what was, what comes, and what goes", async () => {
    const told = new Told(etcd, "c/", (await etcd.list("c/")).revision + 1);
    await etcd.commit(
      [],
      [
        { kind: "put", key: "c/1", value: "one" },
        { kind: "put", key: "c/2", value: "two" },
        { kind: "put", key: "d", value: "else" },
      ],
    );
    await told.until((seen) => seen.length === 2);
    const { revision } = await etcd.commit([], [{ kind: "delete", key: "c/1" }]);
    const late = new Told(etcd, "c/", revision);
    await told.until((seen) => seen.length === 3);
    await late.until((seen) => seen.length === 1);
    expect(told.seen.map(({ key, entry }) => [key, entry?.value])).toEqual([
      ["c/1", "one"],
      ["c/2", "two"],
      ["c/1", undefined],
    ]);
    expect(told.revision).toBe(revision);
    told.close();
    late.close();
  });

  test("what is bound to a lease goes with it", async () => {
    const lease = await etcd.grantLease(5000);
    expect(lease.ttlMs).toBeGreaterThanOrEqual(5000);
    await etcd.commit([], [{ kind: "put", key: "e", value: "bound", leaseId: lease.id }]);
    const { revision, entries } = await etcd.list("e");
    expect(entries[0]?.leaseId).toBe(lease.id);
    await etcd.keepAlive(lease.id, 2000);
    const told = new Told(etcd, "e", revision + 1);
    await etcd.revokeLease(lease.id);
    await etcd.revokeLease(lease.id);
    await told.until(([event]) => event?.entry === null);
    told.close();
    expect(etcd.keepAlive(lease.id, 2000)).rejects.toMatchObject({ code: "no-lease" });
    const late = etcd.commit([], [{ kind: "put", key: "e", value: "late", leaseId: lease.id }]);
    expect(late).rejects.toMatchObject({ code: "no-lease" });
  });

  test("a lease that nobody keeps alive ends, and not before its time", async () => {
    const lease = await etcd.grantLease(1000);
    const fromMs = clock.monotonicMs();
    const put = { kind: "put", key: "f", value: "", leaseId: lease.id } as const;
    const { revision } = await etcd.commit([], [put]);
    const told = new Told(etcd, "f", revision + 1);
    await told.until(([event]) => event?.entry === null);
    expect(clock.monotonicMs() - fromMs).toBeGreaterThan(lease.ttlMs - 50);
    told.close();
  });
}

/** What a watch has told so far. */
class Told {
  readonly seen: EtcdEvent[] = [];
  revision = 0;
  readonly #watch: EtcdWatch;
  #changed: () => void = () => {};

  constructor(etcd: Etcd, prefix: string, fromRevision: number) {
    this.#watch = etcd.watch(prefix, fromRevision, {
      changed: (revision, events) => {
        this.revision = revision;
        this.seen.push(...events);
        this.#changed();
      },
      ended: (why) => {
        throw why;
      },
    });
  }

  async until(done: (seen: readonly EtcdEvent[]) => boolean): Promise<void> {
    while (!done(this.seen)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#changed = resolve;
      await promise;
    }
  }

  close(): void {
    this.#watch.close();
  }
}
