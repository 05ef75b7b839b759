/** The automatic clean-up on a real machine whose log disk is nearly full of its journal. */
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { type Bundle, bundle } from '../terminal/bundle.ts';
import { bootHost, type Host, hostNeeds } from './machine.ts';

const MB = 1 << 20;
const files = {
  '/etc/systemd/journald.conf.d/large.conf':
    '[Journal]\nSystemMaxUse=200M\nSystemKeepFree=1M\nSystemMaxFileSize=8M\nRateLimitBurst=0\nCompress=no\n',
};

describeWith(hostNeeds, 'a machine whose log disk is full of its journal', () => {
  let built: Bundle;
  let host: Host;
  beforeAll(async () => {
    built = bundle('test/host/clean-up-once.ts');
    host = await bootHost({ files, shown: { '/opt/clean-up': dirname(built.file) } });
  });
  afterAll(async () => {
    await host?.end();
    built?.remove();
  });

  const sh = async (script: string) => (await host.run(['sh', '-ec', script])).stdout.trim();
  const free = async () => Number(await sh('stat --file-system --format="%a * %S" /var/log | xargs expr')) / MB;
  const clean = async () =>
    JSON.parse((await host.run(['node', '/opt/clean-up/main.mjs'])).stdout) as {
      removed: { what: string; bytes: number }[];
      still: object[];
    };

  test('rotated logs go before the journal, and of that the oldest, no more than needed; the newest stays', async () => {
    await sh(`
      mount -t tmpfs -o size=100M tmpfs /var/log
      mkdir -p /var/log/journal /var/log/app
      systemctl restart systemd-journald
      journalctl --flush
      for i in 1 2 3 4 5 6; do
        head -c 6000000 /dev/urandom | base64 -w 1000 | systemd-cat --identifier=noise
        journalctl --sync; journalctl --rotate
      done
      echo the newest line | systemd-cat; journalctl --sync
      head -c 1000000 /dev/zero >/var/log/app/app.log.1
      head -c 1000000 /dev/zero >/var/log/app/app.log`);
    const spare = Math.floor(await free()) - 4;
    expect(spare).toBeGreaterThan(0);
    await sh(`head -c ${spare * MB} /dev/zero >/var/log/other`);
    expect(await free()).toBeLessThan(10);
    const { removed, still } = await clean();
    expect(still).toEqual([]);
    expect(removed.map(({ what }) => what)).toEqual(['/var/log/app/app.log.1', 'the oldest of the journal']);
    expect(await free()).toBeGreaterThan(14);
    // A file of the journal is removed whole.
    expect(await free()).toBeLessThan(15 + 17);
    expect(await sh('ls /var/log/app /var/log/other')).toContain('app.log');
    expect(await sh('journalctl --output=cat')).toContain('the newest line');
    expect(await clean()).toEqual({ removed: [], still: [] });
  });
});
