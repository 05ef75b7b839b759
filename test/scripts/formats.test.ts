/** What the image's formats are given after qemu-img. */
import { expect, test } from 'vitest';

const formats = new URL('../../scripts/image.d/formats.mjs', import.meta.url).href;
const { setContentId } = (await import(formats)) as { setContentId(piece: Buffer): void };

/** As qemu-img 7.2 writes it: a number by chance, without leading zeros. */
const descriptor = (cid: string) => {
  const piece = Buffer.alloc(1024);
  piece.write(`# Disk DescriptorFile\nversion=1\nCID=${cid}\nparentCID=ffffffff\ncreateType="streamOptimized"\n`);
  return piece;
};

test('a VMDK has the same content ID, however many digits it had', () => {
  const all = ['3f1c22aa', '9d21e07', '1'].map((cid) => {
    const piece = descriptor(cid);
    setContentId(piece);
    return piece.toString('latin1');
  });
  expect(all[0]).toContain('\nCID=6b2a7e52\nparentCID=ffffffff\n');
  expect(new Set(all).size).toBe(1);
  expect(() => setContentId(Buffer.alloc(1024))).toThrow('no content ID');
});
