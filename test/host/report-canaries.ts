/** A hundred secrets of all kinds, and where they are planted on a booted host; and every way to write one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const plainLine = 'eine Zeile ohne Geheimnis 4711';

export interface Planted {
  /** Of which none may be found. */
  secrets: string[];
  files: Record<string, string>;
  /** Run inside as root when it has booted. */
  commands: string[][];
}

/** A value that is nowhere else: letters and digits, or with what people put into passwords. */
const value = (name: string, number: number) =>
  `Kanarie${name}${number}${['xQ7', '/+=Z9', '&"\'<y', '%2F€'][number % 4]}`;

/** As a byte search finds it: plain, in a URL, in JSON, in hexadecimal, and in Base64 whatever stands before it. */
export function writtenAs(secret: string): Buffer[] {
  const raw = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), raw]).toString('base64');
    return text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + raw.length) * 8) / 6));
  });
  const texts = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    raw.toString('hex'),
    ...base64,
  ];
  return [...new Set(texts)].map((text) => Buffer.from(text));
}

function keys(): { pem: string; ssh: string; body: string[] } {
  const place = mkdtempSync(join(tmpdir(), 'canary-'));
  try {
    const pem = execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', join(place, 'key')]);
    const ssh = readFileSync(join(place, 'key'), 'utf8');
    const body = [...pem.split('\n').slice(3, 20), ...ssh.split('\n').slice(3, 5)].filter((line) =>
      /^[\w+/=]{40,}$/.test(line),
    );
    return { pem, ssh, body };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

export function canaries(): Planted {
  const secrets: string[] = [];
  const one = (name: string, text = value(name, secrets.length)) => {
    secrets.push(text);
    return text;
  };
  const { pem, ssh, body } = keys();
  secrets.push(...body);
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  // Known by their value: wherever they stand, and however.
  const proxies = ['a', 'b', 'c'].map((host) => ({
    host: `${host}.test`,
    port: 3128,
    user: 'user',
    password: one('Proxy', `KanarieProxy${host}/7+&=?`),
  }));
  const settings = {
    ...{
      interfaces: {
        eth0: { method: 'static', address: '10.77.0.2/24', gateway: '10.77.0.1', ipv6: { method: 'off' } },
      },
      windowSeconds: 60,
    },
    proxy: { enabled: false, proxies, order: 'sequential', noProxy: [] },
  };
  const saved = JSON.stringify({
    version: 1,
    revision: 1,
    at: '2026-01-01T00:00:00.000Z',
    by: 'the test',
    what: 'Set-up',
    settings,
  });
  const environment = Array.from(
    { length: 20 },
    (_, index) => [`SERVICE_TOKEN_${index}`, one('Env', `KanarieEnv${index}xQ7zz`)] as const,
  );
  const running = one('Running', 'KanarieLaufend/7+&xQ');
  const known = [running, ...proxies.map(({ password }) => password), ...environment.map(([, text]) => text)];
  const anywhere = known.flatMap((text) => [
    `it said ${text} and went`,
    `encoded ${base64(`user:${text}`)} ${base64(`x${text}`)} ${base64(text)} ${Buffer.from(text).toString('hex')}`,
    `GET /x?q=${encodeURIComponent(text)} {"a": ${JSON.stringify(text)}}`,
  ]);
  const packed = [...body.map((line) => `dump ${line} end`)];

  // Known by their looks.
  const names = [
    'password',
    'passwd',
    'DB_PASSWORD',
    'api_key',
    'apiKey',
    'API_TOKEN',
    'client_secret',
    'SECRET',
    'access_key',
    'aws_secret_access_key',
    'private_key',
    'passphrase',
    'auth_token',
    'session_id',
    'MYSQL_PWD',
  ];
  const simple = (name: string) =>
    one(name.replace(/\W/g, ''), `Kanarie${name.replace(/\W|_/g, '')}${secrets.length}xQ7`);
  const named = names.flatMap((name) => [
    `${name}=${simple(name)}`,
    `{"${name}": ${JSON.stringify(one(name))}, "other": 1}`,
    `${name}: ${simple(name)}`,
  ]);
  const shaped = [
    `Authorization: Bearer ${simple('Bearer')}`,
    `proxy-authorization: Basic ${one('Basic', base64(`user:KanarieBasic${secrets.length}`))}`,
    `Cookie: session=${simple('Cookie')}; other=1`,
    `Set-Cookie: id=${simple('SetCookie')}; HttpOnly`,
    `X-Auth-Token: ${simple('XAuth')}`,
    `connect to https://user:${simple('Url')}@host.test/path`,
    `DATABASE_URL=postgres://app:${simple('Database')}@db.test/app`,
    `jwt ${one('Jwt', `eyJhbGciOiJIUzI1NiJ9.${base64('{"sub":"Kanarie"}').replace(/=/g, '')}.c2lnbmF0dXJlS2FuYXJpZQ`)} end`,
    `key ${one('Cloud', 'AKIAKANARIENVOGEL123')} end`,
    `${one('Github', 'ghp_KanarienvogelKanarienvogel01234567890')} end`,
    `${one('Age', 'AGE-SECRET-KEY-1KANARYENVXGELQQPQQPQQPQQPQQPQQPQQPQQPQQPQQPQQPQQPQQPQQPQ')} end`,
    `hash ${one('Hash', '$6$KanarieSalz$KanarieHashKanarieHashKanarieHashKanarieHash.x')}:1:2:3`,
    `yescrypt ${one('Yescrypt', '$y$j9T$KanarieSalzKanarie$KanarieHashYYYYYYYYYYYYYYYYYYY')}`,
    `mysql --user root --password ${simple('Argument')} db`,
    `tool --token=${simple('Option')} run`,
  ];
  const looks = [...named, ...shaped];
  const text = [plainLine, ...anywhere, ...packed, ...looks, pem, ssh, JSON.stringify({ pem }), plainLine].join('\n');
  const fill = ' und noch viel mehr Text'.repeat(60);
  return {
    secrets,
    files: {
      '/var/lib/gatehouse/settings/settings.json': saved,
      '/var/lib/gatehouse/settings/versions/settings.1.json': saved,
      '/var/lib/gatehouse/registration/key.pem': pem,
      '/var/lib/gatehouse/enrolment.json': JSON.stringify({ code: 'x', key: ssh }),
      '/etc/systemd/system/with-secrets.service': `[Service]\nExecStart=/bin/true\n${environment.map(([name, of]) => `Environment=${name}=${of}`).join('\n')}\n`,
      '/var/log/planted.log': text,
      '/var/log/plain.log': `${plainLine}\nzweite Zeile\n`,
      [`/var/log/app/${known[3] ?? ''}.log`]: 'its name is one',
      '/var/log/rotated': text,
      '/etc/planted-lines': [...anywhere, ...packed, ...looks, plainLine].join('\n'),
      // Fields of more than 512 bytes are packed by journald.
      '/etc/planted-long': [...anywhere, ...packed, ...looks].map((line) => `${line}${fill}`).join('\n'),
    },
    commands: [
      ['systemd-run', '--unit=given', '-E', `RUNNING_SECRET=${running}`, 'sleep', 'infinity'],
      ['sh', '-c', 'gzip -c /var/log/rotated >/var/log/rotated.log.gz; rm /var/log/rotated'],
      ['sh', '-c', 'systemd-cat -t planted cat /etc/planted-lines; systemd-cat -t planted cat /etc/planted-long'],
      ['sh', '-c', 'cat /etc/ssh/ssh_host_ed25519_key | sed 1d >/var/log/copied-key.log'],
      ['sh', '-c', 'getent shadow root >/var/log/shadow.log; dd if=/dev/zero bs=5000 count=1 >>/var/log/planted.log'],
      ['sh', '-c', `(while read -r line; do logger -t planted-env "$line"; done) </etc/planted-lines`],
    ],
  };
}
