/** Where the program begins. It loads nothing that the wanted mode does not need. */
import { main } from './cli.ts';

process.exitCode = await main(process.argv.slice(2));
