/**
 * Makes blessed fit for a bundle: its widgets are required by computed names, and much of it is not wanted. Knows blessed
 * 0.1.81; says so when a place is not found any more.
 */
import { readFile } from 'node:fs/promises';

// All that is used of it, and by these. Of the others some start programs or read files: nothing a console may do.
const wanted = new Set(['Node', 'Screen', 'Element', 'Box', 'ScrollableBox', 'ScrollableText', 'Log']);

/** Replaces and makes sure that there was something to replace. */
function replace(source, from, to, path) {
  const result = source.replaceAll(from, to);
  if (result === source) throw new Error(`${path}: ${from} not found; is this another blessed?`);
  return result;
}

function withStaticWidgets(source, path) {
  const [, list] = /widget\.classes = \[([^\]]*)\]/.exec(source) ?? [];
  if (!list) throw new Error(`${path}: the list of widgets was not found; is this another blessed?`);
  const names = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name).filter((name) => wanted.has(name));
  const requires = names.map((name) => {
    const file = name.toLowerCase();
    return `widget.${name} = widget.${file} = require('./widgets/${file}');`;
  });
  const named = replace(source, list, names.map((name) => `'${name}'`).join(', '), path);
  return replace(named, /widget\.classes\.forEach\([\s\S]*?\n\}\);/g, requires.join('\n'), path);
}

// Descriptions of terminals are read by terminfo-entry.ts.
const withoutTput = (source, path) => replace(source, "require('./tput')", '{}', path);

// Node warns of `new Buffer(size)` outside node_modules: on standard error, across the screen.
const withoutOldBuffers = (source, path) => replace(source, 'new Buffer(', 'Buffer.alloc(', path);

// Each takes a start some time to load. Programs are not started, and Node's assert does more than is needed of it.
const withoutPrograms = (source, path) => replace(source, "cp = require('child_process')", 'cp = {}', path);
const assert = "{ ok: function (is) { if (!is) throw new Error('blessed: not as expected'); } }";
const withoutAssert = (source, path) => replace(source, "assert = require('assert')", `assert = ${assert}`, path);

const changes = {
  'blessed/lib/widget.js': withStaticWidgets,
  'blessed/lib/blessed.js': withoutTput,
  'blessed/lib/program.js': (source, path) => withoutTput(withoutPrograms(source, path), path),
  'blessed/lib/widgets/screen.js': withoutPrograms,
  'blessed/lib/widgets/element.js': withoutAssert,
  'blessed/lib/gpmclient.js': withoutOldBuffers,
  'drawille-blessed-contrib/index.js': withoutOldBuffers,
};

/** @type {import('esbuild').Plugin} */
export const blessedInOnePiece = {
  name: 'blessed-in-one-piece',
  setup(build) {
    build.onLoad(
      { filter: /node_modules\/(blessed\/lib(\/widgets)?|drawille-blessed-contrib)\/\w+\.js$/ },
      async ({ path }) => {
        const change = changes[path.replace(/^.*node_modules\//, '')];
        return change ? { contents: change(await readFile(path, 'utf8'), path), loader: 'js' } : undefined;
      },
    );
  },
};
