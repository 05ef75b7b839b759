/**
 * The first boot without anybody: a real file system on a real block device, found by its label, mounted by the
 * installed service, read and left again. With ext4 only, as that is what every kernel that runs the tests has; disks
 * of the other kinds, and links that udev makes, are shown on a virtual machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { SetupState } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;
const needs = {
  ...hostNeeds,
  programs: [...hostNeeds.programs, 'losetup', 'mkfs.ext4'],
  paths: [program, '/dev/loop-control'],
};
const device = '/dev/seed';

const file = `
hosts: [{ name: files.example.org, address: 10.77.0.8 }]
time: { zone: Europe/Madrid }
console: { idleLockMinutes: 10 }
operator: { password: Correct horse battery }
`;

/** A disk with those files. @returns its device here, and how it is taken out */
function disk(label: string, files: (folder: string) => void): { loop: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'));
  const [content, image] = [join(folder, 'content'), join(folder, 'image')];
  mkdirSync(content);
  files(content);
  writeFileSync(image, Buffer.alloc(4 << 20));
  execFileSync('mkfs.ext4', ['-q', '-L', label, '-d', content, image]);
  const loop = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  return {
    loop,
    remove() {
      execFileSync('losetup', ['--detach', loop]);
      rmSync(folder, { recursive: true });
    },
  };
}

describeWith(needs, 'a disk for the first boot', () => {
  let host: Host | undefined;
  let taken: (() => void) | undefined;
  afterEach(async () => {
    await host?.end();
    taken?.();
    host = undefined;
    taken = undefined;
  });

  const run = (...argv: string[]) => (host as Host).run(argv, { limit: 60_000 });
  const setup = async (): Promise<SetupState | undefined> => {
    const { exitCode, stdout } = await run('gatehouse', '--json', 'setup', 'status');
    return exitCode === 0 ? (JSON.parse(stdout) as SetupState) : undefined;
  };
  const mounts = async () => (await run('sh', '-c', 'cat /proc/mounts; ls /run | grep gatehouse-seed')).stdout;

  /** Booted, with the disk in; udev's link is made by hand, and the service starts when all is there. */
  async function booted(label: string, files: (folder: string) => void): Promise<void> {
    const made = disk(label, files);
    taken = made.remove;
    host = await bootHost({ gatehouse: true, shown: { [device]: made.loop } });
    await run('useradd', '-m', '-g', 'operator', '-s', '/bin/sh', 'operator');
    await run('systemctl', 'stop', 'gatehouse.service');
    await run('rm', '-rf', '/var/lib/gatehouse/setup.json');
    await run('mkdir', '-p', '/dev/disk/by-label');
    await run('ln', '-s', device, `/dev/disk/by-label/${label}`);
    await run('systemctl', 'start', 'gatehouse.service');
  }
  const ended = () =>
    until(
      'the file to be applied',
      async () => {
        const state = await setup();
        return /applied|failed/.test(state?.unattended?.outcome ?? '') && state;
      },
      30_000,
    );

  test('is found by its label, applied once, and left as it was', async () => {
    await booted('GATEHOUSE', (folder) => writeFileSync(join(folder, 'gatehouse.yaml'), file));
    const first = await ended();
    expect(first.unattended).toMatchObject({ from: 'gatehouse.yaml on the disk GATEHOUSE', outcome: 'applied' });
    expect(first.finished).toBe(true);
    expect((await run('getent', 'hosts', 'files.example.org')).stdout).toContain('10.77.0.8');
    expect((await run('passwd', '-S', 'operator')).stdout).toContain('operator P');
    expect(await mounts()).not.toContain('gatehouse-seed');
    expect((await run('gatehouse', 'audit')).stdout).toMatch(
      /unattended set-up: apply gatehouse.yaml on the disk GATEHOUSE: done/,
    );
    expect((await run('gatehouse', 'hosts', 'remove', 'files.example.org')).stderr).toBe('');
    await run('systemctl', 'restart', 'gatehouse.service');
    const again = await until('the service', setup);
    expect(again.unattended).toEqual(first.unattended);
    expect((await run('cat', '/etc/hosts')).stdout).not.toContain('files.example.org');
  });

  test('cloud-init’s disk is read in the same way; a link on it that leads out is not followed', async () => {
    await booted('CIDATA', (folder) => {
      symlinkSync('/etc/shadow', join(folder, 'gatehouse.yaml'));
      writeFileSync(join(folder, 'user-data'), '#cloud-config\ngatehouse:\n  time: { zone: Europe/Madrid }\n');
    });
    const { finished, unattended } = await ended();
    expect([finished, unattended?.outcome, unattended?.problem]).toEqual([
      false,
      'failed',
      { code: 'unavailable', details: { what: 'gatehouse.yaml', why: 'It cannot be read (ELOOP).' } },
    ]);
    expect(await mounts()).not.toContain('gatehouse-seed');
    expect((await run('journalctl', '-u', 'gatehouse', '--no-pager')).stdout).not.toContain('root:');
  });
});
