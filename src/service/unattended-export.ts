/** The unattended file of this appliance: what its settings say, and of the rest what the machine says. Changes nothing. */
import type { ProxyDraft } from '../appliance.ts';
import type { Settings } from '../settings/schema.ts';
import { textOf } from '../unattended/write.ts';
import { parsePublicKey } from '../values/public-key.ts';
import { account } from './access.ts';
import type { System } from './system.ts';

/** @param secrets with the proxies' passwords, and the hash of the operator's */
export async function exported(system: System, secrets: boolean, signal: AbortSignal): Promise<string> {
  const { machine } = system;
  const settings = await system.settings();
  const [name, found, effective, ssh, login] = await Promise.all([
    orNothing(machine.facts.hostName(signal)),
    orNothing(machine.network.effective(settings.interfaces, signal)),
    orNothing(machine.time.effective(signal)),
    orNothing(machine.ssh.state(signal)),
    orNothing(operatorOf(system, secrets, signal)),
  ]);
  const { interfaces, dns, hosts, suffix, console, windowSeconds, language } = settings;
  const zone = settings.time.zone ?? effective?.zone;
  const content = {
    version: 1,
    ...(Object.keys(interfaces).length > 0 ? { network: interfaces } : {}),
    dns,
    proxy: proxyOf(settings.proxy, secrets),
    hosts,
    time: { servers: settings.time.servers, ...(zone === undefined ? {} : { zone }) },
    ...(suffix === undefined ? {} : { platform: { suffix } }),
    ssh: { enabled: ssh?.enabled ?? settings.ssh.enabled },
    console: { ...console, windowSeconds, language },
    ...(login?.content ? { operator: login.content } : {}),
  };
  const others = (found ?? []).map((one) => one.name).filter((one) => !Object.hasOwn(interfaces, one));
  const hasPasswords = settings.proxy.proxies.some(({ password }) => password);
  const remarks = [
    `Set-up of ${name ?? 'an appliance'}, written by "gatehouse export"; for "gatehouse apply".`,
    'Left out: the code, which is good once only; a new one goes to platform.code.',
    ...(secrets ? ['It has passwords in it: keep it as such.'] : []),
    ...(!secrets && hasPasswords ? ['Left out: the passwords of proxies (proxy.proxies, password).'] : []),
    ...(!secrets && login?.hasPassword
      ? ["Left out: the operator's password (operator.password, or operator.passwordHash as crypt(5) has it)."]
      : []),
    ...(login?.others ? [`Left out: ${login.others} of the operator's keys, with options or of an unknown kind.`] : []),
    ...others.map((one) => `Left out: ${one}, which is not set up by Gatehouse.`),
  ];
  return textOf({ content, remarks });
}

const orNothing = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

function proxyOf({ enabled, proxies, order, noProxy }: Settings['proxy'], secrets: boolean) {
  const drafts = proxies.map(({ host, port, user, password }): ProxyDraft => {
    const own = { host, port, ...(user === undefined ? {} : { user }) };
    return secrets && password ? { ...own, password: password.reveal() } : own;
  });
  return { enabled, proxies: drafts, order, noProxy };
}

async function operatorOf({ machine }: System, secrets: boolean, signal: AbortSignal) {
  const { hasPassword, keys } = await machine.login.state(account, signal);
  const all = keys > 0 ? await machine.login.keys(account, signal) : [];
  const sshKeys = all.flatMap((key) => {
    const parsed = parsePublicKey(key);
    return parsed.ok ? [parsed.value] : [];
  });
  const hash = secrets ? await machine.login.passwordHash(account, signal) : undefined;
  return {
    hasPassword,
    others: all.length - sshKeys.length,
    content: {
      ...(hash ? { passwordHash: hash.reveal() } : {}),
      // With some that are left out it would take those away from whoever applies it to the same machine.
      ...(sshKeys.length === all.length ? { sshKeys } : {}),
    },
  };
}
