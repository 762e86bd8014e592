import type { WordsOfSome } from './words.ts';

/** Reasons of both kinds: what holds for the whole object, and what went wrong between operator and API server. */
export const SHARED = {
  Paused: {
    on: ['Ready=True', 'Ready=False'],
    when: 'The annotation `stockout.dev/paused` is `"true"`. What serves goes on serving, and nothing else is done.',
    todo: 'Take the annotation away when work is to go on: `kubectl annotate som NAME stockout.dev/paused-`.',
  },
  NotYetSupported: {
    on: ['Ready=False'],
    when: 'The spec has a field, or two fields together, whose behaviour is not built yet. The message names them.',
    todo: 'Take the field out of the spec, or write what the message proposes.',
  },
  NameNotAllowed: {
    on: ['Ready=False'],
    when: 'The spec names a Secret, a ServiceAccount or a claim whose name is not on the list that the operator allows.',
    todo: "Choose a name that is on the list (`stockout-*` by default), or have the operator's administrator add this one to `STOCKOUT_ALLOWED_NAMES`.",
    see: 'security.md',
  },
  PathNotAllowed: {
    on: ['Ready=False'],
    when: "The volume of a `file://` storage would lie where programs or settings of the images are (`/usr`, `/app`, `/etc`, ...), or the URI's path cannot be read.",
    todo: 'Choose a folder of its own for `spec.storage.uri`, such as `file:///var/lib/stockout`, and move what the volume holds if it is to stay.',
    see: 'security.md#the-operator',
  },
  InvalidSchedule: {
    on: ['Ready=False'],
    when: '`schedule` is no cron expression or names a day that no year has, or `timeZone` does not exist.',
    todo: 'Correct the field that the message names.',
    see: 'operations.md#schedules',
  },
  NameTaken: {
    on: ['Ready=False'],
    when: 'The operator needs a name in the namespace that an object of someone else has, or that one of its own has which lost its labels. It looks again every 10 s.',
    todo: 'Delete or rename that object, put back the labels that the message names, or give yours another name. The operator never takes it over.',
  },
  ChildRefused: {
    on: ['Ready=False'],
    when: 'The API server finds an object invalid that follows from the spec, such as a Job or a Deployment.',
    todo: "Change the field of the spec that it comes from. The message is the API server's own.",
  },
  RequestFailed: {
    on: ['Ready=False'],
    when: 'The API server, or an admission webhook, refused a request. It is tried again, less and less often.',
    todo: 'Read the message: a webhook or a policy names its rule there. Change the spec, or the rule.',
  },
  InternalError: {
    on: ['Ready=False'],
    when: 'The operator met an error that nobody foresaw. It tries again, less and less often.',
    todo: "Look for the object's name in the operator's log, and report the line with its stack: it is a bug.",
    see: 'operations.md#when-something-is-wrong',
  },
  HeldUp: {
    on: ['Reconciling=True'],
    when: 'The operator is at work on a model, and a pod that it needs for that does not get going, or failed and is followed by another. Ready, and the condition of the work, keep the reason of the work.',
    todo: 'Mend what the message names: an image, a Secret, a claim, memory, a node that takes the pod.',
    see: 'operations.md#when-something-is-wrong',
  },
  Suspended: {
    on: ['Ready=False', 'Trained=False', 'Ready=True'],
    when: '`spec.training.suspend`, or `spec.suspend` of a ScoringJob, is true. A ScoringJob is Ready then: it is as its spec says. What runs comes to its end, and nothing new begins.',
    todo: 'Set the field to false when trainings or runs are to begin again.',
  },
} as const satisfies WordsOfSome;
