/** The lab's SSH: the unit ssh.service of the machine, with host keys and sessions of its data. Listens nowhere. */
import type { Ssh, Units } from '../adapters/machine.ts';
import { fail } from '../errors.ts';
import { chance } from './chance.ts';
import type { MachineData } from './schema.ts';

const unit = 'ssh.service';

export function labSsh({ name, system }: MachineData, units: Units): Ssh {
  const opened = Date.now();
  const isActive = async (signal: AbortSignal) => (await units.list([unit], signal))[0]?.state === 'active';
  return {
    async state(signal) {
      return {
        enabled: await isActive(signal),
        fingerprints: ['ECDSA', 'ED25519', 'RSA'].map((type) => ({ type, sha256: `SHA256:${digest(name, type)}` })),
        sessions: system.sessions.map(({ user, from, ago }) => ({
          user,
          from,
          since: new Date(opened - ago * 1000).toISOString(),
        })),
      };
    },
    async enable(signal) {
      await units.act('start', unit, signal);
      if (!(await isActive(signal)))
        throw fail('unavailable', {
          what: 'SSH',
          why: `${unit} does not stay up; see its log under Diagnostics, Units.`,
        });
    },
    async disable(signal) {
      await units.act('stop', unit, signal);
    },
  };
}

/** As ssh-keygen(1) writes SHA-256: base64 without its padding. */
function digest(name: string, type: string): string {
  const random = chance(`${name} host key ${type}`);
  const bytes = Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256));
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
