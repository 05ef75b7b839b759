/**
 * The power of a real machine is cut at random points of a change, and it is booted again: wholly before or wholly
 * after, and reachable. GATEHOUSE_CUTS says how often (12), GATEHOUSE_SEED at which points; both are printed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chance } from '../setup/chance.ts';
import { describeWith } from '../setup/needs.ts';
import { ChangesHost, first, type Said, second } from './changes-host.ts';
import { hostNeeds, until } from './machine.ts';

const cuts = Number(process.env.GATEHOUSE_CUTS ?? 12);
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);

/** Where the cut is: so many milliseconds (random) after that was told, of a change that ends like that. */
const points = ['begun', 'Checking', 'Arming the way back', 'Writing', 'Telling', 'Testing', 'asking', 'keep', 'undo'];

type Files = Record<string, string>;
const stable = (files: Files) => Object.fromEntries(Object.entries(files).filter(([name]) => !/versions/.test(name)));
const withoutRevision = (files: Files) => JSON.stringify(stable(files)).replace(/revision[^,]*,/, '');

describeWith(hostNeeds, `a real machine whose power is cut at ${cuts} random points (seed ${seed})`, () => {
  let changes: ChangesHost;
  beforeAll(async () => {
    changes = await ChangesHost.boot(60);
  });
  afterAll(() => changes?.end());

  /** A change from the one to the other that is cut. Was keeping it asked for, and answered? */
  async function cut(from: string, random: () => number): Promise<{ at: string; asked: boolean; answered: boolean }> {
    const point = points[Math.floor(random() * points.length)] as string;
    const wait = random() * (point === 'keep' || point === 'undo' ? 400 : 150);
    const settings = from === '10.77.0.2' ? second : first;
    const steps: string[] = ['begun'];
    let id = '';
    const onLine = ({ news, result }: Said) => {
      if (news?.step) steps.push(news.step);
      if (result) {
        id = result.id;
        steps.push('asking');
      }
    };
    const draft = { section: 'interface', name: 'eth0', settings };
    const asker = changes.begin('apply', { draft, by: 'anna' }, onLine);
    const ending = point === 'keep' || point === 'undo' ? point : undefined;
    const awaited = ending ? 'asking' : point;
    await until(
      point,
      () => steps.some((step) => step.startsWith(awaited)),
      30_000,
      () => steps.join(),
    );
    let answered = false;
    const onAnswer = ({ result }: Said) => {
      answered ||= result !== undefined;
    };
    const second_ = ending && changes.begin(ending, { id, by: 'ben' }, onAnswer);
    // Not a wait for anything: the moment is what is random.
    await new Promise((resolve) => setTimeout(resolve, wait));
    const isAnswered = answered;
    await changes.host.powerCut();
    for (const child of [asker, second_]) child?.kill('SIGKILL');
    return {
      at: `${point} + ${wait.toFixed(0)} ms`,
      asked: point === 'keep',
      answered: point === 'keep' && isAnswered,
    };
  }

  test('is always wholly as before or wholly as kept, and reachable', { timeout: 60_000 + cuts * 30_000 }, async () => {
    console.log(`${cuts} cuts, seed ${seed}`);
    const random = chance(seed);
    const known: Record<string, string> = { '10.77.0.2': withoutRevision(await changes.files()) };
    const other = await changes.apply(second);
    await changes.ask('keep', { id: other.id, by: 'ben' });
    known['10.77.0.3'] = withoutRevision(await changes.files());
    let now = '10.77.0.3';
    const seen = { before: 0, kept: 0, 'brought back at boot': 0 };
    const slowest = { ms: 0 };
    for (let done = 0; done < cuts; done++) {
      const before = await changes.files();
      const { at, asked, answered } = await cut(now, random);
      const started = performance.now();
      await changes.host.boot();
      slowest.ms = Math.max(slowest.ms, performance.now() - started);
      await changes.serves();
      const why = `cut ${done}, at ${at}, seed ${seed}`;
      const ended = await changes.ended();
      const target = now === '10.77.0.2' ? '10.77.0.3' : '10.77.0.2';
      const files = await changes.files();
      const isBefore = JSON.stringify(files) === JSON.stringify(before);
      if (!isBefore) {
        expect(asked, why).toBe(true);
        expect(withoutRevision(files), why).toBe(known[target]);
        now = target;
      } else expect(answered, why).toBe(false);
      seen[isBefore ? 'before' : 'kept'] += 1;
      if (ended.why === 'the machine was switched off or started again') seen['brought back at boot'] += 1;
      expect(await changes.markers(), why).toBe('');
      await until(`${why}: to be reachable`, () => changes.isReachable(now), 20_000);
      await until(
        `${why}: to be compared`,
        async () => (await changes.state()).last?.differs?.length !== 1 || undefined,
        40_000,
        () => JSON.stringify(ended),
      );
    }
    expect(seen.before + seen.kept).toBe(cuts);
    console.log(`none stranded, none half-applied: ${JSON.stringify(seen)}; slowest boot ${slowest.ms.toFixed(0)} ms`);
  });
});
