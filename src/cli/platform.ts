/** `gatehouse platform …`: the suffix of the platform's host names. */
import type { SuffixState } from '../appliance.ts';
import { brandNamed, defaultBrand } from '../brand/brand.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';

export async function show({ appliance, output, signal }: Context): Promise<number> {
  return told(output, await appliance.platform.read({}, { signal }));
}

/** @param given a suffix, or the name of one of the brand's platforms: "US 1" */
export async function set({ appliance, output, signal }: Context, given: string): Promise<number> {
  const { brand } = await appliance.about({}, { signal });
  const { platforms } = brandNamed(brand) ?? defaultBrand;
  const plain = (name: string) => name.toLowerCase().replaceAll(' ', '');
  const known = platforms.find(({ name }) => plain(name) === plain(given));
  return told(output, await appliance.platform.set({ suffix: known?.suffix ?? given }, { signal }));
}

function told(output: Context['output'], state: SuffixState): number {
  const { suffix, fixed, hosts } = state;
  output.text(
    fields([
      ['Suffix', suffix ?? 'none yet'],
      ['Fixed', fixed],
      ...hosts.map((host, at): [string, string] => [at === 0 ? 'Service hosts' : '', host]),
    ]),
  );
  output.value(state);
  return exits.done;
}
