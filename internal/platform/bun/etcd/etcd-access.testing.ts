import path from "node:path";
import type { EtcdServer } from "./etcd-server.testing.ts";
import { rangeOf } from "./messages.ts";

/** Files with PEM texts: an authority, and a certificate of it for 127.0.0.1 with its key. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes certificates in a directory, with openssl. They have no common name: etcd's gateway refuses
 * a client that shows one where users say passwords.
 */
export async function makeCertificates(directory: string): Promise<CertificateFiles> {
  const at = (name: string) => path.join(directory, name);
  const [ca, caKey, cert, key] = [at("ca.pem"), at("ca.key"), at("cert.pem"), at("cert.key")];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  await openssl(...made, "-keyout", caKey, "-out", ca, "-subj", "/CN=authority");
  await openssl(
    ...[...made, "-keyout", key, "-out", cert, "-subj", "/O=etcd"],
    ...["-addext", "subjectAltName=IP:127.0.0.1", "-CA", ca, "-CAkey", caKey],
  );
  return { ca, cert, key };
}

/** Has an etcd ask who comes: there is a user besides its root who may use what has a prefix. */
export async function requireUser(
  { url }: EtcdServer,
  tls: CertificateFiles | null,
  user: { readonly name: string; readonly password: string; readonly prefix: string },
): Promise<void> {
  const { name, password, prefix } = user;
  const trusted = tls && { ca: Bun.file(tls.ca), cert: Bun.file(tls.cert), key: Bun.file(tls.key) };
  const ask = async (method: string, request: object) => {
    const body = JSON.stringify(request);
    const init = { method: "POST", body, ...(trusted && { tls: trusted }) };
    const answer = await fetch(`${url}/v3/auth/${method}`, init);
    if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
  };
  await ask("user/add", { name: "root", password: "rules" });
  await ask("role/add", { name: "root" });
  await ask("user/grant", { user: "root", role: "root" });
  await ask("user/add", { name, password });
  await ask("role/add", { name });
  const perm = { permType: "READWRITE", ...rangeOf(prefix) };
  await ask("role/grant", { name, perm });
  await ask("user/grant", { user: name, role: name });
  await ask("enable", {});
}

async function openssl(...args: readonly string[]): Promise<void> {
  const child = Bun.spawn(["openssl", ...args], { stdout: "ignore", stderr: "pipe" });
  if ((await child.exited) !== 0) throw new Error(await child.stderr.text());
}
