/** What the operator of a real machine reads while a registration fails, and when it does not: the screens, whole. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProxyDraft, RegistrationState } from '../../src/appliance.ts';
import { openAdmin } from '../../src/platform/server/admin.ts';
import { wrap } from '../../src/values/width.ts';
import { describeWith } from '../setup/needs.ts';
import { backToMain, boxes, keys } from '../terminal/operator.ts';
import type { Pty } from '../terminal/pty.ts';
import { RegistrationHost, type RunningPlatform, registrationNeeds, suffix } from './registration-host.ts';

/** Paragraphs of a message: what, why, and what to do. */
type Told = readonly string[];

const user = 'appliance';
const password = 'pa55-word!';
const nameless = { host: 'proxy.corp.test', port: 3128 };
const viaSquid = { ...nameless, user, password };
const unknown = '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b';
const monthAgo = () => new Date(Date.now() - 31 * 86_400_000);
const newCodeAdvice = 'Make a new code on the platform.';

/** What is inside of the box of that title, row by row; undefined while there is no whole one. */
function inside(pty: Pty, title: string): { rows: string[]; width: number } | undefined {
  const screen = pty.screen();
  const box = boxes(screen).find((one) => one.title === title);
  if (!box) return undefined;
  const [left, right] = [box.left + 2, box.left + box.width - 2];
  const below = screen.slice(box.top + 1);
  const height = below.findIndex((row) => /^[└+]/.test(row.slice(box.left)));
  return { rows: below.slice(0, height).map((row) => row.slice(left, right).trimEnd()), width: right - left };
}

const trimmed = (pty: Pty) => pty.text().replace(/ +$/gm, '');

/** Are these the paragraphs that the message shows, from that line on, and as much of them as it has room for? */
function shows(pty: Pty, told: Told, from = 0): boolean {
  const seen = inside(pty, 'Registration');
  if (!seen?.rows.at(-1)?.includes('< OK >')) return false;
  const body = seen.rows.slice(0, -2);
  const lines = told.flatMap((paragraph, at) => [...(at ? [''] : []), ...wrap(paragraph, seen.width)]);
  return body.length > 0 && body.join('\n') === lines.slice(from, from + body.length).join('\n');
}

