import { describe, expect, test } from "bun:test";
import { exposition } from "./exposition.ts";
import { caller, turns } from "./http.testing.ts";
import { headEnd, MAX_HEAD_BYTES, parseHead } from "./request.ts";

const health = "GET /health HTTP/1.1\r\n\r\n";

describe("the HTTP door", () => {
  test.each([
    [health, "200 OK", '{"status":"ok"}'],
    ["GET /health?x=1 HTTP/1.0\n\n", "200 OK", '{"status":"ok"}'],
    ["GET /ready HTTP/1.1\r\n\r\n", "503 Service Unavailable", '"status":"not-ready"'],
    ["GET / HTTP/1.1\r\n\r\n", "200 OK", "/metrics"],
    ["GET /nothing HTTP/1.1\r\n\r\n", "404 Not Found", "/metrics"],
    ["POST /health HTTP/1.1\r\n\r\n", "405 Method Not Allowed", "\r\nAllow: GET\r\n"],
    ["GET nothing\r\n\r\n", "400 Bad Request", "Connection: close"],
    ["GET /health HTTP/1.1\r\nHost : x\r\n\r\n", "400 Bad Request", "Connection: close"],
    [`GET /${"x".repeat(MAX_HEAD_BYTES)}`, "400 Bad Request", "the head is too long"],
  ])("answers %.40s", async (request, status, part) => {
    const answer = await (await caller()).ask(request);
    expect(answer).toStartWith(`HTTP/1.1 ${status}\r\n`);
    expect(answer).toContain(part);
  });

  test("answers one request after the other, however they come", async () => {
    const client = await caller({ network: { chunkBytes: 7 } });
    const answers = await client.ask(health + health, ...health);
    expect(answers.match(/^HTTP\/1.1 200 OK\r$/gm)).toHaveLength(3);
    expect(answers.match(/^Connection: keep-alive\r$/gm)).toHaveLength(3);
    expect(client.closed).toBe(false);
  });

  test.each(["GET /health HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"])(
    "hangs up where nobody will ask again: %j",
    async (request) => {
      const client = await caller();
      expect(await client.ask(request + health)).toContain("\r\nConnection: close\r\n");
      expect(client.closed).toBe(true);
    },
  );

  test("answers HEAD without a body, but with its length", async () => {
    const answer = await (await caller()).ask("HEAD /health HTTP/1.1\r\n\r\n");
    expect(answer).toContain("Content-Length: 16\r\n");
    expect(answer).toEndWith("\r\n\r\n");
  });

  test("hangs up on who is silent, and not before", async () => {
    const client = await caller();
    await client.ask(health);
    client.clock.advance(40_000);
    await client.say("GET /hea");
    client.clock.advance(40_000);
    await turns();
    expect(client.closed).toBe(false);
    client.clock.advance(20_000);
    await turns();
    expect(client.closed).toBe(true);
    expect(client.clock.pendingTimers).toBe(0);
  });

  test("a fault in here costs the connection, and the log says so", async () => {
    const logged: string[] = [];
    const client = await caller({ logged });
    client.broker.status = () => {
      throw new Error("a bug");
    };
    expect(await client.ask("GET /ready HTTP/1.1\r\n\r\n")).toBe("");
    expect([client.closed, logged]).toEqual([true, ["http-request-failed"]]);
  });

  test("writes metrics as they are asked for", async () => {
    const { ask } = await caller();
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
  expect(headEnd("GET / HTTP/1.1\r\nA: b\r\n", 0)).toBe(-1);
  expect(headEnd("GET / HTTP/1.1\r\n\r\nrest", 0)).toBe(18);
  expect(headEnd("GET / HTTP/1.1\r\n\r\n", 17)).toBe(18);
  const head = parseHead("GET /a?b=c%20d HTTP/1.1\r\nAccept:  x \r\naccept: y\r\n\r\n");
  const headers = new Map([["accept", "x, y"]]);
  expect(head).toMatchObject({ method: "GET", path: "/a", target: "/a?b=c%20d", headers });
  expect(head?.query.get("b")).toBe("c d");
  const bad = ["", "GET", "GET a HTTP/1.1", "GET / HTTP/2", "get / HTTP/1.1", "GET / HTTP/1.1\nx"];
  for (const text of bad) expect(parseHead(text)).toBeNull();
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

test("whatever comes, it is answered or hung up on, and no fault in here", async () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % below;
  };
  const chunked = "Transfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n0\r\n\r\n";
  const seeds = [
    `GET /metrics HTTP/1.1\r\nAccept: */*\r\n\r\n${health}`,
    `POST /topics/orders?key=a HTTP/1.1\r\nHost: [::1]\r\n${chunked}${health}`,
    `POST /topics/orders HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi${health}`,
    "GET /topics/orders?from=earliest&until=latest HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n",
  ];
  const logged: string[] = [];
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(seeds[round % seeds.length] ?? "");
    for (let change = random(4); change >= 0; change--) {
      const at = random(bytes.length);
      if (random(2) === 0) bytes[at] = random(256);
      else bytes.copyWithin(at, random(bytes.length), random(bytes.length));
    }
    const client = await caller({ logged, network: { chunkBytes: 1 + random(20) } });
    await client.say(bytes);
    client.connection.end();
    await turns();
    expect(client.broker.openFetchers).toBe(0);
  }
  expect(logged).toEqual([]);
});
