import type { ProviderType } from '../../api/provider.ts';
import type { Sender } from './contract.ts';
import { sendAlertmanager } from './providers/alertmanager.ts';
import { sendAzureEventHub } from './providers/azureeventhub.ts';
import { sendChangeRequestComment } from './providers/change-request-comment.ts';
import { sendCommitStatus } from './providers/commit-status.ts';
import { sendDatadog } from './providers/datadog.ts';
import { sendDiscord } from './providers/discord.ts';
import { sendGeneric, sendGenericHmac } from './providers/generic.ts';
import { sendGithubDispatch } from './providers/github.ts';
import { sendGoogleChat } from './providers/googlechat.ts';
import { sendGooglePubSub } from './providers/googlepubsub.ts';
import { sendGrafana } from './providers/grafana.ts';
import { sendIncidentIo } from './providers/incident-io.ts';
import { sendLark } from './providers/lark.ts';
import { sendMatrix } from './providers/matrix.ts';
import { sendMsTeams } from './providers/msteams.ts';
import { sendNats } from './providers/nats.ts';
import { sendOpsgenie } from './providers/opsgenie.ts';
import { sendOtel } from './providers/otel.ts';
import { sendPagerDuty } from './providers/pagerduty.ts';
import { sendRocket } from './providers/rocket.ts';
import { sendSentry } from './providers/sentry.ts';
import { sendSlack } from './providers/slack.ts';
import { sendTelegram } from './providers/telegram.ts';
import { sendWebex } from './providers/webex.ts';
import { sendZoom } from './providers/zoom.ts';
import { sendZulip } from './providers/zulip.ts';

/** Who tells which type of Provider. */
export const SENDERS: Readonly<Record<ProviderType, Sender | undefined>> = {
  slack: sendSlack,
  discord: sendDiscord,
  msteams: sendMsTeams,
  rocket: sendRocket,
  generic: sendGeneric,
  'generic-hmac': sendGenericHmac,
  github: sendCommitStatus,
  gitlab: sendCommitStatus,
  gitea: sendCommitStatus,
  giteapullrequestcomment: sendChangeRequestComment,
  bitbucketserver: sendCommitStatus,
  bitbucket: sendCommitStatus,
  azuredevops: sendCommitStatus,
  googlechat: sendGoogleChat,
  googlepubsub: sendGooglePubSub,
  webex: sendWebex,
  sentry: sendSentry,
  azureeventhub: sendAzureEventHub,
  telegram: sendTelegram,
  lark: sendLark,
  matrix: sendMatrix,
  opsgenie: sendOpsgenie,
  alertmanager: sendAlertmanager,
  grafana: sendGrafana,
  githubdispatch: sendGithubDispatch,
  githubpullrequestcomment: sendChangeRequestComment,
  gitlabmergerequestcomment: sendChangeRequestComment,
  pagerduty: sendPagerDuty,
  datadog: sendDatadog,
  nats: sendNats,
  zulip: sendZulip,
  otel: sendOtel,
  zoom: sendZoom,
  'incident.io': sendIncidentIo,
};
