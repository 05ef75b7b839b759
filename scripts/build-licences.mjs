/** The licences of the packages whose files went into a bundle, as one text. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const rule = `\n${'-'.repeat(80)}\n\n`;

/** @param {string[]} inputs paths as in esbuild's metafile */
export async function licences(inputs) {
  const folders = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
  const texts = await Promise.all([...folders].sort().map(licence));
  return `Gatehouse contains these packages, each under its own licence.\n${rule}${texts.join(rule)}`;
}

async function licence(folder) {
  const { name, version, license, licenses } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const kind = license?.type ?? license ?? licenses?.map(({ type }) => type).join(', ') ?? 'no licence named';
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${name} ${version} (${kind})`, ...texts.map((text) => text.trim())].join('\n\n').concat('\n');
}
