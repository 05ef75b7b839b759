/**
 * The power goes at random points of what an appliance does: by its reset button, or so that only what was written
 * through is on the disk. It boots each time, shows its consoles, and has all of it or nothing of it.
 * GATEHOUSE_CUTS says how often (once; scripts/soak/vm-power-cuts 30 times), GATEHOUSE_SEED at which points.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { script as besideHost, kill, must } from '../host/machine/programs.ts';
import { chance } from '../setup/chance.ts';
import { describeWith } from '../setup/needs.ts';
import { codeFor, names, servePlatform, suffix } from './machine/platform.ts';
import { Machine, machineNeeds, until } from './machine.ts';

const cuts = Number(process.env.GATEHOUSE_CUTS ?? 1);
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);
/** Milliseconds. An emulated processor is some ten times slower. */
const boot = 400_000;

interface Action {
  what: string;
  /** Run as root, inside; not waited for. */
  argv: (code: string) => string[];
  /** Milliseconds, about: some cuts come after its end. */
  span: number;
  /** What holds after the next start; gives what became of it. */
  check: (machine: Machine) => Promise<string>;
}

const address = (machine: Machine) => machine.shell('ip -4 -brief address show eth0');
/** What a command answers: just after a start or an update the service may take long, as its processor is emulated. */
const answer = (machine: Machine, ...argv: string[]) =>
  until(
    argv.join(' '),
    async () => {
      const { exitCode, stdout } = await machine.run(['gatehouse', ...argv]);
      return exitCode === 0 && { stdout };
    },
    120_000,
  ).then(({ stdout }) => stdout);
const hosts = (machine: Machine) => answer(machine, 'hosts', 'list');

const actions: Action[] = [
  {
    what: 'a network change',
    argv: () => ['gatehouse', 'network', 'set', 'eth0', '--static', '10.77.0.9/24', '--gateway', '10.77.0.1'],
    span: 25_000,
    async check(machine) {
      // Nobody has kept it.
      await until('the address of before', async () => (await address(machine)).includes('10.77.0.50/24'), 60_000);
      expect(await address(machine)).not.toContain('10.77.0.9');
      expect(JSON.parse(await answer(machine, 'changes', 'show', '--json'))).not.toHaveProperty('pending');
      return 'undone';
    },
  },
  {
    what: 'a registration',
    argv: (code) => ['gatehouse', 'registration', 'register', code],
    span: 25_000,
    async check(machine) {
      const read = async () => JSON.parse(await answer(machine, 'registration', 'show', '--json'));
      if (!(await read()).registered) return 'not registered';
      await until('a check-in', async () => (await read()).connected, 90_000);
      return 'registered';
    },
  },
  {
    what: 'a report',
    argv: () => ['gatehouse', 'report', 'make'],
    span: 60_000,
    async check(machine) {
      const { kept } = JSON.parse(await answer(machine, 'report', 'list', '--json'));
      // Nothing half, and nothing that is not encrypted.
      const left = (await machine.shell('find /var/diagnostics -type f')).split('\n').filter(Boolean);
      expect(left.filter((name) => !/\.(age|json|sig)$/.test(name))).toEqual([]);
      expect(left.filter((name) => name.endsWith('.age'))).toHaveLength(kept.length);
      return kept.length > 0 ? 'kept' : 'nothing left of it';
    },
  },
  {
    what: 'an update',
    argv: () => ['dpkg', '--install', '/srv/gatehouse.deb'],
    span: 60_000,
    async check(machine) {
      const found = await machine.run(['dpkg', '--audit']);
      await machine.must(['dpkg', '--install', '/srv/gatehouse.deb'], { limit: 240_000 });
      expect(await machine.shell('dpkg --audit')).toBe('');
      return found.stdout === '' ? 'whole' : 'brought to its end by doing it again';
    },
  },
  {
    what: 'a reset',
    argv: () => ['gatehouse', 'reset', '--yes-delete-everything', '--in', '0'],
    span: 90_000,
    async check(machine) {
      if ((await hosts(machine)).includes('kept.example')) return 'not decided';
      expect(
        await machine.shell('ls -A /var/lib/gatehouse-reset /var/lib/gatehouse/settings 2>/dev/null || :'),
      ).not.toMatch(/marker|settings\.json/);
      return 'complete';
    },
  },
];

const needs = { ...machineNeeds, programs: [...machineNeeds.programs, 'age-keygen', 'busybox'] };

describeWith(needs, `an appliance whose power is cut at ${cuts} random points (seed ${seed})`, () => {
  let machine: Machine;
  let platform: ChildProcess;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-cuts-'));
    machine = await Machine.booted({ durable: true }, names);
    platform = await servePlatform(machine, folder);
    const deb = await must([besideHost('../../../scripts/build'), '--deb', folder], { limit: 300_000 });
    await machine.put(deb.trim().split('\n').at(-1) ?? '', '/srv/gatehouse.deb');
    const identity = join(folder, 'identity');
    await must(['age-keygen', '-o', identity]);
    const recipient = (await must(['age-keygen', '-y', identity])).trim();
    await machine.shell(`mkdir -p /etc/gatehouse; echo ${recipient} >/etc/gatehouse/support.keys`);
    await machine.must(['gatehouse', 'platform', 'set', suffix], { limit: 120_000 });
    await machine.must(['gatehouse', 'hosts', 'add', 'kept.example=192.0.2.9'], { limit: 120_000 });
    await machine.shell('sync');
    await machine.save('ready');
  }, 1_200_000);
  afterAll(async () => {
    if (platform) await kill(platform);
    await machine?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  // Not a wait for anything: the moment is what is random.
  const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** Cut there, started again, and looked at: what became of it. */
  async function cut(action: Action, at: number, isReset: boolean): Promise<string> {
    await machine.load('ready');
    const code = await codeFor('Cut', folder);
    void machine.run(action.argv(code), { limit: boot }).catch(() => undefined);
    await after(at);
    if (isReset) await machine.reset();
    else {
      await machine.powerCut();
      await machine.powerOn();
    }
    await machine.up(/First steps|Various commands/, boot);
    expect(await machine.shell('journalctl --boot --unit gatehouse --output cat')).not.toContain('is broken');
    const end = await action.check(machine);
    if (end !== 'complete') expect(await hosts(machine)).toContain('kept.example');
    expect(await machine.shell('systemctl --failed --plain --no-legend')).toBe('');
    return end;
  }

  test('boots each time, and is whole', { timeout: 60_000 + cuts * (boot + 120_000) }, async () => {
    const random = chance(seed);
    const first = Math.floor(random() * actions.length);
    for (let count = 0; count < cuts; count++) {
      const action = actions[(first + count) % actions.length] as Action;
      const [at, isReset] = [random() * action.span, random() < 0.5];
      const how = `${action.what}, ${isReset ? 'reset button' : 'power cut'} after ${Math.round(at)} ms`;
      const end = await cut(action, at, isReset).catch((error: Error) => {
        throw new Error(`cut ${count + 1}, ${how}: ${error.message}\n${machine.serial.text()}`, { cause: error });
      });
      console.info(`${how}: ${end}`);
    }
  });
});
