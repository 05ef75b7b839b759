/** The appliance put together of a machine, a brand, and a folder for what is kept. Which machine is chosen elsewhere. */
import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import type { Machine } from '../adapters/machine.ts';
import type { About, Appliance, Endings } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { openStore } from '../settings/store.ts';
import { accessOf } from './access.ts';
import { attributed } from './asking.ts';
import type { Audit } from './audit.ts';
import { auditOf } from './audit-read.ts';
import { capturesOf } from './capture.ts';
import { changesOf, keeperOf, settingsFolder } from './changes.ts';
import { cleaningUp } from './clean-up.ts';
import { containersOf } from './containers.ts';
import { reportsOf } from './diagnostics-report.ts';
import { dnsOf } from './dns.ts';
import { gaugesOf } from './gauges.ts';
import { handoverOf } from './handover.ts';
import { hostsOf } from './hosts.ts';
import { imagesOf } from './images.ts';
import { infoOf } from './info.ts';
import { jobsOf } from './jobs.ts';
import type { Log } from './log.ts';
import { logsOf } from './logs.ts';
import { networkOf } from './network.ts';
import { pickUp } from './pick-up.ts';
import { pingOf } from './ping.ts';
import { platformOf } from './platform.ts';
import { powerOf } from './power.ts';
import { proxyOf } from './proxy.ts';
import { settingsOf } from './settings.ts';
import { SetUp, setupOf } from './setup.ts';
import { sshOf } from './ssh.ts';
import { statsOf } from './stats.ts';
import { statusOf } from './status.ts';
import { suffixOf } from './suffix.ts';
import { System } from './system.ts';
import { keepDefaultServers, timeOf } from './time.ts';
import { Unattended } from './unattended.ts';
import { unitsOf } from './units.ts';

export interface Assembly {
  machine: Machine;
  /** But the role, which is of each connection, and the language, which is a setting. */
  about: Omit<About, 'role' | 'language'>;
  brand: Brand;
  audit: Audit;
  log: Log;
  /** Folder of what is kept: settings, and the change under way. */
  state: string;
  /** How the service has ended of late; none where nobody keeps account of it. */
  endings?: () => Endings | undefined;
  /** Factor of every period and time limit; 1 but in tests. */
  pace?: number;
  /** Aborted when the service ends: ends what it does on its own. */
  closing?: AbortSignal;
}

/**
 * Ready when it returns. A change that an earlier service left is taken up by then: asked on, or going back.
 * @throws Failure where the folder cannot be used
 */
export async function assemble(assembly: Assembly): Promise<Appliance> {
  const { machine, about, brand, log, state, pace = 1, closing = new AbortController().signal } = assembly;
  const { endings = () => undefined } = assembly;
  // Everything is started with it off (scripts/wrapper), which suits a console and not what searches and packs.
  setFlagsFromString('--opt');
  // Each group listens to it, and Node takes more than ten for a leak.
  setMaxListeners(0, closing);
  const audit = attributed(assembly.audit);
  const notice = (text: string) => log.warning(`settings: ${text}`);
  const store = await openStore(settingsFolder(state), { notice });
  const system = new System({ machine, brand, audit, log, store, state, pace, closing });
  const keeper = await keeperOf(system);
  const gauges = gaugesOf(machine, brand, pace);
  void keepDefaultServers(system);
  const platform = await platformOf(system, gauges, about.version);
  void keeper.watch({ signal: closing, progress: platform.nudge });
  const setUp = await SetUp.begin(system, platform.view.state().registered);
  const captures = capturesOf(system);
  const handover = await handoverOf(system);
  closing.addEventListener('abort', () => void handover.close(), { once: true });
  const report = await reportsOf({ system, version: about.version, platform, captures }, handover);
  const jobs = jobsOf(system, { report, capture: captures.group, registering: platform.registering });
  const power = await powerOf({ system, keeper, jobs, registration: platform.groups.registration });
  const access = accessOf(system);
  const changes = changesOf(system, keeper);
  const [hosts, ssh] = [hostsOf(system), sshOf(system)];
  const groups = { changes, access, hosts, ssh, registration: platform.groups.registration };
  const unattended = new Unattended({ system, setUp, groups });
  void pickUp({ system, setUp, unattended, undo: changes.undo });
  return {
    // Where a connection says nothing else.
    about: async () => ({
      ...about,
      role: 'operator',
      language: (await system.settings()).language,
      // Not asked of `setup`, which reads the machine: a console opens with this.
      ...(setUp.record.finished ? {} : { firstBoot: true }),
    }),
    status: statusOf(
      gauges,
      { keeper, platform: platform.view, disks: cleaningUp(system, report), jobs, power, endings },
      pace,
    ),
    info: infoOf(gauges, platform.view, { version: about.version, endings }, brand, pace),
    ping: pingOf(machine),
    units: unitsOf({ machine, brand, gauges, audit, pace, closing }),
    stats: statsOf({ machine, brand, gauges, pace, closing }),
    containers: containersOf({ machine, gauges, audit, pace, closing }),
    images: imagesOf(machine, gauges, pace),
    logs: logsOf(machine, pace),
    network: networkOf(system),
    changes,
    dns: dnsOf(system),
    proxy: proxyOf(system),
    hosts,
    time: timeOf(system),
    platform: suffixOf(system),
    ssh,
    access,
    settings: settingsOf(system),
    audit: auditOf(state),
    capture: captures.group,
    power: power.group,
    setup: setupOf(system, setUp, platform.view.state),
    unattended: unattended.group,
    report,
    ...platform.groups,
  };
}
