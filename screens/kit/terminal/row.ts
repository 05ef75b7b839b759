/** Brings one row of the terminal to what is wanted of it. Gives its bytes to the pen; decides nothing about other rows. */
import { backgroundOf, own } from './attribute.ts';
import { blankOf, type Pen } from './pen.ts';
import type { Picture } from './picture.ts';
import type { Shown } from './shown.ts';
import type { Terminfo } from './terminfo.ts';

/** What erasing to the end of a row and going back there costs at least. */
const fewest = 6;

export class Row {
  private readonly end: number;

  constructor(
    private readonly terminfo: Terminfo,
    private readonly wanted: Picture,
    private readonly shown: Shown,
    private readonly y: number,
    private readonly start = y * shown.columns,
  ) {
    this.end = start + shown.columns;
  }

  /** Cell by cell, or with a part of it erased first that holds things to keep: whichever takes less. */
  paint(pen: Pen): void {
    const from = this.erasableFrom();
    if (from === undefined) this.paintCells(pen);
    else this.paintEitherWay(pen, from);
  }

  private paintEitherWay(pen: Pen, from: number): void {
    const before = this.shown.cells(this.start, this.shown.columns);
    const kept = pen.copy();
    this.paintCells(kept);
    const bytes = kept.taken();
    const after = this.shown.cells(this.start, this.shown.columns);
    this.shown.put(this.start, before);
    const erased = pen.copy();
    this.eraseFrom(erased, from);
    this.paintCells(erased);
    const others = erased.taken();
    if (others.length < bytes.length) pen.follow(erased, others);
    else {
      this.shown.put(this.start, after);
      pen.follow(kept, bytes);
    }
  }

  /** The first blank to be made, where there are enough of them for another way. */
  private erasableFrom(): number | undefined {
    const { wanted, shown } = this;
    if (!this.terminfo.string.eraseLine) return undefined;
    let first: number | undefined;
    let count = 0;
    for (let at = this.start; at < this.end; at++) {
      if (wanted.text[at] !== ' ' || !shown.differs(wanted, at)) continue;
      const attr = wanted.attribute[at] as number;
      if (first === undefined && !this.erasesWith(attr)) continue;
      first ??= at;
      if (attr === wanted.attribute[first]) count++;
    }
    return count > fewest ? first : undefined;
  }

  private eraseFrom(pen: Pen, at: number): void {
    const attr = this.wanted.attribute[at] as number;
    pen.moveTo(at - this.start, this.y, this.shown);
    pen.setForBlank(attr);
    pen.say(this.terminfo.string.eraseLine);
    this.shown.erase(at, this.end, attr);
  }

  private paintCells(pen: Pen): void {
    const { wanted, shown, start } = this;
    const rest = this.erasableRest();
    let end = rest ?? this.end;
    while (end > start && !shown.differs(wanted, end - 1)) end--;
    for (let at = start; at < end; at++) {
      if (!shown.differs(wanted, at) || wanted.text[at] === '') continue;
      pen.moveTo(at - start, this.y, shown);
      const run = this.erasableRun(at, end);
      if (run > 0) {
        pen.setForBlank(wanted.attribute[at] as number);
        pen.say(this.terminfo.erase?.(run));
        shown.take(wanted, at, at + run);
        at += run - 1;
      } else this.put(pen, at);
    }
    if (rest !== undefined) this.eraseFrom(pen, rest);
  }

  /** Where a tail of the row begins that erasing to its end paints with fewer bytes than blanks would. */
  private erasableRest(): number | undefined {
    const { wanted, shown, start, end } = this;
    const { eraseLine } = this.terminfo.string;
    const attr = wanted.attribute[end - 1] as number;
    if (!eraseLine || !this.erasesWith(attr)) return undefined;
    let from = end;
    let differing = 0;
    while (from > start && wanted.text[from - 1] === ' ' && wanted.attribute[from - 1] === attr) {
      from--;
      if (shown.differs(wanted, from)) differing++;
    }
    while (from < end && !shown.differs(wanted, from)) from++;
    return differing > eraseLine.length ? from : undefined;
  }

  /** How many blanks from here are better erased than written; 0 for none. `end`: nothing differs from there on. */
  private erasableRun(at: number, end: number): number {
    const { wanted, shown } = this;
    const { erase, right } = this.terminfo;
    const attr = wanted.attribute[at] as number;
    if (!erase || !right || wanted.text[at] !== ' ' || !this.erasesWith(attr)) return 0;
    let to = at;
    while (to < end && wanted.text[to] === ' ' && wanted.attribute[to] === attr) to++;
    while (to > at && !shown.differs(wanted, to - 1)) to--;
    const count = to - at;
    // Behind the last of a row the cursor has to go elsewhere anyway.
    const over = to < end ? right(count).length : 0;
    return count > erase(count).length + over ? count : 0;
  }

  /** Erasing leaves blanks in the pen's background, or, in terminals without back_color_erase, in the default one. */
  private erasesWith(attr: number): boolean {
    if (attr !== blankOf(attr)) return false;
    return this.terminfo.backColourErase || backgroundOf(attr) === own;
  }

  private put(pen: Pen, at: number): void {
    const { wanted } = this;
    const text = wanted.text[at] as string;
    if (text === ' ') pen.setForBlank(wanted.attribute[at] as number, this.next(at));
    else pen.set(wanted.attribute[at] as number);
    const covers = at + 1 < this.end && wanted.text[at + 1] === '' ? 2 : 1;
    pen.write(text, covers === 1 && wanted.sure[at] === true);
    this.shown.take(wanted, at, at + covers);
  }

  /** The attribute of the text that will be written next in this row, after blanks. */
  private next(at: number): number | undefined {
    const { wanted } = this;
    let to = at + 1;
    while (to < this.end && wanted.text[to] === ' ') to++;
    return to < this.end && this.shown.differs(wanted, to) ? wanted.attribute[to] : undefined;
  }
}
