import { actions } from "./actions.ts";
import type { App } from "./app.ts";
import { bindingOf } from "./bindings.ts";
import { CommandRefusal, complete, runCommand } from "./commands.ts";
import { characterOf } from "./keys.ts";
import { editText, type Mode } from "./mode.ts";
import { refusalOfKey } from "./refusals.ts";

/** What keys do, by what they mean just now. */
const pressIn: Readonly<Record<Mode["kind"], (app: App, key: string) => void>> = {
  browse,
  filter: writeFilter,
  command: writeCommand,
  help: readHelp,
  twin: closeTwin,
  details: readDetails,
  confirm: answer,
};

/** Does what a key means where one is, and has the screen drawn. */
export function press(app: App, key: string): void {
  app.notice = null;
  try {
    if (key === "ctrl-c") app.options.quit();
    else pressIn[app.mode.kind](app, key);
  } catch (error) {
    if (!(error instanceof CommandRefusal)) throw error;
    app.tell(error.message, true);
  }
  app.draw();
}

function browse(app: App, key: string): void {
  const binding = bindingOf(key);
  if (binding === undefined) return;
  const refusal = refusalOfKey(app, binding);
  if (refusal === null) actions[binding.action](app, key);
  else app.tell(refusal, true);
}

function writeFilter(app: App, key: string): void {
  const { memory } = app;
  if (key === "escape") memory.filter = "";
  if (key === "escape" || key === "enter") app.mode = { kind: "browse" };
  else if (key === "up" || key === "down") app.move(key === "up" ? -1 : 1);
  else memory.filter = editText(memory.filter, key, characterOf(key)) ?? memory.filter;
}

function writeCommand(app: App, key: string): void {
  if (app.mode.kind !== "command") return;
  const { text } = app.mode;
  const leaves = key === "escape" || (key === "backspace" && text === "");
  if (leaves) app.mode = { kind: "browse" };
  else if (key === "enter") {
    app.mode = { kind: "browse" };
    runCommand(app, text);
  } else if (key === "tab") app.mode = { kind: "command", text: complete(app, text) };
  else app.mode = { kind: "command", text: editText(text, key, characterOf(key)) ?? text };
}

function readHelp(app: App, key: string): void {
  if (app.mode.kind !== "help") return;
  const { top } = app.mode;
  if (key === "up" || key === "k") app.mode = { kind: "help", top: Math.max(0, top - 1) };
  else if (key === "down" || key === "j") app.mode = { kind: "help", top: top + 1 };
  else app.mode = { kind: "browse" };
}

function closeTwin(app: App, key: string): void {
  app.mode = { kind: "browse" };
  if (key === "Y") actions.copy(app, key);
}

/** One can go on to the next row without going back. */
function readDetails(app: App, key: string): void {
  if (key === "up" || key === "k") app.move(-1);
  else if (key === "down" || key === "j") app.move(1);
  else app.mode = { kind: "browse" };
}

function answer(app: App, key: string): void {
  if (app.mode.kind !== "confirm") return;
  const { question, typed } = app.mode;
  if (key === "escape") {
    app.mode = { kind: "browse" };
    app.tell("nothing was changed");
  } else if (key === "enter") {
    if (typed !== question.word) return;
    app.mode = { kind: "browse" };
    question.run();
  } else {
    app.mode = {
      kind: "confirm",
      question,
      typed: editText(typed, key, characterOf(key)) ?? typed,
    };
  }
}
