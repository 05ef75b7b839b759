/** `gatehouse platform serve`, `code`, `appliance`, as scripts meet them: the built program beside a running platform. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { paths } from '../../../src/platform/protocol.ts';
import { ask, askAs, checkInBody, emptyFolder, enrolBody, newKey, suffix } from './machine.ts';

async function buildProgram(): Promise<string> {
  const program = `${await emptyFolder()}/main.mjs`;
  const build = spawn(process.execPath, ['scripts/build.mjs', 'src/main.ts', program]);
  expect((await once(build, 'exit'))[0]).toBe(0);
  return program;
}

it('serves, makes codes, and configures and removes appliances while it serves', async () => {
  const [program, folder] = [await buildProgram(), await emptyFolder()];
  const begin = (...args: string[]) => {
    const argv = [program, 'platform', ...args, '--folder', folder];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const run = async (...args: string[]) => {
    const child = begin(...args);
    let [out, err] = ['', ''];
    child.stdout.on('data', (part) => (out += part));
    child.stderr.on('data', (part) => (err += part));
    const [exit] = await once(child, 'close');
    return { exit, out, err, json: () => JSON.parse(out) };
  };
  const serving = begin('serve', '--suffix', suffix, '--port', '0', '--address', '127.0.0.1', '--json');
  const [line] = await once(createInterface(serving.stdout), 'line');
  const told = JSON.parse(line);
  const platform = { ...told, ca: await readFile(told.ca, 'utf8') };

  const made = (await run('code', 'create', 'North', '--location', 'Pune', '--json')).json();
  const spare = (await run('code', 'create', 'South', '--certificate', 'common', '--json')).json();
  const { csr, key } = await newKey();
  const { json: north } = await ask(platform, paths.enrol, { body: enrolBody(made.code, csr) });
  expect(north).toMatchObject({ name: 'North', location: 'Pune' });
  expect((await run('code', 'revoke', made.code)).exit).toBe(4);
  expect((await run('code', 'revoke', spare.code, '--json')).json()).toMatchObject({ state: 'revoked' });
  expect((await run('code', 'list')).out).toMatch(/revoked +South[\s\S]*used +North +Pune/);

  const refused = await run('appliance', 'configure', 'North', '--proxy-port', '7001');
  expect(refused).toMatchObject({ exit: 2, out: '' });
  expect(refused.err).toMatch(/^gatehouse: proxyPort: port 7001 is used by the appliance itself/);
  await run('appliance', 'configure', 'North', '--proxy-port', '3128', '--domain', 'example.com', '--cache', 'on');
  const checkedIn = await askAs(platform, { ...north, key }, paths.checkIn, checkInBody());
  expect(checkedIn.json.configuration).toMatchObject({
    revision: 2,
    proxyPort: 3128,
    allowedDomains: ['example.com'],
    modes: { cache: true, patch: false },
  });

  expect((await run('appliance', 'show', 'Nobody', '--json')).exit).toBe(5);
  expect((await run('appliance', 'remove', 'North')).exit).toBe(0);
  expect((await askAs(platform, { ...north, key }, paths.checkIn, checkInBody())).status).toBe(403);
  expect((await run('appliance', 'list', '--all', '--json')).json()).toHaveLength(1);
  expect((await run('appliance', 'list')).out).toBe('No appliance is registered.\n');
  const ended = once(serving, 'exit');
  serving.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
}, 60_000);
