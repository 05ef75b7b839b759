/** `gatehouse registration …`. */
import type { RegistrationState } from '../appliance.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';

export async function show({ appliance, output, signal }: Context): Promise<number> {
  return told(output, await appliance.registration.read({}, { signal }));
}

/** `given`: the code, or "-" to read it from standard input, where no list of processes shows it. */
export async function register({ appliance, output, signal, input }: Context, given: string): Promise<number> {
  const code = (given === '-' ? await input() : given).trim().toLowerCase();
  const state = await appliance.registration.register(
    { code },
    {
      signal,
      progress(news) {
        const { step, outcome } = news;
        if (outcome) output.text(`${outcome.passed ? 'ok' : 'NO'}  ${step}: ${outcome.said}`);
        output.value(news);
      },
    },
  );
  return told(output, state);
}

export async function deregister({ appliance, output, signal }: Context, withoutPlatform: boolean): Promise<number> {
  return told(output, await appliance.registration.deregister({ withoutPlatform }, { signal }));
}

function told(output: Context['output'], state: RegistrationState): number {
  output.text(state.registered ? registeredText(state) : 'not registered');
  output.value(state);
  return exits.done;
}

function registeredText(state: Extract<RegistrationState, { registered: true }>): string {
  const { configuration: gateway, connected, connectedSince } = state;
  return fields([
    ['Name', state.name],
    ['ID', state.id],
    ['Location', state.location],
    ['Registered since', state.since],
    ['Platform', `${connected ? 'connected' : 'not connected'} since ${connectedSince}`],
    ['Last check-in', state.lastCheckIn],
    ['Certificate until', state.certificateUntil],
    ['Proxy port', gateway.proxyPort],
    ['Cache port', gateway.cachePort],
    ['Cache mode', gateway.modes.cache ? 'on' : 'off'],
    ['Patch mode', gateway.modes.patch ? 'on' : 'off'],
    ['Allowed domains', gateway.allowedDomains.join(', ') || 'the defaults'],
    ['Minimum TLS', gateway.minimumTls],
  ]);
}
