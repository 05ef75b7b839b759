/** A conversation on paper: what is written is kept, and keys are pressed by the test. */
import { setImmediate } from 'node:timers/promises';
import { Talk } from '../../../../screens/kit/plain/talk.ts';

export class Teleprinter {
  paper = '';
  busy = false;
  readonly talk: Talk;

  constructor({ echoes = true, columns = 80 } = {}) {
    const printer = this;
    this.talk = new Talk({
      write: (text) => {
        printer.paper += text;
      },
      drop: () => undefined,
      get busy() {
        return printer.busy;
      },
      columns,
      rows: 24,
      echoes,
    });
  }

  /** Presses the keys of a text; "\n" is Enter. */
  type(text: string): void {
    for (const character of text) this.press(character === '\n' ? 'enter' : character, character);
  }

  press(name: string, text?: string): void {
    this.talk.key(name.length > 1 && name !== 'space' ? { name } : { name, text: text ?? name });
  }

  /** What was written until all is at rest, and since it was torn off last. */
  async torn(): Promise<string> {
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    const { paper } = this;
    this.paper = '';
    return paper;
  }
}
