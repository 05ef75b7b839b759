/** A report on a healthy machine and on a sick one: a whole report, or a clear failure and nothing left. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Failure, type Problem } from '../../../src/errors.ts';
import { itemStates } from '../../../src/jobs/report/make.ts';
import { describeWith } from '../../setup/needs.ts';
import { filesIn, folder, item, keepIn, made, manifestIn, opened, reportPrograms, supportKey } from './making.ts';

const canary = 'KanarienvogelImKlartext';

async function failing(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error.problem;
  throw error;
}

describeWith({ programs: reportPrograms }, 'a report', () => {
  test('is encrypted to every support key, signed, and holds what was collected', async () => {
    const place = folder();
    const [one, two] = [supportKey(folder()), supportKey(folder())];
    const hostKey = join(place, 'host_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
    const log = join(place, 'a.log');
    // No two pieces of it are the same.
    writeFileSync(log, Array.from({ length: 2_000_000 }, (_, line) => `${line}\n`).join(''));
    const items = [
      item('small', (out) => out.json('a.json', { a: 1 })),
      item('large', (out) => out.file('a.log', log), { most: 50 << 20 }),
      item('tail', (out) => out.file('a.log', log, 1000)),
      item('long', (out) => out.text(`${'name-'.repeat(40)}.txt`, 'text')),
      item('program', async (out) => void (await out.program('x.txt', 'printf', ['%s', canary]))),
    ];
    const keep = keepIn(join(place, 'kept'));
    const { report, unsigned, states } = await made({
      items,
      keep,
      recipients: [one.recipient, two.recipient],
      hostKey,
    });
    expect(states.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'cut', 'done', 'done']);
    expect(unsigned).toBeUndefined();
    const archive = keep.pathOf(report.name);
    expect(execFileSync('sha256sum', [archive], { encoding: 'utf8' }).split(' ')[0]).toBe(report.sha256);
    expect(await keep.kept()).toEqual([report]);
    expect(filesIn(join(place, 'kept')).some(({ bytes }) => bytes.includes(canary))).toBe(false);
    for (const { identity } of [one, two]) {
      const inside = opened(archive, identity);
      expect(readFileSync(join(inside, 'large/a.log')).equals(readFileSync(log))).toBe(true);
      expect(readFileSync(join(inside, 'tail/a.log'), 'utf8')).toMatch(/^19998\d\d\n(?:\d+\n)+1999999\n$/);
      expect(readFileSync(join(inside, 'program/x.txt'), 'utf8')).toBe(canary);
      expect(existsSync(join(inside, `long/${'name-'.repeat(40)}.txt`))).toBe(true);
      const manifest = manifestIn(inside);
      expect(manifest.isComplete).toBe(true);
      expect(manifest.items.map(({ name, outcome }) => [name, outcome])).toContainEqual(['tail', 'cut']);
    }
    const allowed = join(place, 'allowed');
    writeFileSync(allowed, `gate.test ${readFileSync(`${hostKey}.pub`, 'utf8')}`);
    const verify = ['-Y', 'verify', '-n', 'gatehouse-report', '-f', allowed, '-I', 'gate.test', '-s', `${archive}.sig`];
    execFileSync('ssh-keygen', verify, { input: readFileSync(archive), stdio: ['pipe', 'ignore', 'pipe'] });
  });

  test('leaves nobody listening to the signal that could have ended it', async () => {
    const { signal } = new AbortController();
    const items = [item('one', (out) => out.program('x.txt', 'printf', ['x']).then(() => undefined))];
    await made({ items, keep: keepIn(folder()), recipients: [supportKey(folder()).recipient], signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('shows no half of a secret where the end of a file begins, or a program is cut off', async () => {
    const { identity, recipient } = supportKey(folder());
    const place = folder();
    const key = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' });
    const body = key.split('\n')[1] ?? '';
    const [word, pem] = [join(place, 'word'), join(place, 'pem')];
    writeFileSync(word, `${'x\n'.repeat(100)}it was ${canary} then\nwhole line\n`);
    writeFileSync(pem, `${'x\n'.repeat(100)}${key}whole line\n`);
    const half = `yes ${canary}`;
    const items = [
      ...[20, 25, 30].map((most) => item(`word${most}`, (out) => out.file('a', word, most))),
      ...[60, 70, 90].map((most) => item(`pem${most}`, (out) => out.file('a', pem, most))),
      item('program', async (out) => void (await out.program('a', 'yes', [half])), { most: 1000 }),
    ];
    const keep = keepIn(join(place, 'kept'));
    const secrets = [{ kind: 'a word', text: canary }];
    const { report } = await made({ items, keep, recipients: [recipient], secrets });
    const inside = opened(keep.pathOf(report.name), identity);
    for (const { path, bytes } of filesIn(inside)) {
      const text = bytes.toString();
      expect([path, /vogel|Klartext|Kanar/.test(text)]).toEqual([path, false]);
      expect([path, text.includes(body.slice(-8))]).toEqual([path, false]);
    }
    expect(readFileSync(join(inside, 'pem60/a'), 'utf8')).toBe('whole line\n');
  });

  test('without a support key is not made', async () => {
    const keep = keepIn(join(folder(), 'kept'));
    expect((await failing(made({ items: [], keep, recipients: [] }))).code).toBe('no-support-key');
    const refused = await failing(
      made({ items: [item('a', (out) => out.text('a', canary))], keep, recipients: ['age1nokey'] }),
    );
    expect(refused.code).toBe('report-failed');
    expect(readdirSync(keep.folder)).toEqual([]);
  });

  test('waits for no collector: one that hangs, one that prints for ever, one that throws, one that is not there', async () => {
    const { identity, recipient } = supportKey(folder());
    const stubborn = 'trap "" TERM; echo begun; while :; do sleep 0.05; done';
    const items = [
      item('hangs', () => new Promise(() => undefined), { seconds: 1 }),
      item('stubborn', async (out) => void (await out.program('a.txt', 'sh', ['-c', stubborn], 300))),
      item('endless', async (out) => void (await out.program('a.txt', 'yes', [canary]))),
      item('throws', async () => {
        throw new Error('broken');
      }),
      item('none', async (out) => void (await out.program('a.txt', 'no-such-program', []))),
      item('absent', (out) => out.text('a', 'a'), { absent: async () => 'there is none' }),
      item('fifo', async (out) => out.file('fifo', '/dev/zero')),
      item(
        'stalls',
        async (out) => {
          await out.text('before.txt', 'was there');
          await new Promise(() => undefined);
        },
        { seconds: 1, isSlow: true },
      ),
      item('good', (out) => out.text('a.txt', 'good')),
    ];
    const keep = keepIn(join(folder(), 'kept'));
    const began = performance.now();
    const { report, states } = await made({ items, keep, recipients: [recipient] });
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(Object.fromEntries(states.map(({ name, outcome }) => [name, outcome]))).toEqual({
      ...{ hangs: 'timed out', stubborn: 'done', endless: 'cut', throws: 'failed', none: 'failed', absent: 'absent' },
      ...{ fifo: 'failed', stalls: 'timed out', good: 'done' },
    });
    const inside = opened(keep.pathOf(report.name), identity);
    expect(readFileSync(join(inside, 'stubborn/a.txt'), 'utf8')).toBe('begun\n');
    expect(readFileSync(join(inside, 'stalls/before.txt'), 'utf8')).toBe('was there');
    const much = readFileSync(join(inside, 'endless/a.txt'), 'utf8');
    expect(much.length).toBeGreaterThan((1 << 20) - 50);
    expect(new Set(much.trimEnd().split('\n'))).toEqual(new Set([canary]));
    expect(manifestIn(inside).items.find(({ name }) => name === 'stubborn')?.why).toContain('did not end within 0.3 s');
    await expect.poll(() => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`yes ${canary}`);
  });

  test('holds a file that grows, shrinks or goes away while it is read', async () => {
    const { identity, recipient } = supportKey(folder());
    const place = folder();
    const [grows, shrinks] = [join(place, 'grows'), join(place, 'shrinks')];
    for (const path of [grows, shrinks]) writeFileSync(path, 'line\n'.repeat(2_000_000));
    const busy = setInterval(() => {
      appendFileSync(grows, 'more\n'.repeat(1000));
      truncateSync(shrinks, 1000);
    }, 1);
    onTestFinished(() => clearInterval(busy));
    const items = [grows, shrinks].map((path, index) =>
      item(`f${index}`, (out) => out.file('x', path), { most: 64 << 20 }),
    );
    const keep = keepIn(join(place, 'kept'));
    const { report } = await made({ items, keep, recipients: [recipient] });
    const inside = opened(keep.pathOf(report.name), identity);
    expect(manifestIn(inside).isComplete).toBe(true);
    expect(readFileSync(join(inside, 'f0/x'), 'utf8')).toMatch(/^(?:line\n)+(?:more\n)*/);
  });

  test('that is given up leaves nothing', async () => {
    const { recipient } = supportKey(folder());
    const keep = keepIn(join(folder(), 'kept'));
    const stop = new AbortController();
    const items = [
      item('a', async (out) => {
        await out.text('a', canary);
        stop.abort();
        await new Promise(() => undefined);
      }),
    ];
    expect((await failing(made({ items, keep, recipients: [recipient], signal: stop.signal }))).code).toBe('aborted');
    expect(readdirSync(keep.folder)).toEqual([]);
  });

  test('is kept with those before it, the oldest removed first, but the one that is handed over', async () => {
    const { recipient } = supportKey(folder());
    const keep = keepIn(join(folder(), 'kept'), { count: 3 });
    const gone: string[] = [];
    const names: string[] = [];
    for (let day = 1; day <= 5; day += 1) {
      const at = new Date(Date.UTC(2026, 0, day));
      const options = { items: [item('a', (out) => out.text('a', 'a'))], keep, recipients: [recipient], at };
      names.push(
        (await made({ ...options, removed: (all) => gone.push(...all), isUsed: (name) => name === names[1] })).report
          .name,
      );
    }
    expect((await keep.kept()).map(({ name }) => name)).toEqual([names[4], names[3], names[1]]);
    expect(gone).toEqual([names[0], names[2]]);
    expect(readdirSync(keep.folder).length).toBe(6);
    writeFileSync(join(keep.folder, 'gatehouse-report-x-1.partial'), 'x');
    writeFileSync(join(keep.folder, 'gatehouse-report-x-1.json'), 'x');
    writeFileSync(join(keep.folder, 'upstream.pcap'), 'x');
    expect((await keep.clear()).sort()).toEqual(['gatehouse-report-x-1.json', 'gatehouse-report-x-1.partial']);
    expect(readdirSync(keep.folder).length).toBe(7);
  });

  test('does not take an item that there is none of', () => {
    expect(() => itemStates([item('a', async () => undefined)], ['b'])).toThrow('there is no item b');
  });
});

