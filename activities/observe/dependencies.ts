import type { Kustomization } from '../../api/kustomization.ts';
import { Kind, type ObjectRef } from '../../api/object-ref.ts';
import { Reason } from '../../api/reasons.ts';
import { stalled } from '../failures.ts';
import { compileReadyExpr, dependencyStatus, findCycle, type ReadyExpr } from '../health/dependencies.ts';
import type { KubeClient } from '../kube/client.ts';
import { readKustomization, sourceRefOf } from './object.ts';
