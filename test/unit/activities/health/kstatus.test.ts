import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { healthOf } from '../../../../activities/health/kstatus.ts';
import type { KubeObject } from '../../../../api/kube-object.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const now = Date.parse('2026-01-01T12:00:00Z');

// Each fixture begins with what is expected of it: `# <status>: <the beginning of the message>`.
it.each(readdirSync(fixtures))('takes %s for what it says it is', (file) => {
  const text = readFileSync(join(fixtures, file), 'utf8');
  const [, status, message] = /^# (\w+): (.+)$/m.exec(text) ?? [];

  const health = healthOf(parse(text) as KubeObject, now);

  expect(health.status).toBe(status);
  expect(health.message).toContain(message);
});
