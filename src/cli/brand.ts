/** The brand of an option. */
import { type Brand, brandNamed, brandNames, defaultBrand } from '../brand/brand.ts';
import { fail } from '../errors.ts';

/** @throws Failure 'bad-value'. */
export function brandOf(name: string | undefined): Brand {
  const brand = name === undefined ? defaultBrand : brandNamed(name);
  if (!brand)
    throw fail('bad-value', { field: 'brand', why: 'there is none of that name', right: brandNames.join(' or ') });
  return brand;
}
