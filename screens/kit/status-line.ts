/** The line that is always true, in as many columns as there are: what matters least is said shorter first, or not at all. */
import { columns, shortened } from '../../src/values/width.ts';
import type { Segment } from './canvas.ts';
import type { Role } from './theme.ts';

export interface StatusPart {
  /** The same, from long to short; the last may be empty: then it can be left out. */
  forms: readonly [string, ...string[]];
  role: Role;
  /** What is higher keeps its words longer. */
  weight: number;
}

const wide = '   ';
const narrow = '  ';

/** All parts in their order, in at most so many columns; where even the shortest are too wide, the last end in "…". */
export function fitted(parts: readonly StatusPart[], room: number): Segment[] {
  const forms = parts.map(() => 0);
  const textAt = (at: number) => parts[at]?.forms[forms[at] ?? 0] ?? '';
  const texts = () => parts.map((_, at) => textAt(at)).filter(Boolean);
  const fits = (gap: string) => columns(texts().join(gap)) <= room;
  if (fits(wide)) return joined(parts, textAt, wide, room);
  const byWeight = parts.map((_, at) => at).sort((a, b) => (parts[a]?.weight ?? 0) - (parts[b]?.weight ?? 0));
  for (const at of byWeight)
    while (!fits(narrow) && (forms[at] ?? 0) < (parts[at]?.forms.length ?? 0) - 1) forms[at] = (forms[at] ?? 0) + 1;
  // What a later one has made room for is said at length again.
  for (const at of byWeight.toReversed()) lengthen(at);
  return joined(parts, textAt, fits(wide) ? wide : narrow, room);

  function lengthen(at: number): void {
    const short = forms[at] ?? 0;
    for (let form = 0; form < short; form++) {
      forms[at] = form;
      if (fits(narrow)) return;
    }
    forms[at] = short;
  }
}

function joined(parts: readonly StatusPart[], textAt: (at: number) => string, gap: string, room: number): Segment[] {
  const segments: Segment[] = [];
  let used = 0;
  parts.forEach(({ role }, at) => {
    const text = textAt(at);
    const before = used > 0 ? gap : '';
    const left = room - used - before.length;
    if (!text || left < 2) return;
    const shown = shortened(text, left);
    if (before) segments.push({ text: before, role: 'text' });
    segments.push({ text: shown, role });
    used += before.length + columns(shown);
  });
  return segments;
}
