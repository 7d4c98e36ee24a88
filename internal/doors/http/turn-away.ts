/** What a client is told for which there is no room: 503, and why. */
export function turnAwayHttp(_first: Uint8Array, reason: string): Uint8Array {
  const body = new TextEncoder().encode(`${reason}\n`);
  const head = [
    "HTTP/1.1 503 Service Unavailable",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ].join("\r\n");
  return Uint8Array.of(...new TextEncoder().encode(`${head}\r\n\r\n`), ...body);
}
