/** What the image is made of, where it is kept, and by what name: equal inputs have equal names. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const part = (name) => join(top, 'scripts/image.d', name);

const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
export const cache = join(process.env.GATEHOUSE_CACHE ?? join(cacheHome, 'gatehouse'), 'image');

export const suite = 'bookworm';

/** Seconds: the day that release came out. What dates itself in making it says this one, whatever day it is. */
export const released = 1_686_355_200;

/** What the appliance is beyond Debian's minimum and what our package wants. */
const appliance = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'zstd', 'e2fsprogs', 'udev', 'kmod', 'systemd-sysv', 'dbus'],
  ...['docker.io', 'apparmor', 'openssh-server', 'tcpdump', 'age', 'ncurses-base'],
];

/** The packages of the Debian below: what the appliance needs, and all that our package depends on, by its own list. */
export function packages() {
  const control = readFileSync(join(top, 'scripts/deb/control'), 'utf8');
  const [, depends = ''] = /^Depends: (.*(?:\n .*)*)/m.exec(control) ?? [];
  const wanted = depends.split(',').map((one) => one.replace(/\(.*\)/, '').trim());
  // The Node inside wants it.
  return [...new Set([...appliance, ...wanted, 'libstdc++6'])].filter(Boolean);
}

export const excludes = part('files/etc/dpkg/dpkg.cfg.d/gatehouse');

/** The name of the Debian below. */
export const rootKey = () =>
  digest([suite, String(released), ...packages(), readFileSync(part('make-root')), readFileSync(excludes)]);

/** The name of the image that is made with a package, told by its bytes or by the source that it is built of. */
export const imageKey = (ofPackage) => digest([rootKey(), ofPackage, ...textsBelow(part('.'))]);

/** Folders of scripts/ that nothing in the package is made with. */
const apartFromIt = /^(bench|benches|gallery.*|image.*|pictures|screenshots|soak|test|vm)$/;

/** Tells the source of the package, as it is now, from any other. */
export function sourceKey() {
  const scripts = readdirSync(join(top, 'scripts')).filter((name) => !apartFromIt.test(name));
  const sources = ['src', 'screens', 'package.json', 'package-lock.json', 'CHANGELOG.md', 'LICENSE'];
  const all = [...sources, ...scripts.sort().map((name) => join('scripts', name))];
  return digest([process.version, ...all.flatMap((name) => textsBelow(join(top, name)))]);
}

/** Of a file of any size. */
export async function fileKey(file) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex').slice(0, 12);
}

/** Seconds: when the source was last changed, as far as is known. Nothing in the image is newer. */
export function sourceDate() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: top, encoding: 'utf8' }));
}

function digest(parts) {
  const hash = createHash('sha256');
  for (const one of parts) hash.update(`${Buffer.byteLength(one)}:`).update(one);
  return hash.digest('hex').slice(0, 12);
}

/** Names and contents, in an order that is always the same. */
function textsBelow(path) {
  if (!statSync(path).isDirectory()) return [path.slice(top.length), readFileSync(path)];
  return readdirSync(path)
    .sort()
    .flatMap((name) => textsBelow(join(path, name)));
}
