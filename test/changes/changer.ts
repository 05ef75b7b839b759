/**
 * A process that makes changes, one after the other, to be killed: `changer FOLDER`. Says what it begins and what it
 * was told. It begins with the way back, as a machine does. Not a test; killed.test.ts bundles and starts it.
 */
import { writeSync } from 'node:fs';
import { ChangeKeeper } from '../../src/changes/change.ts';
import { wayBack } from '../../src/changes/way-back.ts';
import { draft, Place } from './place.ts';

// Nothing of it must wait in a buffer when the process is killed.
const say = (line: string) => void writeSync(1, `${line}\n`);
const place = new Place(process.argv[2] ?? '');

say('starting');
await wayBack(place.wayBackParts(), { atBoot: true });
for (let round = 0; ; round++) {
  const from = place.which();
  const to = from === 'before' ? 'after' : 'before';
  say(`from ${from}`);
  const parts = place.parts(60);
  const prepare: typeof parts.prepare = async (...args) => ({
    ...(await parts.prepare(...args)),
    files: place.files(to),
  });
  const keeper = await ChangeKeeper.begin({ ...parts, prepare });
  const { id } = await keeper.apply(draft, 'anna');
  say('asking');
  if (round % 3 === 2) {
    await keeper.undo(id, 'anna');
    say('undone');
  } else {
    say('keeping');
    await keeper.keep(id, 'anna');
    say('kept');
  }
  keeper.close();
}
