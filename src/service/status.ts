/** The one line that is always true: who this is, where it is reached, what has failed. */
import type { Appliance, Endings, InterfaceFacts, Status } from '../appliance.ts';
import type { ChangeKeeper } from '../changes/change.ts';
import type { DiskWatch } from './clean-up.ts';
import { type Source, watchGauges } from './gauge.ts';
import type { Gauges } from './gauges.ts';
import type { Jobs } from './jobs.ts';
import type { PlatformView } from './platform.ts';
import type { Power } from './power.ts';

const PERIOD = 5000;

export interface StatusParts {
  keeper: ChangeKeeper;
  platform: PlatformView;
  disks: DiskWatch;
  jobs: Jobs;
  power: Pick<Power, 'scheduled' | 'source'>;
  endings(): Endings | undefined;
}

export function statusOf(
  { hostName, interfaces, units }: Gauges,
  { keeper, platform, disks, jobs, power, endings }: StatusParts,
  pace: number,
): Appliance['status'] {
  const all = [hostName, interfaces, units] as const;
  const compose = (): Status | undefined => {
    if (all.some(({ reading }) => reading.state === 'reading')) return undefined;
    const address = interfaces.reading.state === 'known' ? firstAddress(interfaces.reading.value) : undefined;
    const listed = units.reading.state === 'known' ? units.reading.value : [];
    const pendingChange = pendingOf(keeper);
    const own = hostName.reading.state === 'known' ? hostName.reading.value : 'this appliance';
    const registration = platform.state();
    const diskFull = disks.full();
    const diskReadOnly = disks.readOnly();
    const job = jobs.brief();
    const scheduled = power.scheduled();
    const ended = endings();
    return {
      name: registration.registered ? registration.name : own,
      ...(address ? { address } : {}),
      registered: registration.registered,
      platform: registration.registered
        ? { connected: registration.connected, since: registration.connectedSince }
        : { connected: false },
      failedUnits: listed.filter((unit) => unit.state === 'failed').length,
      ...(pendingChange ? { pendingChange } : {}),
      ...(diskFull ? { diskFull } : {}),
      ...(diskReadOnly ? { diskReadOnly } : {}),
      ...(job === undefined ? {} : { job: { what: job } }),
      ...(scheduled ? { power: scheduled } : {}),
      ...(ended ? { endings: ended } : {}),
    };
  };
  return {
    async read() {
      await Promise.all(all.map((gauge) => gauge.latest(PERIOD * pace)));
      // Every gauge has an answer now, if only that there is none.
      return compose() as Status;
    },
    watch: (_args, call) =>
      watchGauges(
        [...all, changesSource(keeper), platform.source, disks.source, jobs.source, power.source].map(
          (source) => [source, PERIOD * pace] as const,
        ),
        compose,
        call,
      ),
  };
}

function pendingOf(keeper: ChangeKeeper): Status['pendingChange'] {
  const { pending } = keeper.state();
  return pending?.phase === 'asking' && pending.until
    ? { what: pending.what, by: pending.by, until: pending.until }
    : undefined;
}

function changesSource(keeper: ChangeKeeper): Source {
  return {
    watch(_every, onChange) {
      const stop = new AbortController();
      void keeper.watch({ signal: stop.signal, progress: onChange });
      return () => stop.abort();
    },
  };
}

/** The first that can be reached from elsewhere, without its prefix. */
function firstAddress(interfaces: readonly InterfaceFacts[]): string | undefined {
  const isGlobal = (address: string) => !/^(fe[89ab]|169\.254\.)/i.test(address);
  return interfaces
    .flatMap((one) => one.addresses)
    .find(isGlobal)
    ?.split('/')[0];
}
