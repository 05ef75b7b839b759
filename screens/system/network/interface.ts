/** System › Network › First, and each other interface: how it gets its addresses. */
import type {
  AddressMethod,
  ChangeDraft,
  InterfaceSettings,
  InterfaceState,
  Ipv6Method,
} from '../../../src/appliance.ts';
import { parseCidr, parseGateway } from '../../../src/values/cidr.ts';
import { parseAddress } from '../../../src/values/host.ts';
import { parseMtu } from '../../../src/values/mtu.ts';
import type { Parsed } from '../../../src/values/result.ts';
import { parseVlan } from '../../../src/values/vlan.ts';
import { change } from '../../flows/change.ts';
import type { Fact } from '../../kit/facts.ts';
import { maybe, radio, refusal, text } from '../../kit/fields.ts';
import type { Screen, Surroundings } from '../../kit/screen.ts';
import { t } from '../../texts/texts.ts';

/** The screen of one interface. */
export function networkInterface(name: string): Screen {
  return async (surroundings) => {
    const { ui, appliance } = surroundings;
    const read = async (signal: AbortSignal) =>
      (await appliance.network.read({}, { signal })).find((one) => one.name === name);
    const outcome = await ui.busy(t`Reading ${name}`, read);
    if (!outcome.ok) return ui.problem(name, outcome.problem);
    const state = outcome.value;
    if (!state) return ui.message({ title: name, text: [t`This machine has no interface ${name} any more.`] });
    await ui.menu({
      title: t`Network interface ${name}`,
      back: true,
      items: () => [
        { id: 'show', label: t`Show`, description: t`What is set and what is in effect` },
        {
          id: 'change',
          label: t`Change`,
          description: t`DHCP, static, unconfigured; IPv6, VLAN, MTU`,
          greyed: managed(state),
        },
      ],
      choose: (id) => (id === 'show' ? show(surroundings, state) : edit(surroundings, state)),
    });
  };
}

function managed({ managedBy, configured }: InterfaceState): string | undefined {
  return managedBy && !configured
    ? t`It is managed by ${managedBy}; change it there, or remove that file first.`
    : undefined;
}

function show({ ui, appliance }: Surroundings, { name }: InterfaceState): Promise<void> {
  return ui.facts({
    title: name,
    page: (tell, signal) =>
      appliance.network.watch(
        {},
        {
          signal,
          progress: (all) => {
            const state = all.find((one) => one.name === name);
            tell({ facts: state ? facts(state) : [{ label: name, value: t`is gone`, role: 'bad' }] });
          },
        },
      ),
  });
}

function facts(state: InterfaceState): Fact[] {
  const addresses = state.addresses.map(({ address, from }) => `${address} (${from})`);
  const gateways = state.gateways.map(({ address, from }) => `${address} (${from})`);
  return [
    { label: t`Link`, value: state.link, role: state.link === 'up' ? 'good' : 'warn' },
    ...(state.mac ? [{ label: t`MAC`, value: state.mac }] : []),
    ...(state.speed ? [{ label: t`Speed`, value: `${state.speed} Mbit/s` }] : []),
    ...(state.mtu ? [{ label: t`MTU in effect`, value: String(state.mtu) }] : []),
    ...(state.vlan ? [{ label: t`VLAN in effect`, value: String(state.vlan) }] : []),
    { label: t`Addresses`, value: addresses.join('\n') || t`none`, role: addresses.length ? 'text' : 'warn' },
    { label: t`Gateways`, value: gateways.join('\n') || t`none` },
    {
      label: t`Set`,
      value: state.configured
        ? settingsText(state.configured)
        : t`not by Gatehouse${state.managedBy ? t`, by ${state.managedBy}` : ''}`,
    },
  ];
}

function settingsText({ method, address, gateway, ipv6, vlan, mtu }: InterfaceSettings): string {
  const v4 =
    method === 'static'
      ? t`static ${address}${gateway ? t` by ${gateway}` : ''}`
      : method === 'dhcp'
        ? 'DHCP'
        : 'unconfigured';
  const v6 =
    ipv6.method === 'static' ? t`static ${ipv6.address}${ipv6.gateway ? t` by ${ipv6.gateway}` : ''}` : ipv6.method;
  return [v4, t`IPv6 ${v6}`, ...(vlan ? [t`VLAN ${vlan}`] : []), ...(mtu ? [t`MTU ${mtu}`] : [])].join(', ');
}

// ---------------------------------------------------------------- change

