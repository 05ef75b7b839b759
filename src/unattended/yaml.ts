/**
 * YAML from outside: bounded, without aliases and tags of its own, every mistake with its line. Knows nothing of what
 * is in it. What is wrong is said in our words: those of the library may repeat the text, and the text has secrets.
 */
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';

/** Bytes. */
export const longestText = 64 * 1024;

export interface TextMistake {
  /** Counted from 1. */
  line: number;
  why: string;
}

export interface ReadText {
  /** Plain data; undefined where there is none, or where it cannot be told from what is wrong. */
  value: unknown;
  mistakes: TextMistake[];
  /** Where the value of that path, or what comes nearest to it, is named. */
  lineOf(path: readonly PropertyKey[]): number;
}

const whys: Record<string, string> = {
  BAD_INDENT: 'the indentation does not fit what is around it',
  TAB_AS_INDENT: 'a tab where only blanks indent',
  MULTIPLE_DOCS: 'a second document begins',
  RESOURCE_EXHAUSTION: 'it is nested too deep',
  MISSING_CHAR: 'a closing quote or bracket, or a colon, is missing',
  BLOCK_AS_IMPLICIT_KEY: 'two colons in one line; quotes are missing, or a line break',
  TAG_RESOLVE_FAILED: 'a tag (!) means nothing here',
};

/**
 * @param under where given: only what is under that key counts; undefined where it is not there
 */
export function readText(text: string, under?: string): ReadText | undefined {
  const nothing = (line: number, why: string) => ({ value: undefined, mistakes: [{ line, why }], lineOf: () => line });
  if (Buffer.byteLength(text) > longestText) return nothing(1, `more than ${longestText / 1024} KiB`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, schema: 'core' });
  const lineAt = (offset = 0) => lines.linePos(offset).line;
  const [error] = document.errors;
  // What comes after the first is often only its consequence.
  if (error) return nothing(lineAt(error.pos[0]), whys[error.code] ?? 'not YAML');
  const root = under === undefined ? document.contents : document.get(under, true);
  if (under !== undefined && (root === undefined || root === null)) return undefined;
  const mistakes = refused(document, root as Node | null, lineAt);
  const value = mistakes.length > 0 ? undefined : plain(document, root as Node | null);
  return { value, mistakes, lineOf: (path) => lineAt(offsetOf(root as Node | null, path)) };
}

/** Aliases make little text much, and tags make it something else. */
function refused(document: Document, root: Node | null, lineAt: (offset?: number) => number): TextMistake[] {
  const mistakes: TextMistake[] = [];
  visit(root, {
    Alias: (_key, { range }) => void mistakes.push({ line: lineAt(range?.[0]), why: 'an alias (*); write it out' }),
    // The library compares each key with each other, which takes seconds where there are thousands.
    Map(_key, { items }) {
      const seen = new Set<string>();
      for (const { key } of items as { key: Node }[]) {
        const name = isScalar(key) && ['string', 'number'].includes(typeof key.value) ? String(key.value) : undefined;
        const why = name === undefined ? 'a key that is no text' : 'the same key is there twice';
        if (name === undefined || seen.has(name)) mistakes.push({ line: lineAt(key.range?.[0]), why });
        else seen.add(name);
      }
    },
  });
  const [from = 0, to = 0] = root?.range ?? [];
  for (const { pos, code } of document.warnings)
    if (pos[0] >= from && pos[0] <= to) mistakes.push({ line: lineAt(pos[0]), why: whys[code] ?? 'not YAML' });
  return mistakes;
}

function plain(document: Document, root: Node | null): unknown {
  return root?.toJS(document, { maxAliasCount: 0 });
}

function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let offset = root?.range?.[0] ?? 0;
  let current: unknown = root;
  for (const step of path) {
    if (isMap(current)) {
      const pair = current.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      current = pair.value;
    } else if (isSeq(current)) {
      current = current.items[Number(step)];
      offset = (current as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
