import { readFileSync } from "node:fs";
import path from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { API } from "typescript/unstable/async";

/** A file of the project's own TypeScript. */
export interface Source {
  /** From the project's root, with slashes: `internal/record/batch.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: SourceFile;
  /** A test, one against other people's clients, or what only tests use (`NAME.testing.ts`). */
  readonly isTest: boolean;
}

/** The project's folder. */
export const root = path.resolve(import.meta.dir, "../../..");

/**
 * All TypeScript of the project, parsed by its own compiler.
 *
 * The compiler's programming interface is marked unstable; its version is pinned, and a change of
 * it shows here and nowhere else.
 */
export async function readSources(): Promise<Source[]> {
  const api = new API({ cwd: root });
  try {
    const config = path.join(root, "tsconfig.json");
    const snapshot = await api.updateSnapshot({ openProjects: [config] });
    const project = snapshot.getProject(config);
    if (project === undefined) throw new Error(`${config} names no project`);
    const sources: Source[] = [];
    for (const file of project.rootFiles) {
      const tree = await project.program.getSourceFile(file);
      if (tree === undefined) throw new Error(`${file} is not part of the project`);
      const text = readFileSync(file, "utf8");
      const name = path.relative(root, file).replaceAll(path.sep, "/");
      sources.push({
        path: name,
        text,
        tree,
        isTest: /\.(test|testing|interop)\.tsx?$/.test(name),
      });
    }
    return sources;
  } finally {
    await api.close();
  }
}

/** Calls `visit` with each node below `parent`, outer ones first, and the node right above it. */
export function walk(parent: Node, visit: (node: Node, parent: Node) => void): void {
  parent.forEachChild((node) => {
    visit(node, parent);
    walk(node, visit);
    return undefined;
  });
}

/** Where a node stands, for people: `internal/record/batch.ts:12`. */
export function placeOf(source: Source, node: Node): string {
  return `${source.path}:${lineAt(source, node.getStart(source.tree))}`;
}

/** The number of the line (from 1) that holds the character at `position`. */
export function lineAt(source: Source, position: number): number {
  return source.text.slice(0, position).split("\n").length;
}
