/** Hands lines to a slow terminal one after the other, so that what is not wanted any more need not be waited for. */

interface Carrier {
  write(text: string): void;
  /** Earlier bytes are still on their way. */
  readonly busy: boolean;
}

export class Pace {
  private waiting = '';
  /** What is on its way ends a line. */
  private isFresh = true;

  constructor(
    private readonly line: Carrier,
    /** A fast line takes all of it at once. */
    private readonly isSlow: boolean,
  ) {}

  get busy(): boolean {
    return this.waiting !== '' || this.line.busy;
  }

  write(text: string): void {
    this.waiting += text;
    if (this.isSlow) this.goOn();
    else this.flush();
  }

  /** Called whenever the line is free again. */
  goOn(): void {
    while (this.waiting && !this.line.busy) {
      const end = this.waiting.indexOf('\n') + 1 || this.waiting.length;
      const next = this.waiting.slice(0, end);
      this.waiting = this.waiting.slice(end);
      this.hand(next);
    }
  }

  /** What is not on its way yet never is, but for the end of the line that is. */
  drop(): void {
    if (this.waiting) this.waiting = this.isFresh ? '' : '\n';
  }

  /** Hands over the rest, however slow the line is. */
  flush(): void {
    const rest = this.waiting;
    this.waiting = '';
    this.hand(rest);
  }

  private hand(text: string): void {
    if (!text) return;
    this.isFresh = text.endsWith('\n');
    this.line.write(text);
  }
}
