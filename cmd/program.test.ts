import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { CommandError } from "./errors.ts";
import { exitCodeMeanings, exitCodes } from "./exit-codes.ts";
import { Output } from "./output/output.ts";
import { program, run } from "./program.ts";
import type { Stdio } from "./stdio.ts";

/** Streams that go nowhere but into `text` and `notes`. */
function captured() {
  const chunks: string[] = [];
  const notes: string[] = [];
  const out = new Output(async (bytes, from, to) => {
    chunks.push(new TextDecoder().decode(bytes.subarray(from, to)));
    return to - from;
  });
  const stdio: Stdio = {
    out,
    inputIsTerminal: false,
    outputIsScreen: false,
    notesAreWatched: false,
    onBug: null,
    note: (line) => notes.push(line),
    progress() {},
  };
  return {
    stdio,
    notes,
    async text() {
      await out.flush();
      return chunks.join("");
    },
  };
}

/** The commands that do something, by their full names. */
function leaves(command: Command, prefix: readonly string[] = []): [string[], Command][] {
  const path = [...prefix, command.name()];
  if (command.commands.length === 0) return [[path.slice(1), command]];
  return command.commands.flatMap((child) => leaves(child, path));
}

const tree = leaves(await program(captured().stdio));

describe.each(tree)("weir %j", (words, command) => {
  test("has help that begins with examples", async () => {
    const { stdio, text } = captured();
    await run(stdio, [...words, "--help"]);
    const help = await text();
    expect(help).toStartWith("Examples:\n");
    expect(help).toContain(`weir ${words.join(" ")}`);
    for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("takes the options of every verb, before and after its name", async () => {
    const { stdio } = captured();
    const shared = ["-b", "127.0.0.1:1", "--json", "--timeout", "1s"];
    const help = ["--help"];
    await run(stdio, [...shared, ...words, ...help]);
    await run(stdio, [...words, ...shared, ...help]);
    await run(stdio, [...words.slice(0, 1), ...shared, ...words.slice(1), ...help]);
  });

  test("says what each option and argument is for", () => {
    expect(command.description()).not.toBe("");
    for (const option of command.options) expect(option.description).not.toBe("");
  });
});

test("a verb is where its name says: beside its folder, or in it with those below it", () => {
  const verbs = new Map(tree.map(([words]) => [words[0] ?? "", words.length > 1]));
  const missing = Array.from(verbs, ([name, hasOthers]) => {
    return hasOthers ? `${name}/${name}.ts` : `${name}.ts`;
  }).filter((file) => !existsSync(path.join(import.meta.dir, file)));
  expect(missing).toEqual([]);
});

test("help shows every verb under a heading that says what it is about", async () => {
  const { stdio, text } = captured();
  await run(stdio, ["--help"]);
  const help = await text();
  const [records = ""] = help.split("\nRecords:\n").slice(1);
  expect(records.split("\n\n")[0]?.match(/^ {2}\w+/gm)).toEqual([
    "  produce",
    "  consume",
    "  bench",
  ]);
  expect(help).not.toContain("Commands:");
  for (const word of new Set(tree.map(([words]) => words[0])))
    expect(help).toContain(`\n  ${word} `);
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("help has a page for each thing that help mentions", async () => {
  const pages = ["exit-codes", "positions", "format", "records"];
  for (const page of pages) {
    const { stdio, text } = captured();
    await run(stdio, ["help", page]);
    const lines = (await text()).split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  }
});

test("every exit code is explained", () => {
  expect(exitCodeMeanings.map(({ code }) => code)).toEqual(Object.values(exitCodes));
});

test("a wrong call throws, and prints nothing", async () => {
  const { stdio, notes, text } = captured();
  await expect(run(stdio, ["nothing"])).rejects.toBeInstanceOf(CommandError);
  expect(notes).toEqual([]);
  expect(await text()).toBe("");
});
