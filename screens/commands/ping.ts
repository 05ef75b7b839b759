/** Commands › Ping: a host to give, then its answers as they come and the sum of them. */
import type { PingLine, PingSummary } from '../../src/appliance.ts';
import { parseHost } from '../../src/values/host.ts';
import { text } from '../kit/fields.ts';
import type { PagerLine } from '../kit/pager.ts';
import type { Screen } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

export const ping: Screen = async ({ ui, appliance }) => {
  let value = '8.8.8.8';
  for (;;) {
    const answer = await ui.form({
      title: t`Ping`,
      fields: { host: text({ label: t`FQDN or IP address`, value, parse: parseHost }) },
    });
    if (!answer) return;
    const host: string = answer.host;
    value = host;
    await ui.pager({
      title: t`Ping ${host}`,
      stop: t`stop`,
      feed: async (add, signal) => {
        const tally = new Tally();
        add({ text: t`Looking up ${host}...`, role: 'dim' });
        try {
          const summary = await appliance.ping.run(
            { host },
            {
              signal,
              progress: (line) => {
                tally.take(line);
                add(shown(line));
              },
            },
          );
          add(...sum(summary));
        } catch (error) {
          // Stopping ends the call before its result: what was seen is summed up here.
          if (!signal.aborted) throw error;
          add(...sum(tally.summary));
        }
      },
    });
  }
};

/** What a stopped ping has come to. */
class Tally {
  private address = '';
  private sent = 0;
  private readonly times: number[] = [];

  take(line: PingLine): void {
    if (line.kind === 'start') this.address = line.address;
    else if (line.kind !== 'error' || line.seq !== undefined) this.sent++;
    if (line.kind === 'reply') this.times.push(line.time);
  }

  get summary(): PingSummary {
    const { address, sent, times } = this;
    const received = times.length;
    const loss = sent === 0 ? 0 : (100 * (sent - received)) / sent;
    const total = times.reduce((sum, time) => sum + time, 0);
    return {
      address,
      sent,
      received,
      loss,
      ...(received ? { times: { min: Math.min(...times), avg: total / received, max: Math.max(...times) } } : {}),
    };
  }
}

function shown(line: PingLine): PagerLine {
  switch (line.kind) {
    case 'start':
      return { text: t`Pinging ${line.address} with ${line.bytes} bytes, once a second.`, role: 'dim' };
    case 'reply':
      return {
        text: `${String(line.seq).padStart(4)}  ${t`answer from ${line.from} in ${line.time.toFixed(1)} ms, ttl ${line.ttl}`}`,
      };
    case 'lost':
      return { text: `${String(line.seq).padStart(4)}  ${t`no answer`}`, role: 'warn' };
    case 'error':
      return {
        text: `${String(line.seq ?? '').padStart(4)}  ${said(line.text)}${line.from ? ` (${t`says ${line.from}`})` : ''}`,
        role: 'bad',
      };
  }
}

function sum({ sent, received, loss, times }: PingSummary): PagerLine[] {
  const role = received === 0 ? 'bad' : loss > 0 ? 'warn' : 'good';
  return [
    { text: '' },
    { text: t`${sent} sent, ${received} received, ${Number(loss.toFixed(1))} % lost`, role },
    ...(times
      ? [{ text: `min/avg/max ${times.min.toFixed(1)}/${times.avg.toFixed(1)}/${times.max.toFixed(1)} ms` }]
      : []),
  ];
}
