/**
 * Becomes dist/main.cjs: loads the program's parts, each once, from the files beside it. What V8 has compiled of such a
 * file before (build-cache.mjs) lies beside it as FILE.cache. V8 takes it only if it was made by the same V8 with the same
 * flags, of a text of the same length; otherwise it compiles as ever. It is as trusted as the program itself, and lies
 * where only the owner of that writes.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// Node has these compiled beforehand as well, for V8's usual options: with others it would take 6 ms more for them.
for (const name of ['net', 'tty', 'os', 'timers/promises']) require(`node:${name}`);
// V8 as it takes least memory: the space for what is new does not grow, and nothing is optimized, which saves a fifth of the
// time to the first screen, and costs half as much again for a screen that is drawn over and over; the service turns that
// on for itself (src/service/appliance.ts, src/platform/server/http.ts).
for (const option of ['--semi-space-growth-factor=1', '--optimize-for-size', '--no-opt']) setFlagsFromString(option);

/** Which file a part is in, where it shares one with others. */
const shared = { /* build-parts.mjs */ };
/** The parts that were read, as functions. */
const parts = Object.create(null);
const modules = Object.create(null);

function read(file) {
  const filename = `${__dirname}/${file}`;
  let cachedData;
  try {
    cachedData = readFileSync(`${filename}.cache`);
  } catch {
    // Not compiled before.
  }
  // No character in it is beyond ASCII.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  Object.assign(parts, script.runInThisContext());
}

function load(name) {
  if (modules[name]) return modules[name].exports;
  if (!parts[name]) read(shared[name] ?? name);
  const module = { exports: {} };
  modules[name] = module;
  parts[name](module.exports, requirePart, module, __filename, __dirname);
  return module.exports;
}

const requirePart = (path) => (path.startsWith('./') ? load(path.slice(2)) : require(path));

// For build-warm.cjs, which wants more loaded than a start does.
module.exports = { load, shared };
load('main.js');
