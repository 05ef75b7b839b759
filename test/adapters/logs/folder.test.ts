import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { listFiles } from '../../../src/adapters/logs/list.ts';
import { openIn } from '../../../src/adapters/logs/open.ts';
import { logFolder, never } from './folder.ts';

const page = { from: 'newest', direction: 'older', lines: 9 } as const;

describe('the list of log files', () => {
  test('has them by path, and says which are packed and which hold no lines, whatever their names', async () => {
    const folder = logFolder();
    await folder.write('syslog', 'text\n');
    await folder.write('nginx/access.log', '');
    await folder.write('packed-without-a-name', gzipSync('x'));
    await folder.write('text.gz', 'no gzip at all\n');
    await folder.write('BZh.log', 'BZh is how this text begins\n');
    await folder.write('wtmp', 'ts/0');
    await folder.write('btmp.1', 'ts/0');
    await folder.write('state.db', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(80)]));
    await folder.write('holes.log', Buffer.concat([Buffer.alloc(4096), Buffer.from('text\n')]));
    await folder.write('one-nul.log', `${'text\n'.repeat(100)}\0\n`);
    await folder.write('journal/abc/system.journal', 'LPKSHHRH');
    await folder.write('1/2/3/deep.log', 'x\n');
    await folder.write('1/2/3/4/deeper.log', 'x\n');
    const files = await listFiles(folder.path, never);
    expect(files.map(({ path, compressed, unreadable }) => [path, compressed ?? unreadable ?? 'text'])).toEqual([
      ['1/2/3/deep.log', 'text'],
      ['BZh.log', 'text'],
      ['btmp.1', 'made of records (btmp)'],
      ['holes.log', 'binary'],
      ['nginx/access.log', 'text'],
      ['one-nul.log', 'text'],
      ['packed-without-a-name', 'gzip'],
      ['state.db', 'binary'],
      ['syslog', 'text'],
      ['text.gz', 'text'],
      ['wtmp', 'made of records (wtmp)'],
    ]);
    expect(files.at(-3)).toMatchObject({ size: 5, changedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    await expect(folder.log('wtmp').page(page, never)).rejects.toMatchObject({ problem: { code: 'log-unreadable' } });
  });

  test('follows links that stay in the folder, and no others; pipes and devices are not opened', async () => {
    const folder = logFolder();
    await folder.write('app/2026.log', 'x\n');
    await symlink('2026.log', folder.at('app/current'));
    await symlink('/etc/passwd', folder.at('passwd'));
    await symlink('../..', folder.at('app/up'));
    await symlink('nowhere', folder.at('broken'));
    await symlink('loop', folder.at('loop'));
    execFileSync('mkfifo', [folder.at('pipe')]);
    const files = await listFiles(folder.path, never);
    expect(files.map(({ path }) => path)).toEqual(['app/2026.log', 'app/current']);
  });

  test('of very many ends at 2,000', { timeout: 60_000 }, async () => {
    const folder = logFolder();
    await mkdir(folder.path);
    await Promise.all(Array.from({ length: 2300 }, (_, at) => writeFile(folder.at(`${at}.log`), 'x\n')));
    expect(await listFiles(folder.path, never)).toHaveLength(2000);
  });

  test('says where the folder cannot be read', async () => {
    const asked = listFiles('/nowhere/log', never);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  });
});

describe('a path', () => {
  test.each([
    '../secret',
    'app/../../secret',
    '/etc/passwd',
    './../secret',
    'link/secret',
    'link-to-secret',
    '.',
    '',
    'app',
    'a\0b',
  ])('that leads out of the folder, or to no file, reads nothing: %j', async (path) => {
    const folder = logFolder();
    await folder.write('app/a.log', 'x\n');
    const top = dirname(folder.path);
    await writeFile(join(top, 'secret'), 'SECRET\n');
    await symlink(top, folder.at('link'));
    await symlink('../secret', folder.at('link-to-secret'));
    const asked = folder.log(path).page(page, never);
    await expect(asked).rejects.toMatchObject({ problem: { code: expect.stringMatching(/^log-(gone|unreadable)$/) } });
    const byInode = folder.log(path).page({ ...page, from: '12345-0-1' }, never);
    await expect(byInode).rejects.toMatchObject({
      problem: { code: expect.stringMatching(/^log-(gone|unreadable)$/) },
    });
  });

  test('stays in the folder while a folder on the way becomes a link, again and again', {
    timeout: 30_000,
  }, async () => {
    const folder = logFolder();
    await folder.write('app/a.log', 'inside\n');
    const outside = join(dirname(folder.path), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'a.log'), 'SECRET\n');
    let [inside, refused] = [0, 0];
    let isSwapped = false;
    const swap = () => {
      if (isSwapped) {
        rmSync(folder.at('app'));
        renameSync(folder.at('real'), folder.at('app'));
      } else {
        renameSync(folder.at('app'), folder.at('real'));
        symlinkSync(outside, folder.at('app'));
      }
      isSwapped = !isSwapped;
    };
    const swapping = setInterval(swap, 0);
    try {
      for (let turn = 0; turn < 3000; turn++) {
        const opened = await openIn(folder.path, 'app/a.log').catch(() => undefined);
        if (!opened) {
          refused += 1;
          continue;
        }
        expect(String(await opened.handle.readFile())).toBe('inside\n');
        await opened.handle.close();
        inside += 1;
      }
    } finally {
      clearInterval(swapping);
    }
    expect(inside).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
