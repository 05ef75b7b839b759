/** Where the program begins. It loads nothing that the wanted mode does not need. */
import { main } from './cli.ts';

// No await: all that is loaded at the start is CommonJS (scripts/start.cjs).
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
