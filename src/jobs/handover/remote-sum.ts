/**
 * The checksum of a file on a server, worked out there: sha256sum over the connection that there is, where the account
 * may run programs. It spares reading everything back. Whoever asks believes it only where it is the one that they
 * expect; everything else means that it is not to be had this way.
 */
import type { Client, ClientChannel } from 'ssh2';

/** In no shell does any of these mean something else. */
const harmless = /^[A-Za-z0-9_./][A-Za-z0-9_./-]*$/;
/** Characters of an answer that are looked at. */
const MOST = 1000;

export interface SumLimits {
  /** Milliseconds. */
  limit: number;
  /** Called each second meanwhile. */
  waiting(): void;
  /** Called where the connection ends meanwhile: there are servers that end it rather than run a program. */
  dropped(): void;
}

/** @param path as SFTP has it. @returns 64 digits; undefined: none was told in time. Never rejects */
export async function remoteSum(
  client: Client,
  path: string,
  { limit, waiting, dropped }: SumLimits,
): Promise<string | undefined> {
  if (!harmless.test(path)) return undefined;
  return new Promise((resolve) => {
    let channel: ClientChannel | undefined;
    const clock = setInterval(waiting, 1000);
    const onClose = () => {
      dropped();
      end();
    };
    const end = (sum?: string) => {
      clearInterval(clock);
      clearTimeout(timer);
      client.off('close', onClose);
      channel?.destroy();
      resolve(sum);
    };
    const timer = setTimeout(end, limit);
    client.once('close', onClose);
    try {
      client.exec(`sha256sum ${path}`, (error, opened) => {
        if (error) return end();
        channel = opened;
        let said = '';
        opened.on('error', () => end());
        opened.on('data', (bytes: Buffer) => {
          if (said.length < MOST) said += bytes.toString('latin1');
        });
        opened.on('close', () => end(/^([0-9a-f]{64}) [ *]/.exec(said)?.[1]));
        opened.stderr.resume();
        // What runs there may be another program that was set for the account, which waits for input.
        opened.end();
      });
    } catch {
      end();
    }
  });
}
