import { afterEach, describe, expect, test } from "bun:test";
import { EmbeddedMetadataStore } from "../../metadata/embedded-store.ts";
import { StorageError } from "../../storage/errors.ts";
import type { LogStore } from "../../storage/log-store.ts";
import { openStore } from "../../storage/store.testing.ts";
import { BrokerError } from "../errors.ts";
import {
  afterCut,
  type MetadataTaking,
  rereadMetadata,
  rereadMetadataIfPossible,
  takeMetadata,
} from "./take-copies.ts";

let store: LogStore;

afterEach(() => store.close());

/** What a slave stands on whose disk refuses topics, or can't tell its metadata. */
async function refusing(refusal: Error, where: "topics" | "metadata") {
  const opened = await openStore();
  store = opened.store;
  const { log } = await EmbeddedMetadataStore.open(opened.clock, store);
  const logged: string[] = [];
  const note = (event: string) => void logged.push(event);
  const refuseIn = (place: string) => async () => {
    if (where === place) throw refusal;
  };
  const taking: MetadataTaking = {
    store,
    log: { info: note, warn: note, error: note },
    events: { add: (_, kind) => note(kind) },
    metadata: { log, copied() {}, reload: refuseIn("metadata") },
    topics: { reconcile: refuseIn("topics") },
  };
  return { taking, logged, cut: { log, endOffset: 1, oldEndOffset: 2, path: "kept" } };
}

/** Lets what nobody awaits end: what it throws would fail the test. */
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ["a failed disk", new StorageError("failed", "the disk has failed")],
  ["a broker whose disk has failed", new BrokerError("storage-failed", "the disk has failed")],
])("topics that %s refuses", (_, refusal) => {
  test("are told of when metadata was copied, when it was cut and when it is read", async () => {
    const { taking, logged, cut } = await refusing(refusal, "topics");
    takeMetadata(taking, new Uint8Array(0));
    await aTurn();
    expect(logged.splice(0)).toEqual(["metadata-not-applied"]);
    afterCut(taking, cut);
    await aTurn();
    expect(logged.splice(0)).toEqual(["records-cut", "metadata-not-applied"]);
    await rereadMetadata(taking);
    expect(logged).toEqual(["metadata-not-applied"]);
  });
});

test("unreadable metadata is told of after a cut, and who has to know it is refused", async () => {
  const refusal = new StorageError("damaged", "it can't be read");
  const { taking, logged, cut } = await refusing(refusal, "metadata");
  afterCut(taking, cut);
  await aTurn();
  expect(logged.splice(0)).toEqual(["records-cut", "metadata-not-read"]);
  await rereadMetadataIfPossible(taking);
  expect(logged).toEqual(["metadata-not-read"]);
  expect(rereadMetadata(taking)).rejects.toBe(refusal);
  await rereadMetadata(taking).catch(() => {});
});

test("what isn't a disk's refusal isn't borne", async () => {
  const fault = new TypeError("a fault of this program");
  const { taking } = await refusing(fault, "topics");
  expect(rereadMetadata(taking)).rejects.toBe(fault);
  await rereadMetadata(taking).catch(() => {});
});
