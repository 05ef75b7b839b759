/** A Debian as it is before Gatehouse is installed, with what the package depends on, and nothing else of ours. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must, script } from './programs.ts';
import { runs } from './root.ts';

export type Suite = 'bookworm' | 'trixie';

/** Its path; takes some minutes the first time. `depends`: that field of the package. */
export async function plainRoot(suite: Suite, depends: string): Promise<string> {
  const recipe = `${depends}${readFileSync(script('make-plain-root'), 'utf8')}`;
  const name = `plain-${suite}-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`;
  const root = join(dirname(runs), name);
  const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  if (!existsSync(root)) await must([...apart, script('make-plain-root'), root, suite, depends], { limit: 600_000 });
  return root;
}
