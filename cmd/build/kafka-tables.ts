/** The tables of docs/kafka.md, out of what the door serves and what its tests compare. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { questions } from "../../internal/doors/kafka/conformance/questions.testing.ts";
import { refusedAcls } from "../../internal/doors/kafka/handlers/refused/acls.ts";
import { refusedQuotas } from "../../internal/doors/kafka/handlers/refused/quotas.ts";
import { refusedLogins } from "../../internal/doors/kafka/handlers/refused/sasl.ts";
import { refusedTransactions } from "../../internal/doors/kafka/handlers/refused/transactions.ts";
import type { KafkaErrorName } from "../../internal/doors/kafka/protocol/error-codes.ts";
import type { VersionRange } from "../../internal/doors/kafka/protocol/versions.ts";
import type { Service } from "../../internal/doors/kafka/service.ts";
import { refusals, services } from "../../internal/doors/kafka/services.ts";
import { table, withPart } from "./written.ts";

/** The page as it has to be. */
export function withKafka(page: string): string {
  const parts = { apis, "refused apis": refusedApis, differences, clients };
  return Object.entries(parts).reduce((made, [name, text]) => withPart(made, name, text()), page);
}

function apis(): string {
  const rows = [...services.values()].map(({ key, name, versions, advertised }) => {
    const isMore = advertised.min !== versions.min || advertised.max !== versions.max;
    const more = isMore ? `, told as ${rangeText(advertised)}` : "";
    return [`${key}`, name, `${rangeText(versions)}${more}`];
  });
  return table(["key", "request", "versions"], rows);
}

/** What is refused, with the error that each is answered with. */
const REFUSED: readonly (readonly [string, readonly Service[], readonly KafkaErrorName[]])[] = [
  ["logins, and users", refusedLogins, ["ILLEGAL_SASL_STATE", "UNSUPPORTED_VERSION"]],
  ["transactions", refusedTransactions, ["TRANSACTIONAL_ID_AUTHORIZATION_FAILED"]],
  ["access control", refusedAcls, ["SECURITY_DISABLED"]],
  ["quotas", refusedQuotas, ["UNSUPPORTED_VERSION"]],
];

function refusedApis(): string {
  const told = REFUSED.reduce((count, [, group]) => count + group.length, 0);
  if (told !== refusals.size) throw new Error("some of what is refused is in no group");
  const rows = REFUSED.map(([what, group, errors]) => {
    const names = group.map(({ name, versions }) => `${name} ${rangeText(versions)}`);
    return [what, names.join(", "), errors.join(", ")];
  });
  return table(["what", "requests", "the error"], rows);
}

function rangeText({ min, max }: VersionRange): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}

function differences(): string {
  const differing = questions.flatMap(({ title, differs }) =>
    differs === null ? [] : [[title, differs]],
  );
  const head = ["the question", "what differs"];
  return `${differing.length} of ${questions.length}:\n\n${table(head, differing)}`;
}

const ALL = "records, groups, administration";
const ALL_AND_OWN = `${ALL}; its own tests`;

/** The clients, each with the file of interop/clients that has its version, and what it does. */
const CLIENTS: readonly (readonly [client: string, file: string, does: string])[] = [
  ["Apache Kafka's clients, admin client and tools", "java/pom.xml", ALL],
  ["Kafka Streams", "streams/pom.xml", "a topology with state"],
  ["Kafka Connect", "connect/pom.xml", "its connectors for files"],
  ["an old client of Apache Kafka's", "old/pom.xml", "writes and reads"],
  ["librdkafka, by confluent-kafka for Python", "python/requirements.txt", ALL_AND_OWN],
  ["@confluentinc/kafka-javascript", "confluent/package.json", "writes, reads in groups"],
  ["kafkajs", "kafkajs/package.json", ALL_AND_OWN],
  ["@platformatic/kafka", "platformatic/package.json", "writes, reads in groups"],
  ["franz-go", "go/go.mod", `${ALL}; groups of KIP-848`],
];

/** What a file says of the first thing that it asks for: Maven's, pip's, npm's or Go's. */
const VERSIONS = [
  /<dependency>.*?<version>(.+?)</s,
  /==(\S+)/,
  /"dependencies": \{\s*"[^"]+": "(.+?)"/,
  /require \(\s*\S+ v(\S+)/,
];

function clients(): string {
  const rows = CLIENTS.map(([client, file, does]) => {
    const folder = path.resolve(import.meta.dir, "../../interop/clients");
    const text = readFileSync(path.join(folder, file), "utf8");
    const version = VERSIONS.map((one) => one.exec(text)?.[1]).find(Boolean);
    if (version === undefined) throw new Error(`${file} has no version`);
    return [client, version, does];
  });
  return table(["client", "version", "what it does"], rows);
}
