/** Confirmed keys of servers are remembered, each for its host and port. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KnownHosts, shownKey } from '../../../src/jobs/handover/known-hosts.ts';

describe('confirmed keys of servers', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-known-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const one = {
    host: 'sftp.example.com',
    port: 22,
    type: 'ssh-ed25519',
    sha256: 'SHA256:a',
    at: '2026-01-01',
    by: 'me',
  };

  test('are found by host and port; another one takes the place', async () => {
    const file = join(folder, 'state/known-hosts.json');
    await new KnownHosts(file).remember(one);
    await new KnownHosts(file).remember({ ...one, port: 2022, sha256: 'SHA256:b' });
    await new KnownHosts(file).remember({ ...one, sha256: 'SHA256:c' });
    const known = new KnownHosts(file);
    expect(await known.find('sftp.example.com', 22)).toMatchObject({ sha256: 'SHA256:c' });
    expect(await known.find('sftp.example.com', 2022)).toMatchObject({ sha256: 'SHA256:b' });
    expect(await known.find('other.example.com', 22)).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a broken file counts as none, and is written anew', async () => {
    const file = join(folder, 'known-hosts.json');
    writeFileSync(file, '[{"host":1}]');
    const known = new KnownHosts(file);
    expect(await known.find('sftp.example.com', 22)).toBeUndefined();
    await known.remember(one);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([one]);
  });

  test('a key is shown as ssh-keygen shows it; one that is rubbish can imitate nothing', () => {
    const line = 'AAAAC3NzaC1lZDI1NTE5AAAAIGPK0q6bdFUi4jXyHC8fQUHvPL8wLM9ZGyFrbB0kU4Wv';
    expect(shownKey(Buffer.from(line, 'base64')).type).toBe('ssh-ed25519');
    expect(shownKey(Buffer.from('\0\0\0\x05\x1b[31m')).type).toBe('unknown');
    expect(shownKey(Buffer.alloc(0)).sha256).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});
