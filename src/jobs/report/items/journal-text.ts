/** The journal's last lines as text, as journalctl prints them. */
import type { Item } from '../item.ts';

const LINES = '50000';
const ERRORS = '5000';

export const journalText: Item = {
  name: 'journal-text',
  title: 'Journal as text',
  about: 'The last 50,000 lines of the journal, and the last 5,000 warnings and errors, as text',
  seconds: 90,
  most: 20 << 20,
  isSlow: true,
  estimate: async () => 6 << 20,
  async collect(out) {
    const print = ['--no-pager', '--all', '--output=short-iso-precise'];
    await out.program('boots.txt', 'journalctl', ['--no-pager', '--list-boots'], 20_000);
    await out.program('warnings.txt', 'journalctl', [...print, '-p', 'warning', '-n', ERRORS], 40_000);
    await out.program('last.txt', 'journalctl', [...print, '-n', LINES], 60_000);
  },
};
