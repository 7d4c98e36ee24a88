import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { FrameAssembler } from "../../../platform/frames.ts";
import { apiKeys } from "./api-keys.ts";
import { apis } from "./apis.testing.ts";
import { decodeResponse, encodeRequest, encodeResponse } from "./frames.ts";
import type { Api } from "./message.ts";
import { plain } from "./samples.testing.ts";
import { readServed } from "./served.testing.ts";
import type { Fields } from "./table.ts";
import { Writer } from "./writer.ts";

/*
 * What real clients said to Apache Kafka, and it to them: see testdata/kafka/README.md. Every frame
 * is read whole, byte by byte and out of the middle of a larger buffer, and written again.
 */

const folder = new URL("../../../../testdata/kafka/captured/", import.meta.url);

interface Exchange {
  readonly api: string;
  readonly version: number;
  readonly request: string;
  readonly answer: string;
}

/** Reads a frame's content out of `buffer[from, to)`. */
type Decode = (buffer: Uint8Array, from: number, to: number) => unknown;

function exchangesOf(file: string): Exchange[] {
  const lines = readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function apiNamed(name: string): Api<number, Fields, Fields> {
  const api = apis.find((known) => known.name === name);
  if (api === undefined) throw new Error(`${name} is not described (${Object.keys(apiKeys)})`);
  return api;
}

describe.each(readdirSync(folder).sort())("%s", (file) => {
  for (const [index, exchange] of exchangesOf(file).entries()) {
    const { version, request, answer } = exchange;
    const api = apiNamed(exchange.api);

    test(`${index}: ${exchange.api} ${version} asks`, () => {
      const bytes = Buffer.from(request, "hex");
      expectSameHoweverFed(bytes, (buffer, from, to) => readServed(api, buffer, from, to));
      const decoded = readServed(api, bytes, 0, bytes.length);
      expect(decoded).toMatchObject({ apiKey: api.key, version });
      const writer = new Writer();
      encodeRequest(writer, api, version, decoded, decoded.body);
      expect(Buffer.concat(writer.take()).subarray(4).toString("hex")).toBe(request);
    });

    test(`${index}: ${exchange.api} ${version} is answered`, () => {
      const bytes = Buffer.from(answer, "hex");
      const decode: Decode = (buffer, from, to) => decodeResponse(api, version, buffer, from, to);
      expectSameHoweverFed(bytes, decode);
      const { correlationId, body } = decodeResponse(api, version, bytes, 0, bytes.length);
      const writer = new Writer();
      encodeResponse(writer, api, version, correlationId, body);
      expect(Buffer.concat(writer.take()).subarray(4).toString("hex")).toBe(answer);
    });
  }
});

/** Reads a frame in pieces, and from an offset in a view of a larger buffer. */
function expectSameHoweverFed(content: Buffer, decode: Decode): void {
  const whole = plain(decode(content, 0, content.length));
  const sized = Buffer.alloc(4 + content.length);
  sized.writeInt32BE(content.length);
  sized.set(content, 4);
  for (const chunkBytes of [1, 3, sized.length]) {
    const taken: unknown[] = [];
    const frames = new FrameAssembler(content.length, (buffer, from, to) =>
      taken.push(plain(decode(buffer, from, to))),
    );
    for (let at = 0; at < sized.length; at += chunkBytes) {
      const larger = new Uint8Array(chunkBytes + 11).fill(0xff);
      const chunk = sized.subarray(at, at + chunkBytes);
      larger.set(chunk, 7);
      expect(frames.receive(larger.subarray(2), 5, 5 + chunk.length)).toBeNull();
    }
    expect(taken).toEqual([whole]);
  }
}