describeWith(
  { programs: [...reportPrograms, 'mount', 'umount'], root: true },
  'a report on a disk that is full',
  () => {
    let disk = '';
    let place = '';
    beforeAll(() => {
      place = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
      disk = join(place, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
    });
    afterAll(() => {
      execFileSync('umount', ['-l', disk]);
      execFileSync('rm', ['-rf', place]);
    });

    test('is not begun where it is seen before', async () => {
      const { recipient } = supportKey(folder());
      const items = [item('a', (out) => out.text('a', 'a'), { most: 1e9, estimate: async () => 1e9 })];
      const problem = await failing(made({ items, keep: keepIn(disk), recipients: [recipient] }));
      expect(problem).toMatchObject({ code: 'disk-full', details: { path: disk } });
      expect(readdirSync(disk)).toEqual([]);
    });

    test('becomes full at twenty points: said, and nothing left', async () => {
      const { recipient } = supportKey(folder());
      const random = randomBytes(8_000_000);
      for (let point = 0; point < 20; point += 1) {
        const filler = join(disk, 'filler');
        const free = 100_000 + Math.floor(Math.random() * 6_000_000);
        const items = [
          item(
            'a',
            async (out) => {
              await out.text('a', canary);
              for (let part = 0; part < 8; part += 1)
                await out.bytes(`${part}`, random.subarray(part * 1e6, (part + 1) * 1e6));
            },
            { most: 16 << 20, estimate: async () => 1000 },
          ),
        ];
        const keep = keepIn(disk);
        const begin = item('first', async () => writeFileSync(filler, Buffer.alloc(12 * 1024 * 1024 - free)));
        const problem = await failing(made({ items: [begin, ...items], keep, recipients: [recipient] }));
        expect(problem.code).toBe('disk-full');
        expect(readdirSync(disk)).toEqual(['filler']);
        execFileSync('rm', [filler]);
      }
    });
  },
);

describeWith({ programs: reportPrograms }, 'a report whose maker is killed', () => {
  test('has no plaintext on the disk, and is cleared away', async () => {
    const { recipient } = supportKey(folder());
    const place = folder();
    const entry = join(import.meta.dirname, 'killed.ts');
    const outfile = join(dirname(place), `${place.split('/').at(-1)}.mjs`);
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    onTestFinished(() => void execFileSync('rm', ['-f', outfile]));
    const child = spawn(process.execPath, [outfile, join(place, 'kept'), recipient, canary], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: place },
    });
    const partial = () => filesIn(join(place, 'kept')).find(({ path }) => path.endsWith('.partial'));
    await expect.poll(() => partial()?.bytes.length ?? 0, { timeout: 20_000 }).toBeGreaterThan(1_000_000);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(filesIn(place).some(({ bytes }) => bytes.includes(canary))).toBe(false);
    const keep = keepIn(join(place, 'kept'));
    expect(await keep.kept()).toEqual([]);
    expect(await keep.clear()).toHaveLength(1);
    expect(readdirSync(keep.folder)).toEqual([]);
    // Its filters end with it.
    const running = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    await expect.poll(running).not.toContain(recipient);
  });
});
