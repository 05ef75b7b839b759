/** Groups by name and number, as /etc/group has them (group(5)). The appliance's group is a local one. */
import { readFileSync } from 'node:fs';

interface Group {
  name: string;
  gid: number;
}

function groups(file: string): Group[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 3)
    .map(([name = '', , gid]) => ({ name, gid: Number(gid) }));
}

/** Undefined where there is no such group. */
export function groupNamed(name: string, file = '/etc/group'): Group | undefined {
  return groups(file).find((group) => group.name === name);
}

/** Undefined where no group has that number. */
export function groupNumbered(gid: number, file = '/etc/group'): Group | undefined {
  return groups(file).find((group) => group.gid === gid);
}
