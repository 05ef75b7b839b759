/** The version of all of this: service, console and command line are one. */
import manifest from '../package.json' with { type: 'json' };

export const version: string = manifest.version;
