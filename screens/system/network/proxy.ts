/** System › Network › Proxy: the upstream proxies, enabled, changed and disabled as on the front panel of the guide. */
import type { ChangeDraft, ProxyDraft, ProxyEntry, ProxyState } from '../../../src/appliance.ts';
import { parseNoProxy } from '../../../src/values/noproxy.ts';
import {
  mostProxies,
  type ProxyHost,
  parseProxyHost,
  parseProxyPassword,
  parseProxyPort,
  parseProxyUser,
} from '../../../src/values/proxy.ts';
import { change, drafted } from '../../flows/change.ts';
import { radio, text } from '../../kit/fields.ts';
import type { MenuItem } from '../../kit/menu.ts';
import type { Screen, Surroundings } from '../../kit/screen.ts';
import { t } from '../../texts/texts.ts';

export const proxy: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  let state: ProxyState | undefined;
  const read = async () => {
    const outcome = await ui.busy(t`Reading the proxy settings`, (signal) => appliance.proxy.read({}, { signal }));
    if (outcome.ok) state = outcome.value;
    else await ui.problem(t`Proxy`, outcome.problem);
  };
  await read();
  if (!state) return;
  // A change may go back long after it was made here.
  const looking = new AbortController();
  const { signal } = looking;
  const reread = async () => {
    state = await appliance.proxy.read({}, { signal });
  };
  appliance.changes.watch({}, { signal, progress: () => void reread().catch(() => undefined) }).catch(() => undefined);
  await ui.menu({
    title: t`Proxy Server`,
    back: true,
    items: () => items(state as ProxyState),
    choose: async (id) => {
      if (state) await (id === 'disable' ? disable(surroundings, state) : edit(surroundings, state));
      await read();
    },
  });
  looking.abort();
};

function items({ enabled, proxies }: ProxyState): MenuItem[] {
  const named = proxies.map(nameOf).join(', ');
  return enabled
    ? [
        { id: 'change', label: t`Change proxy params`, description: named },
        { id: 'disable', label: t`Disable proxy`, description: t`Connect directly` },
      ]
    : [{ id: 'enable', label: t`Enable proxy`, description: named || t`None is set` }];
}

const nameOf = ({ host, port, user }: ProxyEntry) => `${user ? `${user}@` : ''}${host}:${port}`;

function disable(surroundings: Surroundings, state: ProxyState): Promise<void> {
  const title = t`Disable proxy`;
  const edit = drafted(surroundings, title, draftOf({ ...state, enabled: false }));
  return change(surroundings, 'proxy', { title, edit, really: () => t`Really disable proxy?` });
}

/** What is being edited: passwords only where one was typed now. */
interface Edited extends Omit<ProxyState, 'proxies'> {
  proxies: (ProxyEntry & { password?: string })[];
}

async function edit(surroundings: Surroundings, state: ProxyState): Promise<void> {
  const edited: Edited = { ...state, enabled: true, proxies: [...state.proxies] };
  await change(surroundings, 'proxy', {
    title: t`Proxy settings`,
    edit: (check) => editAll(surroundings, edited, check),
    really: () => t`Really enable proxy?`,
  });
}

function draftOf({ enabled, proxies, order, noProxy }: Edited): ChangeDraft {
  const drafts = proxies.map(
    ({ host, port, user, password }): ProxyDraft => ({
      host,
      port,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    }),
  );
  return { section: 'proxy', settings: { enabled, proxies: drafts, order, noProxy } };
}

type Check = (draft: ChangeDraft, signal: AbortSignal) => Promise<void>;

async function editAll(surroundings: Surroundings, edited: Edited, check: Check): Promise<ChangeDraft | undefined> {
  const { ui } = surroundings;
  let draft: ChangeDraft | undefined;
  await ui.menu({
    title: t`Proxy params`,
    back: true,
    items: () => paramItems(edited),
    choose: async (id) => {
      if (id === 'order') await editOrder(surroundings, edited);
      else if (id === 'noProxy') await editNoProxy(surroundings, edited);
      else if (id !== 'preview') await editOne(surroundings, edited, Number(id));
      else {
        const checked = await ui.busy(t`Checking the settings`, (signal) => check(draftOf(edited), signal));
        if (!checked.ok) return ui.problem(t`Proxy settings`, checked.problem);
        draft = draftOf(edited);
        return 'close';
      }
      return undefined;
    },
  });
  return draft;
}

function paramItems({ proxies, order, noProxy }: Edited): MenuItem[] {
  const set = proxies.map((one, at) => ({ id: String(at), label: t`Proxy ${at + 1}`, description: nameOf(one) }));
  const next = {
    id: String(proxies.length),
    label: proxies.length ? t`Proxy ${proxies.length + 1}` : t`Proxy`,
    description: t`none: add one`,
  };
  return [
    ...set,
    ...(proxies.length < mostProxies ? [next] : []),
    { id: 'order', label: t`Order`, description: order === 'sequential' ? t`the first that answers` : t`at random` },
    { id: 'noProxy', label: t`No proxy`, description: noProxy.join(', ') || t`everything goes through the proxy` },
    {
      id: 'preview',
      label: t`Go on`,
      description: t`Check and preview`,
      greyed: proxies.length ? undefined : t`Give a proxy first.`,
    },
  ];
}

async function editOne({ ui }: Surroundings, edited: Edited, at: number): Promise<void> {
  const now = edited.proxies[at];
  const values = await ui.form({
    title: t`Proxy ${at + 1}`,
    text: now?.hasPassword
      ? t`A password is set; empty keeps it. An empty host removes this proxy.`
      : t`An empty host removes this proxy.`,
    fields: {
      host: text<ProxyHost | undefined>({
        label: t`Host (IPv4 or FQDN)`,
        value: now?.host ?? '',
        columns: 36,
        parse: (given) => (given.trim() === '' ? { ok: true, value: undefined } : parseProxyHost(given)),
      }),
      port: text({ label: t`Port`, value: String(now?.port ?? 443), columns: 8, parse: parseProxyPort }),
      user: text({ label: t`User`, value: now?.user ?? '', columns: 36, parse: parseProxyUser }),
      password: text({ label: t`Password`, masked: true, columns: 36, parse: parseProxyPassword }),
    },
    check: ({ user, password }) => (password && !user ? { user: t`A password needs a user` } : {}),
  });
  if (!values) return;
  const { host, port, user, password } = values;
  if (!host) edited.proxies.splice(at, 1);
  else
    edited.proxies[at] = {
      host,
      port,
      ...(user ? { user } : {}),
      hasPassword: password !== undefined || (now?.hasPassword ?? false),
      ...(password ? { password: password.reveal() } : now?.password && user ? { password: now.password } : {}),
    };
}

async function editOrder({ ui }: Surroundings, edited: Edited): Promise<void> {
  const values = await ui.form({
    title: t`Order`,
    fields: {
      order: radio<ProxyState['order']>({
        label: t`Proxies are tried`,
        value: edited.order,
        options: [
          { value: 'sequential', label: t`in order, the first that answers` },
          { value: 'random', label: t`at random` },
        ],
      }),
    },
  });
  if (values) edited.order = values.order;
}

async function editNoProxy({ ui }: Surroundings, edited: Edited): Promise<void> {
  const values = await ui.form({
    title: t`No proxy`,
    text: t`Hosts, domains and networks that are reached directly. Everything else fails when no proxy answers.`,
    fields: {
      noProxy: text({
        label: t`No proxy`,
        value: edited.noProxy.join(' '),
        columns: 48,
        parse: (given) => parseNoProxy(given),
      }),
    },
  });
  if (values) edited.noProxy = values.noProxy;
}
