import { expect, test } from 'vitest';
import { readable } from '../../../../activities/build/kustomize-error.ts';

// As kustomize 5.8.1 wrote them.
test.for([
  [
    "Error: accumulating resources: accumulation err='accumulating resources from 'bad.yaml': missing metadata.name in object {{v1 ConfigMap} {{ } map[] map[]}}': must build at directory: '/scratch/1/apps/bad.yaml': file is not directory",
    "accumulating resources from 'bad.yaml': missing metadata.name in object {{v1 ConfigMap} {{ } map[] map[]}}",
  ],
  [
    "Error: accumulating resources: accumulating resources from 'bad.yaml': MalformedYAMLError: yaml: line 4: mapping values are not allowed in this context in File: bad.yaml\n",
    "accumulating resources from 'bad.yaml': apps/bad.yaml: line 4: mapping values are not allowed in this context",
  ],
  [
    "Error: accumulating resources: accumulation err='accumulating resources from 'c/../sub/.': read /scratch/1/sub: is a directory': recursed merging from path '/scratch/1/sub': may not add resource with an already registered id: Deployment.v1.apps/web.prod",
    'duplicate object Deployment/prod/web',
  ],
  [
    "Error: accumulating components: accumulateDirectory: \"expected kind 'Component' for path '/scratch/1/sub' but got 'Kustomization'\"",
    "accumulating components: accumulateDirectory: \"expected kind 'Component' for path 'sub' but got 'Kustomization'\"",
  ],
  [
    '2026/11/22 16:04:45 Warning: something old\n# Warning: bases\nError: map[string]interface {}{"data":map[string]interface {}{"password":"hunter2"}, "kind":"Secret"}: json: unsupported value: +Inf',
    'json: unsupported value: +Inf',
  ],
  [
    'Error: trouble configuring builtin PatchTransformer with config: `\npatch: password hunter2\n`: unable to parse SM or JSON patch from [password: hunter2]',
    'trouble configuring builtin PatchTransformer: unable to parse SM or JSON patch from the kustomization',
  ],
  [
    'runtime: out of memory: cannot allocate 4194304-byte block\nfatal error: out of memory\n',
    'it needed more memory than a build may use',
  ],
  [
    'panic: runtime error: index out of range\n\ngoroutine 1 [running]:\n',
    'panic: runtime error: index out of range',
  ],
] as const)('reads %j', ([stderr, sentence]) => {
  expect(readable(stderr, '/scratch/1', 'apps')).toBe(sentence);
});
