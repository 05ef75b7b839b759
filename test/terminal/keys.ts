/** The keys as a terminal sends them. */

export const keys = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  delete: '\x1b[3~',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  enter: '\r',
  tab: '\t',
  backTab: '\x1b[Z',
  /** Goes back like Esc, and at once: after Esc the console waits for the rest of a sequence. */
  back: '\x03',
  escape: '\x1b',
  backspace: '\x7f',
} as const;
