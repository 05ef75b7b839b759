/** The real machine: its adapters put together. Nothing else. */
import { systemdArming } from '../changes/arm.ts';
import { realDiagnostics } from '../jobs/report/machine.ts';
import { realReset } from '../reset/reset.ts';
import { realRecorder } from './capture/capture.ts';
import { realContainers } from './containers/containers.ts';
import { realFacts } from './facts/facts.ts';
import { realFigures } from './figures/figures.ts';
import type { Effect } from './files.ts';
import { realOffers } from './handover/offers.ts';
import { readHosts, writeHosts } from './hosts/hosts.ts';
import { authorizedKeys, setAuthorizedKeys } from './login/keys.ts';
import { isPassword, loginState, passwordHash, setPassword, setPasswordHash } from './login/login.ts';
import { journalReader, journalUnits } from './logs/journal.ts';
import { Matcher } from './logs/journal-match.ts';
import { shrinkJournal } from './logs/journal-shrink.ts';
import { logFiles } from './logs/log-files.ts';
import type { Changing, Machine } from './machine.ts';
import { effectiveNetwork, tellNetworkd } from './network/network.ts';
import { probeDuplicate, testGateway } from './network/probe.ts';
import { ours, renderInterfaces } from './network/render.ts';
import { realPing } from './ping/ping.ts';
import { reboot, sessions, shutdown } from './power/power.ts';
import { testPlatform } from './proxy/probe.ts';
import { tellEngine } from './proxy/proxy.ts';
import { renderProxy } from './proxy/render.ts';
import { openTunnel } from './proxy/tunnel.ts';
import { testDns } from './resolver/probe.ts';
import { renderResolver } from './resolver/render.ts';
import { effectiveResolver, tellResolved } from './resolver/resolver.ts';
import { realSeeds } from './seed/seed.ts';
import { disableSsh, enableSsh, sshState } from './ssh/ssh.ts';
import { renderTime } from './time/render.ts';
import { effectiveTime, setZone, tellTimesyncd, zones } from './time/time.ts';
import { realUnits } from './units/units.ts';

/** Its paths do not depend on what is set. */
const nothing = { dns: { servers: [], searchDomains: [] }, proxy: { enabled: false, proxies: [], noProxy: [] } };
const fixedFiles = [
  ...renderResolver(nothing.dns),
  ...renderProxy(nothing.proxy),
  ...renderTime([], ['localhost']),
].map(({ path }) => path);

function tell(effect: Effect, signal: AbortSignal): Promise<void> {
  if (effect.kind === 'networkd') return tellNetworkd(effect, signal);
  return effect.kind === 'resolved' ? tellResolved(signal) : tellEngine(effect, signal);
}

const changing: Changing = { places: [ours, ...fixedFiles], tell, arming: () => systemdArming };

export function realMachine(): Machine {
  return {
    facts: realFacts(),
    units: realUnits(),
    containers: realContainers({ matcherOf: (patterns) => new Matcher(patterns) }),
    figures: realFigures(),
    ping: realPing(),
    network: { effective: effectiveNetwork, files: renderInterfaces, probeDuplicate, testGateway },
    resolver: { effective: effectiveResolver, files: renderResolver, test: testDns },
    proxy: { files: renderProxy, test: testPlatform, open: openTunnel },
    time: { effective: effectiveTime, files: renderTime, tell: tellTimesyncd, zones, setZone },
    hosts: { read: () => readHosts(), write: (entries) => writeHosts(entries) },
    ssh: { state: sshState, enable: enableSsh, disable: disableSsh },
    login: {
      state: loginState,
      setPassword,
      isPassword,
      passwordHash,
      setPasswordHash,
      keys: authorizedKeys,
      setKeys: setAuthorizedKeys,
    },
    seeds: realSeeds(),
    logs: { ...logFiles('/var/log', '/var/tmp'), units: journalUnits, journal: journalReader },
    capture: realRecorder(),
    changing,
    offers: realOffers(),
    diagnostics: realDiagnostics(),
    cleanUp: {
      logs: '/var/log',
      diagnostics: '/var/diagnostics',
      shrinkJournal: (bytes, signal) => shrinkJournal('/var/log', bytes, signal),
    },
    power: { sessions, reboot, shutdown, reset: realReset() },
  };
}
