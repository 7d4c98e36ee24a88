import { usageError } from "./errors.ts";
import type { Stdio } from "./stdio.ts";

/**
 * Has someone at a terminal type `yes` to the deletion of items with what they `hold` ("all
 * records"). Throws a usage error where nobody can be asked, or says anything else.
 */
export async function confirmDeletion(
  stdio: Stdio,
  names: readonly string[],
  hold: string,
): Promise<void> {
  const what = names.join(", ");
  if (!stdio.inputIsTerminal) {
    throw usageError(`deleting ${what} can't be undone.`, "Say --yes if that is meant.");
  }
  stdio.note(`This deletes ${what} with ${hold}, and can't be undone. Type yes to go on:`);
  if ((await answer()) !== "yes") throw usageError("not confirmed; nothing was deleted");
}

/** The line that someone types. */
async function answer(): Promise<string> {
  const input = Bun.stdin.stream().getReader();
  const { value } = await input.read();
  void input.cancel();
  return new TextDecoder().decode(value).trim();
}
