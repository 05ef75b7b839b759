/**
 * The transaction as a unit of a booted host, with the real adapters of the network, real systemd timers and settings
 * of its own: `main.mjs serve` is the service, `main.mjs ask VERB JSON` asks it, `main.mjs way-back` is the product's.
 * Not a test; changes-host.ts bundles and starts it.
 */
import { existsSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { effectiveNetwork } from '../../src/adapters/network/network.ts';
import { testGateway, testLink } from '../../src/adapters/network/probe.ts';
import { type Interfaces, networkEffects, renderInterfaces } from '../../src/adapters/network/render.ts';
import type { ChangeDraft, InterfaceSettings } from '../../src/appliance.ts';
import { systemdArming } from '../../src/changes/arm.ts';
import { ChangeKeeper } from '../../src/changes/change.ts';
import type { ChangeParts, Prepared } from '../../src/changes/parts.ts';
import { problemOf } from '../../src/errors.ts';
import { logTo } from '../../src/service/log.ts';
import { realWayBack, runWayBack } from '../../src/service/way-back.ts';

const state = '/var/lib/gatehouse';
const file = `${state}/settings/settings.json`;
const socket = '/run/changes.sock';

interface Kept {
  revision: number;
  window: number;
  interfaces: Interfaces;
}

const settings = (): Kept => JSON.parse(readFileSync(file, 'utf8'));

function prepared(draft: ChangeDraft): Prepared {
  if (draft.section !== 'interface') throw new Error('Only interfaces are changed here.');
  const now = settings();
  const next: Kept = {
    ...now,
    revision: now.revision + 1,
    interfaces: { ...now.interfaces, [draft.name]: draft.settings },
  };
  const { there, back } = networkEffects(now.interfaces, next.interfaces, {});
  const text = JSON.stringify(next);
  return {
    plan: { differences: [], warnings: [], window: now.window },
    files: [
      { path: `${state}/settings/versions/settings.${next.revision}.json`, content: text, mode: 0o600 },
      { path: file, content: text, mode: 0o600 },
      ...renderInterfaces(next.interfaces, { dns: true, domains: true }, now.interfaces),
    ],
    effects: [there],
    back: [back],
  };
}

async function tested(name: string, { address, gateway }: InterfaceSettings, signal: AbortSignal) {
  const wanted = address === undefined ? [] : [address.split('/')[0] ?? ''];
  const look = async () => {
    const found = (await effectiveNetwork(settings().interfaces, signal)).find((one) => one.name === name);
    return { found, result: testLink(found, name, wanted) };
  };
  const end = performance.now() + 5_000;
  let { found, result } = await look();
  while (!result.passed && performance.now() < end) ({ found, result } = await look());
  const device = found?.device ?? name;
  return [result, ...(gateway === undefined ? [] : [await testGateway(device, gateway, signal)])];
}

const parts: ChangeParts = {
  ...realWayBack(state, logTo(process.stderr)),
  arming: systemdArming,
  prepare: async (draft) => prepared(draft),
  test: async (draft, tell, signal) => {
    if (draft.section === 'interface') for (const one of await tested(draft.name, draft.settings, signal)) tell(one);
  },
  reread: async () => undefined,
};

async function serve(): Promise<void> {
  const keeper = await ChangeKeeper.begin(parts);
  rmSync(socket, { force: true });
  const server = createServer((client) => {
    client.on('error', () => undefined);
    const say = (line: object) => client.writable && client.write(`${JSON.stringify(line)}\n`);
    createInterface(client).once('line', (line) => {
      const { verb, args } = JSON.parse(line) as { verb: string; args: { id: string; draft: ChangeDraft; by: string } };
      const { id, draft, by } = args;
      const verbs: Record<string, () => Promise<unknown>> = {
        apply: () => keeper.apply(draft, by, { progress: (news) => void say({ news }) }),
        keep: () => keeper.keep(id, by),
        undo: () => keeper.undo(id, by),
        state: async () => keeper.state(),
      };
      Promise.resolve()
        .then(() => verbs[verb]?.())
        .then(
          (result) => say({ result }),
          (error) => say({ problem: problemOf(error, String(error)) }),
        )
        .finally(() => client.end());
    });
  });
  server.listen(socket);
}

/** What the answers are is written out at once, so that what was told before a power cut is known outside. */
function ask(verb: string, args: string): void {
  const client = connect(socket, () => client.write(`${JSON.stringify({ verb, args: JSON.parse(args) })}\n`));
  client.on('error', (error) => void writeSync(1, `${JSON.stringify({ gone: error.message })}\n`));
  createInterface(client)
    .on('line', (line) => void writeSync(1, `${line}\n`))
    .on('error', () => undefined);
}

const [mode, verb = '', args = '{}'] = process.argv.slice(2);
if (mode === 'way-back') process.exitCode = await runWayBack();
else if (mode === 'ask') ask(verb, args);
else if (mode === 'serve' && existsSync(file)) await serve();
else process.exitCode = 64;
