/** Which pictures there are: the way to each screen as an operator goes it, and what is to be said of it. */

/** What differs from run to run, and what is shown instead; as wide as what was there. */
export type Masks = readonly (readonly [RegExp, string])[];

interface Operator {
  /** Waits until the screen shows it. */
  see(what: string | RegExp): Promise<void>;
  type(keys: string): void;
}

export interface Scene {
  name: string;
  title: string;
  description: string;
  /** A machine of the lab. */
  machine: string;
  look: 'rich' | 'serial';
  /** TERM. */
  term: string;
  plain?: true;
  /** No time passes at all: counted figures stay as they are first seen. */
  isStill?: true;
  masks?: Masks;
  play(operator: Operator): Promise<void>;
}

const enter = '\r';
const down = '\x1b[B';
const tab = '\t';
const rich = { look: 'rich', term: 'xterm-256color', machine: 'healthy' } as const;
const serial = { look: 'serial', term: 'vt220', machine: 'healthy' } as const;

/** Through the menus: each is seen by the first before the letters of the second are typed. */
async function go({ see, type }: Operator, ...steps: readonly (readonly [see: string | RegExp, keys: string])[]) {
  for (const [what, keys] of steps) {
    await see(what);
    type(keys);
  }
}

const diagnostics = (letters: string) =>
  [
    ['Various commands', `d${enter}`],
    ['Encrypted diagnostics report', letters + enter],
  ] as const;

/** The form of the first interface, with a static address. */
const toStatic = (address: string) =>
  [
    ['Various commands', `s${enter}`],
    ['System Configuration', enter],
    ['Network Configuration', enter],
    ['Change', `c${enter}`],
    ['Unconfigured', `${down} ${tab}`],
    ['Gateway', `${address}${tab}10.20.0.1${enter}`],
  ] as const;

/** Who asks is a user of this machine; in the pictures it is the one that an appliance has. How long ago is chance. */
const asked: Masks = [
  [/(?<=changed by ).*?, now at */, 'operator on tty1, now at'],
  [/(?<=goes back in )\d+ s\./, '116 s.'],
  [/(?<=Started by : ).*? {2,}/, 'operator on tty1'],
];

export const scenes: readonly Scene[] = [
  {
    ...rich,
    name: 'main-menu',
    title: 'The main menu',
    description:
      'Registration, System, Info, Diagnostics and Commands, each with what it is for. Below them stands one line: the name and address of the appliance, and that it is not registered.',
    play: ({ see }) => see(/gatehouse-lab – 10.20.0.15/),
  },
  {
    ...rich,
    name: 'info',
    machine: 'below-requirements',
    title: 'Info, on a machine that is too small',
    description: 'Each requirement that is not met stands at the top, with what was found and what is needed.',
    play: (operator) => go(operator, ['Various commands', `i${enter}`], [/Platform Status/, '']),
  },
  {
    ...rich,
    name: 'network',
    title: 'Network, an address that is refused',
    description:
      'A static address with a part of 999: why it is wrong, and what would be right, stands below the field.',
    play: (operator) => go(operator, ...toStatic('10.20.0.999/24'), ['Each part', '']),
  },
  {
    ...rich,
    name: 'keep',
    title: 'Keep these settings?',
    description:
      'After a change of the address: what was tested, with the outcome of each test, and how long is left to answer before the settings go back.',
    masks: asked,
    play: (operator) =>
      go(
        operator,
        ...toStatic('10.20.0.16/24'),
        ['WILL BE', enter],
        ['Keep these settings?', ''],
        [/ – 10.20.0.16 /, ''],
      ),
  },
  {
    ...rich,
    name: 'units',
    machine: 'unit-failed',
    title: 'Units',
    description: 'The units of the appliance: active ones in green, failed ones in red, since when, and what they are.',
    play: (operator) => go(operator, ...diagnostics('u'), ['UNIT', down]),
  },
  {
    ...rich,
    name: 'log',
    title: 'A log in which something is searched',
    description:
      'The journal, newest first, warnings and errors in colour, with all places of the text that was looked for marked.',
    play: (operator) =>
      go(
        operator,
        ...diagnostics('l'),
        [/Journal +journal/, enter],
        ['newest line', `/unreadable${enter}`],
        [/lines? match/, ''],
      ),
  },
  {
    ...rich,
    name: 'stats',
    isStill: true,
    title: 'Stats, as plots',
    description: 'Processor, memory, network and disk of the appliance over the last 15 minutes, as lines.',
    play: (operator) => go(operator, ...diagnostics('s'), ['CPU %', enter], ['The last 15 minutes', '']),
  },
  {
    ...rich,
    name: 'report',
    title: 'A report that is offered',
    description:
      'User, one-time password, address, command and host key for the one download, and for how long it is there.',
    masks: [
      [/SHA256:\S{43}/, 'SHA256:Kq2Xj0c3mWcYl1mV7hG4TnB6RzE9uQdA8sJ5oPfLyIw'],
      [/\d+ kB/, '116 kB'],
    ],
    play: (operator) => offer(operator),
  },
  {
    ...rich,
    name: 'report-code',
    title: 'The QR code of a report that is offered',
    description: 'The address of the download with its user and password as a QR code, to be read with a phone.',
    play: async (operator) => {
      await offer(operator);
      await go(operator, ['QR code', `q${enter}`], [/[▀▄█]{7}/, '']);
    },
  },
  {
    ...rich,
    name: 'capture',
    title: 'A packet capture while it runs',
    description: 'Where the packets go, by which filter they are taken, how many there are, and how long is left.',
    masks: [...asked, [/(?<=Packets *: )\d+/, '412'], [/(?<=Bytes *: )[\d.]+ k?B/, '61.4 kB']],
    play: (operator) =>
      go(
        operator,
        ...diagnostics('gg'),
        ['None was made yet', enter],
        ['Seconds', enter],
        [/Packets *: [1-9]\d\d/, ''],
      ),
  },
  {
    ...serial,
    name: 'serial-main-menu',
    title: 'The main menu on a serial line',
    description: 'The same menu at a vt220: no colours, and boxes of plus, minus and bar.',
    play: ({ see }) => see(/gatehouse-lab - 10.20.0.15/),
  },
  {
    ...serial,
    name: 'serial-units',
    machine: 'unit-failed',
    title: 'Units on a serial line',
    description: 'The state of each unit in a word, since there are no colours to tell it.',
    play: (operator) => go(operator, ...diagnostics('u'), ['UNIT', down]),
  },
  {
    ...serial,
    name: 'serial-network',
    title: 'A refused address on a serial line',
    description: 'The same form: fields are underlined, and what is wrong is bold.',
    play: (operator) => go(operator, ...toStatic('10.20.0.999/24'), ['Each part', '']),
  },
  {
    ...serial,
    name: 'plain',
    term: 'vt100',
    plain: true,
    title: 'The same as a conversation',
    description: 'Numbered menus and one question a line; a wrong address is refused and asked for again.',
    play: (operator) =>
      go(
        operator,
        ['to leave:', '2\r'],
        ['to go back:', '1\r'],
        ['Network Configuration', '1\r'],
        ['Change', '2\r'],
        ['Unconfigured', '2\r'],
        ['Address:', '10.20.0.999\r'],
        ['Right', '10.20.0.16/24\r'],
      ),
  },
];

async function offer(operator: Operator): Promise<void> {
  await go(
    operator,
    ...diagnostics('g'),
    ['Collect and encrypt', enter],
    ['What goes into the report', enter],
    ['The report is ready', enter],
    ['< Offer it >', `o${enter}`],
    ['Host key', ''],
  );
}
