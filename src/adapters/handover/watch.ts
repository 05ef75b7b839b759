/**
 * How an offer goes: from what the check of the password has noted, the journal and /proc. The journal tells exactly
 * what was read, /proc tells it while it happens and where there is no journal.
 */
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Offer } from '../../appliance.ts';
import { advance, type OfferEvent } from '../../jobs/handover/offer.ts';
import { lines } from '../../run.ts';
import type { TellOffer } from '../machine.ts';
import { keepRecord, type OfferRecord } from './listener.ts';
import { parseSeen, parseSession } from './parse.ts';
import { places } from './render.ts';
import { lookAt, processesFile } from './session.ts';

/** Milliseconds. */
const period = 250;
/** Until a process of the session must be seen, while any is there that may become it; and until the journal tells. */
const grace = { begin: 5_000, end: 1_000 };

/** Ends when nothing more can happen, or the signal is aborted. Closes nothing. */
export async function watchListener(record: OfferRecord, tell: TellOffer, signal: AbortSignal) {
  const done = new AbortController();
  const over = AbortSignal.any([signal, done.signal]);
  const watcher = new Watcher(record, tell);
  const journal = watcher.readJournal(over);
  try {
    await watcher.look(over);
  } finally {
    done.abort();
    await journal;
  }
}

class Watcher {
  private offer: Offer;
  private lastRead = 0;
  private hasEnded = false;
  private kept: Promise<void> = Promise.resolve();

  constructor(
    private readonly record: OfferRecord,
    private readonly tell: TellOffer,
  ) {
    this.offer = record.offer;
  }

  async look(signal: AbortSignal): Promise<void> {
    const file = await processesFile(signal).catch(() => undefined);
    const report = await stat(this.record.path).catch(() => ({ dev: 0, ino: 0 }));
    let wasOpen = false;
    let quietSince: number | undefined;
    while (!signal.aborted) {
      const now = Date.now();
      await this.readSeen();
      if (this.offer.state === 'burnt') return;
      if (now >= Date.parse(this.offer.expiresAt)) return this.take({ kind: 'expiry' });
      const session = file ? await lookAt(file, this.record.uid, report) : undefined;
      if (session?.position) await this.take({ kind: 'reading', position: session.position });
      if (this.offer.state !== 'waiting') {
        wasOpen ||= session?.open === true;
        quietSince = session?.open ? undefined : (quietSince ?? now);
        const patience = wasOpen || session?.isAlone !== false ? grace.end : grace.begin;
        const isLate = quietSince !== undefined && now - quietSince > patience;
        if (quietSince !== undefined && (this.hasEnded || isLate)) return this.take({ kind: 'logout' });
      } else if (!session?.listens) return this.take({ kind: 'end' });
      await pause(period, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Ends with the signal; a journal that cannot be read is told by nothing but less to tell. */
  async readJournal(signal: AbortSignal): Promise<void> {
    const { uid, openedAt, path } = this.record;
    const name = path.split('/').at(-1) ?? '';
    const since = `--since=@${(openedAt / 1000).toFixed(3)}`;
    const what = ['--follow', '--lines=all', '--output=json', '--output-fields=MESSAGE', since];
    const args = [...what, `_UID=${uid}`, 'SYSLOG_IDENTIFIER=internal-sftp'];
    try {
      for await (const line of lines('journalctl', args, { limit: Infinity, signal })) {
        const news = parseSession(line, name);
        if (!news) continue;
        // The login comes before what was done in it.
        await this.readSeen();
        if (news.kind === 'ended') this.hasEnded = true;
        else {
          this.lastRead += news.bytes;
          await this.take({ kind: 'read', bytes: this.lastRead });
        }
      }
    } catch {
      // Given up, or there is no journal.
    }
  }

  private async readSeen(): Promise<void> {
    const seen = await readFile(`${places.once}/seen`, 'utf8').catch(() => '');
    for (const line of seen.split('\n')) {
      const event = parseSeen(line);
      if (event) await this.take(event);
    }
  }

  /** One after the other, as both loops come here. */
  private keep(record: OfferRecord): Promise<void> {
    this.kept = this.kept.then(() => keepRecord(record)).catch(() => undefined);
    return this.kept;
  }

  private async take(event: OfferEvent): Promise<void> {
    const { offer: before } = this;
    const offer = advance(before, event);
    if (offer === before) return;
    this.offer = offer;
    this.tell(offer, event);
    if (offer.state !== before.state || offer.triesLeft !== before.triesLeft)
      await this.keep({ ...this.record, offer });
  }
}
