/** Takes a blessed element out of its screen for good: destroy() alone leaves it in four of the screen's lists. */
import type { Widgets } from 'blessed';

/** What @types/blessed leaves out. */
interface Lists {
  clickable: unknown[];
  keyable: unknown[];
  history: unknown[];
  focused?: unknown;
  hover?: unknown;
  mouseDown?: unknown;
}

/** Removes the element and all beneath it, with their listeners. Painting anew is left to the caller. */
export function discard(element: Widgets.BlessedElement): void {
  const { screen } = element;
  const gone = new Set<unknown>();
  gather(element, gone);
  element.destroy();
  forget(screen as unknown as Lists, gone);
  for (const one of gone) (one as Widgets.BlessedElement).removeAllListeners();
}

function gather(element: Widgets.Node, into: Set<unknown>): void {
  into.add(element);
  for (const child of element.children) gather(child, into);
}

function forget(screen: Lists, gone: ReadonlySet<unknown>): void {
  for (const list of ['clickable', 'keyable', 'history'] as const)
    screen[list] = screen[list].filter((e) => !gone.has(e));
  for (const one of ['focused', 'hover', 'mouseDown'] as const) if (gone.has(screen[one])) screen[one] = null;
}
