// A serial cable for a terminal: what comes from the socket goes to stdout, what is typed goes into the socket.
import { connect } from 'node:net';

const line = connect(process.argv[2]);
process.stdin.setRawMode?.(true);
process.stdin.pipe(line);
line.pipe(process.stdout);
line.on('error', (error) => console.error(error.message));
line.on('close', () => process.exit());
