/** systemd's units: their states, and of those that failed why. */
import type { Item } from '../item.ts';
import { runAll } from './programs.ts';

/** Failed units that are looked at closely, and lines of their log. */
const CLOSELY = 30;
const LINES = '200';

/** @param own names of the appliance's units */
export const units: Item = {
  name: 'units',
  title: 'Units',
  about: 'All service units, timers and jobs; of those that failed their state and last log lines',
  seconds: 90,
  most: 16 << 20,
  estimate: async () => 256 << 10,
  async collect(out) {
    await runAll(out, [
      ['all.txt', 'systemctl', '--no-pager', '--full', '--all', 'list-units'],
      ['files.txt', 'systemctl', '--no-pager', '--full', 'list-unit-files'],
      ['timers.txt', 'systemctl', '--no-pager', '--full', '--all', 'list-timers'],
      ['jobs.txt', 'systemctl', '--no-pager', '--full', 'list-jobs'],
      ['sockets.txt', 'systemctl', '--no-pager', '--full', '--all', 'list-sockets'],
      ['changed.txt', 'systemd-delta', '--no-pager', '--type=extended,overridden,masked'],
      ['start.txt', 'systemd-analyze', '--no-pager', 'blame'],
    ]);
    const failed = await out.program('failed.txt', 'systemctl', [
      ...['--no-pager', '--full', '--plain', '--no-legend', '--state=failed', 'list-units'],
    ]);
    const names = (failed?.bytes.toString() ?? '').split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '');
    for (const name of names.filter((one) => /^[\w@.:\\-]+\.\w+$/.test(one)).slice(0, CLOSELY)) {
      await out.program(`failed/${name}.txt`, 'systemctl', ['--no-pager', '--full', '--lines=0', 'show', '--', name]);
      await out.program(`failed/${name}.log`, 'journalctl', [
        '--no-pager',
        '-n',
        LINES,
        '-o',
        'short-iso-precise',
        '-u',
        name,
      ]);
    }
  },
};
