import { Annotation } from '../../../api/names.ts';
import type { GitProvider } from '../../git-host/git-provider.ts';
import { pullRequestFailure } from './failure.ts';

const PROVIDERS: readonly string[] = ['github', 'gitlab', 'gitea', 'forgejo'] satisfies GitProvider[];

/** What the annotations of an automation ask for. */
export interface PullRequestSettings {
  readonly provider: GitProvider;
  /** In the namespace of the automation. */
  readonly secretName: string;
  /** Templates; undefined stands for the default. */
  readonly title: string | undefined;
  readonly body: string | undefined;
}

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
}

/** Reads the annotations; undefined when no pull request is wanted. Throws PullRequestFailed for bad ones. */
export function pullRequestSettings({ metadata }: Annotated): PullRequestSettings | undefined {
  const annotations = metadata.annotations ?? {};
  const provider = annotations[Annotation.pullRequest];
  if (provider === undefined) return undefined;
  if (!isProvider(provider)) {
    const shown = JSON.stringify(provider.slice(0, 80));
    throw pullRequestFailure(
      `annotation ${Annotation.pullRequest}: ${shown} is no provider; write one of ${PROVIDERS.join(', ')}`,
    );
  }
  const secretName = annotations[Annotation.pullRequestSecret]?.trim();
  if (!secretName) {
    throw pullRequestFailure(
      `annotation ${Annotation.pullRequestSecret} is missing; name there the Secret with the 'token' for ${provider}`,
    );
  }
  return {
    provider,
    secretName,
    title: annotations[Annotation.pullRequestTitle],
    body: annotations[Annotation.pullRequestBody],
  };
}

function isProvider(text: string): text is GitProvider {
  return PROVIDERS.includes(text);
}
