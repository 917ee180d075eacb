import { describeKills, upgrade } from '../../support/helm-kills.ts';

const SECOND = { records: ['superseded', 'deployed'], history: [2, 1] };
// Of the three records the second was left by the helm that died.
const THIRD = { records: ['superseded', 'failed', 'deployed'], history: [3, 2, 1] };

describeKills([
  { name: 'an upgrade that is announced', point: 'helm.announced', doing: upgrade, ...SECOND },
  { name: 'an upgrade whose record is pending', point: 'helm.pending', doing: upgrade, ...THIRD },
  {
    name: 'an upgrade, and during its unlock',
    point: 'helm.pending',
    next: 'helm.unlocked',
    doing: upgrade,
    ...THIRD,
  },
  { name: 'an upgrade amid its objects', point: 'helm.object', hit: 2, doing: upgrade, ...THIRD },
]);
