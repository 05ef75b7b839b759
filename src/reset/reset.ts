/** A reset of the real machine as the service decides it; what it comes to is in list.ts, when it happens in now.ts. */
import { readFileSync } from 'node:fs';
import type { Reset } from '../adapters/machine.ts';
import { fail } from '../errors.ts';
import { run } from '../run.ts';
import { deletions } from './list.ts';
import { Marker } from './marker.ts';

const unit = 'gatehouse-reset.service';
const bootNow = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

export function realReset(marker = new Marker(), boot = bootNow): Reset {
  return {
    deletes: deletions.map(({ what }) => what),
    async check(signal) {
      const args = ['show', '--property=LoadState', '--property=WantedBy', unit];
      const { stdout } = await run('systemctl', args, { signal });
      if (/^LoadState=loaded$/m.test(stdout) && /^WantedBy=.*\bsysinit\.target\b/m.test(stdout)) return;
      throw fail('unavailable', { what: 'Reset', why: `${unit} is not installed and enabled on this machine.` });
    },
    decide: (by) => marker.write({ version: 1, by, at: new Date().toISOString(), boot: boot(), remarks: [] }),
    async remark(text) {
      const note = await marker.read();
      if (note) await marker.write({ ...note, remarks: [...note.remarks, text] });
    },
    takeBack: () => marker.remove(),
    async decided() {
      const note = await marker.read();
      return note && { by: note.by, when: note.boot === boot() ? 'now' : 'before' };
    },
  };
}
