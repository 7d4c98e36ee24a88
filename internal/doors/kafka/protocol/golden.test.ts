import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { MalformedMessage } from "./errors.ts";
import {
  decodeRequestEnd,
  decodeRequestStart,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
} from "./headers.ts";
import { Reader } from "./reader.ts";
import { completed, plain, samples } from "./samples.testing.ts";
import type { Decoded, Fields } from "./table.ts";
import { includes } from "./versions.ts";
import { Writer } from "./writer.ts";

/*
 * Frames that another implementation encoded: see testdata/kafka/README.md. Each is read and
 * written here with the header that its correlation id and client id are known of.
 */

const CORRELATION_ID = 0x12345678;
const CLIENT_ID = "weir-golden";

interface Golden {
  readonly message: string;
  readonly version: number;
  readonly hex: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const file = new URL("../../../../testdata/kafka/messages.jsonl", import.meta.url);
const goldens: readonly Golden[] = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map(parsed)
  // What stands in others is coordination's to read.
  .filter(({ message }) => !message.startsWith("ConsumerProtocol"));

function parsed(line: string): Golden {
  return JSON.parse(line);
}

type Sample = (typeof samples)[number];

function sampleOf({ message: name }: Golden): Sample {
  const sample = samples.find(({ message }) => message.name === name);
  if (sample === undefined) throw new Error(`no message ${name}`);
  return sample;
}

function decode({ message, header, key }: Sample, version: number, reader: Reader) {
  const flexible = includes(message.flexible, version);
  if (header === "request") {
    expect(decodeRequestStart(reader)).toEqual({
      apiKey: key,
      version,
      correlationId: CORRELATION_ID,
    });
    expect(decodeRequestEnd(reader, flexible)).toBe(CLIENT_ID);
  } else {
    expect(decodeResponseHeader(reader, key, flexible)).toBe(CORRELATION_ID);
  }
  return message.decode(reader, version);
}

function encode({ message, header, key }: Sample, version: number, value: Decoded<Fields>) {
  const writer = new Writer();
  const flexible = includes(message.flexible, version);
  if (header === "request") {
    const start = { apiKey: key, version, correlationId: CORRELATION_ID };
    encodeRequestHeader(writer, start, CLIENT_ID, flexible);
  } else {
    encodeResponseHeader(writer, CORRELATION_ID, key, flexible);
  }
  message.encode(writer, version, value);
  return Buffer.concat(writer.take());
}

test("golden frames decode to the values they were made of, and encode to the same bytes", () => {
  for (const golden of goldens) {
    const sample = sampleOf(golden);
    const reader = new Reader(Buffer.from(golden.hex, "hex"));
    const value = decode(sample, golden.version, reader);
    expect(reader.remaining).toBe(0);
    expect({ golden, value: plain(value) }).toEqual({
      golden,
      value: completed(sample.message.fields, golden.value),
    });
    expect(encode(sample, golden.version, value).toString("hex")).toBe(golden.hex);
  }
});

test("there are golden frames of the oldest and the newest version of every message", () => {
  for (const { message } of samples) {
    const versions = goldens.filter((g) => g.message === message.name).map((g) => g.version);
    expect([message.name, Math.min(...versions)]).toEqual([message.name, message.versions.min]);
    expect([message.name, Math.max(...versions)]).toEqual([message.name, message.versions.max]);
  }
});

test("a golden frame in the middle of a larger buffer decodes the same", () => {
  for (const golden of goldens) {
    const sample = sampleOf(golden);
    const frame = Buffer.from(golden.hex, "hex");
    const larger = new Uint8Array(frame.length + 20).fill(0xff);
    larger.set(frame, 12);
    const view = larger.subarray(5);
    const reader = new Reader(view, 7, 7 + frame.length);
    expect(plain(decode(sample, golden.version, reader))).toEqual(
      completed(sample.message.fields, golden.value),
    );
  }
});

test("a golden frame cut off anywhere is malformed, and nothing else", () => {
  for (const golden of goldens) {
    const sample = sampleOf(golden);
    const frame = Buffer.from(golden.hex, "hex");
    for (let length = 0; length < frame.length; length++) {
      const reader = new Reader(frame, 0, length);
      expect(() => decode(sample, golden.version, reader)).toThrow(MalformedMessage);
    }
  }
});
