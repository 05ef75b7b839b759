/**
 * Inside a booted host: what the reader of the interfaces tells after each change, and how often it had asked ip(8) by
 * then. One line of JSON for each step.
 */
import { execFileSync } from 'node:child_process';
import { interfacesReader } from '../../src/adapters/facts/interfaces.ts';
import { realMachine } from '../../src/adapters/real.ts';

let asked = 0;
const read = interfacesReader((signal) => {
  asked += 1;
  return realMachine().facts.interfaces(signal);
});

const steps = [
  '',
  '',
  'addr add 10.88.0.1/24 dev eth0',
  'link set eth1 up',
  'route add default dev eth1 metric 1',
  'route del default dev eth0',
  'route add default via 10.77.0.1 dev eth0',
  'link set eth1 address 02:00:00:00:00:07',
  '-6 addr add fd00::7/64 dev eth0 nodad',
  '',
];
for (const step of steps) {
  if (step) execFileSync('ip', step.split(' '));
  const found = await read(new AbortController().signal);
  process.stdout.write(`${JSON.stringify({ step, asked, found })}\n`);
}
