import { describe, expect, it } from 'vitest';
import { changeTable } from '../../../../../activities/image/message/change-table.ts';
import type { UpdatedFile } from '../../../../../activities/image/update/changes.ts';

const APP = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app', namespace: 'default' };

function fileOf(
  path: string,
  changes: readonly (readonly [string, string, string])[],
  object = APP,
): UpdatedFile {
  return {
    path,
    content: Buffer.alloc(0),
    changes: changes.map(([setter, oldValue, newValue]) => ({
      object,
      change: { setter, oldValue, newValue },
    })),
  };
}

function cellsOf(value: string): string | undefined {
  return changeTable([fileOf('a.yaml', [['flux-system:app', 'old', value]])])
    .split('\n')
    .at(2)
    ?.split(' | ')
    .slice(4)
    .join(' | ')
    .replace(/ \|$/, '');
}

describe('the table of changes', () => {
  it('has a row for each marked scalar', () => {
    const files = [
      fileOf('apps/app.yaml', [
        ['flux-system:app:tag', '1.0.0', '1.1.0'],
        ['flux-system:app', 'ghcr.io/acme/app:1.0.0', 'ghcr.io/acme/app:1.1.0'],
      ]),
      fileOf('kustomization.yaml', [['flux-system:db:tag', '16', '17']], {
        apiVersion: '',
        kind: 'Kustomization',
        name: '',
        namespace: '',
      }),
    ];

    expect(changeTable(files)).toBe(
      [
        '| File | Object | Policy | From | To |',
        '|---|---|---|---|---|',
        '| `apps/app.yaml` | `Deployment default/app` | `flux-system:app:tag` | `1.0.0` | `1.1.0` |',
        '| `apps/app.yaml` | `Deployment default/app` | `flux-system:app` | `ghcr.io/acme/app:1.0.0` | `ghcr.io/acme/app:1.1.0` |',
        '| `kustomization.yaml` | `Kustomization` | `flux-system:db:tag` | `16` | `17` |',
      ].join('\n'),
    );
  });

  it.each([
    ['a mention', '@acme/everyone #1', '`@acme/everyone #1`'],
    ['markup', '<b>x</b> [l](http://x) --> <!-- y', '`<b>x</b> [l](http://x) --> <!-- y`'],
    ['a bar', 'a | b || c\\|d', '`a ¦ b ¦¦ c\\¦d`'],
    ['backticks', '`id` ``x', '``` `id` ``x ```'],
    ['a second line', '1\n/merge\r\n| x | y |', '`1 /merge  ¦ x ¦ y ¦`'],
    ['another line separator', 'a\u2028b', '`a b`'],
    ['control characters', 'a\u0000\u001b[2J\u202eb', '`a  [2J b`'],
    ['nothing', ' \n ', ''],
    ['much', 'x'.repeat(1000), `\`${'x'.repeat(199)}…\``],
  ])('shows %s as text', (_what, value, cell) => {
    expect(cellsOf(value)).toBe(cell);
  });

  it('ends after 300 rows and says how many are left', () => {
    const changes = Array.from({ length: 1000 }, (_, row) => ['a:b', `${row}`, `${row + 1}`] as const);

    const lines = changeTable([fileOf('a.yaml', changes)]).split('\n');

    expect(lines).toHaveLength(304);
    expect(lines.slice(-2)).toEqual(['', 'and 700 more']);
  });
});
