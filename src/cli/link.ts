/** The link that the options ask for: to the service's socket, or to a lab in this process. */
import { version } from '../version.ts';
import { defaultSocket, type LinkOptions, type Opened } from './options.ts';

/** @throws Failure where the lab cannot be opened. A service that is not there is the link's to say. */
export async function openLink(options: LinkOptions): Promise<Opened> {
  if (options.lab !== undefined || options.labFolder !== undefined) {
    const { openLabLink } = await import('./lab.ts');
    return openLabLink(options);
  }
  const { connect } = await import('../client/connect.ts');
  const link = connect(options.socket ?? defaultSocket, version);
  return { link, close: async () => link.close() };
}
