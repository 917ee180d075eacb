import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const file = join(import.meta.dirname, '../../deploy/grafana/pawl.json');

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
}

/** All expressions of the dashboard. */
export function expressionsOf({ panels, templating }: Dashboard): readonly string[] {
  const variables = templating.list.flatMap(({ definition }) => definition ?? []);
  return [...variables, ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
}

/** The metrics that an expression names: words with one of our beginnings that are no label. */
export function metricsOf(expression: string): readonly string[] {
  return expression.match(/\b(gotk|pawl|temporal|process|nodejs)_\w+/g) ?? [];
}
