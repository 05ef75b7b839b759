/**
 * What a bad platform would answer, to be switched on in tests while the platform runs. Nothing of the product's
 * command line can reach it.
 */
import { Readable } from 'node:stream';

export interface Faults {
  /** Which answers: those whose body, as JSON, has this field. Default: all. */
  only?: string;
  /** Instead of the body. */
  body?: 'garbage' | 'endless';
  /** 500 and the like. */
  status?: number;
  /** Added to the time in `Date`. */
  clockOffsetSeconds?: number;
  /** Instead of the appliance's name: escape sequences. */
  name?: string;
  /** Instead of the configuration: one that breaks the schema. */
  configuration?: unknown;
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

export function spoilt(
  faults: Faults,
  { status, type, body }: Answer,
): Omit<Answer, 'body'> & { body: string | Readable } {
  if (faults.only !== undefined && !body.includes(`"${faults.only}":`)) return { status, type, body };
  if (faults.status !== undefined) return { status: faults.status, type: 'text/html', body: '<h1>Oh no</h1>' };
  if (faults.body === 'garbage') return { status, type, body: '\x00\x1b]0;x\x07{"applianceId": [[[ \u009b31m' };
  if (faults.body === 'endless') return { status, type, body: endless() };
  if (!body.startsWith('{"') || !body.endsWith('}')) return { status, type, body };
  return { status, type, body: replaced(faults, body) };
}

function endless(): Readable {
  const part = Buffer.alloc(16 * 1024, ' ');
  return new Readable({
    read() {
      this.push(part);
    },
  });
}

function replaced({ name, configuration }: Faults, body: string): string {
  const given = JSON.parse(body) as Record<string, unknown>;
  if (name !== undefined && 'name' in given) given.name = name;
  if (configuration !== undefined && 'configuration' in given) given.configuration = configuration;
  return JSON.stringify(given);
}
