/** `gatehouse images …`. */
import { agoSaid, bytesSaid } from '../values/amount.ts';
import { pairs, section } from './containers.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields, table } from './table.ts';

export async function list({ appliance, output, signal }: Context): Promise<number> {
  const images = await appliance.images.list({}, { signal });
  const rows = images.map(({ repository, tag, id, createdAt, size, containers }) => {
    return [repository, tag, id.slice(0, 12), agoSaid(createdAt), bytesSaid(size), String(containers)];
  });
  const head = ['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE', 'CONTAINERS'];
  output.text(rows.length > 0 ? table([head, ...rows]) : 'There are no images.');
  output.value(images);
  return exits.done;
}

export async function show({ appliance, output, signal }: Context, id: string): Promise<number> {
  const image = await appliance.images.show({ id }, { signal });
  const known = fields([
    ['Repository', image.repository],
    ['Tag', image.tag],
    ['ID', image.id],
    ['Created', image.createdAt],
    ['Size', bytesSaid(image.size)],
    ['Layers', image.layers],
    ['Architecture', image.architecture],
    ['Command', image.command.join(' ')],
  ]);
  const more = [
    ...section('Containers', image.usedBy),
    ...section('Ports', image.ports),
    ...section('Volumes', image.volumes),
    ...section('Environment', pairs(image.environment)),
    ...section('Labels', pairs(image.labels)),
  ];
  output.text([known, ...more].join('\n'));
  output.value(image);
  return exits.done;
}
