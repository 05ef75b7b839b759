/**
 * Becomes dist/main.cjs: loads the program's parts, each once, from the files beside it. What V8 has compiled of such a
 * file before (build-cache.mjs) lies beside it as FILE.cache. V8 takes it only if it was made by the same V8 with the same
 * flags, of a text of the same length; otherwise it compiles as ever. It is as trusted as the program itself, and lies
 * where only the owner of that writes.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

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

load('main.js');
