/** Regular expressions that people type: compiled as less does, and tried on what is seen within a time limit. */
import { createContext, Script } from 'node:vm';

/** From and behind, in characters. */
export type Match = readonly [from: number, to: number];

/** Small letters match both cases. What is no regular expression is searched for as it stands. */
export function expressionOf(text: string): { expression: RegExp; regular: boolean } {
  const flags = /\p{Lu}/u.test(text) ? 'gu' : 'giu';
  try {
    return { expression: new RegExp(text, flags), regular: true };
  } catch {
    return { expression: new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), flags), regular: false };
  }
}

// Run in a context of its own only because that is where Node has a time limit.
const trial = new Script(
  'texts.map((text) => Array.from(text.matchAll(expression), (m) => [m.index, m.index + m[0].length]).filter(([a, b]) => b > a))',
);

/**
 * Where each of the texts matches; undefined where that takes longer than `limit` ms: an expression that backtracks
 * must not hold the console.
 */
export function matchesIn(texts: readonly string[], expression: RegExp, limit = 50): Match[][] | undefined {
  try {
    return trial.runInContext(createContext({ texts, expression }), { timeout: limit }) as Match[][];
  } catch {
    return undefined;
  }
}
