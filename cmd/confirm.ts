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
  const question = `This deletes ${what} with ${hold}, and can't be undone.`;
  const refusal = `deleting ${what} can't be undone.`;
  await confirm(stdio, question, refusal, "not confirmed; nothing was deleted");
}

/**
 * Has someone at a terminal answer `question` with `yes`. Throws a usage error: with `refusal`
 * where nobody can be asked, with `unconfirmed` after another answer.
 */
export async function confirm(
  stdio: Stdio,
  question: string,
  refusal: string,
  unconfirmed: string,
): Promise<void> {
  if (!stdio.inputIsTerminal) throw usageError(refusal, "Say --yes if that is meant.");
  stdio.note(`${question} Type yes to go on:`);
  if ((await answer()) !== "yes") throw usageError(unconfirmed);
}

/** The line that someone types. */
async function answer(): Promise<string> {
  const input = Bun.stdin.stream().getReader();
  const { value } = await input.read();
  void input.cancel();
  return new TextDecoder().decode(value).trim();
}
