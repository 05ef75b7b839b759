/** The settings of systemd-timesyncd (timesyncd.conf(5)). Pure. */
import { fail } from '../../errors.ts';
import { parseTimeServers } from '../../values/ntp.ts';
import type { ManagedFile } from '../files.ts';

const path = '/etc/systemd/timesyncd.conf.d/50-gatehouse.conf';

/**
 * @param servers those that are set; none: the brand's
 * @param defaults the brand's
 * @throws Failure 'bad-value'
 */
export function renderTime(servers: readonly string[], defaults: readonly string[]): ManagedFile[] {
  const parsed = parseTimeServers(servers.length > 0 ? servers : defaults);
  if (!parsed.ok) throw fail('bad-value', { field: 'time servers', why: parsed.why, right: parsed.right });
  const list = parsed.value.join(' ');
  const lines = [
    '# Written by Gatehouse; changes made here are lost.',
    '[Time]',
    // An empty value drops what other files list.
    'NTP=',
    `NTP=${list}`,
    // Left empty it stands for Debian's servers (systemd 252), which were not asked for.
    `FallbackNTP=${list}`,
  ];
  return [{ path, content: `${lines.join('\n')}\n`, mode: 0o644 }];
}
