import { describeKills, upgrade } from '../../support/helm-kills.ts';

const SECOND = { records: ['superseded', 'deployed'], history: [2, 1] };
// Helm notes that the first is superseded once the second is all there: that one is where a rollback goes.
const HALFWAY = { records: ['superseded', 'superseded', 'deployed'], history: [3, 2] };

describeKills([
  { name: 'an upgrade between its records', point: 'helm.recorded', hit: 2, doing: upgrade, ...HALFWAY },
  { name: 'an upgrade with all its records', point: 'helm.recorded', hit: 3, doing: upgrade, ...SECOND },
  { name: 'an upgrade that is done, and not told', point: 'helm.ended', doing: upgrade, ...SECOND },
  { name: 'an upgrade that is told', point: 'helm.acted', doing: upgrade, ...SECOND },
  { name: 'an upgrade before its last status', point: 'helm.status', doing: upgrade, ...SECOND },
]);
