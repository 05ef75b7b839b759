/** Releases that there are not yet: one that keeps its settings in another shape. Made of the program as it is. */
import { type InstallHost, replaceInProgram } from './install-host.ts';

/** Its settings are of version 2: there is a banner besides, which no earlier release knows. */
export function releaseWithBanner(machine: InstallHost, version: string): string {
  return machine.release(version, (root) => {
    replaceInProgram(root, /migrations=\[\],/, `migrations=${steps},`);
    // In the schema of what is stored, where all have a default.
    replaceInProgram(
      root,
      /(windowSeconds:((?:\(0,\w+\.)?)int(\)?\(\))[^{}]{0,40}default\(120\),)/,
      '$1banner:$2string$3.default("none"),',
    );
  });
}

const steps = `[{since:"0.2.0",up:(older)=>({...older,banner:"none"}),down:({banner,...rest})=>rest}]`;
