/** An appliance that is killed at any moment of its registration: registered wholly or not at all, and it can go on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { grown } from './appliance.ts';
import { emptyFolder, openWorld, reachTo } from './world.ts';

const kills = 50;

async function built(): Promise<string> {
  const outfile = join(await emptyFolder(), 'registering.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('registering.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // Natives that ssh2 tries to load, and works without.
    external: ['cpu-features', '*.node'],
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
  return outfile;
}

/** All that it said, and how long it took from its begin on. @param at milliseconds after that: its end */
async function run(program: string, args: string[], at?: number): Promise<{ said: string[]; took: number }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface(child.stdout);
  const closed = Promise.all([once(child, 'close'), once(lines, 'close')]);
  lines.on('line', (line) => said.push(line));
  await once(lines, 'line');
  const began = performance.now();
  if (at !== undefined) {
    // Not a wait for anything: the moment is what is random.
    await after(at);
    child.kill('SIGKILL');
  }
  await closed;
  return { said, took: performance.now() - began };
}

test(`${kills} kills leave it registered or not, never in between, and the code of use`, {
  timeout: 300_000,
}, async () => {
  const world = await openWorld();
  const program = await built();
  const { port, ca, admin } = world.platform;
  const whole = await emptyFolder();
  await writeFile(join(whole, 'platform-ca.pem'), ca);
  const one = await run(program, [whole, String(port), await world.code('Whole')]);
  expect(one.said.at(-1)).toMatch(/^registered /);
  const moments: Record<string, number> = {};
  let enrolled = 0;
  for (let kill = 0; kill < kills; kill++) {
    const state = await emptyFolder();
    await writeFile(join(state, 'platform-ca.pem'), ca);
    const name = `Gate ${kill}`;
    const code = await world.code(name);
    const { said } = await run(program, [state, String(port), code], Math.random() * one.took);
    const before = (await admin.appliances()).filter((one) => one.name === name);
    expect(before.length).toBeLessThan(2);
    const { appliance, end } = await grown(state, ca, reachTo(port).open);
    const found = await appliance.registration.read({});
    const last = said.at(-1) ?? '';
    if (last.startsWith('registered')) expect(found.registered, `kill ${kill} after: ${last}`).toBe(true);
    if (found.registered) expect(found).toMatchObject({ name, id: before[0]?.id });
    else if (before.length > 0) enrolled += 1;
    const again = found.registered ? found : await appliance.registration.register({ code });
    expect(again, `kill ${kill} after: ${last}`).toMatchObject({ registered: true, name });
    const { length } = (await admin.appliances()).filter((one) => one.name === name);
    expect(length, 'one code, one appliance').toBe(1);
    end();
    const moment = found.registered ? 'registered' : last.replace(/ of .*/, ' of a service');
    moments[moment] = (moments[moment] ?? 0) + 1;
  }
  // A test that always kills before or after would prove nothing.
  expect(Object.keys(moments).length, JSON.stringify(moments)).toBeGreaterThan(3);
  console.log(
    `${kills} kills, ${enrolled} while only the platform had it; the last said was ${JSON.stringify(moments)}`,
  );
});
