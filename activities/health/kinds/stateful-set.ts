import type { KubeObject } from '../../../api/kube-object.ts';
import { current, firstOf, type Health } from '../health.ts';
import { countAt, integerAt, textAt } from '../read.ts';

/**
 * A StatefulSet sets no conditions: its counts and revisions decide, so it is never failed.
 * With `OnDelete` its owner rolls it. Rules: kstatus core.go.
 */
export function statefulSetHealth(object: KubeObject): Health {
  if (textAt(object, 'spec.updateStrategy.type') === 'OnDelete') {
    return current('updated on deletion of its pods');
  }
  const wanted = integerAt(object, 'spec.replicas') ?? 1;
  const replicas = countAt(object, 'status.replicas');
  const ready = countAt(object, 'status.readyReplicas');
  const updated = countAt(object, 'status.updatedReplicas');
  const partition = integerAt(object, 'spec.updateStrategy.rollingUpdate.partition');
  const behind = firstOf([
    [wanted > replicas, `${replicas} of ${wanted} replicas exist`],
    [wanted > ready, `${ready} of ${wanted} replicas are ready`],
    [replicas > wanted, `${replicas - wanted} replicas are terminating`],
  ]);
  if (behind) return behind;

  if (partition !== undefined) {
    const share = wanted - partition;
    const rolling = firstOf([[updated < share, `${updated} of ${share} replicas are updated`]]);
    return rolling ?? current(`the partition is rolled out, ${updated} replicas are updated`);
  }
  const latest = countAt(object, 'status.currentReplicas');
  const isMixed = textAt(object, 'status.currentRevision') !== textAt(object, 'status.updateRevision');
  return (
    firstOf([
      [wanted > latest, `${latest} of ${wanted} replicas are of the current revision`],
      [isMixed, 'the updated revision is not the current one yet'],
    ]) ?? current(`${replicas} replicas are ready`)
  );
}
