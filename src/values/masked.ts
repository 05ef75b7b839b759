/**
 * Values that may be secret, masked before anybody sees them: by the name that they have, or by what they look like.
 * Masks too much rather than too little: a digest or a UUID goes with the keys that look the same.
 */
const bullets = '••••';

/** Parts of a name, in any case, with or without "_", "-" or ".": DB_PASSWORD, apiKey, X-Auth-Token. */
const secretName =
  /pass|pwd|secret|token|key|cred|auth|priv|cert|salt|seed|sign|session|cookie|jwt|bearer|otp|pin(?![a-z])|dsn|webhook|licen[cs]e|connection.?str|conn.?str|code$|(^|[^a-z])(pat|psk|sas|pw|hmac|login|access|iv)([^a-z]|$)/i;

/** What secrets look like, wherever in a value they stand. */
const secretShapes = [
  // PEM, OpenSSH and PGP keys; age's.
  /-----BEGIN|AGE-SECRET-KEY-|PuTTY-User-Key-File/,
  // Tokens of three parts in base64url that begin with {" (RFC 7519), and their encrypted kin.
  /\beyJ[A-Za-z0-9_-]{5,}/,
  // The value of an Authorization header.
  /\b(basic|bearer|digest|negotiate|apikey)\s+[A-Za-z0-9+/._~=-]{6,}/i,
  // Tokens that say by their beginning whose they are.
  /\b(gh[opsur]_|github_pat_|glpat-|gl[a-z]{2,5}-|xox[a-z]-|xapp-|sk[-_]|pk_|rk_|AKIA|ASIA|AIza|ya29\.|SG\.|npm_|pypi-|hf_|dop_v1_|shpat_|hvs\.|dckr_pat_|EAAC)[A-Za-z0-9_=-]{6,}/,
  // crypt(5).
  /\$(1|2[abxy]?|5|6|7|y|gy|argon2[a-z]*|pbkdf2[a-z0-9-]*)\$[^\s]{8,}/,
  // A name as above and its value, in connection strings, options, JSON and query strings.
  /(pass(word|wd|phrase)?|pwd|secret|token|api.?key|access.?key|account.?key|credentials?|sig|signature)["']?\s*[=:]\s*["']?[^\s"']/i,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i,
  // Keys in hexadecimal, and in base64 where it is no path and no word: with a capital, a small letter and a digit.
  /\b[0-9a-f]{32,}\b/i,
  /(?<![A-Za-z0-9+/_=.-])(?=[A-Za-z+/_=-]*[0-9])(?=[a-z0-9+/_=-]*[A-Z])(?=[A-Z0-9+/_=-]*[a-z])[A-Za-z0-9+_=-][A-Za-z0-9+/_=-]{19,}(?![A-Za-z0-9.])/,
];

/** Characters that are looked at; a longer value is masked whole. */
const most = 16_384;

/** The value, or bullets in its place. An empty one is shown: that nothing is set is no secret. */
export function masked(name: string, value: string): string {
  if (value === '') return value;
  return secretName.test(name) || looksSecret(value) ? bullets : value;
}

function looksSecret(value: string): boolean {
  return value.length > most || hasPasswordBeforeHost(value) || secretShapes.some((shape) => shape.test(value));
}

/** "scheme://user:password@host", the password with any character that people put there. */
function hasPasswordBeforeHost(value: string): boolean {
  const authority = value.indexOf('://');
  const colon = authority < 0 ? -1 : value.indexOf(':', authority + 3);
  return colon > 0 && value.lastIndexOf('@') > colon;
}

/** A program's arguments: "--password=x", "--password x", "PASSWORD=x" and whatever looks secret. */
export function maskedArguments(args: readonly string[]): string[] {
  return args.map((argument, at) => {
    const [, name, value] = /^([\w.-]+)=(.*)$/s.exec(argument) ?? [];
    if (name !== undefined && value !== undefined) return `${name}=${masked(name, value)}`;
    const before = args[at - 1] ?? '';
    const isValue = /^--?[\w.-]+$/.test(before) && !argument.startsWith('-');
    return masked(isValue ? before : '', argument);
  });
}
