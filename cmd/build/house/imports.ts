import { type Node, SyntaxKind } from "typescript/unstable/ast";
import {
  isCallExpression,
  isExportDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isStringLiteral,
} from "typescript/unstable/ast/is";
import { type Source, walk } from "./sources.ts";

/** The names of all modules that a file imports, in whichever way. */
export function importsOf(source: Source): string[] {
  const names: string[] = [];
  walk(source.tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && isStringLiteral(specifier)) names.push(specifier.text);
  });
  return names;
}

function specifierOf(node: Node): Node | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return node.moduleSpecifier;
  if (isImportTypeNode(node)) {
    return isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  }
  if (!isCallExpression(node)) return undefined;
  const { expression } = node;
  const isRequire = isIdentifier(expression) && expression.text === "require";
  const loads = isRequire || expression.kind === SyntaxKind.ImportKeyword;
  return loads ? node.arguments[0] : undefined;
}