async function edit(surroundings: Surroundings, { name, configured }: InterfaceState): Promise<void> {
  let values = configured ?? { method: 'dhcp', ipv6: { method: 'automatic' } };
  await change(surroundings, 'interface', {
    title: t`Network settings of ${name}`,
    edit: async (check) => {
      const settings = await form(surroundings, name, values, (settings, signal) =>
        check(draftOf(name, settings), signal),
      );
      if (!settings) return undefined;
      values = settings;
      return draftOf(name, settings);
    },
  });
}

const draftOf = (name: string, settings: InterfaceSettings): ChangeDraft => ({ section: 'interface', name, settings });

type Check = (settings: InterfaceSettings, signal: AbortSignal) => Promise<void>;

async function form(
  { ui }: Surroundings,
  name: string,
  now: InterfaceSettings,
  check: Check,
): Promise<InterfaceSettings | undefined> {
  const values = await ui.form({
    title: t`Network interface configuration`,
    fields: {
      method: radio<AddressMethod>({
        label: name,
        value: now.method,
        options: [
          { value: 'dhcp', label: t`DHCP` },
          { value: 'static', label: t`Static` },
          { value: 'unconfigured', label: t`Unconfigured` },
        ],
      }),
      address: maybe(text({ label: t`Address`, value: now.address ?? '', columns: 34, parse: parseCidr })),
      gateway: maybe(text({ label: t`Gateway`, value: now.gateway ?? '', columns: 34, parse: optional(parseAddress) })),
      ipv6: radio<Ipv6Method>({
        label: t`IPv6`,
        value: now.ipv6.method,
        options: [
          { value: 'automatic', label: t`Automatic` },
          { value: 'static', label: t`Static` },
          { value: 'off', label: t`Off` },
        ],
      }),
      'ipv6.address': maybe(
        text({ label: t`IPv6 address`, value: now.ipv6.address ?? '', columns: 44, parse: parseCidr }),
      ),
      'ipv6.gateway': maybe(
        text({ label: t`IPv6 gateway`, value: now.ipv6.gateway ?? '', columns: 44, parse: optional(parseAddress) }),
      ),
      vlan: text({ label: t`VLAN ID`, value: String(now.vlan ?? ''), columns: 8, parse: optional(parseVlan) }),
      mtu: text({
        label: t`MTU`,
        value: String(now.mtu ?? ''),
        columns: 8,
        parse: optional((mtu) => parseMtu(mtu, { ipv6: false })),
      }),
    },
    hidden: ({ method, ipv6 }) => [
      ...(method === 'static' ? [] : (['address', 'gateway'] as const)),
      ...(ipv6 === 'static' ? [] : (['ipv6.address', 'ipv6.gateway'] as const)),
    ],
    check: ({ address, gateway }) => {
      const parsed = address && gateway ? parseGateway(gateway, address) : undefined;
      return parsed && !parsed.ok ? { gateway: refusal(parsed.why, parsed.right) } : {};
    },
    submit: {
      what: t`Checking the settings`,
      work: async (values, signal) => {
        await check(settingsOf(values), signal);
        return undefined;
      },
    },
  });
  return values && settingsOf(values);
}

interface FormValues {
  method: AddressMethod;
  address: string | undefined;
  gateway: string | undefined;
  ipv6: Ipv6Method;
  'ipv6.address': string | undefined;
  'ipv6.gateway': string | undefined;
  vlan: number | undefined;
  mtu: number | undefined;
}

function settingsOf(values: FormValues): InterfaceSettings {
  const fixed = values.method === 'static';
  const fixed6 = values.ipv6 === 'static';
  return {
    method: values.method,
    ...(fixed && values.address ? { address: values.address } : {}),
    ...(fixed && values.gateway ? { gateway: values.gateway } : {}),
    ipv6: {
      method: values.ipv6,
      ...(fixed6 && values['ipv6.address'] ? { address: values['ipv6.address'] } : {}),
      ...(fixed6 && values['ipv6.gateway'] ? { gateway: values['ipv6.gateway'] } : {}),
    },
    ...(values.vlan ? { vlan: values.vlan } : {}),
    ...(values.mtu ? { mtu: values.mtu } : {}),
  };
}

/** Empty is right too. */
function optional<T>(parse: (text: string) => Parsed<T>): (text: string) => Parsed<T | undefined> {
  return (text) => (text.trim() === '' ? { ok: true, value: undefined } : parse(text));
}
