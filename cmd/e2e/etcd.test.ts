/** A broker and the etcd of its cluster: who asks, by what way, and what if nobody answers. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type CertificateFiles,
  makeCertificates,
  requireUser,
} from "../../internal/platform/bun/etcd/etcd-access.testing.ts";
import {
  type EtcdServer,
  hasEtcd,
  startEtcd,
} from "../../internal/platform/bun/etcd/etcd-server.testing.ts";
import { ensureBuilt, spawnWeir, startBroker, weirAlone } from "./weir.testing.ts";

const NOBODY = "http://127.0.0.1:1";
const LOOK_MS = 10;
const USER = { name: "weir", password: "p@ss:word", prefix: "/weir/" };

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-etcd-e2e-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const dataAt = (name: string): readonly string[] => {
  return ["--data", path.join(directory, name), "--listen", "127.0.0.1:0"];
};

test("a broker that waits for etcd ends when it is told to", async () => {
  await ensureBuilt();
  const args = ["broker", "--etcd", NOBODY, ...dataAt("waiting")];
  const broker = spawnWeir(args, directory, {});
  // By then it takes signals; nothing is in the way of its start but etcd.
  while (!existsSync(path.join(directory, "waiting"))) await Bun.sleep(LOOK_MS);
  broker.kill("SIGTERM");
  expect(await broker.exited).toBe(0);
});

describe.skipIf(!hasEtcd || Bun.which("openssl") === null)(
  "an etcd that lets in only who shows a certificate and says a password",
  () => {
    let files: CertificateFiles;
    let etcd: EtcdServer;
    beforeAll(async () => {
      files = await makeCertificates(directory);
      etcd = await startEtcd({ tls: files });
      await requireUser(etcd, files, USER);
    });
    afterAll(() => etcd.close());

    function flags(user: string, { ca, cert, key }: CertificateFiles): readonly string[] {
      const url = new URL(etcd.url);
      const address = `https://${user}@${url.host}`;
      return ["--etcd", address, "--etcd-ca", ca, "--etcd-cert", cert, "--etcd-key", key];
    }

    test("takes a broker that does, also when it was restarted", async () => {
      const user = `${USER.name}:${encodeURIComponent(USER.password)}`;
      const broker = await startBroker([...dataAt("known"), ...flags(user, files)]);
      const create = (topic: string) => weirAlone(["topic", "create", topic, "-b", broker.address]);
      expect((await create("one")).code).toBe(0);
      await etcd.kill();
      await etcd.restart(); // it has forgotten who had said the password
      expect((await create("two")).code).toBe(0);
      expect(await broker.stop()).toBe(0);
    });

    test("refuses one with a wrong password", async () => {
      const args = ["broker", ...dataAt("wrong"), ...flags("weir:wrong", files)];
      const { code, stderr } = await weirAlone(args);
      expect(code).toBe(2);
      expect(stderr).toContain("authentication failed");
    });
  },
);
