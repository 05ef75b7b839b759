/** Starts the programs that the image is made with. No shell. */
import { spawn } from 'node:child_process';

/**
 * Runs it to its end. What it says goes to stderr when it fails; stdout is for the paths of what was made.
 * @param {string[]} argv
 * @param {{ input?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<string>} what it wrote to stdout
 * @throws Error with all it said, when it does not end with 0
 */
export function run([program, ...args], { input = '', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, LC_ALL: 'C', ...env } });
    const out = [];
    const said = [];
    child.stdout.on('data', (data) => out.push(data));
    child.stderr.on('data', (data) => said.push(data));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else
        reject(
          new Error(
            `${program} ${args.join(' ')}: ${signal ?? `exit code ${code}`}\n${Buffer.concat([...out, ...said])}`,
          ),
        );
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
