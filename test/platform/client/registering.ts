/**
 * An appliance that registers, in a process of its own, to be killed: `FOLDER PORT CODE`. Says what it does, line by
 * line: "began", each step, "registered ID".
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { grown } from './appliance.ts';
import { reachTo } from './reach.ts';

const [state = '', port = '', code = ''] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);

const { appliance } = await grown(
  state,
  await readFile(join(state, 'platform-ca.pem'), 'utf8'),
  reachTo(Number(port)).open,
);
say('began');
const progress = ({ step, outcome }: { step: string; outcome?: unknown }) =>
  say(`${outcome ? 'ended' : 'begun'} ${step}`);
const result = await appliance.registration.register({ code }, { progress });
say(result.registered ? `registered ${result.id}` : 'not registered');
process.exit(0);
