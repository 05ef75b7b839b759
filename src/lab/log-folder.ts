/** The lab machine's /var/log: what lies there when it is made, and what is added to it while it runs. */
import { appendFile, mkdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chance } from './chance.ts';
import { EVERY, type Saying, sayings } from './sayings.ts';

const HOUR = 3_600_000;
/** Bytes at which the growing files are rotated. */
const LARGE = 1 << 20;

/** Makes the files that are not there; those that are, stay. `now`: ms since 1970. */
export async function furnishLogs(folder: string, hostName: string, now: number): Promise<void> {
  const syslog = (from: number, to: number) => sayings(now - from, now - to).map((line) => syslogLine(line, hostName));
  const files: [path: string, hoursAgo: number, content: string | Buffer][] = [
    ['syslog', 0, syslog(HOUR / 2, 0).join('')],
    ['syslog.1', 1, syslog(2 * HOUR, HOUR / 2).join('')],
    ['syslog.2.gz', 24, gzipSync(syslog(26 * HOUR, 24 * HOUR).join(''))],
    ['nginx/access.log', 0, accessLines(now - HOUR, 400)],
    ['nginx/error.log', 3, ''],
    ['hostile.log', 5, hostile],
    ['wide.log', 6, wide],
    ['wtmp', 7, Buffer.alloc(768)],
  ];
  for (const [path, hoursAgo, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const isNew = await writeFile(file, content, { mode: 0o600, flag: 'wx' }).then(
      () => true,
      (error) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    if (isNew) await utimes(file, now / 1000, (now - hoursAgo * HOUR) / 1000);
  }
}

/** Adds to syslog and to the web server's log what has been said, until it is called. */
export function growLogs(folder: string, hostName: string): () => void {
  let told = Date.now();
  const timer = setInterval(() => {
    const [from, to] = [told, Date.now()];
    told = to;
    const lines = sayings(from, to).map((line) => syslogLine(line, hostName));
    // Of a folder that is gone nothing is left to grow.
    void grow(join(folder, 'syslog'), lines.join('')).catch(() => undefined);
    void grow(join(folder, 'nginx/access.log'), accessLines(to, 1)).catch(() => undefined);
  }, EVERY / 2);
  timer.unref();
  return () => clearInterval(timer);
}

async function grow(file: string, text: string): Promise<void> {
  if (text === '') return;
  const { size } = await stat(file);
  if (size > LARGE) await rename(file, `${file}.1`);
  await appendFile(file, text, { mode: 0o600 });
}

/** RFC 3339 time first, as rsyslog of Debian 12 has it. */
function syslogLine({ at, from, text }: Saying, hostName: string): string {
  const time = new Date(at).toISOString().replace('Z', '000+00:00');
  const process = from === 'kernel' ? 'kernel' : `${from}[${400 + from.length * 37}]`;
  return `${time} ${hostName.replace(/[^\w.-]/g, '')} ${process}: ${text}\n`;
}

/** The Combined Log Format, a request every nine seconds. */
function accessLines(from: number, count: number): string {
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  const two = (value: number) => String(value).padStart(2, '0');
  const lines = Array.from({ length: count }, (_, index) => {
    const at = new Date(from + index * 9000);
    const random = chance(`access ${at.getTime()}`);
    const pick = (...values: string[]) => values[Math.floor(random() * values.length)];
    const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
    const time = `${day}:${at.toISOString().slice(11, 19)} +0000`;
    const path = pick('/', '/health', '/api/v1/agents', '/packages/Release', '/login', '/favicon.ico');
    const request = `${pick('GET', 'GET', 'GET', 'POST')} ${path} HTTP/1.1`;
    const status = pick('200', '200', '200', '304', '404', '502');
    const length = Math.floor(random() * 40_000);
    return `10.20.0.${1 + Math.floor(random() * 250)} - - [${time}] "${request}" ${status} ${length} "-" "agent/1.6"\n`;
  });
  return lines.join('');
}

/** What a log must not do to whoever reads it. */
const hostile = [
  'The next lines try to clear the screen, set its title, colour it, ask it questions, and turn the writing round.',
  '\u001b[2J\u001b[H\u001b]0;owned\u0007 all is well',
  '\u001b[31;5mred and blinking\u001b[0m {red-fg}{bold}tags{/bold}{/red-fg}',
  '\u001b[6n\u001b[c\u001bP$qm\u001b\\ answer me',
  '\u202etxet desrever\u202c and \u2066isolated\u2069 text',
  '\u009b31mC1 introducer, \u0085next line, \u0000nothing, \u0008\u0008\u0008backspaces',
  'progress 10 %\rprogress 50 %\rprogress 100 %',
  'wide 表示幅 and combining a\u0301\u0302\u0303\u0304\u0305\u0306, emoji \u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '┌─ Gatehouse ─┐  < OK >  this is no dialog',
  'The end.',
  '',
].join('\n');

const wide = [
  'a short line',
  `columns ${Array.from({ length: 500 }, (_, at) => String((at + 1) * 10).padStart(10, '.')).join('')}`,
  `{"level":"info","msg":"one line of JSON","items":[${Array.from({ length: 600 }, (_, at) => at).join(',')}]}`,
  'another short line',
  '',
].join('\n');
