/** `gatehouse platform code …` and `… appliance …`: what an administrator of a platform of one's own does. */
import type { GatewayConfiguration } from '../appliance.ts';
import type { Admin, ConfigurationChange, ListedAppliance, ListedCode } from '../platform/server/admin.ts';
import { exits } from './exit.ts';
import type { Output } from './output.ts';
import { fields, table } from './table.ts';

export interface AdminContext {
  admin: Admin;
  output: Output;
}

type CertificateKind = GatewayConfiguration['certificateKind'];

interface CodeOptions {
  location?: string;
  days: number;
  certificate?: CertificateKind;
}

export interface ConfigureOptions {
  proxyPort?: number;
  cachePort?: number;
  cache?: 'on' | 'off';
  patch?: 'on' | 'off';
  /** false: none */
  domain?: string[] | false;
  minimumTls?: GatewayConfiguration['minimumTls'];
  certificate?: CertificateKind;
}

export async function createCode(context: AdminContext, name: string, options: CodeOptions): Promise<number> {
  const { location, days, certificate: certificateKind } = options;
  const wanted = { name, days, ...(location === undefined ? {} : { location }) };
  return toldCode(
    context,
    await context.admin.createCode({ ...wanted, ...(certificateKind ? { certificateKind } : {}) }),
  );
}

export async function listCodes({ admin, output }: AdminContext): Promise<number> {
  const codes = await admin.codes();
  const rows = codes.map(({ code, state, name, location, expires }) => [code, state, name, location, expires]);
  output.text(codes.length > 0 ? table([['CODE', 'STATE', 'NAME', 'LOCATION', 'EXPIRES'], ...rows]) : 'No codes yet.');
  output.value(codes);
  return exits.done;
}

export async function revokeCode(context: AdminContext, code: string): Promise<number> {
  return toldCode(context, await context.admin.revokeCode(code));
}

function toldCode({ output }: AdminContext, code: ListedCode): number {
  output.text(
    fields([
      ['Personalization code', code.code],
      ['State', code.state],
      ['Appliance', code.name],
      ['Location', code.location],
      ['Certificate', code.certificateKind],
      ['Expires', code.expires],
      ['Revoked', code.revoked],
    ]),
  );
  output.value(code);
  return exits.done;
}

export async function listAppliances({ admin, output }: AdminContext, { all }: { all?: true }): Promise<number> {
  const appliances = (await admin.appliances()).filter(({ ended }) => all || !ended);
  const head = ['NAME', 'LOCATION', 'REGISTERED', 'LAST CHECK-IN', 'VERSION', 'ID', ...(all ? ['ENDED'] : [])];
  const rows = appliances.map(({ name, location, enrolled, seen, id, ended }) => [
    ...[name, location, enrolled, seen?.at ?? 'never', seen?.version, id],
    ...(all ? [ended && `${ended.at} by ${ended.by}`] : []),
  ]);
  output.text(appliances.length > 0 ? table([head, ...rows]) : 'No appliance is registered.');
  output.value(appliances);
  return exits.done;
}

export async function showAppliance(context: AdminContext, name: string): Promise<number> {
  return toldAppliance(context, await context.admin.appliance(name));
}

export async function configure(context: AdminContext, name: string, options: ConfigureOptions): Promise<number> {
  const { cache, patch, domain, certificate, proxyPort, cachePort, minimumTls } = options;
  const change: ConfigurationChange = {
    ...(proxyPort === undefined ? {} : { proxyPort }),
    ...(cachePort === undefined ? {} : { cachePort }),
    ...(cache ? { cache: cache === 'on' } : {}),
    ...(patch ? { patch: patch === 'on' } : {}),
    ...(domain === undefined ? {} : { allowedDomains: domain || [] }),
    ...(minimumTls ? { minimumTls } : {}),
    ...(certificate ? { certificateKind: certificate } : {}),
  };
  return toldAppliance(context, await context.admin.configure(name, change));
}

export async function removeAppliance(context: AdminContext, name: string): Promise<number> {
  return toldAppliance(context, await context.admin.removeAppliance(name));
}

function toldAppliance({ output }: AdminContext, appliance: ListedAppliance): number {
  const { configuration, seen, ended } = appliance;
  const { modes, allowedDomains, revision } = configuration;
  const problem = seen?.applied.problem;
  output.text(
    fields([
      ['Name', appliance.name],
      ['Location', appliance.location],
      ['ID', appliance.id],
      ['Registered', appliance.enrolled],
      ['Ended', ended && `${ended.at} by ${ended.by}`],
      ['Certificate until', appliance.certificates.at(-1)?.until],
      ['Last check-in', seen ? `${seen.at} from ${seen.from}` : 'never'],
      ['Version', seen?.version],
      ['Addresses', seen?.addresses.join(' ')],
      ['Configuration', `${revision}, at work ${seen?.applied.revision || 'none'}${problem ? `: ${problem}` : ''}`],
      ['Proxy port', configuration.proxyPort],
      ['Cache port', configuration.cachePort],
      ['Cache mode', modes.cache ? 'on' : 'off'],
      ['Patch mode', modes.patch ? 'on' : 'off'],
      ['Allowed domains', allowedDomains.join(' ') || 'none beyond the default'],
      ['Minimum TLS', configuration.minimumTls],
      ['Certificate', configuration.certificateKind],
    ]),
  );
  output.value(appliance);
  return exits.done;
}
