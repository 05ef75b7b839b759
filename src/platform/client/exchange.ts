/** A question to the management service, and what its answer or refusal means. The shapes are the protocol's. */
import type * as z from 'zod';
import { type Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import { type RefusalCode, refusal } from '../protocol.ts';
import { clockFault } from './clock.ts';
import { type Reach, serviceHost } from './reach.ts';
import { type Answered, ask } from './request.ts';
import type { Identity } from './tls.ts';

export interface Question<S extends z.ZodType> {
  path: string;
  body: unknown;
  answer: S;
  identity?: Identity;
}

/** The answer, of that shape. @throws Failure */
export async function exchange<S extends z.ZodType>(
  reach: Reach,
  { path, body, answer: schema, identity }: Question<S>,
  signal: AbortSignal,
): Promise<z.output<S>> {
  const host = serviceHost(reach, 'management');
  const answered = await ask(reach, { host, path, body, ...(identity ? { identity } : {}) }, signal);
  if (answered.status !== 200) throw refused(answered, host);
  const parsed = schema.safeParse(json(answered.body));
  if (parsed.success) return parsed.data;
  throw fail('platform-garbage', { host, got: mistakeIn(parsed.error) });
}

/** What is wrong with it, in a few harmless words. */
export function mistakeIn({ issues: [issue] }: z.ZodError): string {
  const where = issue?.path.map(String).join('.') ?? '';
  return harmless(where ? `${where}: ${issue?.message}` : 'It is not what was asked for', { most: 200 });
}

/** An answer that is not 200, as a problem. */
export function refused(answered: Pick<Answered, 'status' | 'body' | 'ahead'>, host: string): Failure {
  const { status, body, ahead } = answered;
  const parsed = refusal.safeParse(json(body));
  if (parsed.success) return refusedAs(parsed.data.error, parsed.data.said ?? '', status, host);
  if (status >= 500 || status === 429) return fail('platform-error', { host, status });
  return clockFault(ahead) ?? fail('platform-garbage', { host, got: `It is HTTP status ${status}` });
}

function refusedAs(code: RefusalCode, said: string, status: number, host: string): Failure {
  switch (code) {
    case 'unknown-code':
      return fail('code-unknown', {});
    case 'used-code':
      return fail('code-used', {});
    case 'revoked-code':
      return fail('code-revoked', {});
    case 'expired-code':
      return fail('code-expired', {});
    case 'no-certificate':
    case 'revoked-certificate':
      return fail('certificate-refused', { host });
    case 'internal':
    case 'too-many-requests':
    case 'too-slow':
      return fail('platform-error', { host, status });
    default:
      return fail('platform-rejected', { host, said: harmless(said, { most: 200 }) });
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
