/**
 * What came of all tests: what was left out and why, what passed only when it was run again, and one line of numbers,
 * which scripts can read. A file that did not load, a failed hook and an error outside any test count as failures too.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

type Node = TestModule | TestSuite | TestCase;

interface Total {
  passed: number;
  failed: number;
  skipped: number;
  /** One entry a test, or a group of tests, that did not run. */
  leftOut: string[];
  /** One entry a failure. */
  failures: string[];
  /** Failed in an earlier run, and not in this one. */
  mended: string[];
}
/** By test file. */
type Results = Record<string, Total>;

/** Errors that belong to no file. */
const nowhere = 'outside of the tests';

const nothing = (): Total => ({ passed: 0, failed: 0, skipped: 0, leftOut: [], failures: [], mended: [] });

export class Totals implements Reporter {
  /**
   * `folder`: where to keep the results: `summary` for people, `failed` with one file name a line, `results.json`, which
   * the run after it takes as what was before; without it the summary goes to standard output.
   */
  constructor(private readonly folder?: string) {}

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const results: Results = {};
    for (const module of modules) {
      const total = nothing();
      count(module, total);
      results[module.relativeModuleId] = total;
    }
    for (const error of errors) {
      const file = modules.find(({ moduleId }) => moduleId === error.VITEST_TEST_PATH)?.relativeModuleId ?? nowhere;
      results[file] ??= nothing();
      results[file].failed++;
      results[file].failures.push(`${file} › ${error.message}`);
    }
    if (Object.values(results).every(({ passed, failed }) => passed + failed === 0)) process.exitCode = 1;
    if (this.folder) keep(this.folder, results);
    else process.stdout.write(rendered(results));
  }
}

function keep(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const before: Results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  for (const [name, total] of Object.entries(results)) {
    if (total.failed === 0) total.mended = before[name]?.failures ?? [];
  }
  const all = { ...before, ...results };
  const failed = Object.keys(all).filter((name) => (all[name]?.failed ?? 0) > 0);
  writeFileSync(file, JSON.stringify(all));
  writeFileSync(join(folder, 'failed'), failed.map((name) => `${name}\n`).join(''));
  writeFileSync(join(folder, 'summary'), rendered(all));
}

function count(node: Node, total: Total): void {
  if (node.type === 'test') {
    countTest(node, total);
    return;
  }
  total.failed += node.errors().length;
  total.failures.push(...node.errors().map(({ message }) => `${nameOf(node)}: ${message}`));
  const before = total.leftOut.length;
  for (const child of node.children) count(child, total);
  if (node.type !== 'suite' || node.options.mode !== 'skip') return;
  const within = total.leftOut.length - before;
  total.leftOut.splice(before, within, `${nameOf(node)}: ${within} ${within === 1 ? 'test' : 'tests'}`);
}

function countTest(test: TestCase, total: Total): void {
  const result = test.result();
  if (result.state === 'passed') total.passed++;
  else if (result.state === 'failed' || result.state === 'pending') {
    total.failed++;
    total.failures.push(nameOf(test));
  } else {
    total.skipped++;
    total.leftOut.push(`${nameOf(test)}: ${result.note ?? reasonBefore(test)}`);
  }
}

function reasonBefore({ parent }: TestCase): string {
  return parent.errors().length > 0 ? 'what prepares it failed' : 'no reason given';
}

const nameOf = (node: Node) =>
  node.type === 'module' ? node.relativeModuleId : `${node.module.relativeModuleId} › ${node.fullName}`;

function rendered(results: Results): string {
  const totals = Object.values(results);
  const sum = (of: 'passed' | 'failed' | 'skipped') => totals.reduce((all, total) => all + total[of], 0);
  const list = (title: string, lines: string[]) =>
    lines.length > 0 ? [title, ...lines.map((line) => `  ${line}`)] : [];
  return [
    ...list(
      'Left out:',
      totals.flatMap(({ leftOut }) => leftOut),
    ),
    ...list(
      'Failed beside the others, passed when run again alone:',
      totals.flatMap(({ mended }) => mended),
    ),
    ...list(
      'Failed:',
      totals.flatMap(({ failures }) => failures),
    ),
    `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`,
    '',
  ].join('\n');
}
