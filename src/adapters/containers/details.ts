/**
 * One container and one image in detail, as of /containers/ID/json and /images/NAME/json (Docker Engine API 1.25 to
 * 1.52). Pure.
 */
import * as z from 'zod';
import type { Container, ContainerDetails, Health, ImageDetails } from '../../appliance.ts';
import { masked, maskedArguments } from '../../values/masked.ts';
import { type ListedContainer, madeOf, namesOf } from './list.ts';
import { nameAndTag, nameless } from './reference.ts';
import { bytes, identifier, list, moment, record, variables } from './shapes.ts';

/** Characters of what a health check said. */
const mostHealthText = 4096;

const binding = z.object({ HostIp: z.string().optional(), HostPort: z.string().optional() });

export const containerDetails = z.object({
  Id: identifier,
  Name: z.string(),
  Path: z.string(),
  Args: list(z.string()),
  State: z.object({
    Running: z.boolean(),
    Restarting: z.boolean(),
    OOMKilled: z.boolean(),
    ExitCode: z.int(),
    Error: z.string(),
    StartedAt: moment,
    FinishedAt: moment,
    Health: z.nullish(
      z.object({
        Status: z.string(),
        Log: list(z.object({ Start: moment, End: moment, ExitCode: z.int(), Output: z.string() })),
      }),
    ),
  }),
  RestartCount: z.int().min(0),
  HostConfig: z.object({
    RestartPolicy: z.nullish(z.object({ Name: z.string(), MaximumRetryCount: z.int().optional() })),
    LogConfig: z.nullish(z.object({ Type: z.string() })),
  }),
  Mounts: list(
    z.object({
      Source: z.string().optional(),
      Name: z.string().optional(),
      Destination: z.string(),
      RW: z.boolean(),
      Type: z.string().optional(),
    }),
  ),
  Config: z.object({
    Env: list(z.string()),
    Tty: z.boolean(),
    StopTimeout: z.nullish(z.int()),
  }),
  NetworkSettings: z.object({
    Ports: record(z.nullish(z.array(binding))),
    Networks: record(
      z.nullish(
        z.object({
          IPAddress: z.string().optional(),
          IPPrefixLen: z.int().optional(),
          GlobalIPv6Address: z.string().optional(),
          GlobalIPv6PrefixLen: z.int().optional(),
        }),
      ),
    ),
  }),
});

export type Inspected = z.output<typeof containerDetails>;

/** `brief`: the same container out of the list. */
export function fullContainer(brief: Container, found: Inspected, size: number | undefined): ContainerDetails {
  const { State: state, HostConfig, Config, NetworkSettings } = found;
  const isUp = state.Running && !state.Restarting;
  // One that could not be started at all has a code, but no end.
  const hasEnded = state.FinishedAt !== undefined || state.ExitCode !== 0;
  const health = healthOf(state.Health?.Status);
  return {
    ...brief,
    ...(health ? { health } : {}),
    ...(size === undefined ? {} : { size }),
    command: maskedArguments([found.Path, ...found.Args]),
    ...(state.StartedAt === undefined ? {} : { startedAt: state.StartedAt }),
    ...(state.FinishedAt === undefined ? {} : { finishedAt: state.FinishedAt }),
    ...(isUp || !hasEnded ? {} : { exitCode: state.ExitCode }),
    outOfMemory: state.OOMKilled,
    ...(state.Error === '' ? {} : { error: state.Error }),
    restarts: found.RestartCount,
    restartPolicy: policyOf(HostConfig.RestartPolicy),
    ports: NetworkSettings.Ports.flatMap(([port, bindings]) => portsOf(port, bindings ?? [])),
    mounts: found.Mounts.map((mount) => ({
      from: mount.Type === 'volume' ? (mount.Name ?? '') : mount.Source || (mount.Type ?? ''),
      to: mount.Destination,
      writable: mount.RW,
    })),
    networks: NetworkSettings.Networks.map(([name, network]) => ({ name, address: addressesOf(network ?? {}) })),
    environment: variables(Config.Env),
    healthLog: (state.Health?.Log ?? []).map(({ Start, End, ExitCode, Output }) => ({
      at: End ?? Start ?? '',
      exitCode: ExitCode,
      text: Output.slice(0, mostHealthText),
    })),
  };
}

function healthOf(status: string | undefined): Health | undefined {
  return status === 'healthy' || status === 'unhealthy' || status === 'starting' ? status : undefined;
}

function policyOf(policy: Inspected['HostConfig']['RestartPolicy']): string {
  const name = policy?.Name || 'no';
  return policy?.MaximumRetryCount ? `${name} (${policy.MaximumRetryCount})` : name;
}

function portsOf(port: string, bindings: readonly z.output<typeof binding>[]): string[] {
  if (bindings.length === 0) return [port];
  return bindings.map(({ HostIp = '', HostPort = '' }) => {
    const host = HostIp.includes(':') ? `[${HostIp}]` : HostIp || '0.0.0.0';
    return `${host}:${HostPort} → ${port}`;
  });
}

interface Addresses {
  IPAddress?: string | undefined;
  IPPrefixLen?: number | undefined;
  GlobalIPv6Address?: string | undefined;
  GlobalIPv6PrefixLen?: number | undefined;
}

function addressesOf({ IPAddress, IPPrefixLen, GlobalIPv6Address, GlobalIPv6PrefixLen }: Addresses): string {
  const four = IPAddress ? `${IPAddress}/${IPPrefixLen ?? 32}` : '';
  const six = GlobalIPv6Address ? `${GlobalIPv6Address}/${GlobalIPv6PrefixLen ?? 128}` : '';
  return [four, six].filter(Boolean).join(', ');
}

export const imageDetails = z.object({
  Id: identifier,
  RepoTags: list(z.string()),
  RepoDigests: list(z.string()),
  Created: moment,
  Architecture: z.string(),
  Size: bytes,
  Config: z.nullish(
    z.object({
      Env: list(z.string()),
      Cmd: list(z.string()),
      Entrypoint: list(z.string()),
      ExposedPorts: record(z.unknown()),
      Volumes: record(z.unknown()),
      Labels: record(z.string()),
    }),
  ),
  RootFS: z.nullish(z.object({ Layers: list(z.string()) })),
});

/** `asked`: by which of its names it shall be called, where it is one of them. */
export function fullImage(
  found: z.output<typeof imageDetails>,
  asked: string,
  containers: readonly ListedContainer[],
): ImageDetails {
  const names = namesOf(found);
  const wanted = nameAndTag(asked);
  const name = names.find(({ repository, tag }) => repository === wanted.repository && tag === wanted.tag);
  const used = madeOf(found.Id, containers);
  const config = found.Config;
  return {
    id: found.Id,
    ...(name ?? names[0] ?? nameless),
    createdAt: found.Created ?? '',
    size: found.Size,
    containers: used.length,
    architecture: found.Architecture,
    command: maskedArguments([...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])]),
    ports: (config?.ExposedPorts ?? []).map(([port]) => port),
    volumes: (config?.Volumes ?? []).map(([path]) => path),
    environment: variables(config?.Env ?? []),
    labels: (config?.Labels ?? []).map(([label, value]) => ({ name: label, value: masked(label, value) })),
    layers: found.RootFS?.Layers.length ?? 0,
    usedBy: used.map(({ Names }) => (Names[0] ?? '').replace(/^\//, '')),
  };
}
