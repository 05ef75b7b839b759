/**
 * Makes blessed fit for a bundle: its widgets are required by computed names, and its terminal descriptions are
 * looked for beside its sources. Knows blessed 0.1.81; says so when a place is not found any more.
 */
import { readFile } from 'node:fs/promises';

// They start programs, read files or want packages that are not there: nothing a console of an appliance may do.
const leftOut = new Set(['ANSIImage', 'BigText', 'FileManager', 'Image', 'OverlayImage', 'Terminal', 'Video']);

/** Replaces and makes sure that there was something to replace. */
function replace(source, from, to, path) {
  const result = source.replaceAll(from, to);
  if (result === source) throw new Error(`${path}: ${from} not found; is this another blessed?`);
  return result;
}

function withStaticWidgets(source, path) {
  const [, list] = /widget\.classes = \[([^\]]*)\]/.exec(source) ?? [];
  if (!list) throw new Error(`${path}: the list of widgets was not found; is this another blessed?`);
  const names = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name).filter((name) => !leftOut.has(name));
  const requires = names.map((name) => {
    const file = name.toLowerCase();
    return `widget.${name} = widget.${file} = require('./widgets/${file}');`;
  });
  const named = replace(source, list, names.map((name) => `'${name}'`).join(', '), path);
  return replace(named, /widget\.classes\.forEach\([\s\S]*?\n\}\);/g, requires.join('\n'), path);
}

const withTerminalsBeside = (source, path) =>
  replace(source, "__dirname + '/../usr/", "__dirname + '/terminals/", path);

// Node warns of `new Buffer(size)` outside node_modules: on standard error, across the screen.
const withoutOldBuffers = (source, path) => replace(source, 'new Buffer(', 'Buffer.alloc(', path);

const changes = {
  'blessed/lib/widget.js': withStaticWidgets,
  'blessed/lib/tput.js': withTerminalsBeside,
  'blessed/lib/gpmclient.js': withoutOldBuffers,
  'drawille-blessed-contrib/index.js': withoutOldBuffers,
};

/** @type {import('esbuild').Plugin} */
export const blessedInOnePiece = {
  name: 'blessed-in-one-piece',
  setup(build) {
    build.onLoad({ filter: /node_modules\/(blessed\/lib|drawille-blessed-contrib)\/\w+\.js$/ }, async ({ path }) => {
      const change = changes[path.replace(/^.*node_modules\//, '')];
      return change ? { contents: change(await readFile(path, 'utf8'), path), loader: 'js' } : undefined;
    });
  },
};
