/** Writes `deploy/crds/<plural>.yaml`; `npm run crds` after any change of a kind. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import release from '../package.json' with { type: 'json' };
import { customResourceDefinitions } from './crd.ts';
import { stringifyManifests } from './formats/manifest-yaml.ts';

const directory = join(import.meta.dirname, '../deploy/crds');
mkdirSync(directory, { recursive: true });
for (const definition of customResourceDefinitions(release.version)) {
  const [plural] = definition.metadata.name.split('.', 1);
  writeFileSync(join(directory, `${plural}.yaml`), stringifyManifests([definition]));
}
