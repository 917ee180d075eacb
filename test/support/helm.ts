import { type HelmOptions as Options, helm as run } from '../../tools/helm.ts';
import { processFolder } from './process-folder.ts';

export type HelmOptions = Omit<Options, 'home'>;

const home = processFolder('helm');

/** Standard output of the plain `helm`, in folders of this process; throws an Error with helm's own words. */
export function helm(args: readonly string[], options: HelmOptions = {}): Promise<string> {
  return run(args, { ...options, home: home() });
}
