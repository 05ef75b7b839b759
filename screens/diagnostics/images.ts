/** Diagnostics › Images: what containers are made of. */
import type { Image, ImageDetails } from '../../src/appliance.ts';
import { agoSaid, bytesSaid } from '../../src/values/amount.ts';
import type { Fact } from '../kit/facts.ts';
import { live } from '../kit/live.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';

export const images: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  await ui.table<Image>({
    title: 'Images',
    rows: live(appliance.images.watch),
    id: ({ id, repository, tag }) => `${id} ${repository}:${tag}`,
    empty: 'The container engine has no images.',
    columns: [
      { title: 'REPOSITORY', text: ({ repository }) => repository },
      { title: 'TAG', text: ({ tag }) => tag },
      { title: 'IMAGE ID', text: ({ id }) => id.slice(0, 12), spare: 2, whole: true },
      {
        title: 'CREATED',
        text: ({ createdAt }) => agoSaid(createdAt),
        order: (a, b) => b.createdAt.localeCompare(a.createdAt),
        spare: 1,
        whole: true,
      },
      { title: 'SIZE', right: true, text: ({ size }) => bytesSaid(size), order: (a, b) => a.size - b.size, spare: 3 },
    ],
    detail: ({ containers }) => `used by ${containers === 1 ? '1 container' : `${containers} containers`}`,
    ok: 'Details',
    choose: (image) => details(surroundings, image),
  });
};

async function details({ ui, appliance }: Surroundings, { id, repository, tag }: Image): Promise<void> {
  const title = `${repository}:${tag}`;
  const outcome = await ui.busy(`Reading ${title}`, (signal) => appliance.images.show({ id }, { signal }));
  if (!outcome.ok) return ui.problem(title, outcome.problem);
  await ui.facts({ title, page: { facts: facts(outcome.value, title) } });
}

function facts(image: ImageDetails, title: string): Fact[] {
  return [
    { label: 'Image', value: title },
    { label: 'Image ID', value: image.id.slice(0, 12) },
    { label: 'Created', value: `${image.createdAt.slice(0, 19).replace('T', ' ')} (${agoSaid(image.createdAt)})` },
    { label: 'Size', value: `${bytesSaid(image.size)} in ${image.layers} layers` },
    { label: 'Architecture', value: image.architecture },
    { label: 'Containers', value: image.usedBy.join('\n') || 'none' },
    { label: 'Command', value: image.command.join(' ') || 'none' },
    { label: 'Ports', value: image.ports.join('\n') || 'none' },
    { label: 'Volumes', value: image.volumes.join('\n') || 'none' },
    {
      label: 'Environment',
      value: image.environment.map(({ name, value }) => `${name}=${value}`).join('\n') || 'none',
    },
    { label: 'Labels', value: image.labels.map(({ name, value }) => `${name}=${value}`).join('\n') || 'none' },
  ];
}
