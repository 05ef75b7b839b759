/** A platform that is killed at any moment: what was answered holds, what was not can be asked again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { paths } from '../../../src/platform/protocol.ts';
import { openAdmin } from '../../../src/platform/server/admin.ts';
import { type Answer, ask, askAs, checkInBody, emptyFolder, enrolBody, newKey, type Place } from './machine.ts';

/** How often it is killed in each test; GATEHOUSE_KILLS=50 for a long look. */
const rounds = Number(process.env.GATEHOUSE_KILLS ?? 5);
/** Milliseconds: a busy machine needs seconds for a round. */
const limit = 60_000 + rounds * 10_000;
/** A moment at random of the round's own part of that time, so that few rounds come early and late as well. */
const moment = (round: number, most: number) =>
  new Promise((later) => setTimeout(later, (most * (round + Math.random())) / rounds));

async function buildChild(): Promise<string> {
  const outfile = `${await emptyFolder()}/child.mjs`;
  const entryPoints = [`${import.meta.dirname}/child.ts`];
  const require = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);";
  const options = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error' } as const;
  await build({ ...options, entryPoints, outfile, banner: { js: require } });
  return outfile;
}

interface Running extends Place {
  kill(): Promise<void>;
}

async function started(program: string, folder: string): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  if (!child.stdout) throw new Error('no pipe');
  const [line] = await once(createInterface(child.stdout), 'line');
  return { ...(JSON.parse(line) as Place), kill };
}

/** Undefined where the connection was cut. */
const tried = (asked: Promise<Answer>): Promise<Answer | undefined> => asked.catch(() => undefined);

it(
  'gives a code to one of ten appliances, also when it is killed meanwhile and asked again',
  async () => {
    const [program, folder] = [await buildChild(), await emptyFolder()];
    const admin = await openAdmin(folder);
    let cut = 0;
    let platform = await started(program, folder);
    for (let round = 0; round < rounds; round += 1) {
      const { code } = await admin.createCode({ name: `North ${round}` });
      const keys = await Promise.all(Array.from({ length: 10 }, () => newKey()));
      const all = (place: Place) =>
        Promise.all(keys.map(({ csr }) => tried(ask(place, paths.enrol, { body: enrolBody(code, csr) }))));
      const first = all(platform);
      await moment(round, 120);
      await platform.kill();
      const before = await first;
      platform = await started(program, folder);
      const after = await all(platform);
      const winners = (answers: typeof after) => answers.flatMap((answer, at) => (answer?.status === 200 ? [at] : []));
      expect(winners(after)).toHaveLength(1);
      expect(after.filter((answer) => answer?.json.error === 'used-code')).toHaveLength(9);
      // Whoever was told so before is it still, with the certificate of then.
      for (const at of winners(before)) {
        expect(winners(after)).toEqual([at]);
        const who = { certificate: before[at]?.json.certificate, key: keys[at]?.key ?? '' };
        expect((await askAs(platform, who, paths.checkIn, checkInBody())).status).toBe(200);
      }
      if (winners(before).length === 0) cut += 1;
    }
    expect(await admin.appliances()).toHaveLength(rounds);
    // Otherwise nothing was cut, and nothing is proved.
    expect(cut).toBeGreaterThan(0);
  },
  limit,
);

it(
  'has an appliance for each used code when it starts again, and keeps what was configured',
  async () => {
    const [program, folder] = [await buildChild(), await emptyFolder()];
    const admin = await openAdmin(folder);
    for (let round = 0; round < rounds; round += 1) {
      const platform = await started(program, folder);
      const { code } = await admin.createCode({ name: `South ${String(round).padStart(4, '0')}` });
      const { csr } = await newKey();
      const asked = tried(ask(platform, paths.enrol, { body: enrolBody(code, csr) }));
      let port = 20_000;
      let saved = 0;
      let isAlive = true;
      const configuring = (async () => {
        for (const { name } of await admin.appliances())
          while (isAlive) saved = (await admin.configure(name, { proxyPort: ++port })).configuration.proxyPort;
      })();
      await moment(round, 60);
      await platform.kill();
      isAlive = false;
      await Promise.all([asked, configuring]);
      const again = await started(program, folder);
      const [codes, appliances] = [await admin.codes(), await admin.appliances()];
      const used = codes.flatMap((one) => one.used?.applianceId ?? []);
      expect(appliances.map(({ id }) => id).sort()).toEqual(used.sort());
      if (saved) expect(appliances[0]?.configuration.proxyPort).toBe(saved);
      await again.kill();
    }
  },
  limit,
);
