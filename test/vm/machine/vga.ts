/**
 * The picture on the VGA console, read as text: QEMU's screendump, cut into cells of 9x16 points, each compared with the
 * letters of the card's own font (code page 437). It sees what a person would, and nothing that the guest says of itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysFor } from './keyboard.ts';
import type { Qmp } from './qmp.ts';
import { until } from './until.ts';

const cell = { width: 9, height: 16 };
const glyphs = 256;

/** Unicode of code page 437; the first 32 are pictures there. */
const codePage = [
  ...' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼',
  ...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)),
  ...'⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ',
];

/** Where Debian's seabios package and QEMU's own build put the card's ROM, which has the font. */
const roms = ['/usr/share/seabios', '/usr/share/qemu', '/usr/local/share/qemu'];

export class Vga {
  private readonly font = readFont();

  constructor(
    private readonly qmp: () => Qmp,
    private readonly folder: string,
  ) {}

  /** What is to be seen now, without trailing blanks; � for what is no letter. */
  async screen(): Promise<string[]> {
    const file = join(this.folder, 'screen.ppm');
    await this.qmp().ask('screendump', { filename: file });
    return read(readFileSync(file), this.font);
  }

  async text(): Promise<string> {
    return (await this.screen()).join('\n');
  }

  /** @throws Error with the screen, when it does not show that within `limit` ms */
  async waitFor(what: string | RegExp, limit = 15_000): Promise<void> {
    let seen = '';
    const shown = async () => {
      seen = await this.text();
      return typeof what === 'string' ? seen.includes(what) : what.test(seen);
    };
    await until(`${what} on the VGA console`, shown, limit, () => seen);
  }

  /** Presses keys of the PC keyboard together: "ret", "down", "ctrl", "c" (qapi/ui.json, QKeyCode). */
  async press(...codes: string[]): Promise<void> {
    await this.qmp().ask('send-key', { keys: codes.map((data) => ({ type: 'qcode', data })), 'hold-time': 20 });
  }

  async type(text: string): Promise<void> {
    for (const character of text) await this.press(...keysFor(character));
  }
}

/** 256 letters of 16 bytes, one a row: by their bytes as hex. */
function readFont(): Map<string, string> {
  const rom = roms.map((folder) => join(folder, 'vgabios-stdvga.bin')).find((file) => existsSync(file));
  if (!rom) throw new Error(`No vgabios-stdvga.bin in ${roms.join(', ')}.`);
  const bytes = readFileSync(rom);
  // The second letter, a face, is found nowhere else.
  const face = bytes.indexOf('00007e81a58181bd9981817e00000000', 0, 'hex');
  if (face < 0) throw new Error(`There is no font of 8x16 in ${rom}.`);
  const font = new Map<string, string>();
  for (let code = glyphs - 1; code >= 0; code--) {
    const at = face + (code - 1) * cell.height;
    font.set(bytes.subarray(at, at + cell.height).toString('hex'), codePage[code] ?? '�');
  }
  return font;
}

function read(ppm: Buffer, font: Map<string, string>): string[] {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 40).toString('latin1'));
  if (!header) throw new Error('QEMU gave no picture.');
  const [width, height] = [Number(header[1]), Number(header[2])];
  const points = ppm.subarray(header[0].length);
  const row = (top: number) =>
    Array.from({ length: Math.floor(width / cell.width) }, (_, column) =>
      letter(points, width, column * cell.width, top, font),
    );
  const tops = Array.from({ length: Math.floor(height / cell.height) }, (_, line) => line * cell.height);
  return tops.map((top) => row(top).join('').trimEnd());
}

/** Bright on dark or, where it is marked, dark on bright: whichever gives a letter. */
function letter(points: Buffer, width: number, left: number, top: number, font: Map<string, string>): string {
  const at = (x: number, y: number) => points.readUIntBE(((top + y) * width + left + x) * 3, 3);
  const rows = Buffer.alloc(cell.height);
  const first = at(0, 0);
  for (let y = 0; y < cell.height; y++)
    for (let x = 0; x < 8; x++) if (at(x, y) !== first) rows[y] = (rows[y] ?? 0) | (0x80 >> x);
  const inverse = Buffer.from(rows.map((bits) => ~bits & 0xff));
  // A cell of one colour is a blank, whatever the colour.
  return font.get(rows.toString('hex')) ?? font.get(inverse.toString('hex')) ?? '�';
}
