/** What the command line tells of itself: completion in a real bash, the man page through groff, schemas. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandTree } from '../../src/cli/program.ts';
import { leavesOf } from '../../src/cli/tree.ts';
import { describeWith } from '../setup/needs.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;
const gatehouse = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-tools-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWith({ programs: ['bash'], paths: [program] }, 'completion in bash', () => {
  let script = '';
  beforeAll(() => {
    script = join(folder, 'completion');
    writeFileSync(script, gatehouse('completion', 'bash').stdout);
    // A lab's answers, kept: on a busy machine it takes longer to open than completion waits.
    const kept = (...words: string[]) => {
      const file = join(folder, words.join('-'));
      writeFileSync(file, gatehouse('--lab=healthy', '--lab-folder', join(folder, 'lab'), '--json', ...words).stdout);
      return `'--json ${words.join(' ')}') cat ${file} ;;`;
    };
    const answers = [kept('units', 'list'), kept('network', 'list')].join('\n');
    writeFileSync(join(folder, 'gatehouse'), `#!/bin/sh\ncase "$*" in\n${answers}\n*) exit 64 ;;\nesac\n`);
    chmodSync(join(folder, 'gatehouse'), 0o755);
  });
  /** What is offered for the last of these words. */
  const offered = (...words: string[]): string[] => {
    const typed = ['gatehouse', ...words].map((word) => `'${word}'`).join(' ');
    const run = `. ${script}; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _gatehouse; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return execFileSync('bash', ['--norc', '-c', run], { encoding: 'utf8', env }).split('\n').filter(Boolean);
  };
  test('commands, their verbs and their options', () => {
    expect(offered('un')).toEqual(['units']);
    expect(offered('units', 're')).toEqual(['restart']);
    expect(offered('--json', 'network', 'set', 'eth0', '--dh')).toEqual(['--dhcp']);
    expect(offered('platform', 'code', '')).toEqual(['create', 'list', 'revoke']);
    expect(offered('units', 'restart', '--js')).toEqual(['--json']);
    expect(offered('')).not.toContain('way-back');
  });
  test('names that the appliance knows', () => {
    expect(offered('units', 'restart', 'doc')).toEqual(['docker.service']);
    expect(offered('network', 'show', '')).toEqual(['eth0']);
  });
  test('an input is no command', () => {
    expect(offered('units', '$(touch /var/tmp/completed)', '')).not.toContain('touch');
  });
});

describeWith({ programs: ['groff'], paths: [program] }, 'the man page', () => {
  test('has every command, and groff finds nothing wrong with it', () => {
    const page = new URL('../../dist/man/gatehouse.1', import.meta.url).pathname;
    const { stdout, stderr, status } = spawnSync('groff', ['-ww', '-man', '-Tutf8', '-P-cbou', page], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const said = stdout.replace(/[\u2010\s-]+/g, ' ');
    for (const { path } of leavesOf(commandTree()).filter(
      ({ path }) => !/^(way-back|reset-now|settings-for|man)$/.test(path),
    ))
      expect(said).toContain(`gatehouse ${path}`.replaceAll('-', ' '));
    expect(readFileSync(page, 'utf8')).toBe(gatehouse('man').stdout);
  });
});

describe('schemas', () => {
  test('of one command, of an error, and the names of all', () => {
    const status = JSON.parse(gatehouse('schema', 'status').stdout);
    expect(status).toMatchObject({ title: 'gatehouse status --json', properties: { name: { type: 'string' } } });
    expect(JSON.parse(gatehouse('schema', 'units', 'restart', '--json').stdout).$defs).toHaveProperty('UnitOutcome');
    expect(JSON.parse(gatehouse('schema', 'error').stdout).$defs).toHaveProperty('ErrorAnswer');
    expect(gatehouse('schema').stdout.split('\n')).toContain('units restart');
    expect(gatehouse('schema', 'toString')).toMatchObject({ status: 5, stdout: '' });
  });
});
