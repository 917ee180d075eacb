import { type Command, Option } from 'commander';
import type { KubeObject } from '../../api/kube-object.ts';
import { collect, examples, withSession } from './command.ts';
import { manifestFlags, type ObjectName } from './create-fields.ts';
import {
  type AlertOptions,
  alertManifest,
  type ProviderOptions,
  providerManifest,
  type ReceiverOptions,
  receiverManifest,
} from './create-notification-manifests.ts';
import type { KindInfo } from './kind-info.ts';
import { KINDS } from './kinds.ts';
import { formatExport } from './manifest.ts';
import { upsertAndWait } from './upsert.ts';

/** `pawl create receiver`, `pawl create alert-provider`, `pawl create alert` */
export function addNotifications(verb: Command): void {
  const receiver = named(verb, KINDS.Receiver)
    .option('--type <name>', 'who sends: generic, generic-hmac, github, gitlab, …')
    .option('--secret-ref <name>', 'a Secret with the token')
    .option('--event <names>', 'events that are answered: all otherwise (repeat)', collect)
    .option('--resource <kind/name>', 'what is reconciled (repeat)', collect)
    .action(creating<ReceiverOptions>(KINDS.Receiver, receiverManifest));
  examples(receiver, {
    'create receiver github --type=github --event=ping --event=push --secret-ref=webhook-token --resource=GitRepository/flux-system':
      'fetch as soon as somebody pushes',
  });
  const provider = named(verb, KINDS.Provider)
    .option('--type <name>', 'who is told: slack, github, generic, …')
    .option('--channel <name>', 'channel, room or topic')
    .option('--username <name>', 'the name under which is posted')
    .option('--address <url>', 'where')
    .option('--secret-ref <name>', 'a Secret with the token or the address')
    .action(creating<ProviderOptions>(KINDS.Provider, providerManifest));
  examples(provider, {
    'create alert-provider chat --type=slack --channel=general --secret-ref=chat-url': 'a channel',
  });
  const alert = named(verb, KINDS.Alert)
    .option('--provider-ref <name>', 'the Provider that is told')
    .option('--event-severity <severity>', 'info, or error for what went wrong only')
    .option('--event-source <kind/name[.namespace]>', 'whose events (repeat)', collect)
    .action(creating<AlertOptions>(KINDS.Alert, alertManifest));
  examples(alert, {
    "create alert apps --provider-ref=chat --event-severity=error --event-source='Kustomization/*'":
      'whatever fails',
  });
}

function named(verb: Command, info: KindInfo): Command {
  const command = verb.command(`${info.command} <name>`).description(`Create or update a ${info.kind}`);
  // `flux` takes it for every object, and has no use for it here.
  return manifestFlags(command).addOption(new Option('--interval <duration>').hideHelp());
}

function creating<Options>(
  info: KindInfo,
  manifestOf: (at: ObjectName, options: Options) => KubeObject,
): (...given: unknown[]) => Promise<void> {
  return withSession<Options & { readonly export?: boolean }>(async (session, [name = ''], options) => {
    const { out, flags } = session;
    const manifest = manifestOf({ name, namespace: flags.namespace }, options);
    if (options.export) return out.print(formatExport(manifest));
    out.generate(`generating ${info.kind}`);
    const object = await upsertAndWait(session, info, manifest, { label: info.kind });
    out.success(`${info.kind} ${name} is ready`);
    if (info === KINDS.Receiver) out.success(`generated webhook URL ${object.status?.webhookPath ?? ''}`);
  });
}
