import { expect, test } from "bun:test";
import { HttpError } from "./answer.ts";
import { BodyReader, MAX_BODY_BYTES } from "./body.ts";

const chunked = { "transfer-encoding": "Chunked" };

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What a body says that comes in pieces of a size, and what is left behind it. */
function read(headers: Record<string, string>, text: string, pieceBytes: number): string[] {
  const held = { bytes: 0 };
  const body = new BodyReader(new Map(Object.entries(headers)), held);
  // Not at the beginning of its memory, as frames of a connection aren't.
  const input = bytes(`??${text}`).subarray(2);
  let at = 0;
  while (!body.isDone && at < input.length) {
    const piece = input.subarray(at, at + pieceBytes);
    at += body.receive(piece, 0);
  }
  const decoder = new TextDecoder();
  const found = [
    decoder.decode(body.bytes),
    body.isDone ? decoder.decode(input.subarray(at)) : "…",
  ];
  body.release();
  expect(held.bytes).toBe(0);
  return found;
}

const bodies: readonly [Record<string, string>, string, string, string][] = [
  [{}, "next", "", "next"],
  [{ "content-length": "0" }, "next", "", "next"],
  [{ "content-length": "5" }, "hellonext", "hello", "next"],
  [{ "content-length": "5" }, "hell", "hell", "…"],
  [chunked, "5\r\nhello\r\n0\r\n\r\nnext", "hello", "next"],
  [chunked, "5;a=b\nhello\n06 \r\n world\r\n0\r\nA: b\r\nC: d\r\n\r\nnext", "hello world", "next"],
  [chunked, "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""],
  [chunked, "5\r\nhello\r\n0\r\n", "hello", "…"],
];

for (const pieceBytes of [1, 3, 1000]) {
  test.each(bodies)(`a body with %j in pieces of ${pieceBytes}: %j`, (head, text, body, rest) => {
    expect(read(head, text, pieceBytes)).toEqual([body, rest]);
  });
}

const lies: readonly [Record<string, string>, string, string][] = [
  [{ "content-length": "5", ...chunked }, "", "400"],
  [{ "content-length": "5, 5" }, "", "400"],
  [{ "content-length": "-1" }, "", "400"],
  [{ "transfer-encoding": "gzip, chunked" }, "", "400"],
  [{ "content-length": String(MAX_BODY_BYTES + 1) }, "", "413"],
  [chunked, "1000001\r\n", "413"],
  [chunked, "fffffffff\r\n", "400"],
  [chunked, "-1\r\n", "400"],
  [chunked, "\r\n", "400"],
  [chunked, "2\r\nhello\r\n", "400"],
  [chunked, `1;${"x".repeat(2000)}`, "400"],
  [chunked, `0\r\n${"a: b\r\n".repeat(200)}`, "400"],
];

test.each(lies)("refuses %j and %.20s", (head, text, status) => {
  let refusal: unknown = null;
  try {
    read(head, text, 100);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(HttpError);
  expect(refusal).toHaveProperty("status", expect.stringContaining(status));
});

test("all bodies together have a bound", () => {
  const held = { bytes: 0 };
  const piece = new Uint8Array(MAX_BODY_BYTES);
  const open = () => new BodyReader(new Map([["content-length", String(piece.length)]]), held);
  const bodies = Array.from({ length: 8 }, open);
  for (const body of bodies) body.receive(piece, 0);
  const last = open();
  expect(() => last.receive(piece, 0)).toThrow("other requests' bodies");
  last.release();
  expect(held.bytes).toBe(8 * piece.length);
});
