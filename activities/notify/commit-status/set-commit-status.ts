import type { ProviderType } from '../../../api/provider.ts';
import type { SenderDeps } from '../contract.ts';
import { openAzureDevOps, setAzureDevOpsStatus } from '../providers/azure-devops.ts';
import { openBitbucket, setBitbucketStatus } from '../providers/bitbucket.ts';
import { openBitbucketServer, setBitbucketServerStatus } from '../providers/bitbucket-server.ts';
import { gitFailure } from '../providers/git/failure.ts';
import type { GitCall, OpenHost } from '../providers/git/git-host.ts';
import { openGitea, setGiteaStatus } from '../providers/gitea.ts';
import { openGithub, setGithubStatus } from '../providers/github.ts';
import { openGitlab, setGitlabStatus } from '../providers/gitlab.ts';
import { misconfigured } from '../providers/needed.ts';
import type { CommitStatus, SetCommitStatus } from './contract.ts';

interface Service {
  /** How messages name it. */
  readonly title: string;
  readonly open: OpenHost;
  readonly set: SetCommitStatus;
}

const SERVICES: Partial<Readonly<Record<ProviderType, Service>>> = {
  github: { title: 'GitHub', open: openGithub, set: setGithubStatus },
  gitlab: { title: 'GitLab', open: openGitlab, set: setGitlabStatus },
  gitea: { title: 'Gitea', open: openGitea, set: setGiteaStatus },
  bitbucket: { title: 'Bitbucket', open: openBitbucket, set: setBitbucketStatus },
  bitbucketserver: { title: 'Bitbucket Server', open: openBitbucketServer, set: setBitbucketServerStatus },
  azuredevops: { title: 'Azure DevOps', open: openAzureDevOps, set: setAzureDevOpsStatus },
};

/** Sees to it that a commit has a status at the recipient's provider; one that is the same already is not set again. */
export async function setCommitStatus(deps: SenderDeps, call: GitCall, status: CommitStatus): Promise<void> {
  const { recipient } = call;
  const service = SERVICES[recipient.type];
  if (!service) throw misconfigured(recipient, 'sets no statuses of commits; use one of a git provider');
  try {
    await service.set(await service.open(deps, call), status);
  } catch (error) {
    throw gitFailure(service.title, error);
  }
}
