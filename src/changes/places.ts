/** The fixed list of files that a change may write. What is not here is never written, whatever a marker says. */
import type { Places } from './files.ts';

/** @param state what the service keeps: /var/lib/gatehouse */
export function placesOf(state: string): Places {
  return [
    `${state}/settings/`,
    `${state}/settings/versions/`,
    '/etc/systemd/network/10-gatehouse-',
    '/etc/systemd/resolved.conf.d/50-gatehouse.conf',
    '/etc/systemd/timesyncd.conf.d/50-gatehouse.conf',
    '/etc/apt/apt.conf.d/90gatehouse-proxy',
    '/etc/systemd/system/docker.service.d/50-gatehouse-proxy.conf',
    '/etc/gatehouse/proxy.env',
  ];
}
