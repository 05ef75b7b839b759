/** What came of the echo requests so far, so that a ping that was stopped has its summary too. Pure. */
import type { PingSummary } from '../../appliance.ts';
import type { PingSaid } from './parse.ts';

/** Replies later than this many requests do not come: enough to tell a duplicate from a first answer. */
const remembered = 256;

export class Tally {
  #address: string | undefined;
  #last = 0;
  #received = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;
  #counts: { sent: number; received: number } | undefined;
  #times: { min: number; avg: number; max: number } | undefined;
  readonly #answered = new Set<number>();
  readonly #told = new Set<number>();

  /** The address that is asked; absent until ping has looked the name up. */
  get address(): string | undefined {
    return this.#address;
  }

  /** Takes in a line; gives what is to be shown of it. */
  count(said: PingSaid): PingSaid {
    if (said.kind === 'start') this.#address = said.address;
    if (said.kind === 'counts') this.#counts = said;
    if (said.kind === 'times') this.#times = said;
    if (!('seq' in said) || said.seq === undefined) return said;
    const seq = this.#whole(said.seq);
    this.#last = Math.max(this.#last, seq);
    this.#told.add(seq);
    if (said.kind === 'reply') this.#reply(seq, said.time);
    this.#told.delete(this.#last - remembered);
    this.#answered.delete(this.#last - remembered);
    return { ...said, seq };
  }

  /** Requests that were sent and of which no line told anything: ping tells of the last ones in its statistics only. */
  silent(): number[] {
    const sent = this.#counts?.sent ?? this.#last;
    const first = Math.max(1, sent - remembered + 1);
    return Array.from({ length: Math.max(0, sent - first + 1) }, (_, i) => first + i).filter(
      (seq) => !this.#told.has(seq),
    );
  }

  summary(address: string): PingSummary {
    const sent = this.#counts?.sent ?? this.#last;
    const received = this.#counts?.received ?? this.#received;
    const loss = sent === 0 ? 0 : Number(((Math.max(0, sent - received) * 100) / sent).toPrecision(6));
    return { address, sent, received, loss, ...(received === 0 ? {} : this.#seen()) };
  }

  #seen(): Pick<PingSummary, 'times'> {
    if (this.#times) return { times: { min: this.#times.min, avg: this.#times.avg, max: this.#times.max } };
    if (this.#received === 0) return {};
    const avg = Math.round((this.#sum / this.#received) * 1000) / 1000;
    return { times: { min: this.#min, avg, max: this.#max } };
  }

  #reply(seq: number, time: number): void {
    if (this.#answered.has(seq)) return;
    this.#answered.add(seq);
    this.#received += 1;
    this.#sum += time;
    this.#min = Math.min(this.#min, time);
    this.#max = Math.max(this.#max, time);
  }

  /** icmp_seq has 16 bits (RFC 792) and begins anew after 18 hours. */
  #whole(seq: number): number {
    const ahead = (((seq - this.#last) % 65536) + 65536) % 65536;
    return this.#last + (ahead < 32768 ? ahead : ahead - 65536);
  }
}
