/** What a draft is about, in words: for screens, holds and the audit log. Pure. */
import type { ChangeDraft } from '../appliance.ts';

/** "Network settings of eth0". The same for a draft, its hold and its change. */
export function subjectOf(draft: ChangeDraft): string {
  switch (draft.section) {
    case 'interface':
      return `Network settings of ${draft.name}`;
    case 'dns':
      return 'DNS settings';
    case 'proxy':
      return 'Proxy settings';
    case 'reset-network':
      return 'All network settings';
  }
}

/** Does the draft change what is held under that name? */
export function concerns(draft: ChangeDraft, what: string): boolean {
  return draft.section === 'reset-network' || what === subjectOf(draft) || what === 'All network settings';
}
