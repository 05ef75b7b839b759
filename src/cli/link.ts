/** The link that the options ask for: to the service's socket, or to a lab in this process. */
import type { Link } from '../client/link.ts';
import { version } from '../version.ts';

export const defaultSocket = '/run/gatehouse/gatehouse.sock';

export interface LinkOptions {
  socket?: string;
  /** A lab machine's name, or true for the first. */
  lab?: string | true;
  labFolder?: string;
  brand?: string;
}

export interface Opened {
  link: Link;
  close(): Promise<void>;
}

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
