/** Rubbish for parse functions: any text, and real answers that were damaged. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { Failure } from '../../src/errors.ts';

/** Text of any kind, and `real` with a piece cut out and other text put in. */
function rubbish(real: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: real.length });
  const damaged = fc.tuple(place, fc.nat({ max: 40 }), fc.string({ unit: 'binary', maxLength: 20 }));
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    damaged.map(([at, length, put]) => real.slice(0, at) + put + real.slice(at + length)),
  );
}

/** Whatever it is given, it answers, or says that it did not understand; and quickly. */
export function neverBreaksOn(real: string, parse: (text: string) => unknown): void {
  fc.assert(
    fc.property(rubbish(real), (text) => {
      try {
        parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        expect((error as Failure).problem.code).toBe('not-understood');
      }
    }),
    { numRuns: 500 },
  );
}

/** The code of the failure that it throws; undefined where it throws none. */
export function codeOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.problem.code;
    throw error;
  }
}
