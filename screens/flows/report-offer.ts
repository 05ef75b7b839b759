/** Lets a report be fetched by SFTP: a password that is shown once, and what becomes of it. */
import type { Offer, Report, ReportsState } from '../../src/appliance.ts';
import { bytesSaid, leftSaid } from '../../src/values/amount.ts';
import type { Fact, FactsPage } from '../kit/facts.ts';
import type { Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';
import { said, t } from '../texts/texts.ts';
import { permitted } from './permission.ts';

const title = () => t`SFTP download`;
const stateRoles: Partial<Record<Offer['state'], Role>> = { complete: 'good', 'broken off': 'bad', burnt: 'bad' };
const over = new Set<Offer['state']>(['complete', 'broken off', 'burnt', 'expired', 'withdrawn']);

/** Without a report: the offer that there is, or the newest report. */
export async function offer(surroundings: Surroundings, chosen?: Report): Promise<void> {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the reports`, (signal) => appliance.report.read({}, { signal }));
  if (!read.ok) return ui.problem(title(), read.problem);
  const now = read.value.offer;
  if (now && !over.has(now.state) && (!chosen || chosen.name === now.report)) return seen(surroundings, undefined);
  const report = chosen ?? read.value.kept[0];
  if (!report) return undefined;
  const text = [
    t`Let ${report.name} be fetched?`,
    t`A password is shown once. It is good for one login within an hour; nothing else can be reached with it.`,
    ...(now && !over.has(now.state)
      ? [{ text: t`The download that is offered now ends.`, role: 'warn' as const }]
      : []),
  ];
  if (!(await ui.confirm({ title: title(), text, yes: t`Offer it` })) || !(await permitted(surroundings)))
    return undefined;
  const made = await ui.busy(t`Opening the way`, (signal) => appliance.report.offer({ name: report.name }, { signal }));
  if (!made.ok) return ui.problem(title(), made.problem);
  await seen(surroundings, made.value.password);
}

/** The offer while it stands. `password`: only whoever made it sees it. */
async function seen(surroundings: Surroundings, password: string | undefined): Promise<void> {
  const { ui, appliance } = surroundings;
  let state: ReportsState | undefined;
  const doing = new Map([
    [t`QR code`, () => code(surroundings, state?.offer, password)],
    [t`Withdraw`, () => withdraw(surroundings)],
  ]);
  const isWaiting = () => state?.offer?.state === 'waiting' && password !== undefined;
  do {
    await ui.facts({
      title: title(),
      leave: t`Back`,
      page: async (tell, signal) => {
        const show = () => state && tell(page(state.offer, password));
        const tick = setInterval(show, 1000);
        signal.addEventListener('abort', () => clearInterval(tick), { once: true });
        const progress = (news: ReportsState) => {
          state = news;
          show();
        };
        await appliance.report.watch({}, { signal, progress }).finally(() => clearInterval(tick));
      },
      choose: (action) => doing.get(action)?.() ?? Promise.resolve(),
    });
  } while (isWaiting() && !(await ui.confirm(leaving())));
}

const leaving = () => ({
  title: title(),
  text: [t`The password is not shown again. Leave?`, t`The download stays possible until its time is over.`],
  yes: t`Leave`,
  no: t`Stay`,
});

function page(offer: Offer | undefined, password: string | undefined): FactsPage {
  if (!offer) return { facts: [{ label: t`State`, value: t`Nothing is offered.` }] };
  const isOver = over.has(offer.state);
  const left = (Date.parse(offer.expiresAt) - Date.now()) / 1000;
  const [address = t`this appliance`] = offer.addresses;
  const access: Fact[] = [
    { label: t`Username`, value: offer.user, role: 'strong' },
    {
      label: t`Password`,
      value: password ?? t`was shown to whoever made this offer`,
      role: password ? 'strong' : 'dim',
    },
    { label: t`Address`, value: t`${offer.addresses.join(', ')}, port ${offer.port}` },
    { label: t`Command`, value: `sftp -P ${offer.port} ${offer.user}@${address}` },
    { label: t`Host key`, value: offer.fingerprint },
    { label: t`Ends in`, value: leftSaid(left) },
    { label: t`Tries left`, value: String(offer.triesLeft), role: offer.triesLeft < 3 ? 'warn' : 'text' },
  ];
  return {
    facts: [
      { label: t`State`, value: stateSaid(offer), role: stateRoles[offer.state] ?? 'strong' },
      ...(isOver ? [] : access),
      { label: t`Report`, value: offer.report },
      { label: t`Size`, value: bytesSaid(offer.size) },
    ],
    ...(offer.state === 'downloading' ? { fraction: offer.fetched / Math.max(1, offer.size) } : {}),
    actions: isOver ? [] : password ? [t`QR code`, t`Withdraw`] : [t`Withdraw`],
  };
}

function stateSaid({ state, from, fetched, size }: Offer): string {
  const who = from ? t` by ${from}` : '';
  const percent = Math.floor((fetched / Math.max(1, size)) * 100);
  if (state === 'downloading') return t`downloading ${percent} %${who}`;
  if (state === 'complete') return t`downloaded completely${who}`;
  if (state === 'broken off') return t`broken off at ${percent} %${who}: offer it again`;
  if (state === 'burnt') return t`ended after five wrong passwords: offer it again`;
  if (state === 'waiting') return t`waiting for the download`;
  return `${said(state)}${who}`;
}

async function code({ ui }: Surroundings, offer: Offer | undefined, password = ''): Promise<void> {
  const [address] = offer?.addresses ?? [];
  if (!offer || !address) return;
  const host = address.includes(':') ? `[${address}]` : address;
  const shown = await ui.code(title(), `sftp://${offer.user}:${encodeURIComponent(password)}@${host}:${offer.port}/`);
  if (!shown)
    await ui.message({
      title: t`QR code`,
      text: [t`This terminal cannot draw a QR code: it has no block characters.`],
    });
}

async function withdraw(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  if (!(await permitted(surroundings))) return;
  const withdrawn = await ui.busy(t`Closing the way`, (signal) => appliance.report.withdraw({}, { signal }));
  if (!withdrawn.ok) await ui.problem(title(), withdrawn.problem);
}
