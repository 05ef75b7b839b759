/** Opens the plain display on this process's input and output, terminals or not, and leaves them as they were found. */

import type { ProblemCode } from '../../../src/errors.ts';
import { t } from '../../texts/texts.ts';
import { cells } from '../cells.ts';
import type { Display } from '../display.ts';
import { glyphOf } from '../terminal/glyph.ts';
import { guard } from '../terminal/guard.ts';
import { Input } from '../terminal/input.ts';
import { isUtf8, plainest } from '../terminal/look.ts';
import { Output, speedOf } from '../terminal/output.ts';
import { quieten } from '../terminal/quiet.ts';
import { sentence } from '../told.ts';
import { locked } from './lock.ts';
import { Pace } from './pace.ts';
import { Talk } from './talk.ts';
import { plainUi } from './ui.ts';

/** `because`: why it is not the other display, where nobody asked for this one. */
export function openPlain(because?: string): Display {
  const { stdin: input, stdout: output, env } = process;
  const isTerminal = input.isTTY === true && output.isTTY === true;
  const lost = () => {
    close();
    process.exit(129);
  };
  const speed = speedOf(env.GATEHOUSE_TTY);
  const line = new Output(output, () => pace.goOn(), lost, speed);
  const pace = new Pace(line, speed !== Infinity);
  const look = { ...plainest, unicode: isUtf8(env) };
  const talk = new Talk({
    write: (text) => pace.write(shownAs(text, look)),
    drop: () => pace.drop(),
    get busy() {
      return pace.busy;
    },
    get columns() {
      return output.columns || 80;
    },
    get rows() {
      return output.rows || 24;
    },
    echoes: isTerminal,
  });
  const keys = new Input({ onKey: (key) => talk.key(key) });
  const raw = (on: boolean) => {
    try {
      if (isTerminal) input.setRawMode(on);
    } catch {
      // The terminal is gone, and its mode with it.
    }
  };
  const unquiet = quieten();
  const unguard = guard({
    enter: () => {
      raw(true);
      talk.again();
    },
    leave: () => {
      raw(false);
      unquiet();
    },
    resized: () => undefined,
    drained: (limit) => line.drained(limit),
  });
  const onData = (bytes: Buffer) => keys.feed(bytes);
  const onEnd = () => (isTerminal ? lost() : talk.endOfInput());
  input.on('data', onData);
  input.on('end', onEnd);
  input.on('error', lost);
  raw(true);
  input.resume();

  let closed = false;
  function close(): void {
    if (closed) return;
    closed = true;
    talk.end();
    pace.flush();
    keys.close();
    input.off('data', onData);
    input.off('end', onEnd);
    input.pause();
    raw(false);
    unquiet();
    void line.drained(1000).then((sent) => {
      unguard();
      line.release();
      // What a stuck line does not take would keep the process for ever.
      if (!sent && line.stuck) process.exit();
    });
  }

  let away: ProblemCode | undefined;
  return {
    ui: plainUi(talk),
    get lastKey() {
      return talk.lastKey;
    },
    left: talk.left,
    name: (vendor, mark) => talk.say(...opening([vendor, mark.at(-1)].filter(Boolean).join(', '), because)),
    status: (parts) => {
      talk.status = parts.map(({ forms: [whole] }) => whole).join(', ');
    },
    notice: (problem) => {
      // Tried again, it can be away for another reason: that is no news.
      if (problem?.code === away) return;
      away = problem?.code;
      talk.say(problem ? sentence(problem) : t`The Gatehouse service answers again.`);
    },
    lock: (check) => locked(talk, check),
    close,
  };
}

const opening = (who: string, because: string | undefined) => [
  because
    ? t`${who}. Plain mode, as ${because}. ? at any prompt gives help.`
    : t`${who}. Plain mode: ? at any prompt gives help.`,
];

/** What can be sent of the text: all of it, or ASCII. Newlines and the echo of a correction stay. */
function shownAs(text: string, look: Parameters<typeof glyphOf>[1]): string {
  const none: ReadonlyMap<string, string> = new Map();
  return text
    .split(/([\n\b])/)
    .map((part) =>
      part === '\n' || part === '\b'
        ? part
        : cells(part)
            .map(({ character }) => glyphOf(character, look, none).text)
            .join(''),
    )
    .join('');
}
