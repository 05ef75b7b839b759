/** Diagnostics › Images: what containers are made of. */
import type { Image, ImageDetails } from '../../src/appliance.ts';
import { agoSaid, bytesSaid } from '../../src/values/amount.ts';
import type { Fact } from '../kit/facts.ts';
import { live } from '../kit/live.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

export const images: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  await ui.table<Image>({
    title: t`Images`,
    rows: live(appliance.images.watch),
    id: ({ id, repository, tag }) => `${id} ${repository}:${tag}`,
    empty: t`The container engine has no images.`,
    columns: [
      { title: t`REPOSITORY`, text: ({ repository }) => repository },
      { title: t`TAG`, text: ({ tag }) => tag },
      { title: t`IMAGE ID`, text: ({ id }) => id.slice(0, 12), spare: 2, whole: true },
      {
        title: t`CREATED`,
        text: ({ createdAt }) => said(agoSaid(createdAt)),
        order: (a, b) => b.createdAt.localeCompare(a.createdAt),
        spare: 1,
        whole: true,
      },
      { title: t`SIZE`, right: true, text: ({ size }) => bytesSaid(size), order: (a, b) => a.size - b.size, spare: 3 },
    ],
    detail: ({ containers }) => (containers === 1 ? t`used by 1 container` : t`used by ${containers} containers`),
    ok: t`Details`,
    choose: (image) => details(surroundings, image),
  });
};

async function details({ ui, appliance }: Surroundings, { id, repository, tag }: Image): Promise<void> {
  const title = `${repository}:${tag}`;
  const outcome = await ui.busy(t`Reading ${title}`, (signal) => appliance.images.show({ id }, { signal }));
  if (!outcome.ok) return ui.problem(title, outcome.problem);
  await ui.facts({ title, page: { facts: facts(outcome.value, title) } });
}

function facts(image: ImageDetails, title: string): Fact[] {
  return [
    { label: t`Image`, value: title },
    { label: t`Image ID`, value: image.id.slice(0, 12) },
    {
      label: t`Created`,
      value: `${image.createdAt.slice(0, 19).replace('T', ' ')} (${said(agoSaid(image.createdAt))})`,
    },
    { label: t`Size`, value: t`${bytesSaid(image.size)} in ${image.layers} layers` },
    { label: t`Architecture`, value: image.architecture },
    { label: t`Containers`, value: image.usedBy.join('\n') || t`none` },
    { label: t`Command`, value: image.command.join(' ') || t`none` },
    { label: t`Ports`, value: image.ports.join('\n') || t`none` },
    { label: t`Volumes`, value: image.volumes.join('\n') || t`none` },
    {
      label: t`Environment`,
      value: image.environment.map(({ name, value }) => `${name}=${value}`).join('\n') || t`none`,
    },
    { label: t`Labels`, value: image.labels.map(({ name, value }) => `${name}=${value}`).join('\n') || t`none` },
  ];
}
