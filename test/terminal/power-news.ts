/**
 * A console to which the appliance tells only how a reset goes, for its test in a pseudo terminal: with each SIGUSR2 the
 * next news. Whatever else it would ask of the appliance ends it.
 */
import { countdowns } from '../../screens/flows/power.ts';
import { openFramed } from '../../screens/kit/framed.ts';
import type { Surroundings } from '../../screens/kit/screen.ts';
import type { Appliance, PowerState } from '../../src/appliance.ts';

const idle = { sessions: [], jobs: [] };
const scheduled = { action: 'reset', by: 'operator on tty1' } as const;
const said = 'Failed to start reboot.target: Access denied';

async function main(): Promise<void> {
  const display = await openFramed();
  display.name('Gatehouse', []);
  // Long past: what is left is always none.
  const at = '2026-11-21T09:00:00.000Z';
  const news: PowerState[] = [
    { ...idle, scheduled: { ...scheduled, at } },
    { ...idle, scheduled: { ...scheduled, at, step: 'Telling the platform' } },
    {
      ...idle,
      failed: {
        action: 'reset',
        at,
        problem: { code: 'program-failed', details: { program: 'systemctl', exitCode: 4, said } },
      },
    },
  ];
  const power = {
    async watch(_args: object, { progress }: { progress(state: PowerState): void }) {
      process.on('SIGUSR2', () => {
        const next = news.shift();
        if (next) progress(next);
      });
    },
  } as unknown as Appliance['power'];
  const appliance = new Proxy({ power } as Appliance, {
    get(target, name) {
      if (name !== 'power') throw new Error(`asked for ${String(name)}`);
      return target.power;
    },
  });
  countdowns({ ui: display.ui, appliance } as Surroundings, new AbortController().signal);
  await display.ui.message({ title: 'Ready', text: ['It waits for news.'] });
}

await main();
