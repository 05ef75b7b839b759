/** Whether DNS servers answer, asked directly and each by itself: resolved's cache and its own fail-over would hide it. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { TestResult } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { after } from '../../within.ts';
import { type Answer, readAnswer, types, writeQuestion } from './query.ts';

/** Milliseconds for one server. */
const patience = 3_000;

type Outcome = Answer | 'silent';

/**
 * Asks every server for the name. Passes if one of them knows it; says which do not answer. 3 s at most.
 * @param servers addresses, with "%eth0" where they are link-local
 * @throws Failure 'aborted'
 */
export async function testDns(servers: readonly string[], name: string, signal: AbortSignal): Promise<TestResult> {
  const result = (passed: boolean, said: string) => ({ test: 'DNS', passed, said });
  if (servers.length === 0) return result(false, 'There is no DNS server: none is set, and none was given by DHCP.');
  const answers = await Promise.all(servers.map((server) => ask(server, name, signal)));
  if (signal.aborted) throw fail('aborted', {});
  const those = (answer: Outcome) => servers.filter((_, index) => answers[index] === answer);
  const [known, ignorant] = [those('known'), those('unknown name')];
  const rest = [
    ...those('silent').map((server) => `${server} does not answer.`),
    ...those('refused').map((server) => `${server} refuses to answer.`),
  ].join(' ');
  if (known.length > 0) return result(true, `${known.join(', ')} found ${name}. ${rest}`.trim());
  if (ignorant.length > 0)
    return result(false, `${ignorant.join(', ')} answers, but does not know ${name}. ${rest}`.trim());
  return result(false, rest);
}

async function ask(server: string, name: string, signal: AbortSignal): Promise<Outcome> {
  const outcomes = await Promise.all(Object.values(types).map((type) => exchange(server, name, type, signal)));
  const order: Outcome[] = ['known', 'unknown name', 'refused', 'silent'];
  return order.find((outcome) => outcomes.includes(outcome)) ?? 'silent';
}

/** Over UDP, asked again every second. Node's own resolver drops the "%eth0" of link-local servers. */
async function exchange(server: string, name: string, type: number, signal: AbortSignal): Promise<Outcome> {
  const id = randomInt(0x10000);
  const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4');
  const question = writeQuestion(id, name, type);
  const within = AbortSignal.any([signal, after(patience)]);
  const send = () => socket.send(question, () => undefined);
  let again: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Outcome>((resolve) => {
      within.addEventListener('abort', () => resolve('silent'), { once: true });
      // Told by ICMP, or by our own routing table.
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? 'refused' : 'silent'));
      socket.on('message', (datagram) => {
        const answer = readAnswer(datagram, id);
        if (answer) resolve(answer);
      });
      // Not connect's own callback: that is called also where there is no way to the server, and then nothing can be sent.
      socket.once('connect', () => {
        if (within.aborted) return;
        send();
        again = setInterval(send, 1_000);
      });
      socket.connect(53, server);
      if (within.aborted) resolve('silent');
    });
  } finally {
    clearInterval(again);
    socket
      .removeAllListeners('error')
      .on('error', () => undefined)
      .close();
  }
}
