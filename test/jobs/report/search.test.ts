import { expect, test } from 'vitest';
import { type Needle, searchFor } from '../../../src/jobs/report/search.ts';
import { chance } from '../../setup/chance.ts';

const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 1_000_000);

/** One place after the other. */
function everywhere(needles: readonly Needle[], bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  return needles.flatMap(({ bytes: wanted, anyCase }) =>
    Array.from(text, (_, at) => at)
      .filter((at) => {
        const [there, needle] = [text.slice(at, at + wanted.length), wanted.toString('latin1')];
        return there === needle || (anyCase && there.toLowerCase() === needle.toLowerCase());
      })
      .map((at) => `${wanted.toString('latin1')} at ${at}`),
  );
}

test(`finds each of them wherever it stands, and wherever the text begins in memory (seed ${seed})`, () => {
  const random = chance(seed);
  const below = (most: number) => Math.floor(random() * most);
  // Few letters, so that much is found.
  const text = (length: number) => Buffer.from(Array.from({ length }, () => 'abAB=\xff'.charCodeAt(below(6))));
  let seen = 0;
  for (let round = 0; round < 100; round += 1) {
    const needles = Array.from({ length: 1 + below(4) }, () => ({
      bytes: text(4 + below(4)),
      anyCase: below(2) === 1,
    }));
    const search = searchFor(needles);
    for (let turn = 0; turn < 20; turn += 1) {
      const from = below(9);
      const bytes = text(from + below(60)).subarray(from);
      for (const { bytes: needle } of needles) if (below(2)) needle.copy(bytes, below(bytes.length + 1));
      const found: string[] = [];
      search(bytes, (needle, at) => found.push(`${needle.bytes.toString('latin1')} at ${at}`));
      expect(found.sort()).toEqual(everywhere(needles, bytes).sort());
      seen += found.length;
    }
  }
  expect(seen).toBeGreaterThan(500);
});

test('refuses what is too short to be found', () => {
  expect(() => searchFor([{ bytes: Buffer.from('abc') }])).toThrow(RangeError);
});
