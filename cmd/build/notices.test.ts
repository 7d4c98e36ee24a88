import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import packageJson from "../../package.json";
import { root } from "./executable.ts";
import { notices, packageOf } from "./notices.ts";

test("a package is known by any of its files", () => {
  expect(packageOf("/x/node_modules/ink/build/index.js")).toBe("ink");
  expect(packageOf("/x/node_modules/@node-rs/crc32/index.js")).toBe("@node-rs/crc32");
  expect(packageOf("/x/node_modules/a/node_modules/b/index.js")).toBe("b");
  expect(packageOf("/x/cmd/weir.ts")).toBeNull();
});

test("the notices have the licences of all packages, and of the runtime", () => {
  const names = Object.keys(packageJson.dependencies);
  const text = notices(names.map((name) => `/x/node_modules/${name}/index.js`));
  for (const name of names) expect(text).toContain(`\n${name} `);
  expect(text.match(/Permission is hereby granted/g)?.length).toBeGreaterThanOrEqual(names.length);
  expect(text).toContain(`Bun ${packageJson.devDependencies.bun}\n`);
  expect(text).toContain("JavaScriptCore");
});

test("a package under another licence is looked at first", () => {
  expect(() => notices(["/x/node_modules/typescript/lib.js"])).toThrow('under "Apache-2.0"');
});

test("the licence is the one that package.json names", () => {
  expect(packageJson.license).toBe("Apache-2.0");
  const text = readFileSync(path.join(root, "LICENSE"), "utf8");
  expect(text).toMatch(/^ *Apache License\n *Version 2\.0, January 2004/);
});
