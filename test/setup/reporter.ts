/**
 * What came of all tests: what was left out and why, and one line of numbers, which scripts can read.
 * A file that did not load, a failed hook and an error outside any test count as failures too.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

type Node = TestModule | TestSuite | TestCase;

interface Total {
  passed: number;
  failed: number;
  skipped: number;
  /** One entry a test, or a group of tests, that did not run. */
  leftOut: string[];
}

export class Totals implements Reporter {
  /** `file`: where to write the result; to standard output without it. */
  constructor(private readonly file?: string) {}

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const total: Total = { passed: 0, failed: errors.length, skipped: 0, leftOut: [] };
    for (const module of modules) count(module, total);
    if (total.passed + total.failed === 0) process.exitCode = 1;
    const text = rendered(total);
    if (this.file) writeFileSync(this.file, text);
    else process.stdout.write(text);
  }
}

function count(node: Node, total: Total): void {
  if (node.type === 'test') {
    countTest(node, total);
    return;
  }
  total.failed += node.errors().length;
  const before = total.leftOut.length;
  for (const child of node.children) count(child, total);
  if (node.type !== 'suite' || node.options.mode !== 'skip') return;
  const within = total.leftOut.length - before;
  total.leftOut.splice(before, within, `${nameOf(node)}: ${within} ${within === 1 ? 'test' : 'tests'}`);
}

function countTest(test: TestCase, total: Total): void {
  const result = test.result();
  if (result.state === 'passed') total.passed++;
  else if (result.state === 'failed' || result.state === 'pending') total.failed++;
  else {
    total.skipped++;
    total.leftOut.push(`${nameOf(test)}: ${result.note ?? reasonBefore(test)}`);
  }
}

function reasonBefore({ parent }: TestCase): string {
  return parent.errors().length > 0 ? 'what prepares it failed' : 'no reason given';
}

const nameOf = (node: TestSuite | TestCase) => `${node.module.relativeModuleId} › ${node.fullName}`;

function rendered({ passed, failed, skipped, leftOut }: Total): string {
  const list = leftOut.length > 0 ? ['Left out:', ...leftOut.map((name) => `  ${name}`)] : [];
  return [...list, `${passed} passed, ${failed} failed, ${skipped} skipped`, ''].join('\n');
}
