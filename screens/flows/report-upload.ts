/** Sends a report to an SFTP server of the operator's choosing: where, whether it is the right one, how far it is. */
import type { HostKey, Report, ReportsState, Upload, UploadTarget } from '../../src/appliance.ts';
import { bytesSaid } from '../../src/values/amount.ts';
import { parseHost } from '../../src/values/host.ts';
import { parseWhole } from '../../src/values/whole.ts';
import type { FactsPage } from '../kit/facts.ts';
import { maybe, pasted, radio, text } from '../kit/fields.ts';
import { problemSaid } from '../kit/outcome.ts';
import type { Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';
import { said, t } from '../texts/texts.ts';
import { anything, permitted } from './permission.ts';

const title = () => t`SFTP upload`;
const running = new Set<Upload['state']>(['connecting', 'uploading', 'comparing']);
const stateRoles: Partial<Record<Upload['state'], Role>> = { complete: 'good', failed: 'bad', 'broken off': 'bad' };

/** The server of the last time, without its password, for as long as the console runs. */
let last: UploadTarget | undefined;

/** Without a report: the upload under way, or the newest report. */
export async function upload(surroundings: Surroundings, chosen?: Report): Promise<void> {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the reports`, (signal) => appliance.report.read({}, { signal }));
  if (!read.ok) return ui.problem(title(), read.problem);
  if (read.value.upload && running.has(read.value.upload.state)) return seen(surroundings);
  const report = chosen ?? read.value.kept[0];
  if (!report) return undefined;
  const given = await asked(surroundings, report);
  if (!given || !(await permitted(surroundings))) return undefined;
  const { host, port, user, folder, password, key, passphrase } = given;
  last = { host: String(host), port, user, folder };
  const sha256 = await confirmedKey(surroundings, last);
  if (!sha256) return undefined;
  const login = key === undefined ? { password: password ?? '' } : { key, ...(passphrase ? { passphrase } : {}) };
  const started = await ui.busy(t`Connecting to ${host}`, (signal) =>
    appliance.report.upload({ ...(last as UploadTarget), name: report.name, sha256, ...login }, { signal }),
  );
  if (!started.ok) return ui.problem(title(), started.problem);
  await seen(surroundings);
}

function asked({ ui }: Surroundings, { name, size }: Report) {
  return ui.form({
    title: title(),
    text: t`Sends ${name} (${bytesSaid(size)}), through the proxy where one is set.`,
    ok: t`Connect`,
    fields: {
      host: text({ label: t`Server`, value: last?.host ?? '', columns: 36, parse: (given) => parseHost(given) }),
      port: text({
        label: t`Port`,
        value: String(last?.port ?? 22),
        columns: 6,
        parse: (given) => parseWhole(given, { from: 1, to: 65_535, right: '22' }),
      }),
      user: text({ label: t`User`, value: last?.user ?? '', columns: 24, most: 255, parse: named }),
      folder: text({ label: t`Folder`, value: last?.folder ?? '', columns: 36, most: 1000, parse: anything }),
      method: radio({
        label: t`Login with`,
        value: 'password' as 'password' | 'key',
        options: [
          { value: 'password' as const, label: t`Password` },
          { value: 'key' as const, label: t`Private key, pasted` },
        ],
      }),
      password: maybe(text({ label: t`Password`, masked: true, columns: 24, most: 256, parse: anything })),
      key: maybe(pasted({ label: t`Key`, hint: t`Paste the private key here`, parse: privateKey })),
      passphrase: maybe(text({ label: t`Passphrase`, masked: true, columns: 24, most: 256, parse: anything })),
    },
    hidden: ({ method }) => (method === 'key' ? ['password'] : ['key', 'passphrase']),
  });
}

const named = (given: string) =>
  given.trim() === ''
    ? { ok: false as const, why: t`nothing is given`, right: t`the name of your account there` }
    : { ok: true as const, value: given.trim() };

const privateKey = (given: string) =>
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(given)
    ? { ok: true as const, value: `${given.trim()}\n` }
    : {
        ok: false as const,
        why: t`no private key`,
        right: t`text from BEGIN … PRIVATE KEY to its END, as in ~/.ssh/id_ed25519`,
      };

/** The fingerprint of the server's key, once somebody has said that it is the right one. */
async function confirmedKey(
  { ui, appliance }: Surroundings,
  { host, port }: UploadTarget,
): Promise<string | undefined> {
  const read = await ui.busy(t`Asking ${host} for its key`, (signal) =>
    appliance.report.hostKey({ host, port }, { signal }),
  );
  if (!read.ok) {
    await ui.problem(title(), read.problem);
    return undefined;
  }
  const { known, sha256 } = read.value;
  if (known === 'yes') return sha256;
  return (await ui.confirm(known === 'no' ? firstTime(host, read.value) : another(host, read.value)))
    ? sha256
    : undefined;
}

const firstTime = (host: string, { type, sha256 }: HostKey) => ({
  title: t`Is this the right server?`,
  text: [
    t`${host} was not connected to before. It shows this key:`,
    { text: `${type} ${sha256}`, role: 'strong' as const },
    t`Compare it with what the people who run the server say. It is remembered.`,
  ],
  yes: t`It is right`,
});

const another = (host: string, { type, sha256, before = '' }: HostKey) => ({
  title: t`Another key than before`,
  text: [
    { text: t`${host} shows another key than the one that was confirmed.`, role: 'bad' as const },
    t`Now: ${type} ${sha256}`,
    t`Before: ${before}`,
    t`Either it was set up anew, or something stands in between that would get the report and the password.`,
  ],
  yes: t`Trust the new key`,
  typed: 'trust',
});

/** How far it is, until it ends or is left; it goes on when it is left. */
function seen(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  return ui.facts({
    title: title(),
    leave: t`Back`,
    page: (tell, signal) =>
      appliance.report.watch({}, { signal, progress: ({ upload }: ReportsState) => tell(page(upload)) }),
    choose: async () => {
      if (!(await permitted(surroundings))) return;
      const cancelled = await ui.busy(t`Cancelling`, (signal) => appliance.report.cancelUpload({}, { signal }));
      if (!cancelled.ok) await ui.problem(title(), cancelled.problem);
    },
  });
}

function page(upload: Upload | undefined): FactsPage {
  if (!upload) return { facts: [{ label: t`State`, value: t`Nothing is sent.` }] };
  const { state, target, sent, size, problem, report } = upload;
  return {
    warnings: problem ? [problemSaid(problem)] : [],
    facts: [
      { label: t`State`, value: stateSaid(state), role: stateRoles[state] ?? 'strong' },
      { label: t`Server`, value: t`${target.user}@${target.host}, port ${target.port}` },
      { label: t`Folder`, value: target.folder || t`where the account begins` },
      { label: t`Sent`, value: t`${bytesSaid(sent)} of ${bytesSaid(size)}` },
      { label: t`Report`, value: report },
    ],
    ...(running.has(state) ? { fraction: sent / Math.max(1, size), actions: [t`Cancel`] } : {}),
  };
}

function stateSaid(state: Upload['state']): string {
  if (state === 'comparing') return t`sent; the checksums are compared`;
  if (state === 'complete') return t`complete: the checksums are equal`;
  return state === 'broken off' ? t`broken off: sending it again goes on where it was` : said(state);
}
