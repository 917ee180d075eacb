import { Kind } from '../../api/object-ref.ts';
import { choicesText, keyOf, type Summary } from './summary.ts';

/** What the policies of each namespace chose, for the automations that follow them. */
export interface Choices {
  /** Notes an ImagePolicy or an ImageUpdateAutomation; true when a policy chose something else than before, or has other labels. */
  set(object: Summary): boolean;
  remove(object: Summary): void;
  /** All policies have been listed: before that nothing can be said of what an automation lacks. */
  complete(): void;
  /** The choices that an automation follows, as one text; undefined when it follows none or they are not known yet. */
  of(automation: Summary): string | undefined;
  /** The automations of a namespace. */
  followers(namespace: string): readonly string[];
}

interface Choice {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function createChoices(): Choices {
  const choices = new Map<string, Map<string, Choice>>();
  const followers = new Map<string, Set<string>>();
  let isComplete = false;

  function setChoice({ ref: { namespace, name }, choice }: Summary): boolean {
    const known = choices.get(namespace) ?? new Map<string, Choice>();
    const before = known.get(name);
    if (choice === undefined) known.delete(name);
    else known.set(name, choice);
    choices.set(namespace, known);
    return JSON.stringify(before) !== JSON.stringify(choice);
  }

  return {
    set(object) {
      if (object.follows !== undefined) {
        const { namespace } = object.ref;
        followers.set(namespace, (followers.get(namespace) ?? new Set()).add(keyOf(object.ref)));
      }
      return object.ref.kind === Kind.ImagePolicy && setChoice(object);
    },
    remove({ ref }) {
      choices.get(ref.namespace)?.delete(ref.name);
      followers.get(ref.namespace)?.delete(keyOf(ref));
    },
    complete: () => (isComplete = true),
    of({ ref, follows }) {
      if (follows === undefined || !isComplete) return undefined;
      const selected = [...(choices.get(ref.namespace) ?? [])].filter(([, { labels }]) =>
        follows.isSelected(labels),
      );
      return choicesText(selected.map(([name, { image }]) => [name, image]));
    },
    followers: (namespace) => [...(followers.get(namespace) ?? [])],
  };
}
