import { createRequire } from 'node:module';
import { GanzooError } from '@ganzoo/core';
import { Command, CommanderError } from 'commander';
import { compareCommand } from './commands/compare.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { infoCommand } from './commands/info.ts';
import { sampleCommand } from './commands/sample.ts';
import { trainCommand } from './commands/train.ts';
import { exitCodes } from './exit-codes.ts';

/** Runs the command. @returns the exit code: 0, 1 where it failed, 2 on words it does not know, 130 when it was interrupted */
export async function main(args: readonly string[]): Promise<number> {
  const { version } = createRequire(import.meta.url)('ganzoo/package.json') as { version: string };
  let code: number = exitCodes.done;
  const program = new Command('ganzoo')
    .description('Trains, samples and judges generative adversarial networks.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print what there is')
    .helpCommand('help [command]', 'print what a command takes')
    .showHelpAfterError('(--help says what there is)')
    .showSuggestionAfterError()
    // Inherited by the commands that are added below.
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .addHelpText(
      'after',
      '\nA run lives in a directory: train puts it there, the others take it from there.\n  ganzoo train dcgan --dataset mnist --steps 2000 --out runs/digits\n  ganzoo sample runs/digits --count 64 --out digits.png',
    );
  for (const add of [trainCommand, sampleCommand, evaluateCommand, compareCommand, infoCommand]) add(program, (ended) => (code = ended));
  try {
    await program.parseAsync(args as string[], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof GanzooError)) throw error;
    console.error(error.message);
    return exitCodes.failed;
  }
}
