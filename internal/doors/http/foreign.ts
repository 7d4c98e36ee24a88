import { HttpError } from "./answer.ts";
import type { HttpHead } from "./request.ts";

/**
 * Throws `HttpError` for what a browser does for somebody else's page. Any page may send what
 * looks like a form; and one whose own name is made to point here may read, too, but then it asks
 * for that name: a broker goes by its address, by the name it advertises, or by one without a dot.
 */
export function refuseForeign({ headers }: HttpHead, advertisedHost: string): void {
  const host = headers.get("host") ?? "";
  const name = URL.parse(`http://${host}`)?.hostname ?? "";
  if (!/^(\[.*|[\d.]*|[^.]*)$/.test(name) && name !== advertisedHost.toLowerCase()) {
    const advice = "use its address, or let it --advertise that name";
    throw foreign(`this broker doesn't go by ${name}: ${advice}`);
  }
  const origin = headers.get("origin")?.replace(/^https?:\/\//, "") ?? host;
  if (origin !== host) throw foreign(`a page of ${origin} may not use the broker at ${host}`);
}

function foreign(message: string): HttpError {
  return new HttpError("403 Forbidden", "foreign-request", message);
}
