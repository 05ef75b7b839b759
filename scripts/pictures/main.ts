/** Takes the pictures of the README: all of them, or those that are named. Each is checked for its size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scenes } from './scenes.ts';
import { take } from './take.ts';

/** Bytes: a README loads all of them. */
const most = 60_000;
const [program = 'dist/main.cjs', folder = 'screens/pictures', ...names] = process.argv.slice(2);

const unknown = names.filter((name) => !scenes.some((scene) => scene.name === name));
if (unknown.length > 0) {
  console.error(`No such picture: ${unknown.join(', ')}. There are: ${scenes.map(({ name }) => name).join(', ')}`);
  process.exit(64);
}
mkdirSync(folder, { recursive: true });
for (const scene of scenes.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const svg = await take(resolve(program), scene);
  if (svg.length > most) throw new Error(`${scene.name} has ${svg.length} bytes, more than ${most}`);
  writeFileSync(join(folder, `${scene.name}.svg`), svg);
  console.log(`${scene.name}: ${svg.length} bytes`);
}
