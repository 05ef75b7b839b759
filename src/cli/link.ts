/** The link that the options ask for: to the service's socket, or to a lab in this process. */
import { accessSync, constants } from 'node:fs';
import { viewerSocket } from '../rpc/places.ts';
import { version } from '../version.ts';
import { defaultSocket, type LinkOptions, type Opened } from './options.ts';

/** The operators' where they let us in; else the viewers', where these do. Looked at anew for each connection. */
function socketFor({ viewer }: LinkOptions): string {
  const viewers = viewerSocket(defaultSocket);
  if (viewer) return viewers;
  return !isOpen(defaultSocket) && isOpen(viewers) ? viewers : defaultSocket;
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws Failure where the lab cannot be opened. A service that is not there is the link's to say. */
export async function openLink(options: LinkOptions): Promise<Opened> {
  if (options.lab !== undefined || options.labFolder !== undefined) {
    const { openLabLink } = await import('./lab.ts');
    return openLabLink(options);
  }
  const { connect } = await import('../client/connect.ts');
  const link = connect(options.socket ?? (() => socketFor(options)), version);
  return { link, close: async () => link.close() };
}
