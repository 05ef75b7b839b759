/**
 * Is node_modules what package-lock.json asks for? Exit code 0: yes. Reads two files, changes nothing.
 * npm keeps what it has installed in node_modules/.package-lock.json; packages for other platforms are absent there.
 */
import { readFileSync } from 'node:fs';

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

const installed = packages('node_modules/.package-lock.json');
const wanted = Object.entries(packages('package-lock.json')).filter(([path]) => path !== '');
const missing = wanted.filter(([path, { version, optional }]) =>
  installed[path] === undefined ? !optional : installed[path].version !== version,
);
process.exitCode = missing.length > 0 ? 1 : 0;
