/** Where the service listens. Known to it and to its clients. */
import { dirname, join } from 'node:path';

/** The viewers' socket, beside the operators'. */
export const viewerSocket = (operators: string) => join(dirname(operators), 'viewer.sock');
