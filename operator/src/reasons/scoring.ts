import { NOTHING_TO_DO, type WordsOfSome } from './words.ts';

/** Reasons of a ScoringJob's conditions, and of its runs. */
export const SCORING = {
  Scheduled: {
    on: ['Ready=True'],
    when: 'No run of the schedule was due yet.',
    todo: 'Nothing: the message says when the first run begins.',
  },
  Running: {
    on: ['Ready=False'],
    when: 'A run is about to start, or goes on.',
    todo: 'Wait. Where the message says that its pod does not start, mend that: an image, a Secret, a claim, a node that takes it.',
  },
  Succeeded: {
    on: ['Ready=True', 'Complete=True'],
    when: 'The run is committed: its predictions are in the table, all of them.',
    todo: NOTHING_TO_DO,
  },
  RunFailed: {
    on: ['Ready=False', 'Failed=True'],
    when: 'The run failed for good, and has written nothing.',
    todo: "Do what the message says: it is the command's own. The next time of the schedule tries again, and so does a new value of the annotation `stockout.dev/run-requested-at`.",
    see: 'runbooks/StockoutScoringLate.md',
  },
  Superseded: {
    on: [],
    when: 'The spec changed before the run began, and asks for another.',
    todo: NOTHING_TO_DO,
  },
  Replaced: {
    on: [],
    when: 'The next run was due, and `spec.concurrencyPolicy` is Replace. The run has written nothing.',
    todo: 'Nothing. If runs are often replaced, the schedule is too tight for the time that they take.',
  },
  ModelNotFound: {
    on: ['Ready=False'],
    when: 'There is no StockoutModel of the name in `spec.modelRef` in this namespace.',
    todo: 'Correct the name, or make the model: the run begins by itself then.',
  },
  NoServingVersion: {
    on: ['Ready=False'],
    when: 'The model serves no version yet, and `spec.version` names none. The message has what holds the model up, if anything does.',
    todo: 'Wait, or look at the model: `stockout status NAME`.',
  },
  VersionNotFound: {
    on: ['Ready=False'],
    when: '`spec.version` names a version that the model does not have.',
    todo: 'Name one of those that the message lists. The run begins by itself if the version is made later.',
  },
  VersionRefused: {
    on: ['Ready=False'],
    when: '`spec.version` names a version that did not pass its gates.',
    todo: 'Name a version that passed them, or leave the field out to score with what serves.',
  },
  ModelNotReady: {
    on: ['Ready=False'],
    when: 'The operator refuses the model as its spec is now, so that its storage is not mounted either.',
    todo: "Do what the message says: it is that of the model's own condition Ready.",
  },
} as const satisfies WordsOfSome;
