/** A platform in a process of its own, to be killed: `FOLDER PORT`. Says {"port", "hosts", "ca"} when it listens. */
import { defaultBrand } from '../../../src/brand/brand.ts';
import { openPlatform } from '../../../src/platform/server/platform.ts';

const [folder = '', port = '0', suffix = 'platform.gatehouse.test'] = process.argv.slice(2);
const failed = (error: unknown) => console.error(error);
const platform = await openPlatform({ folder, port: Number(port), suffix, brand: defaultBrand, failed });
process.on('SIGTERM', () => void platform.close());
console.log(JSON.stringify({ port: platform.port, hosts: platform.hosts, ca: platform.ca }));
