import process from 'node:process';
import * as fc from 'fast-check';
import { test } from 'vitest';
import { DRIFTS } from './drift-story.test-support.ts';
import { AUTOSCALINGS } from './edited-scale.test-support.ts';
import { EditedModel, MINIMA } from './edits.test-support.ts';
import { ROUNDS } from './made-versions.test-support.ts';

/** Some at every change; as many as one likes by EDIT_SEQUENCES=10000, from another seed by EDIT_SEED. */
const SEQUENCES = Number(process.env.EDIT_SEQUENCES ?? 100);
const SEED = Number(process.env.EDIT_SEED ?? 8);

/** Nothing has to be known of what went before: every edit is valid at every moment. */
class Edit implements fc.Command<object, EditedModel> {
  readonly #what: string;
  readonly #run: (model: EditedModel) => void;

  constructor(what: string, run: (model: EditedModel) => void) {
    this.#what = what;
    this.#run = run;
  }

  check = (): boolean => true;
  run = (_: object, model: EditedModel): void => this.#run(model);
  toString = (): string => this.#what;
}

const colors = fc.constantFrom('blue', 'green');

const floor: fc.Arbitrary<Edit> = fc
  .constantFrom(...MINIMA)
  .map(
    (min) =>
      new Edit(`auc ${min}`, (model) =>
        model.edit('gates', (spec) => (spec.gates = [{ metric: 'auc', min }])),
      ),
  );

/** No training of these models compares, so that each such verdict takes a Job. */
const noWorse: fc.Arbitrary<Edit> = fc.constantFrom('0', '0.025').map(
  (maxDropFromServing) =>
    new Edit(`auc no more than ${maxDropFromServing} below what serves`, (model) =>
      model.edit('gates', (spec) => {
        spec.gates = [
          { metric: 'auc', min: '0.9' },
          { metric: 'auc', maxDropFromServing },
        ];
      }),
    ),
);

const edits: fc.Arbitrary<Edit>[] = [
  fc
    .constantFrom(...ROUNDS)
    .map(
      (rounds) =>
        new Edit(`${rounds} rounds`, (model) =>
          model.edit('rounds', (spec) => (spec.training!.params.rounds = rounds)),
        ),
    ),
  fc
    .constantFrom('v1', 'v2', 'v3', 'v9')
    .map(
      (pin) =>
        new Edit(`pin ${pin}`, (model) => model.edit('a pin', (spec) => (spec.promotion.version = pin))),
    ),
  fc.constant(new Edit('unpin', (model) => model.edit('no pin', (spec) => delete spec.promotion.version))),
  fc
    .constantFrom('Automatic' as const, 'Manual' as const)
    .map(
      (policy) =>
        new Edit(policy, (model) => model.edit('a policy', (spec) => (spec.promotion.policy = policy))),
    ),
  fc
    .integer({ min: 1, max: 4 })
    .map(
      (replicas) =>
        new Edit(`${replicas} replicas`, (model) =>
          model.edit('replicas', (spec) => (spec.serving.replicas = replicas)),
        ),
    ),
  fc.constantFrom(...AUTOSCALINGS).map(
    (autoscaling) =>
      new Edit(`autoscaling from ${autoscaling?.minReplicas}`, (model) =>
        model.edit('autoscaling', ({ serving }) => {
          if (autoscaling === undefined) delete serving.autoscaling;
          else serving.autoscaling = autoscaling;
        }),
      ),
  ),
  fc
    .constantFrom('1Gi', '2Gi')
    .map(
      (memory) =>
        new Edit(memory, (model) =>
          model.edit('memory', (spec) => (spec.serving.resources = { limits: { memory } })),
        ),
    ),
  fc
    .boolean()
    .map(
      (suspend) =>
        new Edit(`suspend ${suspend}`, (model) =>
          model.edit('suspend', (spec) => (spec.training!.suspend = suspend)),
        ),
    ),
  fc
    .boolean()
    .map((paused) => new Edit(`paused ${paused}`, (model) => model.annotate('paused', String(paused)))),
  fc
    .integer({ min: 1, max: 3 })
    .map((n) => new Edit(`retrain ${n}`, (model) => model.annotate('retrainRequestedAt', String(n)))),
  fc.constantFrom(undefined, false, true).map(
    (retrain) =>
      new Edit(`drift ${retrain}`, (model) =>
        model.edit('drift', (spec) => {
          spec.monitoring = retrain === undefined ? {} : { drift: { psiThreshold: '0.2', retrain } };
        }),
      ),
  ),
  fc.constant(new Edit('delete and recreate', (model) => model.recreate())),
  fc.constant(new Edit('delete the Deployment', (model) => model.deleteDeployment())),
  fc.constant(new Edit('delete the Service', (model) => model.deleteService())),
];

const served: fc.Arbitrary<Edit> = fc.constant(
  new Edit('v1 serves', (model) => {
    model.endSearch();
    model.endTraining(true);
    model.deployed('blue', 'bringUp');
  }),
);

const drift: fc.Arbitrary<Edit> = fc
  .constantFrom(...(Object.keys(DRIFTS) as (keyof typeof DRIFTS)[]))
  .map((what) => new Edit(what, (model) => model.tell(DRIFTS[what])));

const time: fc.Arbitrary<Edit> = fc
  .constantFrom(30, 601, 86_400)
  .map((seconds) => new Edit(`${seconds} s`, (model) => model.pass(seconds)));

const happenings: fc.Arbitrary<Edit>[] = [
  fc
    .boolean()
    .map((well) => new Edit(`training ends ${well ? 'well' : 'badly'}`, (model) => model.endTraining(well))),
  fc.constant(new Edit('training ends well', (model) => model.endTraining(true))),
  fc
    .boolean()
    .map(
      (well) => new Edit(`comparison ends ${well ? 'well' : 'badly'}`, (model) => model.endComparison(well)),
    ),
  fc.constant(new Edit('search ends', (model) => model.endSearch())),
  colors.map((color) => new Edit(`${color} comes up`, (model) => model.deployed(color, 'bringUp'))),
  colors.map((color) => new Edit(`${color} stalls`, (model) => model.deployed(color, 'stall'))),
  fc
    .integer({ min: 1, max: 6 })
    .map((replicas) => new Edit(`autoscaler wants ${replicas}`, (model) => model.autoscale(replicas))),
  drift,
  fc.constant(new Edit('other data', (model) => model.deliver())),
  time,
  fc
    .integer({ min: 0, max: 2 })
    .map((writes) => new Edit(`dies after ${writes}`, (model) => model.interrupt(writes))),
];

test.each<[string, { often: fc.Arbitrary<Edit>[]; first: fc.Arbitrary<Edit> }]>([
  ['', { often: [floor, noWorse], first: floor }],
  [' while a gate compares', { often: [noWorse], first: noWorse }],
  [' while rows drift', { often: Array.from({ length: 8 }, () => [drift, time]).flat(), first: served }],
])(
  'whatever people edit in whatever order%s, only gated versions serve, one training runs, callers are served, the status is true and all settles',
  (_when, { often, first }) => {
    const commands = fc.commands([...often, ...edits, ...happenings, ...happenings], {
      maxCommands: 40,
      size: 'max',
    });
    fc.assert(
      fc.property(first, commands, (begin, story) => {
        const model = new EditedModel();
        model.live();
        begin.run({}, model);
        fc.modelRun(() => ({ model: {}, real: model }), story);
        model.allIsWell();
        model.expectArrived();
      }),
      { numRuns: SEQUENCES, seed: SEED },
    );
  },
  60_000 + SEQUENCES * 200,
);
