/**
 * The walls of .dependency-cruiser.mjs: they stand in this tree, and each of them catches who breaks it.
 * A break is tried in a small tree of its own, made of one line a file.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const options = (await extractDepcruiseOptions('./.dependency-cruiser.mjs')) as ICruiseOptions;
const names = options.ruleSet?.forbidden?.map(({ name }) => name) ?? [];

/** Wall, file and the line in it that breaks the wall. */
const breaks: [wall: string, file: string, line: string][] = [
  ['screens-know-kit-and-contract', 'screens/a.ts', "import 'node:fs';"],
  ['screens-know-kit-and-contract', 'screens/system/b.ts', "import '../../src/run.ts';"],
  ['screens-know-kit-and-contract', 'screens/system/c.ts', "import '../info.ts';"],
  ['screens-know-kit-and-contract', 'screens/d.ts', "import type { Failure } from '../src/errors.ts';"],
  ['screens-know-kit-and-contract', 'screens/e.ts', "await import('zod');"],
  ['menu-knows-screens', 'screens/menu.ts', "import '../src/run.ts';"],
  ['console-wires', 'screens/console.ts', "import '../src/service/service.ts';"],
  ['contract-is-types', 'src/client/a.ts', "import { appliance } from '../appliance.ts';"],
  ['contract-imports-types', 'src/appliance.ts', "export { fail as appliance } from './errors.ts';"],
  ['texts-stand-alone', 'screens/texts/a.ts', "import '../info.ts';"],
  ['only-kit-knows-blessed', 'screens/f.ts', "import 'blessed';"],
  ['only-kit-knows-blessed', 'src/client/b.ts', "import 'blessed-contrib/lib/widget/gauge.js';"],
  ['kit-knows-little', 'screens/kit/a.ts', "import '../../src/run.ts';"],
  ['kit-knows-little', 'screens/kit/b.ts', "import '../info.ts';"],
  ['kit-knows-little', 'screens/kit/c.ts', "import 'zod';"],
  ['kit-names-no-vendor', 'screens/kit/e.ts', "import { brand } from '../../src/brand/brand.ts';"],
  ['src-knows-no-screens', 'src/service/a.ts', "import '../../screens/info.ts';"],
  ['adapters-apart', 'src/adapters/units/a.ts', "import '../facts/facts.ts';"],
  ['only-run-starts-processes', 'src/adapters/units/b.ts', "import 'node:child_process';"],
  ['only-run-starts-processes', 'src/adapters/units/c.ts', "import 'execa';"],
  ['only-run-starts-processes', 'screens/kit/d.ts', "import 'child_process';"],
  ['only-service-chooses-the-machine', 'src/client/c.ts', "import '../adapters/real.ts';"],
  ['only-service-chooses-the-machine', 'src/client/d.ts', "import '../lab/lab.ts';"],
  ['lab-is-no-machine', 'src/lab/a.ts', "import '../adapters/facts/facts.ts';"],
  ['values-are-pure', 'src/values/a.ts', "import 'node:net';"],
  ['values-are-pure', 'src/values/b.ts', "import '../errors.ts';"],
  ['errors-stand-alone', 'src/errors.ts', "import './values/host.ts'; export const fail = 1;"],
  ['machine-packages-in-adapters', 'src/service/b.ts', "import 'systeminformation';"],
  ['machine-packages-in-adapters', 'src/lab/b.ts', "import 'ping';"],
  ['no-circles', 'src/adapters/facts/facts.ts', "import '../real.ts';"],
  ['found', 'src/rpc/c.ts', "import './nowhere.ts';"],
];

/** What the lines above import, and what is allowed. */
const sound: Record<string, string> = {
  'screens/info.ts':
    "import './kit/kit.ts'; import '../src/values/host.ts'; import type { A } from '../src/appliance.ts';",
  'screens/kit/kit.ts': "import 'blessed'; import 'node:tty'; import type { B } from '../../src/brand/brand.ts';",
  'src/adapters/facts/facts.ts':
    "import 'systeminformation'; import '../../run.ts'; import type { M } from '../machine.ts';",
  'src/adapters/machine.ts': "import type { A } from '../appliance.ts'; export type M = A;",
  'src/adapters/real.ts': "import './facts/facts.ts';",
  'src/appliance.ts': 'export type A = 1;',
  'src/brand/brand.ts': 'export const brand = 1; export type B = 1;',
  'src/client/link.ts': "import '../errors.ts';",
  'src/errors.ts': 'export const fail = 1;',
  'src/lab/lab.ts': "import type { M } from '../adapters/machine.ts';",
  'src/main.ts': "await import('../screens/info.ts'); await import('./lab/lab.ts');",
  'src/run.ts': "import 'execa';",
  'src/service/service.ts': "import '../adapters/real.ts'; import '../lab/lab.ts';",
  'src/values/host.ts': 'export const host = 1;',
  'tsconfig.json': '{ "compilerOptions": { "module": "ESNext", "moduleResolution": "Bundler" } }',
};

const packages = ['blessed', 'blessed-contrib', 'execa', 'ping', 'systeminformation', 'zod'];

/** Every violation in the tree beneath a folder: "wall: file". */
async function violations(folder: string): Promise<string[]> {
  const result = await cruise(['src', 'screens'], { ...options, baseDir: folder, cache: false });
  const { summary } = result.output as ICruiseResult;
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `${text}\n`);
  }
}

describe('the walls', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-walls-'));
    const index = packages.map((name) => [`node_modules/${name}/index.js`, '']);
    const gauge = { 'node_modules/blessed-contrib/lib/widget/gauge.js': '' };
    write(folder, { ...Object.fromEntries(index), ...gauge, ...sound });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('stand in this tree', async () => {
    expect(await violations(process.cwd())).toEqual([]);
  });

  test('let through what is allowed', async () => {
    expect(await violations(folder)).toEqual([]);
  });

  test('are each tried below', () => {
    expect(new Set(breaks.map(([wall]) => wall))).toEqual(new Set(names));
  });

  test.for(breaks)('%s catches %s with %s', async ([wall, file, line]) => {
    write(folder, { [file]: line });
    try {
      expect(await violations(folder)).toContain(`${wall}: ${file}`);
    } finally {
      rmSync(join(folder, file));
      write(folder, sound);
    }
  });
});
