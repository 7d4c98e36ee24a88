/** What the keys mean just now. */
export type Mode =
  | { readonly kind: "browse" }
  /** The filter is being written; the list follows each letter. */
  | { readonly kind: "filter" }
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "help"; readonly top: number }
  | { readonly kind: "twin" }
  /** All about the selected row, where there is no room for it beside the table. */
  | { readonly kind: "details" }
  | { readonly kind: "confirm"; readonly question: Question; readonly typed: string };

/** Something that is not done before someone has typed a word. */
export interface Question {
  readonly title: string;
  /** What will happen, and what can't be taken back. */
  readonly lines: readonly string[];
  /** What has to be typed. */
  readonly word: string;
  readonly run: () => void;
}

/** Something to be told for a few seconds. */
export interface Notice {
  readonly text: string;
  readonly isBad: boolean;
  /** Until when (monotonic). */
  readonly untilMs: number;
}

/** What a key makes of a text that is being written; null where it is none of the text's keys. */
export function editText(text: string, key: string, character: string | null): string | null {
  if (key === "backspace") return [...text].slice(0, -1).join("");
  if (key === "ctrl-u") return "";
  if (key === "ctrl-w") return text.replace(/\S*\s*$/, "");
  return character === null ? null : text + character;
}
