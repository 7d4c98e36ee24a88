/** How something is drawn; colours as `#rrggbb`. */
export interface Style {
  readonly foreground?: string;
  readonly background?: string;
  readonly bold?: true;
  readonly dim?: true;
  readonly underline?: true;
  readonly inverse?: true;
}

/** What a style stands for. Views know only these: colours are chosen here. */
export type Role =
  /** What people came to read. */
  | "text"
  | "strong"
  /** What explains it, and what is nothing: borders, zeros, units. */
  | "muted"
  | "faint"
  /** Where one is, and what one can press. */
  | "accent"
  | "ok"
  | "warning"
  | "bad"
  | "incoming"
  | "outgoing"
  /** The lines at the top and the bottom, and the row that is selected. */
  | "bar"
  | "selected";

/** A style for every role. */
export type Palette = Readonly<Record<Role, Style>>;

const dark: Palette = {
  text: {},
  strong: { bold: true },
  muted: { foreground: "#8b93a1" },
  faint: { foreground: "#545c6b" },
  accent: { foreground: "#6cb6ff" },
  ok: { foreground: "#7fd18b" },
  warning: { foreground: "#e8b757" },
  bad: { foreground: "#ff7b72" },
  incoming: { foreground: "#5ccfd6" },
  outgoing: { foreground: "#c09bf5" },
  bar: { foreground: "#c9d1d9", background: "#262c36" },
  selected: { foreground: "#ffffff", background: "#2b4164" },
};

const light: Palette = {
  text: {},
  strong: { bold: true },
  muted: { foreground: "#57606a" },
  faint: { foreground: "#9aa3ad" },
  accent: { foreground: "#0550ae" },
  ok: { foreground: "#116329" },
  warning: { foreground: "#8a5200" },
  bad: { foreground: "#b3001b" },
  incoming: { foreground: "#00667a" },
  outgoing: { foreground: "#6f42c1" },
  bar: { foreground: "#1f2328", background: "#dde4ee" },
  selected: { foreground: "#000000", background: "#c9dfff" },
};

const contrast: Palette = {
  text: { foreground: "#ffffff" },
  strong: { foreground: "#ffffff", bold: true },
  muted: { foreground: "#d7d7d7" },
  faint: { foreground: "#a8a8a8" },
  accent: { foreground: "#ffff00", bold: true },
  ok: { foreground: "#00ff5f" },
  warning: { foreground: "#ffaf00", bold: true },
  bad: { foreground: "#ff5f5f", bold: true, underline: true },
  incoming: { foreground: "#00ffff" },
  outgoing: { foreground: "#ff87ff" },
  bar: { foreground: "#000000", background: "#ffffff", bold: true },
  selected: { foreground: "#000000", background: "#ffff00", bold: true },
};

/** Blue and orange: told apart with every kind of colour vision (Okabe and Ito). */
const safe: Palette = {
  ...dark,
  accent: { foreground: "#8cc8f0", bold: true },
  ok: { foreground: "#56b4e9" },
  warning: { foreground: "#f0e442" },
  bad: { foreground: "#ff9a3c", bold: true },
  incoming: { foreground: "#56b4e9" },
  outgoing: { foreground: "#e3a6c8" },
  selected: { foreground: "#ffffff", background: "#004d7a" },
};

/** No colour at all: for terminals without, and for people who want none. */
const mono: Palette = {
  text: {},
  strong: { bold: true },
  muted: { dim: true },
  faint: { dim: true },
  accent: { bold: true },
  ok: {},
  warning: { bold: true },
  bad: { bold: true, underline: true },
  incoming: {},
  outgoing: {},
  bar: { inverse: true },
  selected: { inverse: true, bold: true },
};

/** The palettes by their names. */
export const palettes = { dark, light, contrast, safe, mono } as const;

/** What a palette is called. */
export type PaletteName = keyof typeof palettes;

/** All palettes' names, the usual one first. */
export const paletteNames: readonly PaletteName[] = ["dark", "light", "contrast", "safe", "mono"];