describeWith(registrationNeeds, 'what is read of a registration on a real machine', () => {
  let machine: RegistrationHost;
  let platform: RunningPlatform;
  let console: Pty;
  beforeAll(async () => {
    machine = await RegistrationHost.boot();
    platform = await machine.servePlatform();
    await machine.serveProxy(user, password);
    await machine.servePlatform('10.77.0.6', 'inspector', 'inspected.test');
    await machine.trust(platform.ca);
    console = machine.host.pty(['gatehouse'], { columns: 80, rows: 24, term: 'linux' });
    await console.waitFor('Various commands', 15_000);
  }, 120_000);
  afterAll(async () => {
    await console?.kill();
    await machine?.end();
  });

  const setSuffix = (to: string) => machine.get('platform.set', { suffix: to });
  const type = async (text: string, seen: string | RegExp, limit?: number) => {
    console.send(text);
    await console.waitFor(seen, limit);
  };
  /** The console asks whether to keep it, over whatever is there: answered, so that no key meant for that goes there. */
  const useProxy = async (proxy?: ProxyDraft) => {
    await machine.applyProxy(proxy);
    await console.waitFor('Keep these settings?');
    await type(`k${keys.enter}`, 'The settings are kept.');
    console.send(keys.enter);
    await console.waitFor((screen) => !screen.text().includes('The settings are kept.'));
  };
  const open = async (...steps: [letter: string, seen: string][]) => {
    await backToMain(console);
    for (const [letter, seen] of steps) await type(letter + keys.enter, seen);
  };

  /** The whole of the message at 80x24 at once, and at 40x12 by scrolling. */
  const reads = async (told: Told) => {
    await console.waitFor((screen) => inside(screen, 'Registration')?.rows.at(-1)?.includes('< OK >') === true, 30_000);
    await console
      .waitFor((screen) => shows(screen, told), 2_000)
      .catch(() => expect(console.text()).toBe(told.join('\n')));
    const rows = inside(console, 'Registration')?.rows ?? [];
    expect(rows.at(-1)?.trim(), 'all of it without scrolling').toBe('< OK >');
    const whole = trimmed(console);
    console.resize(40, 12);
    await console.waitFor((screen) => shows(screen, told));
    for (let from = 0; /more \S$/.test(inside(console, 'Registration')?.rows.at(-1) ?? ''); from++) {
      console.send(keys.down);
      await console.waitFor((screen) => shows(screen, told, from + 1));
    }
    const last = inside(console, 'Registration')?.rows.at(-3) ?? '';
    expect(last && told.at(-1)?.endsWith(last), `${last} is the end of ${told.at(-1)}`).toBe(true);
    console.resize(80, 24);
    await console.waitFor((screen) => trimmed(screen) === whole);
  };

  /** Registers with that code, and reads that. The form is open then, as it was. */
  const refused = async (code: string, ...told: Told) => {
    if (!console.text().includes('Enter lookup code')) await open(['r', 'Enter lookup code']);
    console.send(`\x15${code}${keys.enter}`);
    await console.waitFor((screen) => !screen.text().includes('Enter lookup code'));
    await reads(told);
    await type(keys.enter, 'Enter lookup code');
    await console.waitFor(code);
  };
  const refusedAt = async (there: string, ...told: Told) => {
    await setSuffix(there);
    await refused(unknown, ...told);
  };

  /** A report at its end: the lines that are seen, wrapped ones made whole, without the milliseconds. */
  const report = async (entry: string, title: string, end: string): Promise<string[]> => {
    await open(['d', 'Platform connectivity']);
    await type(entry, title);
    await console.waitFor(end, 20_000);
    const rows = inside(console, title)?.rows.slice(0, -2).filter(Boolean) ?? [];
    return rows
      .join('\n')
      .replace(/\n {4,}/g, ' ')
      .replace(/\(\d+ ms\)/g, '(# ms)')
      .split('\n');
  };
  const connectivity = `${keys.home}${keys.down.repeat(6)}${keys.enter}`;
  const proxyTest = `p${keys.enter}`;

  test('before there is a suffix: where to set it, also in Connectivity', async () => {
    console.send(`r${keys.enter}`);
    await reads([
      'The platform URL suffix is not set.',
      'Without it the platform cannot be found.',
      'Set it under System, POD Suffix.',
    ]);
    await type(keys.enter, 'Various commands');
    expect(await report(connectivity, 'Platform connectivity', 'POD Suffix')).toEqual([
      'The platform URL suffix is not set.',
      'Without it the platform cannot be found.',
      'Set it under System, POD Suffix.',
    ]);
  });

  test('what is wrong on the way to the platform', { timeout: 60_000 }, async () => {
    await refusedAt(
      'nowhere.test',
      'The name status.nowhere.test was not found.',
      'No DNS server knows it, or none answers.',
      'Check the spelling in System, POD Suffix, and the servers in System, Network, DNS. Where only a proxy leads out, set it in System, Network, Proxy.',
    );
    await refusedAt(
      'refused.test',
      'status.refused.test refuses connections on port 443.',
      'Nothing listens there, or a firewall in between rejects it.',
      'Check System, POD Suffix, and that your firewall lets this appliance out to port 443.',
    );
    await refusedAt(
      'unreachable.test',
      'There is no way from here to status.unreachable.test.',
      'The gateway is not reached, or this appliance or a router on the way knows no route.',
      'Check the cable, and address and default gateway in System, Network; else ask who runs the network.',
    );
    await refusedAt(
      'dropped.test',
      'status.dropped.test did not answer within 15 s.',
      'Mostly a firewall in between that drops packets silently, or a way out that needs a proxy.',
      'Let this appliance out to port 443, or set the proxy in System, Network, Proxy.',
    );
    await refusedAt(
      'misled.test',
      'What answers as status.misled.test has a certificate for another name.',
      `It is for status.${suffix}, manage.${suffix} and 3 more. DNS, a static host name or a proxy leads to the wrong machine.`,
      'Check System, POD Suffix, then System, Network: DNS, Hosts and Proxy.',
    );
    await refusedAt(
      'inspected.test',
      'The certificate of status.inspected.test is not trusted: its issuer is not known here.',
      'It was issued by Gatehouse platform CA. Is that an inspecting proxy of your own network?',
      'Ask who runs the proxy or firewall to let status.inspected.test through without inspection.',
    );
  });

  test('what is wrong with the clock, the platform, the code', { timeout: 60_000 }, async () => {
    await platform.fault({ clockOffsetSeconds: 12 * 60 });
    await refusedAt(
      suffix,
      "The clock of this appliance is 12 minutes behind the platform's.",
      'More than 5 minutes make certificates fail.',
      'Set time servers that can be reached from here in System, Time.',
    );
    await platform.fault({ status: 502 });
    await refused(
      unknown,
      `status.${suffix} is reached, but cannot serve now (502).`,
      "The fault is the platform's own, not this network's.",
      'Try again in some minutes; if it stays so, tell support.',
    );
    await platform.fault({});
    await refused(
      unknown,
      'The platform does not know this personalization code.',
      'Compare it with the one shown by the platform; check System, POD Suffix: another platform has other codes.',
    );
    const { code: used } = await platform.admin.createCode({ name: 'Earlier gate' });
    await machine.get<RegistrationState>('registration.register', { code: used });
    await machine.get('registration.deregister');
    await refused(
      used,
      'This personalization code was used already.',
      'A code registers one appliance, once.',
      newCodeAdvice,
    );
    const { code: revoked } = await platform.admin.createCode({ name: 'Unwanted gate' });
    await platform.admin.revokeCode(revoked);
    await refused(revoked, 'This personalization code was revoked.', newCodeAdvice);
    const earlier = await openAdmin(platform.folder, monthAgo);
    const { code: expired } = await earlier.createCode({ name: 'Late gate' });
    await refused(expired, 'This personalization code has expired.', newCodeAdvice);
  });

  test('what is wrong with the proxy', { timeout: 90_000 }, async () => {
    const askPassword = 'Set both in System, Network, Proxy. Only Basic authentication can be used.';
    await useProxy(nameless);
    await refused(unknown, 'The proxy proxy.corp.test:3128 asks for a user and a password (407).', askPassword);
    await useProxy({ ...viaSquid, password: 'wrong' });
    await refused(
      unknown,
      'The proxy proxy.corp.test:3128 does not accept the user appliance or the password (407).',
      askPassword,
    );
    const onlyProxy = 'While a proxy is set, nothing goes around it.';
    const checkProxy = 'Check host and port in System, Network, Proxy, and that the proxy runs.';
    await useProxy({ ...viaSquid, port: 3129 });
    await refused(
      unknown,
      'The proxy proxy.corp.test:3129 cannot be used: it refuses connections, nothing listens at that port.',
      onlyProxy,
      checkProxy,
    );
    await useProxy({ ...viaSquid, host: 'gone.corp.test' });
    await refused(
      unknown,
      'The proxy gone.corp.test:3128 cannot be used: the name gone.corp.test was not found.',
      onlyProxy,
      checkProxy,
    );
    await useProxy(viaSquid);
    await refusedAt(
      'forbidden.test',
      'The proxy proxy.corp.test:3128 does not lead to status.forbidden.test (403).',
      'Its rules do not let this appliance through.',
      'Ask who runs the proxy to allow CONNECT to status.forbidden.test, port 443.',
    );
    await refusedAt(
      'nowhere.test',
      'The proxy proxy.corp.test:3128 does not lead to status.nowhere.test (500).',
      'It could not reach it: its own DNS, route or firewall.',
      'Check the spelling in System, POD Suffix; else ask who runs the proxy whether it reaches status.nowhere.test, port 443.',
    );
  });

  test('Connectivity and the proxy test with one service that fails', { timeout: 60_000 }, async () => {
    await setSuffix(suffix);
    await useProxy(viaSquid);
    await platform.fault({ only: 'is_alive', status: 502 });
    const advice = [
      "The fault is the platform's own, not this network's.",
      'Try again in some minutes; if it stays so, tell support.',
    ];
    expect(await report(connectivity, 'Platform connectivity', 'tell support.')).toEqual([
      'Checking connectivity without proxy.',
      ' 13%  status health is: {"response" : "Success"} Gatehouse (# ms)',
      ' 25%  manage health is: {"status":"UP"} (# ms)',
      ` 38%  packages health is: packages.${suffix} is reached, but cannot serve now (502). (# ms)`,
      ' 50%  repository health is: OK (# ms)',
      'Checking connectivity with proxy proxy.corp.test:3128.',
      ' 63%  status health is: {"response" : "Success"} Gatehouse (# ms)',
      ' 75%  manage health is: {"status":"UP"} (# ms)',
      ` 88%  packages health is: packages.${suffix} is reached, but cannot serve now (502). (# ms)`,
      '100%  repository health is: OK (# ms)',
      'Not connected: packages. Registration needs all of them.',
      ...advice,
    ]);
    expect((await report(proxyTest, 'Upstream proxy test', 'tell support.')).slice(-8)).toEqual([
      `ok  TLS with packages.${suffix}: TLSv1.3 (# ms)`,
      `NO  Answer of packages.${suffix}: packages.${suffix} is reached, but cannot serve now (502). (# ms)`,
      `ok  CONNECT to repository.${suffix}: the proxy leads there (# ms)`,
      `ok  TLS with repository.${suffix}: TLSv1.3 (# ms)`,
      `ok  Answer of repository.${suffix}: OK (# ms)`,
      'One step failed.',
      ...advice,
    ]);
    await useProxy();
    expect(await report(proxyTest, 'Upstream proxy test', 'No proxy is set')).toEqual([
      'The proxy test is not available.',
      'No proxy is set in System, Network, Proxy.',
    ]);
  });

  test('Connectivity and the proxy test with everything well', { timeout: 60_000 }, async () => {
    await platform.fault({});
    await useProxy();
    expect(await report(connectivity, 'Platform connectivity', 'Every service')).toEqual([
      'Checking connectivity without proxy.',
      ' 25%  status health is: {"response" : "Success"} Gatehouse (# ms)',
      ' 50%  manage health is: {"status":"UP"} (# ms)',
      ' 75%  packages health is: {"is_alive":true,"version":"6.17.0"} (# ms)',
      '100%  repository health is: OK (# ms)',
      'Every service of the platform answers.',
    ]);
    await useProxy(viaSquid);
    expect((await report(proxyTest, 'Upstream proxy test', 'to every service')).slice(-4)).toEqual([
      `ok  CONNECT to repository.${suffix}: the proxy leads there (# ms)`,
      `ok  TLS with repository.${suffix}: TLSv1.3 (# ms)`,
      `ok  Answer of repository.${suffix}: OK (# ms)`,
      'The proxy lets this appliance through to every service.',
    ]);
  });

  test('registered, told by Info, out of contact with the reason, and not registered any more', {
    timeout: 60_000,
  }, async () => {
    const { code } = await platform.admin.createCode({ name: 'North gate' });
    await open(['r', 'Enter lookup code']);
    console.send(`\x15${code}${keys.enter}`);
    await console.waitFor('Appliance is registered successfully', 15_000);
    await console.waitFor('Its name is North gate.');
    await type(keys.enter, 'Various commands');
    await console.waitFor(/North gate - 10\.77\.0\.2 {3}registered {3}connected since/);
    await open(['i', 'General Information']);
    await console.waitFor(/Platform Status : Connected since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    await console.waitFor(/Appliance ID +: [0-9a-f-]{36}/);
    await console.waitFor(/Appliance Name +: North gate/);
    await console.waitFor(`Platform URL    : https://manage.${suffix}`);
    await platform.fault({ status: 503 });
    await console.waitFor(/Platform Status : Not connected since/, 15_000);
    await open(['r', 'Registered as North gate'], ['s', 'not connected since']);
    await console.waitFor(
      /Problem +: manage\.platform\.gatehouse\.test is reached, but .*\n.* cannot serve now \(503\)/,
    );
    await platform.fault({});
    await console.waitFor(/Platform +: connected since/, 20_000);
    await open(['r', 'Registered as North gate'], ['d', 'Deregister North gate?']);
    await type(`d${keys.enter}`, 'is not registered any more', 15_000);
    await type(keys.enter, 'Various commands');
    await console.waitFor(/ appliance - 10\.77\.0\.2 {3}not registered/);
    expect((await platform.admin.appliance('North gate')).ended?.by).toBe('appliance');
  });
});
