/**
 * The operator at the terminal of a command: one line asked for, its prompt written anew as time runs out, what is
 * typed shown or not. Writes no escape sequence, so that any terminal will do. Knows no command.
 */
import { fail } from '../errors.ts';

export interface Question {
  /** What was typed, without its Enter. Rejects with Failure 'aborted' at Ctrl-C and when the signal is. */
  answer: Promise<string>;
  /** Writes the prompt anew. */
  redraw(): void;
}

export interface Asked {
  prompt(): string;
  /** Is what is typed to be seen? */
  isShown: boolean;
  signal: AbortSignal;
}

export interface Terminal {
  ask(asked: Asked): Question;
}

/** Arrow and function keys (ECMA-48 CSI and SS3), and Alt with a key: none of them is an answer. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const sequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?/g;

/** Characters taken; no answer is longer. */
const longest = 512;

interface Keys extends NodeJS.ReadableStream {
  isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}
interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** undefined where either is no terminal: nobody could answer. */
export function terminalOf(keys: Keys, screen: Screen): Terminal | undefined {
  return keys.isTTY && screen.isTTY ? { ask: (asked) => ask(keys, screen, asked) } : undefined;
}

function ask(keys: Keys, screen: Screen, { prompt, isShown, signal }: Asked): Question {
  let typed = '';
  let drawn = 0;
  const redraw = () => {
    const line = `${prompt()}${isShown ? typed : ''}`;
    const rest = ' '.repeat(Math.max(0, drawn - line.length));
    drawn = line.length;
    // The blanks wipe what was longer; the second time the cursor comes to stand behind the text.
    screen.write(`\r${line}${rest}${rest ? `\r${line}` : ''}`);
  };
  let stop: () => void = () => undefined;
  const answer = new Promise<string>((resolve, reject) => {
    const onAbort = () => reject(fail('aborted', {}));
    const onKeys = (chunk: string | Buffer) => {
      for (const key of chunk.toString().replace(sequences, '')) {
        if (key === '\r' || key === '\n') return resolve(typed);
        if (key === '\x03' || key === '\x04') return onAbort();
        if (key === '\x7f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key === '\x15') typed = '';
        else if (key >= ' ' && typed.length < longest) typed += key;
      }
      redraw();
    };
    stop = () => {
      keys.off('data', onKeys);
      keys.off('end', onAbort);
      signal.removeEventListener('abort', onAbort);
    };
    keys.on('data', onKeys);
    keys.once('end', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  }).finally(() => {
    stop();
    keys.setRawMode?.(false);
    keys.pause();
    screen.write('\n');
  });
  keys.setRawMode?.(true);
  keys.resume();
  redraw();
  return { answer, redraw };
}
