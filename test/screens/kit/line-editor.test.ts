/** A line being edited, as pure logic: what keys make of a text. How it looks is in test/terminal/gallery.test.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineEditor } from '../../../screens/kit/line-editor.ts';

const press = (editor: LineEditor, ...names: string[]) => {
  for (const name of names) expect(editor.key({ name })).toBe(true);
};
const names = 'left right home end backspace delete ctrl-a ctrl-b ctrl-e ctrl-f ctrl-k ctrl-u ctrl-w'.split(' ');

describe('a line', () => {
  test.each([
    ['one two', ['ctrl-w'], 'one '],
    ['one two  ', ['ctrl-w'], 'one '],
    ['one two', ['home', 'delete'], 'ne two'],
    ['one two', ['ctrl-b', 'ctrl-k'], 'one tw'],
    ['one two', ['left', 'left', 'ctrl-u'], 'wo'],
    ['e\u0301', ['backspace'], ''],
    ['中文', ['left', 'backspace'], '文'],
    ['', ['backspace', 'delete', 'left', 'right', 'ctrl-w'], ''],
  ])('%j after %j is %j', (value, keys, result) => {
    const editor = new LineEditor(value);
    press(editor, ...keys);
    expect(editor.value).toBe(result);
  });
  test('keeps its limit, wherever is typed', () => {
    const editor = new LineEditor('abc', { most: 5 });
    press(editor, 'home');
    editor.insert('12345');
    expect(editor.value).toBe('12abc');
  });
  test('leaves keys that are not for it', () => {
    const editor = new LineEditor('x');
    for (const name of ['up', 'down', 'enter', 'tab', 'escape', 'f1']) expect(editor.key({ name })).toBe(false);
    expect(editor.value).toBe('x');
  });
  test('takes of a paste the first line that is not empty', () => {
    const editor = new LineEditor('');
    editor.key({ name: 'paste', text: '\n  \n code\nrest' });
    expect(editor.value).toBe(' code');
  });
  test('never loses, doubles or divides what it is not told to', () => {
    const step = fc.oneof(fc.constantFrom(...names), fc.constantFrom('a', '中', 'é', 'e\u0301', '\u{1f600}'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const editor = new LineEditor('');
        // The same, as a list with a cursor.
        let before: string[] = [];
        let after: string[] = [];
        for (const name of steps) {
          if (names.includes(name)) editor.key({ name });
          else editor.key({ name, text: name });
          if (name === 'left' || name === 'ctrl-b') after = [...before.splice(-1), ...after];
          else if (name === 'right' || name === 'ctrl-f') before.push(...after.splice(0, 1));
          else if (name === 'home' || name === 'ctrl-a') after = [...before.splice(0), ...after];
          else if (name === 'end' || name === 'ctrl-e') before.push(...after.splice(0));
          else if (name === 'backspace') before.pop();
          else if (name === 'delete') after.shift();
          else if (name === 'ctrl-k') after = [];
          else if (name === 'ctrl-u' || name === 'ctrl-w') before = [];
          else before.push(name);
          expect(editor.value).toBe([...before, ...after].join(''));
        }
      }),
    );
  });
});
