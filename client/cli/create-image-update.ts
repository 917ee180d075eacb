import type { KubeObject } from '../../api/kube-object.ts';
import { API_VERSION, Kind } from '../../api/object-ref.ts';
import { goDuration, labels, type ObjectName, objectName } from './create-fields.ts';

export interface ImageUpdateOptions {
  readonly interval: string;
  readonly label?: readonly string[];
  readonly gitRepoRef?: string;
  readonly gitRepoNamespace?: string;
  readonly gitRepoPath?: string;
  readonly checkoutBranch?: string;
  readonly pushBranch?: string;
  readonly commitTemplate?: string;
  readonly authorName?: string;
  readonly authorEmail?: string;
  readonly signingKeySecret?: string;
  readonly signingKeyType?: string;
}

const REQUIRED = [
  ['gitRepoRef', 'a reference to a GitRepository is required (--git-repo-ref)'],
  ['checkoutBranch', 'the Git repository branch is required (--checkout-branch)'],
  ['authorName', 'the author name is required (--author-name)'],
  ['authorEmail', 'the author email is required (--author-email)'],
] as const;

/** The ImageUpdateAutomation that a command line describes; throws `flux`'s sentences for what is missing or wrong. */
export function imageUpdateManifest(at: ObjectName, options: ImageUpdateOptions): KubeObject {
  const name = objectName(at);
  for (const [flag, message] of REQUIRED) {
    if (!options[flag]) throw new Error(message);
  }
  const { gitRepoRef, gitRepoNamespace: namespace, gitRepoPath: path } = options;
  return {
    apiVersion: API_VERSION.ImageUpdateAutomation,
    kind: Kind.ImageUpdateAutomation,
    metadata: { ...name, ...labels(options.label) },
    spec: {
      interval: goDuration('interval', options.interval),
      sourceRef: { kind: Kind.GitRepository, name: gitRepoRef, ...(namespace && { namespace }) },
      git: gitOf(options),
      ...(path && { update: { path, strategy: 'Setters' } }),
    },
  };
}

function gitOf(options: ImageUpdateOptions): object {
  const { checkoutBranch, authorName, authorEmail, commitTemplate, pushBranch } = options;
  const signingKey = signingKeyOf(options);
  return {
    checkout: { ref: { branch: checkoutBranch } },
    commit: {
      author: { name: authorName, email: authorEmail },
      ...(commitTemplate && { messageTemplate: commitTemplate }),
      ...(signingKey && { signingKey }),
    },
    ...(pushBranch && { push: { branch: pushBranch } }),
  };
}

function signingKeyOf({ signingKeySecret, signingKeyType: type }: ImageUpdateOptions): object | undefined {
  if (type && !signingKeySecret) throw new Error('--signing-key-type requires --signing-key-secret');
  if (type && type !== 'gpg' && type !== 'ssh') {
    throw new Error('--signing-key-type must be one of: gpg, ssh');
  }
  return signingKeySecret ? { secretRef: { name: signingKeySecret }, ...(type && { type }) } : undefined;
}
