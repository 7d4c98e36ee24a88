/** The system's name of a failure, such as `ENOENT`; empty where it has none. */
export function systemCode(cause: unknown): string {
  if (!(cause instanceof Error) || !("code" in cause)) return "";
  return typeof cause.code === "string" ? cause.code : "";
}
