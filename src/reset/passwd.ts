/** Lines of passwd(5) and shadow(5). Pure; bytes of others come out as they went in. */

/** Everything as it was, but that user's password: locked, as that of an account which never had one. */
export function withoutPassword(shadow: Buffer, user: string): Buffer {
  const lines = shadow.toString('latin1').split('\n');
  const changed = lines.map((line) => {
    const [name, , ...rest] = line.split(':');
    return name === user && rest.length > 0 ? [name, '!', ...rest].join(':') : line;
  });
  return Buffer.from(changed.join('\n'), 'latin1');
}

/** The user's home; undefined where there is no such user, or none to speak of. */
export function homeOf(passwd: string, user: string): string | undefined {
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user);
  const home = fields?.[5] ?? '';
  return /^\/[^/]/.test(home) && !home.split('/').includes('..') ? home : undefined;
}
