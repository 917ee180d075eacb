import { z } from 'zod';
import { alertResource } from './alert.ts';
import type { CustomResource } from './custom-resource.ts';
import { gitRepositoryResource } from './git-repository.ts';
import { helmChartResource } from './helm-chart.ts';
import { helmReleaseResource } from './helm-release.ts';
import { helmRepositoryResource } from './helm-repository.ts';
import { imagePolicyResource } from './image-policy.ts';
import { imageRepositoryResource } from './image-repository.ts';
import { imageUpdateAutomationResource } from './image-update-automation.ts';
import type { KubeObject } from './kube-object.ts';
import { kustomizationResource } from './kustomization.ts';
import { Annotation } from './names.ts';
import { providerResource } from './provider.ts';
import { receiverResource } from './receiver.ts';

const RESOURCES: readonly CustomResource[] = [
  gitRepositoryResource,
  helmRepositoryResource,
  helmChartResource,
  kustomizationResource,
  helmReleaseResource,
  imageRepositoryResource,
  imagePolicyResource,
  imageUpdateAutomationResource,
  receiverResource,
  providerResource,
  alertResource,
];

/**
 * The CustomResourceDefinitions of all kinds. They accept what Flux's own accept, and are labelled as a part
 * of Flux, by which the `flux` CLI finds them. `release` is the version of Pawl, without a `v`.
 */
export function customResourceDefinitions(release: string): KubeObject[] {
  return RESOURCES.map((resource) => customResourceDefinition(resource, release));
}

function customResourceDefinition(resource: CustomResource, release: string): KubeObject {
  const { group, version, kind, plural, shortNames, categories, columns } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      labels: { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/version': `v${release}` },
      // A Kustomization that applies the definitions must not take their texts for variables.
      annotations: { [Annotation.substitute]: 'disabled' },
    },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames,
        categories,
      },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(resource.status && { subresources: { status: {} } }),
          additionalPrinterColumns: [...columns],
          schema: { openAPIV3Schema: rootSchema(resource) },
        },
      ],
    },
  };
}

/** Nothing is required at the root: Flux accepts an object without a spec, too. */
function rootSchema({ description, spec, status }: CustomResource): Record<string, unknown> {
  return {
    type: 'object',
    description,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: structuralSchema(spec),
      // A fresh object has been observed at no generation, not at none.
      ...(status && { status: { ...structuralSchema(status), default: { observedGeneration: -1 } } }),
    },
  };
}

/** A zod schema as Kubernetes' structural subset of OpenAPI v3: what is not declared is pruned, not refused. */
function structuralSchema(schema: z.ZodType): Record<string, unknown> {
  const json = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      const extra = jsonSchema.additionalProperties;
      const isMap = typeof extra === 'object' && Object.keys(extra).length > 0;
      if (!isMap) delete jsonSchema.additionalProperties;
      if (jsonSchema.type === 'integer') {
        // zod's bounds of a safe integer, where no other was asked for.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        jsonSchema.format = 'int64';
      }
    },
  });
  return json as Record<string, unknown>;
}
