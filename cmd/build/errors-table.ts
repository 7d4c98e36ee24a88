/** The table of errors in docs/native-protocol.md, out of the errors themselves. */
import { refusals } from "../../internal/doors/native/protocol/refusal.ts";
import { table, withPart } from "./written.ts";

/** The page as it has to be. */
export function withErrors(page: string): string {
  const rows = Object.entries(refusals).map(([code, { meaning, again }]) => {
    return [`\`${code}\``, meaning, again === "never" ? "no" : again];
  });
  return withPart(page, "errors", table(["code", "what it means", "try again"], rows));
}
