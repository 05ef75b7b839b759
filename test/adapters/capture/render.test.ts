/** The filter of a capture: what tcpdump makes of it, and nothing that anybody could slip into it. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderFilter, renderHopFilter, type Target } from '../../../src/adapters/capture/render.ts';
import { describeWith } from '../../setup/needs.ts';

test('one host is said plainly, and several of one port together', () => {
  expect(renderFilter([{ addresses: ['192.0.2.7'], port: 3128 }])).toBe('host 192.0.2.7 and port 3128');
  expect(renderFilter([{ addresses: ['192.0.2.7'] }, { addresses: ['192.0.2.8', '2001:db8::8'] }])).toBe(
    'host (192.0.2.7 or 192.0.2.8 or 2001:db8::8)',
  );
  const two = [
    { addresses: ['192.0.2.7'], port: 3128 },
    { addresses: ['192.0.2.8'], port: 8080 },
    { addresses: ['192.0.2.9'], port: 3128 },
  ];
  expect(renderFilter(two)).toBe('(host (192.0.2.7 or 192.0.2.9) and port 3128) or (host 192.0.2.8 and port 8080)');
});

test('a host that is recorded whole is not asked for by its port as well', () => {
  const both = [{ addresses: ['192.0.2.7'], port: 3128 }, { addresses: ['192.0.2.7'] }];
  expect(renderFilter(both)).toBe('host 192.0.2.7');
});

test('the next hop is meant by its link address, without the sessions of operators', () => {
  expect(renderHopFilter('02:00:00:00:00:01')).toBe('ether host 02:00:00:00:00:01 and not tcp port 22');
  expect(renderHopFilter(undefined)).toBe('not tcp port 22');
});

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const target: fc.Arbitrary<Target> = fc
  .tuple(fc.uniqueArray(address, { minLength: 1, maxLength: 6 }), fc.option(fc.integer({ min: 1, max: 65_535 })))
  .map(([addresses, port]) => (port === null ? { addresses } : { addresses, port }));

describeWith({ programs: ['tcpdump'] }, 'tcpdump', () => {
  /** Instructions of the filter as it is compiled. */
  const compiled = (filter: string): number => {
    const output = execFileSync('tcpdump', ['-y', 'EN10MB', '-d', '-n', '--', filter], { stdio: 'pipe' });
    return String(output).trim().split('\n').length;
  };

  test('understands every filter', () => {
    fc.assert(
      fc.property(fc.array(target, { minLength: 1, maxLength: 6 }), (targets) => {
        expect(compiled(renderFilter(targets))).toBeGreaterThan(3);
      }),
      { numRuns: 40 },
    );
  });

  test('makes a short program of many hosts', () => {
    const hosts = Array.from({ length: 100 }, (_, at) => ({ addresses: [`192.0.2.${at}`], port: 443 }));
    const apart = hosts.map(({ addresses: [one] }) => `(host ${one} and port 443)`).join(' or ');
    expect(compiled(renderFilter(hosts)) * 3).toBeLessThan(compiled(apart));
  });
});
