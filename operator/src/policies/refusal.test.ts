import { expect, test } from 'vitest';
import { aModel, aScoringJob } from '../testing/builders.ts';
import { specFields, withField } from '../testing/spec-fields.ts';
import { refuse } from './refusal.ts';

const ALLOWED = ['stockout-*'];
const secret = (name: string) => aModel({ serving: { auth: { apiKeySecretRef: { name } } } });

test.each([
  ['nothing is refused of a model that uses what is built and allowed', aModel(), undefined],
  ['nothing is refused of a plain scoring job', aScoringJob(), undefined],
  [
    'a field that is not built yet is named',
    aModel({ source: { uri: 'file:///data/model.onnx' }, training: undefined }),
    {
      reason: 'NotYetSupported',
      message:
        'not supported yet: spec.source.uri file:///data/model.onnx (give the XGBoost model it was made from, .json or .ubj)',
    },
  ],
  [
    'a time zone that does not exist is named with the field',
    aScoringJob({ schedule: '0 4 * * *', timeZone: 'Europe/Atlantis' }),
    {
      reason: 'InvalidSchedule',
      message: 'spec.timeZone: there is no time zone Europe/Atlantis, use an IANA name such as Europe/Madrid',
    },
  ],
  [
    'so is a schedule that never comes',
    aModel({ training: { schedule: '0 0 31 2 *' } }),
    {
      reason: 'InvalidSchedule',
      message: 'spec.training.schedule: 0 0 31 2 * names a day that no year has',
    },
  ],
  [
    'a Secret that is not on the allow-list is named with the field',
    aModel({ serving: { auth: { apiKeySecretRef: { name: 'someone-elses' } } } }),
    {
      reason: 'NameNotAllowed',
      message:
        "spec.serving.auth.apiKeySecretRef.name: someone-elses is not among the names that the operator allows (stockout-*): choose such a name, or add this one to the operator's STOCKOUT_ALLOWED_NAMES",
    },
  ],
  [
    'so is a claim',
    aModel({ storage: { persistentVolumeClaim: { claimName: 'xstockout-data' } } }),
    expect.objectContaining({ reason: 'NameNotAllowed' }),
  ],
  [
    'the annotation pauses',
    aModel({ monitoring: { drift: {} } }, { annotations: { 'stockout.dev/paused': 'true' } }),
    { reason: 'Paused', message: 'nothing is changed while the annotation stockout.dev/paused is "true"' },
  ],
  [
    'any other value of the annotation does not',
    aModel({}, { annotations: { 'stockout.dev/paused': 'false' } }),
    undefined,
  ],
])('%s', (_name, object, expected) => {
  expect(refuse(object, ALLOWED)).toEqual(expected);
});

/** Of both kinds' schemas, so that none is forgotten that is added there. */
const NAMING = [aModel(), aScoringJob()].flatMap((object) =>
  specFields(object.kind)
    .filter((field) => /secret|account|claim/i.test(field))
    .map((field) => ({ object, kind: object.kind, field })),
);

test.each(NAMING)(
  '$kind $field may name what the allow-list holds, and nothing else',
  ({ object, field }) => {
    expect(refuse(withField<typeof object>(object, field, 'stockout-a'), ALLOWED)).toBeUndefined();
    const refused = refuse(withField<typeof object>(object, field, 'someone-elses'), ALLOWED);
    expect(refused?.reason).toBe('NameNotAllowed');
    expect(refused?.message).toMatch(
      new RegExp(`^${field.replaceAll('.', '\\.')}: someone-elses is not among`),
    );
  },
);

test('there are such fields in both kinds', () => {
  expect(NAMING.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['spec.storage.serviceAccountName', 'spec.engine.secretRef.name']),
  );
});

test('a pattern of the allow-list matches names as a whole, and letters literally', () => {
  expect(refuse(secret('a.b'), ['a.b', 'stockout-*'])).toBeUndefined();
  expect(refuse(secret('axb'), ['a.b', 'stockout-*'])).toMatchObject({ reason: 'NameNotAllowed' });
  expect(refuse(secret('team-keys'), ['*-keys', 'stockout-*'])).toBeUndefined();
});
