/**
 * Opens every screen of the menu and leaves it again, as often as wanted: for what has to hold over thousands of screens,
 * and what is measured over them. What a screen shows is judged elsewhere (walk.test.ts).
 */
import { type Entry, tree } from '../../screens/menu.ts';
import { boxes, columnwise, innermost } from './boxes.ts';
import { keys } from './keys.ts';
import type { Pty } from './pty.ts';

/** A key of a screen that shows more of it, by the entry's ID: what it lists is opened, too. */
const deeper: Record<string, string> = {
  info: keys.end,
  'diagnostics.containers': keys.enter,
  'diagnostics.images': keys.enter,
  'diagnostics.units': keys.enter,
  'diagnostics.logs': keys.enter,
  'diagnostics.stats': keys.enter,
  'diagnostics.audit': keys.enter,
};

/** What stands in the row of the cursor, which is the entry that is selected. */
const selected = (pty: Pty) => /[│|] {2}(\S.*?)(?: {2}.*)? *[│|]/.exec(pty.screen()[pty.cursor.y] ?? '')?.[1] ?? '';

const isOpen = (pty: Pty) => !['', 'Please wait'].includes(innermost(pty));

/** Which entry of a menu leads on. */
interface Step {
  menu: Entry;
  at: number;
}

export class Visitor {
  /** Screens opened and left. */
  visits = 0;
  private readonly labels = new Map<Entry, string[]>();

  constructor(
    private readonly pty: Pty,
    /** How long a screen may take, in ms. */
    private readonly patience = 20_000,
  ) {}

  /** Every screen once, from the main menu back to it. */
  async round(signal?: AbortSignal): Promise<void> {
    await this.menu([], tree, signal);
  }

  /** From wherever it is to the main menu. A key that acts late asks there whether to leave: then once more. */
  async home(): Promise<void> {
    do await this.back([], tree);
    while (await this.moves());
  }

  /** Does something still come of the keys that were typed? */
  private moves(): Promise<boolean> {
    return this.pty
      .waitFor(() => !this.isIn(tree), 300)
      .then(
        () => true,
        () => false,
      );
  }

  private async menu(above: readonly Step[], menu: Entry, signal?: AbortSignal): Promise<void> {
    const labels = this.labels.get(menu) ?? (await this.labelsOf());
    this.labels.set(menu, labels);
    for (const [at, label] of labels.entries()) {
      signal?.throwIfAborted();
      const entry = menu.entries?.find((one) => one.label === label || label.endsWith(one.label));
      await this.select(above, menu, at, label);
      if (/ (not yet|not now) /.test(this.pty.screen()[this.pty.cursor.y] ?? '')) continue;
      this.pty.send(keys.enter);
      await this.see(`what is behind ${label}`, () => isOpen(this.pty) && selected(this.pty) !== label);
      if (entry?.entries) await this.menu([...above, { menu, at }], entry, signal);
      else await this.screen(entry);
    }
  }

  private async screen(entry: Entry | undefined): Promise<void> {
    this.visits++;
    const more = deeper[entry?.id ?? ''];
    if (more === undefined) return;
    const before = this.pty.text();
    this.pty.send(more);
    // A list may be empty, and its screen stay as it is.
    await this.pty
      .waitFor((pty) => isOpen(pty) && pty.text() !== before, 300)
      .then(
        () => this.visits++,
        () => undefined,
      );
  }

  /** From wherever it is now. A key may act late, when another was sent for it already: that is no end of the way. */
  private async select(above: readonly Step[], menu: Entry, at: number, label: string): Promise<void> {
    const isThere = () => this.isIn(menu) && selected(this.pty) === label;
    for (let tries = 0; tries < 10; tries++) {
      await this.back(above, menu);
      this.pty.send(keys.home + keys.down.repeat(at));
      const seen = await this.pty.waitFor(isThere, 3000).then(
        () => true,
        () => false,
      );
      if (seen) return;
    }
    await this.see(`${menu.id}: ${label}`, isThere);
  }

  /** Key by key until that menu is open; what runs is ended by the first. Too far, the menu is opened again. */
  private async back(above: readonly Step[], menu: Entry): Promise<void> {
    const shape = () => JSON.stringify(boxes(columnwise(this.pty)));
    for (let press = 0; press < 20; press++) {
      await this.see('a box', () => innermost(this.pty) !== '');
      if (this.isIn(menu)) return;
      const before = shape();
      const step = above.find((one) => this.isIn(one.menu));
      this.pty.send(step ? `${keys.home}${keys.down.repeat(step.at)}${keys.enter}` : keys.back);
      await this.pty.waitFor(() => ![before, '[]'].includes(shape()), 3000).catch(() => undefined);
    }
  }

  /** Titles alone do not tell: two menus have the same. */
  private isIn({ title, entries }: Entry): boolean {
    return innermost(this.pty) === title && this.pty.text().includes(entries?.at(-1)?.description ?? '');
  }

  /** Of the menu that is open, greyed ones as well. */
  private async labelsOf(): Promise<string[]> {
    const labels: string[] = [];
    this.pty.send(keys.home);
    await this.see('an entry', () => selected(this.pty) !== '');
    for (;;) {
      const [y, label] = [this.pty.cursor.y, selected(this.pty)];
      if (labels.includes(label)) return labels;
      labels.push(label);
      this.pty.send(keys.down);
      await this.see('the next entry', () => {
        const now = selected(this.pty);
        return now !== '' && (this.pty.cursor.y !== y || now !== label);
      });
    }
  }

  private async see(what: string, holds: () => boolean): Promise<void> {
    await this.pty.waitFor(holds, this.patience).catch((error) => {
      throw new Error(`waiting for ${what}: ${error.message}`);
    });
  }
}
