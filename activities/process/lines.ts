import { StringDecoder } from 'node:string_decoder';

/**
 * Hears a stream line by line, each without its end; of a longer line the first `longest` characters. Node's own reader
 * keeps a line of any length in memory, and ends the process at one that no string can hold.
 */
export function hearLines(
  stream: NodeJS.ReadableStream,
  longest: number,
  hear: (line: string) => void,
): void {
  const decoder = new StringDecoder('utf8');
  let begun = '';

  const take = (text: string) => {
    if (begun.length < longest) begun += text.slice(0, longest - begun.length);
  };
  const end = () => {
    hear(begun.endsWith('\r') ? begun.slice(0, -1) : begun);
    begun = '';
  };

  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    take(first);
    for (const line of others) {
      end();
      take(line);
    }
  });
  stream.on('end', () => {
    if (begun !== '') end();
  });
}
