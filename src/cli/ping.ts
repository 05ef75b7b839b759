/** `gatehouse ping`. */
import type { PingLine, PingRequest, PingSummary } from '../appliance.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';

export async function ping({ appliance, output, signal }: Context, request: PingRequest): Promise<number> {
  const summary = await appliance.ping.run(request, {
    signal,
    progress(line) {
      output.text(lineText(line, request.host));
      output.value(line);
    },
  });
  output.text(summaryText(summary, request.host));
  output.value({ kind: 'summary', ...summary });
  if (signal.aborted) return exits.interrupted;
  return summary.received > 0 ? exits.done : exits.failed;
}

function lineText(line: PingLine, host: string): string {
  switch (line.kind) {
    case 'start':
      return `PING ${host} (${line.address}): ${line.bytes} data bytes`;
    case 'reply':
      return `from ${line.from}: seq=${line.seq} ttl=${line.ttl} time=${line.time} ms`;
    case 'lost':
      return `no answer: seq=${line.seq}`;
    case 'error':
      return `${line.from ? `from ${line.from}: ` : ''}${line.text}${line.seq === undefined ? '' : `: seq=${line.seq}`}`;
  }
}

function summaryText({ sent, received, loss, times }: PingSummary, host: string): string {
  const counts = `--- ${host} ---\n${sent} sent, ${received} received, ${loss}% lost`;
  return times ? `${counts}\nmin/avg/max ${times.min}/${times.avg}/${times.max} ms` : counts;
}
