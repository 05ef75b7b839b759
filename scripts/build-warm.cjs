/**
 * One start of the program, as build-cache.mjs wants it: node scripts/build-warm.cjs MAIN SOCKET PARTS ARGUMENT… runs MAIN
 * as in a terminal, with the service at SOCKET in the place of the machine's. When its first screen is there and a key
 * was answered, when it listens as a service, or at its end, what V8 has compiled of the files whose names begin with PARTS
 * (console,later; appliance) is written.
 */
'use strict';
const { writeFileSync } = require('node:fs');
const net = require('node:net');
const { basename } = require('node:path');
const { Duplex } = require('node:stream');
const v8 = require('node:v8');
const vm = require('node:vm');

const [main, socket, wanted, ...args] = process.argv.slice(2);
/** @type {Map<string, vm.Script>} */
const scripts = new Map();

/** As ever, but that nothing compiled before is taken. */
vm.Script = class extends vm.Script {
  constructor(source, options) {
    const { cachedData: _, ...rest } = options ?? {};
    super(source, rest);
    if (rest.filename) scripts.set(rest.filename, this);
  }
};
const connect = net.connect;
net.connect = () => connect(socket);

function write() {
  // What the program itself is started with: V8 compares it.
  for (const option of ['--hash-seed=0', '--no-opt']) v8.setFlagsFromString(option);
  for (const [filename, script] of scripts)
    if (isWanted(filename)) writeFileSync(`${filename}.cache`, script.createCachedData());
}

function isWanted(file) {
  return wanted.split(',').includes(basename(file).split('-')[0]);
}

if (args.includes('service')) {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function (...how) {
    // The moment after, it has said that it listens.
    if (isItsSocket(how[0])) this.once('listening', () => setTimeout(listens, 300));
    return listen.apply(this, how);
  };
} else if (args.length > 0) process.on('exit', write);
else {
  // A terminal of 80x24, and somebody who goes down a row when the menu is there, and waits for that to be seen.
  let shown = '';
  const steps = [/not registered/, /./];
  const terminal = new Duplex({
    read() {},
    write(bytes, _encoding, done) {
      done();
      shown += bytes;
      if (!steps[0]?.test(shown)) return;
      steps.shift();
      shown = '';
      setTimeout(() => {
        if (steps.length > 0) return terminal.push('\x1b[B');
        write();
        process.reallyExit(0);
      }, 300);
    },
  });
  Object.assign(terminal, { isTTY: true, columns: 80, rows: 24, setRawMode: () => terminal });
  for (const name of ['stdin', 'stdout']) Object.defineProperty(process, name, { value: terminal });
}
process.argv = [process.execPath, main, ...args];
const { load, shared } = require(main);

const isItsSocket = (path) => path === args[args.indexOf('--socket') + 1];
// The service's own is narrower.
const umask = process.umask();
/** The simulated machine is in the place of the real one, whose parts are loaded now, and not used. */
function listens() {
  for (const [part, file] of Object.entries(shared)) if (isWanted(file)) load(part);
  process.umask(umask);
  write();
  process.kill(process.pid);
}
