/** An unattended file as text, with comments that say what is left out of it. Pure. */
import { Document } from 'yaml';

export interface Written {
  /** In the order of the file; sections without anything in them are left out. */
  content: Record<string, unknown>;
  /** Sentences for its head. */
  remarks: readonly string[];
}

/** Long texts stay on one line: a key that is broken up is easily mistaken for two. */
export function textOf({ content, remarks }: Written): string {
  const document = new Document(content);
  document.commentBefore = remarks.map((remark) => ` ${remark.replace(/[^\x20-\x7e]/g, '?')}`).join('\n');
  return document.toString({ lineWidth: 0 });
}
