import { NetworkError, type NetworkErrorCode } from "../network.ts";
import { systemCode } from "./system-code.ts";

const CODES: Readonly<Record<string, NetworkErrorCode>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ENOTFOUND: "unreachable",
  ETIMEDOUT: "timed-out",
  EADDRINUSE: "in-use",
  ECONNRESET: "reset",
  EPIPE: "reset",
};

/** What a failure of `place` (an address, for people) is told as. */
export function networkError(place: string, cause: unknown): NetworkError {
  if (cause instanceof NetworkError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new NetworkError(CODES[systemCode(cause)] ?? "failed", `${place}: ${why}`, cause);
}
