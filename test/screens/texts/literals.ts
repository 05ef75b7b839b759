/** The texts in the source: what is tagged to be translated, and every other literal. Found by TypeScript's own parser. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const top = path.join(import.meta.dirname, '../../..');

export interface Literal {
  /** Placeholders are {0}, {1} … in it. */
  text: string;
  /** Translated where it stands. */
  tagged: boolean;
  /** "screens/info.ts:17" */
  at: string;
}

/** Paths of the TypeScript files below these folders, or of these files. */
export function filesOf(...places: string[]): string[] {
  return places.flatMap((place) =>
    place.endsWith('.ts')
      ? [place]
      : readdirSync(path.join(top, place), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
          .map((name) => path.join(place, name)),
  );
}

/** Every literal but imports and types. */
export function literalsIn(file: string): Literal[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(top, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Literal[] = [];
  const visit = (node: ts.Node, tagged = false): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isTaggedTemplateExpression(node)) {
      visit(node.template, node.tag.getText() === 't');
      return;
    }
    const text = textOf(node);
    if (text !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ text, tagged, at: `${file}:${line + 1}` });
    }
    ts.forEachChild(node, (child) => visit(child));
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }, at) => `{${at}}${literal.text}`).join('');
}
