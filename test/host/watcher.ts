/**
 * A client of the service inside a booted host, as the console is one: tells in a line of JSON each change of the link
 * and of the watched units, until its input ends.
 */
import { connect } from '../../src/client/connect.ts';
import { version } from '../../src/version.ts';

const link = connect('/run/gatehouse/gatehouse.sock', version);
const stop = new AbortController();

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

link.onState(() => say({ link: link.state }));
process.stdin.resume().once('end', () => stop.abort());
await link.appliance.units.watch({}, { signal: stop.signal, progress: (units) => say({ units }) });
link.close();
