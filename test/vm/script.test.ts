/** scripts/vm, as somebody has it who tries the appliance: the terminal on its serial line, and given back however it ends. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { Pty } from '../terminal/pty.ts';
import { image } from './machine/disk.ts';
import { machineNeeds, until } from './machine.ts';

const program = fileURLToPath(new URL('../../scripts/vm', import.meta.url));
const inShell = `m=$(stty -g); "$0" "$@"; c=$?
  until [ "$m" = "$(stty -g)" ]; do sleep 0.1; done; echo "code $c, as found"; sleep 60`;
const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

describeWith(machineNeeds, 'the appliance tried out in QEMU', () => {
  let file: string;
  let terminal: Pty | undefined;
  beforeAll(async () => {
    file = await image();
  }, 900_000);
  afterEach(() => terminal?.kill());

  const open = (...args: string[]) => {
    terminal = new Pty('sh', ['-c', inShell, program, '--image', file, ...args], { term: 'vt220' });
    return terminal;
  };
  /** The boot loader is heard on the serial line. */
  const boots = (pty: Pty) => pty.waitFor(() => pty.raw.includes('Booting'), 60_000);

  test('says where its SSH will be and how to leave, boots, and ends by the key it named', async () => {
    const pty = open('--disk', '10G', '--memory', '512', '--cores', '1');
    await pty.waitFor(/ssh -p \d+ operator@127\.0\.0\.1[\s\S]*Ctrl-\] x ends it/, 15_000);
    await boots(pty);
    pty.send('\x1dx');
    await pty.waitFor('code 0, as found', 15_000);
  });

  test.each(['TERM', 'KILL'] as const)(
    'ended by SIG%s it leaves the terminal as it was, and no QEMU',
    async (signal) => {
      const pty = open();
      await boots(pty);
      const script = childOf(pty.pid);
      const qemu = childOf(script);
      expect(readFileSync(`/proc/${qemu}/comm`, 'utf8')).toMatch(/^qemu-system/);
      process.kill(script, `SIG${signal}`);
      await pty.waitFor(/code (143|137), as found/, 15_000);
      await until('QEMU to end', () => !existsSync(`/proc/${qemu}`));
    },
  );

  test('says what is wrong with what it is given', async () => {
    const pty = open('--seed', '/nowhere.yaml');
    await pty.waitFor('/nowhere.yaml cannot be read.');
    await pty.waitFor('code 66, as found');
  });
});
