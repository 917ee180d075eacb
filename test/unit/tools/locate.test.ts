import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pinnedVersion, TOOL_NAMES, TOOLS } from '../../../tools/catalog.ts';
import { cachedTool, isAtLeast, locateTool } from '../../../tools/locate.ts';

let dir: string;

function fake(folder: string, name: string, says: string): string {
  const path = join(dir, folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pawl-locate-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('locateTool', () => {
  it('prefers a named folder to the PATH', async () => {
    const named = fake('named', 'etcd', 'etcd Version: 3.6.1');
    fake('path', 'etcd', 'etcd Version: 3.6.2');

    const env = { PAWL_TOOLS: join(dir, 'named'), PATH: join(dir, 'path'), XDG_CACHE_HOME: dir };

    expect(await locateTool('etcd', env)).toBe(named);
  });

  it.each`
    tool                | says                                                  | accepted
    ${'etcd'}           | ${'etcd Version: 3.4.30'}                             | ${false}
    ${'kube-apiserver'} | ${'Kubernetes v1.36.3'}                               | ${true}
    ${'kube-apiserver'} | ${'Kubernetes v1.33.0'}                               | ${false}
    ${'temporal'}       | ${'temporal version 1.5.1 (Server 1.29.1, UI 2.42)'}  | ${true}
    ${'temporal'}       | ${'temporal version 1.30.0 (Server 1.27.2, UI 2.42)'} | ${false}
    ${'kustomize'}      | ${'v5.8.1'}                                           | ${true}
    ${'kustomize'}      | ${'{Version:kustomize/v4.5.7 GitCommit:unknown}'}     | ${false}
    ${'helm'}           | ${'v4.3.1'}                                           | ${true}
    ${'helm'}           | ${'v4.1.3'}                                           | ${false}
    ${'helm'}           | ${'v3.20.2'}                                          | ${false}
    ${'kwok'}           | ${'kwok version v0.7.0 go1.26.8 (linux/amd64)'}       | ${true}
    ${'kwok'}           | ${'no idea'}                                          | ${false}
  `('accepts $tool that says "$says": $accepted', async ({ tool, says, accepted }) => {
    const path = fake('path', tool, says);

    const found = await locateTool(tool, { PATH: dirname(path), XDG_CACHE_HOME: dir });

    expect(found).toBe(accepted ? path : undefined);
  });

  it('falls back to what was built before', async () => {
    const built = cachedTool('kwok', { XDG_CACHE_HOME: dir });
    fake('pawl/tools', `kwok-${pinnedVersion(TOOLS.kwok)}`, '');

    expect(await locateTool('kwok', { PATH: '', XDG_CACHE_HOME: dir })).toBe(built);
  });
});

describe('the catalogue', () => {
  // The minimum of temporal is of the server inside.
  it.each(TOOL_NAMES.filter((name) => name !== 'temporal'))(
    'pins %s at no less than the minimum for found ones',
    (name) => {
      const version = pinnedVersion(TOOLS[name]);

      expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
      expect(isAtLeast(version.slice(1), TOOLS[name].minimum)).toBe(true);
    },
  );
});
