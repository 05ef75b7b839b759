/** System › Network › DNS: servers and search domains; none means what DHCP gives. */
import type { ChangeDraft, DnsState } from '../../../src/appliance.ts';
import { parseDnsServers } from '../../../src/values/dns.ts';
import { parseSearchDomains } from '../../../src/values/domain.ts';
import { change } from '../../flows/change.ts';
import { text } from '../../kit/fields.ts';
import type { Screen } from '../../kit/screen.ts';
import { t } from '../../texts/texts.ts';

export const dns: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const state = await ui.busy(t`Reading the DNS settings`, (signal) => appliance.dns.read({}, { signal }));
  if (!state.ok) return ui.problem(t`DNS`, state.problem);
  let now = state.value.settings;
  await change(surroundings, 'dns', {
    title: t`DNS settings`,
    edit: async (check) => {
      const [first = '', second = '', third = ''] = now.servers;
      const one = (label: string, value: string) =>
        text({ label, value, columns: 40, parse: (given) => parseDnsServers(given) });
      const values = await ui.form({
        title: t`DNS Servers`,
        text: effectiveText(state.value),
        fields: {
          'servers.0': one('DNS', first),
          'servers.1': one('DNS', second),
          'servers.2': one('DNS', third),
          searchDomains: text({
            label: t`Search domains`,
            value: now.searchDomains.join(' '),
            columns: 40,
            parse: (given) => parseSearchDomains(given),
          }),
        },
        submit: {
          what: t`Checking the settings`,
          work: async (values, signal) => {
            await check(draftOf(values), signal);
            return undefined;
          },
        },
      });
      if (!values) return undefined;
      now = settingsOf(values);
      return draftOf(values);
    },
  });
};

interface FormValues {
  'servers.0': string[];
  'servers.1': string[];
  'servers.2': string[];
  searchDomains: string[];
}

const settingsOf = (values: FormValues) => ({
  servers: [...values['servers.0'], ...values['servers.1'], ...values['servers.2']],
  searchDomains: values.searchDomains,
});

const draftOf = (values: FormValues): ChangeDraft => ({ section: 'dns', settings: settingsOf(values) });

function effectiveText({ effective, domains }: DnsState): string {
  const servers = effective.map(({ server, from }) => `${server} (${from})`).join(', ') || 'none';
  const searched = domains.length ? t`; search domains: ${domains.join(', ')}` : '';
  return t`In effect: ${servers}${searched}. Empty means what DHCP gives.`;
}
