/** The upload of a report: begun, followed, cancelled, audited. One at a time. The way out is the settings' one. */
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { NoConnection } from '../adapters/proxy/no-connection.ts';
import type { HostKey, Report, Upload, UploadTarget } from '../appliance.ts';
import { type Failure, fail, problemOf } from '../errors.ts';
import { askKey, checkKey, type Login, logIn } from '../jobs/handover/connect.ts';
import { KnownHosts, type ShownKey } from '../jobs/handover/known-hosts.ts';
import { uploadOver } from '../jobs/handover/upload.ts';
import { waysTo } from '../platform/client/reach.ts';
import type { Fqdn } from '../values/host.ts';
import { proxyName, type UpstreamProxy } from '../values/proxy.ts';
import { within } from '../within.ts';
import type { Changed } from './offering.ts';
import type { System } from './system.ts';
import { UploadLeft } from './upload-left.ts';

/** Milliseconds until a connection, or its proxy, must have answered. */
const patience = 15_000;
/** Milliseconds without any progress until an upload is given up. */
const stall = 30_000;

type Place = Pick<UploadTarget, 'host' | 'port'>;
type Under = { report: string; by: string; since: string; cancel: AbortController; done: Promise<void> };

export class Uploading {
  upload: Upload | undefined;
  private under: Under | undefined;
  private readonly known: KnownHosts;
  private readonly left: UploadLeft;

  constructor(
    private readonly system: System,
    private readonly changed: Changed,
  ) {
    this.known = new KnownHosts(join(system.state, 'known-hosts.json'));
    this.left = new UploadLeft(system.state, system.log);
  }

  /** Tells of one that an earlier service had under way. */
  async resume(): Promise<void> {
    this.upload = await this.left.take();
  }

  async hostKey(place: Place, signal?: AbortSignal): Promise<HostKey> {
    const ask = async (inner: AbortSignal) => askKey(await this.reach(place, inner), place.host, inner);
    const shown = await within(60_000 * this.system.pace, named(place), ask, signal);
    const before = await this.known.find(place.host, place.port);
    if (!before) return { ...shown, known: 'no' };
    return before.sha256 === shown.sha256
      ? { ...shown, known: 'yes' }
      : { ...shown, known: 'other', before: before.sha256 };
  }

  async begin(report: Report, path: string, target: UploadTarget, login: Login, by: string): Promise<void> {
    this.refuseSecond();
    await checkKey(login);
    // Somebody else may have begun meanwhile.
    this.refuseSecond();
    const cancel = new AbortController();
    const under = { report: report.name, by, since: new Date().toISOString(), cancel };
    this.upload = { report: report.name, target, by, state: 'connecting', sent: 0, size: report.size };
    const noted = this.left.note(this.upload);
    const carriedOut = noted.then(() => this.carryOut(report, path, login, cancel.signal));
    const done = carriedOut.finally(async () => {
      if (!this.system.closing.aborted) await this.left.forget();
      this.under = undefined;
      this.changed('state');
    });
    this.under = { ...under, done };
    this.changed('state');
  }

  async cancel(): Promise<void> {
    this.under?.cancel.abort();
    await this.under?.done;
  }

  isUnderWay(report: string): boolean {
    return this.under?.report === report;
  }

  private refuseSecond(): void {
    if (this.under) throw fail('busy', { what: 'The upload of reports', by: this.under.by, since: this.under.since });
  }

  private async carryOut(report: Report, path: string, login: Login, cancelled: AbortSignal): Promise<void> {
    const { audit, closing, pace } = this.system;
    const signal = AbortSignal.any([cancelled, closing]);
    const { target, by } = this.upload as Upload;
    const entry = { by, what: `upload report ${report.name}`, before: 'not uploaded' };
    const where = `to ${target.user}@${named(target)}:${target.folder}, host key ${login.sha256}`;
    try {
      await audit.note({ ...entry, after: where, outcome: 'begun' });
      const connection = await logIn(await this.reach(target, signal), target, login, signal);
      await this.remember(target, connection.key, by);
      const tell = (news: Pick<Upload, 'state' | 'sent'>) => this.tell(news);
      const job = { report, path, target, tell, patience: stall * pace };
      const { compared } = await uploadOver(connection, job, signal);
      this.tell({ state: 'complete', sent: report.size });
      await audit.note({ ...entry, after: `uploaded ${where}; ${compared} compared`, outcome: 'done' });
    } catch (error) {
      const problem = problemOf(error, error instanceof Error ? error.message : 'none');
      const sent = this.upload?.sent ?? 0;
      if (cancelled.aborted) this.tell({ state: 'cancelled' });
      else if (closing.aborted) this.tell({ state: 'broken off' });
      else this.tell({ state: sent > 0 ? 'broken off' : 'failed', problem });
      const after = `${this.upload?.state} ${where}: ${sent} of ${report.size} bytes`;
      await audit.note({ ...entry, after, outcome: problem.code });
    }
  }

  private tell(news: Partial<Upload>): void {
    if (!this.upload) return;
    const isSame = this.upload.state === (news.state ?? this.upload.state) && !news.problem;
    this.upload = { ...this.upload, ...news };
    this.changed(isSame ? 'progress' : 'state');
  }

  private async remember({ host, port }: Place, key: ShownKey, by: string): Promise<void> {
    const before = await this.known.find(host, port);
    if (before?.sha256 === key.sha256) return;
    const at = new Date().toISOString();
    await this.known.remember({ host, port, ...key, at, by });
    const what = `confirm host key of ${named({ host, port })}`;
    await this.system.audit.note({ by, what, before: before?.sha256 ?? 'none', after: key.sha256, outcome: 'done' });
  }

  /** While a proxy is set nothing goes around it, but to where the settings let it. */
  private async reach({ host, port }: Place, signal: AbortSignal): Promise<Socket> {
    const { machine, pace } = this.system;
    const { proxy } = await this.system.settings();
    const ways = waysTo(host as Fqdn, { proxy: proxy.enabled ? proxy : { ...proxy, proxies: [] } });
    let first: Failure | undefined;
    for (const way of ways) {
      try {
        return await machine.proxy.open({ host, port }, way, patience * pace, signal);
      } catch (error) {
        if (!(error instanceof NoConnection)) throw error;
        first ??= unreached(error, { host, port }, way);
      }
    }
    throw first;
  }
}

const named = ({ host, port }: Place) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

function unreached({ why, status = 0 }: NoConnection, place: Place, way: UpstreamProxy | undefined): Failure {
  const failed = (reason: string) => fail('upload-failed', { host: place.host, why: reason });
  if (why === 'proxy wants a password' || why === 'proxy rejects the password')
    return fail('proxy-auth', { proxy: way ? proxyName(way) : '', user: way?.user ?? '' });
  const at = way ? `the proxy ${proxyName(way)}` : named(place);
  switch (why) {
    case 'proxy forbids':
      return failed(`${at} does not let it through to ${named(place)} (${status}); it may allow port 443 only`);
    case 'proxy cannot reach it':
      return failed(`${at} does not reach ${named(place)} (${status})`);
    case 'name not found':
      return failed(`the name of ${at} was not found`);
    case 'refused':
      return failed(`${at} refuses connections`);
    case 'no answer':
      return failed(`${at} did not answer within ${patience / 1000} s`);
    case 'unreachable':
      return failed(`there is no way from here to ${at}`);
    case 'no proxy':
      return failed(`what answers as ${at} is no proxy`);
    default:
      return failed(`${at} cut the connection`);
  }
}
