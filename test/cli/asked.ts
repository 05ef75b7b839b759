/** A command of the command line on an appliance of the test's making, which refuses whatever it does not expect. */
import type { Appliance } from '../../src/appliance.ts';
import type { Context } from '../../src/cli/options.ts';
import { outputTo } from '../../src/cli/output.ts';
import type { Asked } from '../../src/cli/terminal.ts';
import { fail } from '../../src/errors.ts';

type Parts = { [G in keyof Appliance]?: Partial<Appliance[G]> | Appliance[G] };

export interface Run {
  context: Context;
  /** All that was printed. */
  out(): string;
  /** The values of --json. */
  values(): Record<string, unknown>[];
  /** Gives the operator up, as Ctrl-C at the program does. */
  interrupt(): void;
}

export interface Given {
  appliance: Parts;
  json?: boolean;
  /** Standard input. */
  input?: string;
  /** What the operator types at each prompt; without it there is no terminal. */
  types?: (asked: Asked) => Promise<string> | string;
  isOwn?: boolean;
}

export function running({ appliance, json = false, input = '', types, isOwn = false }: Given): Run {
  let printed = '';
  const interrupted = new AbortController();
  const output = outputTo({ write: (text) => (printed += text) }, { write: (text) => (printed += text) }, json);
  const context: Context = {
    appliance: strict('', appliance) as Appliance,
    output,
    signal: interrupted.signal,
    input: async () => input,
    isOwn,
    ...(types
      ? {
          terminal: {
            ask: (asked) => ({
              answer: untilAborted(Promise.resolve(types(asked)), asked.signal),
              redraw: () => asked.prompt(),
            }),
          },
        }
      : {}),
  };
  return {
    context,
    out: () => printed,
    values: () =>
      printed
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    interrupt: () => interrupted.abort(),
  };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(fail('aborted', {})), { once: true });
    work.then(resolve, reject);
  });
}

/** Every part and operation that is not given throws when it is asked. */
function strict(path: string, given: object): object {
  return new Proxy(given, {
    get(target, name) {
      const value = target[name as keyof typeof target] as unknown;
      if (typeof value === 'function') return value;
      if (value !== undefined) return strict(`${path}${String(name)}.`, value as object);
      return () => Promise.reject(new Error(`${path}${String(name)} was not expected`));
    },
  });
}
