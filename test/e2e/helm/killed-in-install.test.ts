import { Kind } from '../../../api/object-ref.ts';
import { type Doing, describeKills, install } from '../../support/helm-kills.ts';

const newChart: Doing = async (home) => {
  await home.charts.publish('bench', { version: '2.0.0' });
  await home.request(Kind.HelmRepository, 'charts');
};

// Where none was good before, helm calls what had failed superseded once the next one is good.
const FIRST = { records: ['superseded', 'deployed'], history: [2, 1] };
const GONE = { records: ['deployed'], history: [1] };
const NEWER = { records: ['superseded', 'deployed'], history: [2, 1], version: '2.0.0' };

describeKills([
  { name: 'an install that is announced', point: 'helm.announced', doing: install, ...GONE },
  { name: 'an install whose record is pending', point: 'helm.pending', doing: install, ...FIRST },
  { name: 'an install that has made two objects', point: 'helm.object', hit: 2, doing: install, ...FIRST },
  { name: 'an install that is done, and not told', point: 'helm.ended', doing: install, ...GONE },
  { name: 'an upgrade to a chart that is packed', point: 'chart.stored', doing: newChart, ...NEWER },
  { name: 'an upgrade to a chart that is ready', point: 'chart.status', doing: newChart, ...NEWER },
]);
