/** `gatehouse report …`, the part of it that hands a report over: its commands, options and help. */
import type { Command } from 'commander';
import { asJob } from './job.ts';
import type { Asking } from './options.ts';
import type { OfferOptions } from './report-offer.ts';
import type { UploadOptions } from './report-upload.ts';

/** @param report the noun that the commands belong to */
export function describeHandover(report: Command, asking: Asking): void {
  const offers = () => import('./report-offer.ts');
  const uploads = () => import('./report-upload.ts');
  asJob(report.command('offer <name>'), false)
    .description(
      'let it be fetched over SFTP, once, within an hour; prints the one-time password, which is told only here',
    )
    .action((name: string, options: OfferOptions) =>
      asking(async (context) => (await offers()).offer(context, name, options)),
    );
  report
    .command('withdraw')
    .description('end the offer, and whoever fetches it')
    .action(() => asking(async (context) => (await offers()).withdraw(context)));
  report
    .command('host-key <server>')
    .description('HOST or HOST:PORT: the key that an SFTP server shows, and whether it was confirmed')
    .action((server: string) => asking(async (context) => (await uploads()).hostKey(context, server)));
  asJob(report.command('upload <name> <target>'), true)
    .description('send it to USER@HOST, USER@HOST:PORT, USER@HOST:FOLDER or USER@HOST:PORT:FOLDER')
    .option('--key <file>', 'log in with this private key; standard input may have its passphrase')
    .option(
      '--accept <fingerprint>',
      'confirm this host key, SHA256:…; without it: the one confirmed before, or a question',
    )
    .action((name: string, target: string, options: UploadOptions) =>
      asking(async (context) => (await uploads()).upload(context, name, target, options)),
    );
  report
    .command('cancel-upload')
    .description('end the upload; what is there already is gone on with the next time')
    .action(() => asking(async (context) => (await uploads()).cancel(context)));
}
