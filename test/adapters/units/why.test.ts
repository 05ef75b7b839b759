/** Why a unit is not active, in words: by what systemd knows and says of it. */
import { describe, expect, test } from 'vitest';
import { setUpFailures } from '../../../src/adapters/units/exits.ts';
import { type Evidence, explainUnit } from '../../../src/adapters/units/why.ts';

const failed: Evidence = {
  name: 'a.service',
  load: 'loaded',
  active: 'failed',
  sub: 'failed',
  result: 'exit-code',
  restarts: 0,
  source: '/etc/systemd/system/a.service',
  said: [],
  needed: [],
};
const inactive: Evidence = { ...failed, active: 'inactive', sub: 'dead', result: 'success' };
const exit = (status: number) => ({ ended: { by: 'exit' as const, status, before: false } });
const signal = (status: number) => ({ ended: { by: 'signal' as const, status, before: false } });

describe('a unit that is not active', () => {
  test.each<[string, Evidence, RegExp, RegExp]>([
    ['an exit code of its own', { ...failed, ...exit(7) }, /exit code 7, which says that it failed/, /its log/],
    ['no program', { ...failed, ...exit(203) }, /missing, or not executable \(203\/EXEC\)/, /a\.service/],
    ['an end that should not be', { ...failed, ...exit(0) }, /should have gone on running/, /log/],
    ['a signal', { ...failed, result: 'signal', ...signal(9) }, /SIGKILL/, /report to support/],
    ['a core dump', { ...failed, result: 'core-dump', ...signal(11) }, /SIGSEGV.*A core dump was written/, /report/],
    [
      'a signal of no name',
      { ...failed, result: 'signal', ...signal(40) },
      /signal 40: it was ended from outside/,
      /log/,
    ],
    [
      'a slow start',
      { ...failed, result: 'timeout', said: ['a.service: start operation timed out. Terminating.'] },
      /ready in time/,
      /wait/,
    ],
    [
      'a slow stop',
      { ...failed, result: 'timeout', said: ["a.service: State 'stop-sigterm' timed out. Killing."] },
      /did not stop in time/,
      /Start it again/,
    ],
    ['the watchdog', { ...failed, result: 'watchdog', ...signal(6) }, /signs of life/, /hung/],
    ['memory', { ...failed, result: 'oom-kill', ...signal(9) }, /want of memory/, /Stats/],
    ['resources', { ...failed, result: 'resources' }, /could not provide/, /Info/],
    ['protocol', { ...failed, result: 'protocol' }, /ready/, /Type=/],
    ['a start limit', { ...failed, result: 'start-limit-hit', restarts: 5 }, /given it up after 5 restarts/, /by hand/],
    [
      'a start limit that only the log tells',
      { ...failed, restarts: 1, ...exit(3), said: ['a.service: Start request repeated too quickly.'] },
      /after 1 restart,.*exit code 3/,
      /by hand/,
    ],
    [
      'a restart',
      { ...failed, active: 'activating', sub: 'auto-restart', restarts: 12, ...exit(1) },
      /started again 12 times/,
      /log/,
    ],
    ['what is unknown here', { ...failed, result: 'new-result\x1b[2J' }, /^It failed \(new-result\)\.$/, /log/],
    ['a mask', { ...inactive, load: 'masked' }, /masked/, /unmask/],
    ['a broken file', { ...inactive, load: 'bad-setting' }, /cannot be used\.$/, /daemon-reload/],
    [
      'a dependency',
      { ...inactive, said: ['Dependency failed for A.'], needed: [{ name: 'b.service', state: 'failed' }] },
      /b\.service is failed/,
      /See to b\.service/,
    ],
    [
      'a condition, systemd 257',
      {
        ...inactive,
        said: ['a.service - A was skipped because of an unmet condition check (ConditionVirtualization=!container).'],
      },
      /ConditionVirtualization=!container does not hold/,
      /in order/,
    ],
    [
      'conditions of which one would do',
      {
        ...inactive,
        said: ['a.service - A was skipped because all trigger condition checks were unmet (ConditionPathExists=|/x).'],
      },
      /does not hold/,
      /in order/,
    ],
  ])('for %s', (_name, evidence, why, advice) => {
    const found = explainUnit(evidence);
    expect(found?.why).toMatch(why);
    expect(found?.advice).toMatch(advice);
    for (const text of [found?.why, found?.advice]) expect(text).toMatch(/^[A-Zs].*\.$/);
  });

  test('tells what systemd said of the step that failed', () => {
    const said = [
      'a.service: Failed to set up mount namespacing: /run/systemd/unit-root/opt/none: No such file or directory',
      'a.service: Failed at step NAMESPACE spawning true: No such file or directory',
      'a.service: Main process exited, code=exited, status=226/NAMESPACE',
      "a.service: Failed with result 'exit-code'.",
    ];
    expect(explainUnit({ ...failed, ...exit(226), said })?.why).toContain(
      'systemd said: Failed to set up mount namespacing: /run/systemd/unit-root/opt/none: No such file or directory.',
    );
  });

  test('is not explained where it was stopped, or has done its work', () => {
    for (const said of [[], ['Stopped a.service - A.'], ['Dependency failed for A.', 'Started A.', 'Stopped A.']])
      expect(explainUnit({ ...inactive, said })).toBeUndefined();
    expect(explainUnit({ ...inactive, active: 'active', sub: 'running' })).toBeUndefined();
  });

  test('has a sentence for every exit code of systemd.exec(5)', () => {
    for (const code of Object.keys(setUpFailures))
      expect(explainUnit({ ...failed, ...exit(Number(code)) })?.why).toMatch(
        /^It could not be started: .* \(2\d\d\/[A-Z_]+\)\.$/,
      );
  });
});
