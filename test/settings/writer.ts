/**
 * A process that saves settings, to be killed or to compete: `writer FOLDER COUNT`. Says "saved N" after each save
 * that it was told has succeeded. Not a test; store.test.ts bundles and starts it.
 */
import { Failure } from '../../src/errors.ts';
import { openStore } from '../../src/settings/store.ts';
import { full } from './full.ts';

const [folder = '', count = '1'] = process.argv.slice(2);
const store = await openStore(folder, { notice: (text) => console.log(`notice ${text}`) });
for (let done = 0; done < Number(count); ) {
  const { revision } = await store.read();
  try {
    // The window tells the revision, so that a mixture of two saves would be seen.
    const settings = { ...full, windowSeconds: 5 + ((revision + 1) % 3000) };
    const saved = await store.save(settings, { revision, by: `process ${process.pid}`, what: 'again' });
    console.log(`saved ${saved.revision}`);
    done += 1;
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code !== 'settings-changed') throw error;
    console.log('overtaken');
  }
}
