/** `gatehouse report …`: its commands, options and help. Handing a report over is described beside this file. */
import type { Command } from 'commander';
import { asState } from './again.ts';
import { collect } from './arguments.ts';
import { describeHandover } from './describe-handover.ts';
import { asJob } from './job.ts';
import type { Asking } from './options.ts';
import type { MakeOptions } from './report.ts';
import type { OpenOptions } from './report-open.ts';

/** @param end takes an exit code: of what needs no appliance */
export function describeReport(program: Command, asking: Asking, end: (code: number) => void): void {
  const report = program.command('report').description('encrypted diagnostics report: make it, keep it, hand it over');
  const commands = () => import('./report.ts');
  report
    .command('items')
    .description('what a report would hold')
    .action(() => asking(async (context) => (await commands()).items(context)));
  asJob(report.command('make'), true)
    .option('--items <names>', 'only these, parted by commas', collect)
    .description('collect, encrypt and keep one; see it later with: gatehouse report list')
    .action((options: MakeOptions) => asking(async (context) => (await commands()).make(context, options)));
  const list = report.command('list').description('the reports that are kept, and the one under way');
  asState(list, asking, ['report.read', 'report.watch'], async (context) => (await commands()).list(context));
  report
    .command('cancel')
    .description('end the one under way; nothing of it stays')
    .action(() => asking(async (context) => (await commands()).cancel(context)));
  report
    .command('remove <name>')
    .description('remove one that is kept')
    .action((name: string) => asking(async (context) => (await commands()).remove(context, name)));
  report
    .command('save <name> <file>')
    .description('write a copy of one that is kept to a new file')
    .action((name: string, file: string) => asking(async (context) => (await commands()).save(context, name, file)));
  describeHandover(report, asking);
  report
    .command('open <file>')
    .requiredOption('--identity <file>', 'the private key of support, as age takes it')
    .option('--to <dir>', 'unpack there; without it only the manifest is shown')
    .option('--signer <file>', 'check who made it against this file (ssh-keygen, ALLOWED SIGNERS)')
    .option('--sha256 <digits>', 'check that it is that one')
    .description('for support: decrypt one, check it, unpack it')
    .action(async (file: string, options: OpenOptions) => {
      const { openReport } = await import('./report-open.ts');
      end(await openReport(file, { ...options, json: program.opts<{ json?: true }>().json === true }));
    });
}
