/**
 * Runs every static check at the same time and tells of each: one line when it is well, all it said when it is not.
 *
 *   node scripts/check.mjs [--fix]     --fix: formats and mends what biome can mend safely, then checks
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

const fix = process.argv.includes('--fix');
const started = performance.now();

/** @returns {Promise<{code: number, said: string}>} */
function run(program, ...args) {
  const path = [join('node_modules', '.bin'), process.env.PATH].join(delimiter);
  return new Promise((done) => {
    execFile(program, args, { env: { ...process.env, PATH: path }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const notStarted = error && typeof error.code !== 'number';
      done({ code: notStarted ? 1 : (error?.code ?? 0), said: `${stdout}${stderr}${notStarted ? error : ''}`.trim() });
    });
  });
}

const git = async (...args) => (await run('git', ...args)).said.split('\n').filter(Boolean);
// With new files that are not added yet, without deleted and ignored ones. Without git: an unpacked archive.
const files = (await git('ls-files', '--cached', '--others', '--exclude-standard')).filter((file) => existsSync(file));

const verdict = (problems) => ({ code: problems.length > 0 ? 1 : 0, said: problems.join('\n') });

async function shellScripts() {
  const scripts = files.flatMap((file) => {
    if (!/^(scripts|\.ci|test)\/([^.]*|.*\.sh)$/.test(file)) return [];
    const shell = /^#!.*\b(sh|bash)\b/.exec(readFileSync(file, 'utf8').split('\n', 1)[0])?.[1];
    return shell ? [{ file, shell }] : [];
  });
  const checks = scripts.map(({ file, shell }) => run(shell, '-n', file));
  const { code } = await run('shellcheck', '--version');
  if (code === 0) checks.push(run('shellcheck', ...scripts.map(({ file }) => file)));
  return verdict((await Promise.all(checks)).filter(({ code }) => code !== 0).map(({ said }) => said));
}

/** What belongs to one machine and not into a repository. Built from pieces, so that this file is not found itself. */
async function strays() {
  const machinePaths = `(^|[^A-Za-z0-9_.$}])/(${['root', 'work', 'farm'].join('|')})/`;
  const registries = `"resolved": *"|registry[.](${['npmjs', 'yarnpkg'].join('|')})`;
  const found = await git('grep', '-nIE', '--untracked', `${machinePaths}|${registries}`);
  return verdict(found.map((line) => line.slice(0, 200)));
}

/** Behind a registry that has not all of them, npm writes a lock file without them, which npm ci then refuses. */
async function lockFile() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const lacking = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  return verdict(lacking.map((name) => `package-lock.json lacks ${name}: npm ci will refuse it`));
}

async function longFiles() {
  const sources = files.filter((file) => /\.(ts|mjs)$/.test(file) || /^scripts\/[^.]+$/.test(file));
  const lengths = sources.map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }));
  const long = lengths.filter(({ lines }) => lines > 400).map(({ file, lines }) => `${file}: ${lines} lines`);
  // Named, no more: the contract may be long, most else may not, and a person judges.
  return { code: 0, said: long.join('\n') };
}

const checks = {
  'format and lint': () => run('biome', 'check', '--error-on-warnings', '--max-diagnostics=50'),
  types: () => run('tsc'),
  walls: () => run('depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'src', 'screens'),
  'unused code': () => run('knip', '--config', '.knip.json', '--no-progress'),
  'shell scripts': shellScripts,
  'machine paths and registry addresses': strays,
  'lock file': lockFile,
  'files over 400 lines': longFiles,
};

if (fix) await run('biome', 'check', '--write');
const outcomes = await Promise.all(
  Object.entries(checks).map(async ([name, check]) => {
    const { code, said } = await check();
    const tell = code !== 0 || check === longFiles;
    console.log(`${code === 0 ? 'ok   ' : 'WRONG'} ${name}${tell && said ? `\n${said.replace(/^/gm, '      ')}` : ''}`);
    return code === 0;
  }),
);
const wrong = outcomes.filter((well) => !well).length;
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${basename(process.argv[1], '.mjs')}: ${wrong === 0 ? 'all well' : `${wrong} wrong`}, ${seconds} s`);
process.exitCode = wrong === 0 ? 0 : 1;
