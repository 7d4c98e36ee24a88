import { cleanText, fitText, type Line, widthOf } from "../text/line.ts";
import { asciiGlyphs, type Glyphs, unicodeGlyphs } from "./glyphs.ts";
import { type Palette, type PaletteName, palettes, type Role } from "./palettes.ts";
import { type ColorDepth, RESET, sgr } from "./sgr.ts";

/** Everything that decides how things look. */
export interface Theme {
  readonly name: PaletteName;
  readonly glyphs: Glyphs;
  /**
   * A line as the terminal takes it, exactly `width` cells wide: filled up with spaces or cut.
   * `base` is what it is drawn on, as a whole.
   */
  paint(line: Line, width: number, base?: Role): string;
}

/** What a terminal can show. */
export interface Capabilities {
  readonly depth: ColorDepth;
  readonly ascii: boolean;
}

/** The theme of a palette on a terminal. */
export function makeTheme(name: PaletteName, { depth, ascii }: Capabilities): Theme {
  const glyphs = ascii ? asciiGlyphs : unicodeGlyphs;
  const palette: Palette = depth === 0 ? palettes.mono : palettes[name];
  const begins = new Map<Role | undefined, string>();
  const begin = (role: Role | undefined): string => {
    if (role === undefined) return "";
    const known = begins.get(role);
    if (known !== undefined) return known;
    const made = sgr(palette[role], depth);
    begins.set(role, made);
    return made;
  };
  const marksBlanks = (role: Role | undefined): boolean => {
    if (role === undefined) return false;
    const { underline, inverse, background } = palette[role];
    return underline === true || inverse === true || background !== undefined;
  };
  return {
    name,
    glyphs,
    paint(line, width, base) {
      let painted = "";
      let run = "";
      let runRole: Role | undefined;
      let left = width;
      const add = (text: string, role: Role | undefined): void => {
        // Blanks look the same in every colour: what is around them need not end for them.
        if (role !== runRole && (marksBlanks(runRole) || !isBlank(text))) {
          painted += styled(run, begin(base) + begin(runRole));
          run = "";
          runRole = role;
        }
        run += text;
      };
      for (const [raw, role] of line) {
        const text = cleanText(raw); // the last gate: nothing moves the cursor or rings the bell
        const shown = widthOf(text) <= left ? text : fitText(text, left, glyphs.ellipsis);
        add(shown, role);
        left -= widthOf(shown);
        if (left <= 0) break;
      }
      if (left > 0) add(" ".repeat(left), undefined);
      return painted + styled(run, begin(base) + begin(runRole));
    },
  };
}

function isBlank(text: string): boolean {
  return text.trimStart() === "";
}

function styled(text: string, begin: string): string {
  return text === "" || begin === "" ? text : begin + text + RESET;
}
