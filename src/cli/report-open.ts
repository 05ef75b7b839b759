/**
 * `gatehouse report open`, support's side: signature, SHA-256, decryption, unpacking into a folder, the manifest shown.
 * Needs no appliance. What is in a report is hostile: no path leads out of the folder, nothing but files is made.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure, fail } from '../errors.ts';
import { type Entry, readTar } from '../jobs/report/untar.ts';
import { filter, run } from '../run.ts';
import { harmless } from '../values/harmless.ts';
import { exits } from './exit.ts';
import { outputTo } from './output.ts';

export interface OpenOptions {
  identity: string;
  to?: string;
  signer?: string;
  sha256?: string;
}

/** @throws Failure 'bad-value', 'report-failed', 'unavailable' */
export async function openReport(file: string, options: OpenOptions & { json: boolean }): Promise<number> {
  const output = outputTo(process.stdout, process.stderr, options.json);
  if (!(await stat(file).catch(() => undefined))) throw bad('file', `there is no ${file}`, 'a report, .tar.zst.age');
  const sha256 = await hashOf(file);
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256)
    throw bad('sha256', `the file's is ${sha256}`, 'what the appliance shows for it');
  const signedBy = await signer(file, options.signer);
  if (options.to !== undefined) await mkdir(options.to, { recursive: true, mode: 0o700 });
  let manifest: string | undefined;
  let files = 0;
  await unpack(file, options.identity, async (entry) => {
    files += 1;
    const isManifest = entry.path === 'manifest.json';
    if (options.to !== undefined) await write(join(options.to, entry.path), entry, isManifest);
    // The last one holds; in a folder it has taken the place of the first.
    if (isManifest && options.to === undefined) manifest = (await collected(entry)).toString();
  });
  manifest = options.to === undefined ? manifest : await readFile(join(options.to, 'manifest.json'), 'utf8');
  const told = parsed(manifest);
  output.text(`SHA-256   ${sha256}`);
  output.text(`Signature ${signedBy}`);
  output.text(textOf(told, files));
  if (options.to !== undefined) output.text(`Unpacked to ${options.to}`);
  output.value({ sha256, signature: signedBy, files, manifest: told });
  if (told.isComplete === true) return exits.done;
  throw fail('report-failed', { why: 'the report ends before its manifest does' });
}

async function unpack(file: string, identity: string, take: (entry: Entry) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const age = filter('age', ['--decrypt', '--identity', identity], { signal });
  const zstd = filter('zstd', ['-d', '-q', '-c'], { signal });
  const parts = [
    pipeline(createReadStream(file), age.stdin),
    pipeline(age.stdout, zstd.stdin),
    ...[age.done, zstd.done],
    readTar(zstd.stdout, take),
  ];
  // The first that fails ends the others.
  for (const part of parts) part.catch(() => stop.abort());
  const outcomes = await Promise.allSettled(parts);
  const faults = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (faults.length === 0) return;
  const told = faults.filter((fault) => fault instanceof Failure && fault.problem.code !== 'aborted');
  const [first] = told.length > 0 ? told : faults;
  if (first instanceof Failure && first.problem.code === 'program-failed')
    throw fail(
      'report-failed',
      { why: `${first.problem.details.program} says: ${harmless(first.problem.details.said)}` },
      first,
    );
  throw first;
}

async function write(path: string, entry: Entry, mayReplace: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, mayReplace ? 'w' : 'wx', 0o600);
  try {
    for await (const piece of entry.content) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
}

async function collected({ content }: Entry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** @param allowed file as ssh-keygen(1), ALLOWED SIGNERS, has it */
async function signer(file: string, allowed: string | undefined): Promise<string> {
  const signature = `${file}.sig`;
  const isThere = await stat(signature).catch(() => undefined);
  if (allowed === undefined) return isThere ? 'not checked: no --signer was given' : 'none';
  if (!isThere) throw bad('signer', `there is no ${signature}`, 'the .sig file beside the report');
  const found = await run('ssh-keygen', ['-Y', 'find-principals', '-s', signature, '-f', allowed], {
    expect: [0, 255, 1],
  });
  const who = found.stdout.split('\n')[0]?.trim() ?? '';
  if (found.exitCode !== 0 || who === '')
    throw fail('report-failed', { why: 'its signature is of nobody whom --signer names' });
  const check = filter('ssh-keygen', [
    '-Y',
    'verify',
    '-n',
    'gatehouse-report',
    '-f',
    allowed,
    '-I',
    who,
    '-s',
    signature,
  ]);
  check.stdout.resume();
  const fed = pipeline(createReadStream(file), check.stdin).catch(() => undefined);
  await check.done.catch((error) => {
    throw fail('report-failed', { why: 'its signature is not of this file' }, error);
  });
  await fed;
  return `right, of ${harmless(who)}`;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

interface Manifest {
  isComplete?: unknown;
  machine?: unknown;
  version?: unknown;
  at?: unknown;
  removed?: unknown;
  items?: { name?: unknown; outcome?: unknown; bytes?: unknown; why?: unknown }[];
}

function parsed(text: string | undefined): Manifest {
  try {
    return JSON.parse(text ?? '') as Manifest;
  } catch (error) {
    throw fail('report-failed', { why: 'it has no manifest that can be read' }, error);
  }
}

function textOf({ machine, version, at, removed, items = [] }: Manifest, files: number): string {
  const line = (value: unknown, most = 200) => harmless(String(value ?? ''), { most });
  return [
    `Made of   ${line(machine)}, Gatehouse ${line(version)}, ${line(at)}`,
    `Files     ${files}; ${line(removed)} secrets removed`,
    ...items.map(
      ({ name, outcome, bytes, why }) =>
        `  ${line(name).padEnd(16)} ${line(outcome).padEnd(10)} ${line(bytes).padStart(10)}${why ? `  ${line(why)}` : ''}`,
    ),
  ].join('\n');
}

const bad = (field: string, why: string, right: string) => fail('bad-value', { field, why, right });
