/** What a draft is about, in words: for screens, holds and the audit log. Pure. */
import type { ChangeDraft } from '../appliance.ts';

export type Section = ChangeDraft['section'];

/** What somebody edits: "Network settings". */
export const sectionNames: Record<Section, string> = {
  interface: 'Network settings',
  dns: 'DNS settings',
  proxy: 'Proxy settings',
  settings: 'All settings',
  'reset-network': 'All network settings',
  apply: 'Unattended set-up',
};

/** "Network settings of eth0" */
export function subjectOf(draft: ChangeDraft): string {
  if (draft.section === 'interface') return `${sectionNames.interface} of ${draft.name}`;
  if (draft.section === 'settings') return `${sectionNames.settings}, back to version ${draft.revision}`;
  return sectionNames[draft.section];
}

/** Do changes of the two touch each other? */
export function touches(one: Section, other: Section): boolean {
  const isWide = (section: Section) => section === 'settings' || section === 'reset-network' || section === 'apply';
  return one === other || isWide(one) || isWide(other);
}
