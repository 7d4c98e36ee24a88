import type { App } from "../app/app.ts";
import { breadcrumbs } from "../app/screen.ts";
import type { Link } from "../data/world.ts";
import { fitLine, type Line, lineWidth, type Span } from "../text/line.ts";
import { duration, latency } from "../text/numbers.ts";
import { bar, type Picture } from "./part.tsx";

/** What has not been told for longer than this, besides the interval, is no longer the truth. */
const STALE_MS = 2500;
const WIDE_COLUMNS = 100;

/** Younger than this, what one sees is as good as new. */
const SHOWN_AGE_MS = 1000;

/** Where one is, which broker it is, and how old what one sees is. */
export function header(app: App): Picture {
  const { theme, size } = app;
  const right: Line = [[" "], ...stateLine(app)];
  const width = size.columns - lineWidth(right);
  const left = fitLine(placeLine(app), width, "left", theme.glyphs.ellipsis);
  return bar(app, [...left, ...right]);
}

function placeLine({ screen, theme: { glyphs } }: App): Line {
  const parts = breadcrumbs(screen);
  const crumbs = parts.flatMap((part, index): Line => {
    const isLast = index === parts.length - 1;
    return [[` ${glyphs.separator} `, "muted"], isLast ? [part, "strong"] : [part]];
  });
  return [[" weir", "accent"], ...crumbs];
}

function stateLine(app: App): Line {
  const { session, options } = app;
  const place: Span = [`${options.address}  `, "muted"];
  const paused: Line = session.paused ? [["PAUSED  ", "warning"]] : [];
  const readOnly: Line = options.readOnly ? [["read-only  ", "muted"]] : [];
  const every: Span = [`every ${latency(options.refreshMs)}  `, "muted"];
  const interval: Line = app.size.columns < WIDE_COLUMNS ? [] : [every];
  return [...readOnly, place, ...interval, ...paused, ...linkLine(app), [" "]];
}

/** `● live 0.4s`, `▲ stale 12s`, `✖ lost 12s, again in 3s`. */
function linkLine(app: App): Line {
  const { world } = app.session;
  const { glyphs } = app.theme;
  const nowMs = app.options.clock.monotonicMs();
  const ageMs = world.updatedAtMs === null ? null : nowMs - world.updatedAtMs;
  const age = ageMs === null ? "" : ` ${duration(ageMs)}`;
  const { link } = world;
  if (link.state === "connecting") return [[`${glyphs.waiting} connecting`, "warning"], [age]];
  if (link.state === "lost") return lostLine(link, nowMs, age, glyphs.bad);
  if (ageMs === null) return [[`${glyphs.waiting} connected`, "muted"]];
  const shown = ageMs < SHOWN_AGE_MS ? "" : age;
  const isStale = ageMs > app.options.refreshMs + STALE_MS && !app.session.paused;
  return isStale
    ? [[`${glyphs.warning} stale${age}`, "warning"]]
    : [
        [`${glyphs.live} live`, "ok"],
        [shown, "muted"],
      ];
}

function lostLine(
  { retryAtMs }: Extract<Link, { state: "lost" }>,
  nowMs: number,
  age: string,
  sign: string,
): Line {
  const inMs = Math.max(0, retryAtMs - nowMs);
  return [
    [`${sign} lost${age}`, "bad"],
    [`, again in ${duration(inMs)}`, "muted"],
  ];
}
