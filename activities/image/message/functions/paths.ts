import { define, type FunctionTable } from '../function.ts';

/** Paths with slashes; those for files are the same on the systems that workers run on. */
export const pathFunctions: FunctionTable = {
  base: define(['string'], base),
  dir: define(['string'], dir),
  clean: define(['string'], clean),
  ext: define(['string'], ext),
  isAbs: define(['string'], (path) => path.startsWith('/')),
  osBase: define(['string'], base),
  osDir: define(['string'], dir),
  osClean: define(['string'], clean),
  osExt: define(['string'], ext),
  osIsAbs: define(['string'], (path) => path.startsWith('/')),
};

function base(path: string): string {
  if (path === '') return '.';
  const parts = path.split('/').filter((part) => part !== '');
  return parts.at(-1) ?? '/';
}

function dir(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot);
}

function clean(path: string): string {
  const isAbsolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const isUp = part === '..';
    if (isUp && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isUp || !isAbsolute) kept.push(part);
  }
  const text = kept.join('/');
  return isAbsolute ? `/${text}` : text || '.';
}
