/** Keys as data: what works in a piece, said in the title bar and in the help. */

import { t } from '../texts/texts.ts';
import type { Look } from './terminal/types.ts';

/** Keys that have a sign of their own in the title bar. */
const signs: Record<string, { unicode: string; ascii(): string }> = {
  arrows: { unicode: '←↑↓→', ascii: () => t`arrows` },
  updown: { unicode: '↑↓', ascii: () => t`Up/Down` },
  leftright: { unicode: '←→', ascii: () => t`Left/Right` },
};
/** Keys whose names keyboards of another language have in their own. */
const names: Record<string, () => string> = {
  SPACE: () => t`SPACE`,
  DEL: () => t`DEL`,
  'PgUp/PgDn': () => t`PgUp/PgDn`,
  'Home/End': () => t`Home/End`,
};

export interface KeyHint {
  /** 'arrows', 'updown', 'leftright', or as printed: "ENTER", "/", "PgUp/PgDn". */
  key: string;
  /** "navigate": it is shown as "ENTER to confirm". */
  does: string;
}

export const navigate: KeyHint = {
  key: 'arrows',
  get does() {
    return t`navigate`;
  },
};
export const upDown: KeyHint = {
  key: 'updown',
  get does() {
    return t`navigate`;
  },
};
export const confirm: KeyHint = {
  key: 'ENTER',
  get does() {
    return t`confirm`;
  },
};
export const back: KeyHint = {
  key: 'ESC',
  get does() {
    return t`go back`;
  },
};
export const giveUp: KeyHint = {
  key: 'ESC',
  get does() {
    return t`give up`;
  },
};
export const focus: KeyHint = {
  key: 'TAB',
  get does() {
    return t`focus`;
  },
};

/** Keys that work everywhere outside a text field. */
export const everywhere = (helpKey: string): readonly KeyHint[] => [
  { key: helpKey, does: t`see all keys` },
  { key: '#', does: t`switch colours and line drawing` },
  { key: 'Ctrl-L', does: t`paint the screen anew` },
];

export function keySign(key: string, look: Look): string {
  const sign = signs[key];
  if (sign) return look.unicode ? sign.unicode : sign.ascii();
  return names[key]?.() ?? key;
}

/**
 * "USE: ←↑↓→ to navigate  ENTER to confirm": as many as fit in so many columns, the first ones first. Where not even
 * one does, how to see them; in a text field, where "?" is text, the first that fits alone.
 */
export function useLine(
  hints: readonly KeyHint[],
  look: Look,
  columns: number,
  { typing = false, helpKey = '?' } = {},
): string {
  let line = '';
  for (const { key, does } of hints) {
    const more = `${line ? '  ' : t`USE: `}${said(key, does, look)}`;
    if (line.length + more.length > columns) break;
    line += more;
  }
  if (line) return line;
  const short = typing ? hints.map(({ key, does }) => said(key, does, look)) : [t`${helpKey} for help`];
  return short.find((text) => text.length <= columns) ?? '';
}

const said = (key: string, does: string, look: Look) => t`${keySign(key, look)} to ${does}`;
