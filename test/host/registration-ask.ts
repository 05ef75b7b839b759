/**
 * Asks the installed service as its clients do: `OPERATION '{arguments}'`. A line of JSON for each progress, one for the
 * result or the problem. Not a test; registration-host.ts bundles and starts it inside of a booted host.
 */
import { connect } from '../../src/client/connect.ts';
import { problemOf } from '../../src/errors.ts';
import type { OperationName } from '../../src/operations.ts';
import { operationOf } from '../../src/rpc/remote.ts';
import { version } from '../../src/version.ts';

const [name = '', args = '{}'] = process.argv.slice(2);
const link = connect('/run/gatehouse/gatehouse.sock', version);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const ask = operationOf(link.appliance, name as OperationName) as (args: unknown, call: object) => Promise<unknown>;
try {
  say({ result: await ask(JSON.parse(args), { progress: (news: unknown) => say({ news }) }) });
} catch (error) {
  say({ problem: problemOf(error, String(error)) });
}
link.close();
