/**
 * vscode-jsonrpc without its own transports (pipes, sockets, child processes), which are not used here: what they load of
 * Node takes a start several milliseconds. Its randomness is loaded when it is wanted.
 */
import { readFile } from 'node:fs/promises';

const main = `require('./ril').default.install();
module.exports = require('../common/api');`;
const early = 'const crypto_1 = require("crypto");';
const late = 'const crypto_1 = { get randomUUID() { return require("crypto").randomUUID; } };';

/** @type {import('esbuild').Plugin} */
export const jsonrpcWithoutTransports = {
  name: 'jsonrpc-without-transports',
  setup(build) {
    build.onLoad({ filter: /vscode-jsonrpc\/lib\/node\/main\.js$/ }, () => ({ contents: main, loader: 'js' }));
    build.onLoad({ filter: /vscode-jsonrpc\/lib\/node\/ril\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes(early)) throw new Error(`${path}: ${early} not found; is this another vscode-jsonrpc?`);
      return { contents: source.replace(early, late), loader: 'js' };
    });
  },
};
