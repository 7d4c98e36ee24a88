import { beforeEach, describe, expect, test } from "bun:test";
import type { Connection } from "../../platform/network.ts";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { memoryNetwork } from "../../platform/testing/memory-network.ts";
import { type FakeBroker, fakeBroker } from "../fake-broker.testing.ts";
import { httpDoor } from "./door.ts";
import { exposition } from "./exposition.ts";
import { headEnd, MAX_HEAD_BYTES, parseRequest } from "./request.ts";

let clock: ManualClock;
let broker: FakeBroker;
let ask: (...pieces: readonly string[]) => Promise<string>;

beforeEach(async () => {
  clock = manualClock();
  broker = fakeBroker({ orders: 2 });
  const network = memoryNetwork(clock);
  const door = httpDoor({ broker, clock, log: { info() {}, warn() {}, error() {} } });
  const { address } = await network.listen({ host: "broker", port: 0 }, door);
  ask = async (...pieces) => {
    let heard = "";
    let ended = false;
    const connection: Connection = await network.connect(address, 1000, () => ({
      receive: (chunk, from, to) => {
        heard += new TextDecoder().decode(chunk.subarray(from, to));
      },
      partial: null,
      filled() {},
      drained() {},
      closed: () => {
        ended = true;
      },
    }));
    for (const piece of pieces) {
      connection.send(new TextEncoder().encode(piece));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let turn = 0; turn < 50 && !ended; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return heard;
  };
});

describe("the HTTP door", () => {
  test.each([
    ["GET /health HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", '{"status":"ok"}'],
    ["GET /health?x=1 HTTP/1.0\n\n", "200 OK", '{"status":"ok"}'],
    ["GET /ready HTTP/1.1\r\n\r\n", "503 Service Unavailable", '"status":"not-ready"'],
    ["GET / HTTP/1.1\r\n\r\n", "200 OK", "/metrics"],
    ["GET /nothing HTTP/1.1\r\n\r\n", "404 Not Found", "/metrics"],
    ["GET nothing\r\n\r\n", "400 Bad Request", ""],
    [`GET /${"x".repeat(MAX_HEAD_BYTES)}`, "400 Bad Request", ""],
  ])("answers %j", async (request, status, part) => {
    const answer = await ask(request);
    expect(answer).toStartWith(`HTTP/1.1 ${status}\r\n`);
    expect(answer).toContain(part);
    expect(answer).toContain("\r\nConnection: close\r\n");
  });

  test("takes a head that comes byte by byte", async () => {
    const answer = await ask(..."GET /health HTTP/1.1\r\nAccept: */*\r\n\r\n");
    expect(answer).toStartWith("HTTP/1.1 200 OK\r\n");
  });

  test("answers HEAD without a body, but with its length", async () => {
    const answer = await ask("HEAD /health HTTP/1.1\r\n\r\n");
    expect(answer).toContain("Content-Length: 16\r\n");
    expect(answer).toEndWith("\r\n\r\n");
  });

  test("writes metrics as they are asked for", async () => {
    const plain = await ask("GET /metrics HTTP/1.1\r\n\r\n");
    expect(plain).toContain("Content-Type: text/plain; version=0.0.4");
    expect(plain).toContain("# TYPE weir_written_records_total counter\n");
    const open = await ask(
      "GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\r\n",
    );
    expect(open).toContain("Content-Type: application/openmetrics-text; version=1.0.0");
    expect(open).toContain("# TYPE weir_written_records counter\n");
    expect(open).toContain("# UNIT weir_written_records records\n");
    expect(open).toEndWith("# EOF\n");
  });
});

test("a request's head", () => {
  expect(headEnd("GET / HTTP/1.1\r\nA: b\r\n")).toBe(-1);
  expect(headEnd("GET / HTTP/1.1\r\n\r\nrest")).toBe(18);
  const request = parseRequest("GET /a?b=c HTTP/1.1\r\nAccept:  x \r\nnonsense\r\n\r\n");
  expect(request).toEqual({ method: "GET", path: "/a", headers: new Map([["accept", "x"]]) });
  for (const head of ["", "GET", "GET a HTTP/1.1", "GET / HTTP/2", "get / HTTP/1.1"]) {
    expect(parseRequest(head)).toBeNull();
  }
});

test("label values and help are escaped", () => {
  const labels = [["topic", 'a\\b"c\nd']] as const;
  const family = {
    name: "x_bytes",
    type: "gauge",
    help: "a\nb",
    samples: [{ labels, value: 1.5 }],
  };
  expect(exposition([{ ...family, type: "gauge" }], "text")).toBe(
    '# HELP x_bytes a\\nb\n# TYPE x_bytes gauge\nx_bytes{topic="a\\\\b\\"c\\nd"} 1.5\n',
  );
});
