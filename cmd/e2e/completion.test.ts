import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.bash(`
    weir topic create orders order-items payments > /dev/null
    weir group reset billing --to end --topic orders --yes > /dev/null`);
});
afterAll(() => bench[Symbol.asyncDispose]());

describe("what may come next", () => {
  test.each([
    ["'topic' 'd'", ["describe", "delete"]],
    ["'topic' 'describe' 'or'", ["order-items", "orders"]],
    ["'consume' 'orders' 'pay'", ["payments"]],
    ["'produce' 'orders' ''", []],
    ["'consume' '-g' ''", ["billing"]],
    ["'group' 'reset' 'billing' '--topic' 'p'", ["payments"]],
    ["'check' 'lag' 'b'", ["billing"]],
    ["'status' '--output' 'nd'", ["ndjson"]],
    ["'status' '--output=nd'", ["ndjson"]],
    ["'status' '--output' '=' 'nd'", ["ndjson"]],
    ["'-b' '127.0.0.1:1' 'consume' ''", []],
    ["'consume' '--fol'", ["--follow"]],
    ["'completion' ''", ["bash", "zsh", "fish"]],
    ["'help' 'prod'", ["produce"]],
    ["'config' 'set' 'metrics.p'", ["metrics.partitions.enable="]],
    ["'dev' '--' 'np'", []],
    ["'statu'", ["status"]],
  ])("%s", async (words, expected) => {
    const { code, stdout, stderr } = await bench.bash(`weir __complete ${words}`);
    const names = stdout.split("\n").filter((line) => line !== "");
    expect(names.map((line) => line.split("\t")[0])).toEqual(expected);
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe.skipIf(Bun.which("shellcheck") === null)("the scripts", () => {
  test("have nothing that shellcheck minds", async () => {
    const { code, stdout } = await bench.bash("weir completion bash | shellcheck -");
    expect([code, stdout]).toEqual([0, ""]);
  });
});

test("bash completes", async () => {
  const { stdout, stderr } = await bench.bash(`
    source <(weir completion bash)
    try() {
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir 2> /dev/null; echo "\${COMPREPLY[@]}"
    }
    try weir topic describe or
    try weir cons
    complete -p weir`);
  expect([stdout, stderr]).toEqual([
    "order-items orders\nconsume\ncomplete -o default -F _weir weir\n",
    "",
  ]);
});

test.skipIf(Bun.which("zsh") === null)("zsh completes", async () => {
  const script = `
    autoload -Uz compinit; compinit -u -D
    source <(weir completion zsh)
    compadd() { print -rl -- "\${@[\${@[(i)--]}+1,-1]}" }
    words=(weir topic describe or); CURRENT=4; _weir
    words=(weir cons); CURRENT=2; _weir`;
  const { stdout, stderr } = await bench.bash(
    `zsh -f -c ${JSON.stringify(script).replaceAll("$", "\\$").replaceAll("\\n", "\n")}`,
  );
  expect([stdout, stderr]).toEqual(["order-items\norders\nconsume\n", ""]);
});

test.skipIf(Bun.which("fish") === null)("fish completes", async () => {
  const { stdout } = await bench.bash(
    `fish --no-config -c 'weir completion fish | source; complete -C "weir topic describe or"'`,
  );
  expect(stdout.replaceAll(/\t.*/g, "").split("\n").sort()).toEqual(["", "order-items", "orders"]);
});
