import { styleText } from 'node:util';
import { formatTable } from './table.ts';

/** Where a command talks: progress to standard error, what was asked for to standard output, each as `flux` writes it. */
export interface Output {
  /** `►` */
  action(text: string): void;
  /** `✚` */
  generate(text: string): void;
  /** `◎` */
  waiting(text: string): void;
  /** `✔` */
  success(text: string): void;
  /** `⚠️` */
  warning(text: string): void;
  /** `✗` */
  failure(text: string): void;
  print(text: string): void;
  table(header: readonly string[], rows: readonly (readonly string[])[]): void;
}

type Color = 'green' | 'yellow' | 'red' | 'cyan' | 'blue';

/** Colours go to a terminal only. */
export function createOutput(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Output {
  const progress = (color: Color, symbol: string) => (text: string) => {
    // `styleText` itself finds out whether the stream wants colours.
    stderr.write(`${styleText(color, symbol, { stream: stderr as NodeJS.WriteStream })} ${text}\n`);
  };
  return {
    action: progress('blue', '►'),
    generate: progress('blue', '✚'),
    waiting: progress('cyan', '◎'),
    success: progress('green', '✔'),
    warning: progress('yellow', '⚠️'),
    failure: progress('red', '✗'),
    print: (text) => void stdout.write(text),
    table: (header, rows) => void stdout.write(formatTable(header, rows)),
  };
}
