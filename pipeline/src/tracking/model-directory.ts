import { readFileSync } from 'node:fs';
import type { Calibration, Manifest } from '@stockout/contracts';
import { stringify } from 'yaml';
import type { VersionSource } from './version-source.ts';

/** The name of the model's folder among a run's artifacts. */
export const MODEL_FOLDER = 'model';

/** The release whose format this is, and which it is tested with. */
const MLFLOW_VERSION = '3.17.2';
const PYTHON_VERSION = '3.12';
const LOADER = 'calibrated_model';

/** A file among a run's artifacts. */
export interface Artifact {
  name: string;
  bytes: Uint8Array;
}

/**
 * An MLflow model that `mlflow.xgboost.load_model`, `mlflow.pyfunc.load_model` and `mlflow models serve` read. Of a
 * calibrated version the pyfunc is a small module that comes along, since XGBoost's own probability is not its risk.
 */
export function buildModelDirectory({ manifest, ubj }: VersionSource, runId: string): Artifact[] {
  const { calibration } = manifest;
  const text: Record<string, string> = {
    MLmodel: stringify(describeModel(manifest, ubj.length, runId), { lineWidth: 0 }),
    'requirements.txt': requirementsOf(manifest),
    'python_env.yaml': stringify({
      python: PYTHON_VERSION,
      build_dependencies: ['pip'],
      dependencies: ['-r requirements.txt'],
    }),
    ...examplesOf(manifest),
    ...(calibration && calibrationFiles(calibration)),
  };
  const files = Object.entries(text).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));
  return [...files, { name: 'model.ubj', bytes: ubj }].map(({ name, bytes }) => ({
    name: `${MODEL_FOLDER}/${name}`,
    bytes,
  }));
}

function describeModel(manifest: Manifest, bytes: number, runId: string): object {
  const { calibration, digest, libraries, trainedAt } = manifest;
  const calibrated = calibration && { code: 'code', loader_module: LOADER };
  return {
    artifact_path: MODEL_FOLDER,
    run_id: runId,
    flavors: {
      python_function: {
        loader_module: 'mlflow.xgboost',
        ...calibrated,
        data: 'model.ubj',
        env: { virtualenv: 'python_env.yaml' },
        python_version: PYTHON_VERSION,
      },
      xgboost: {
        code: null,
        data: 'model.ubj',
        model_class: 'xgboost.core.Booster',
        model_format: 'ubj',
        xgb_version: libraries['xgboost'],
      },
    },
    metadata: {
      stockout: { namespace: manifest.namespace, model: manifest.model, version: manifest.version, digest },
      threshold: manifest.threshold.value,
      calibration: calibration?.method ?? 'None',
    },
    mlflow_version: MLFLOW_VERSION,
    model_size_bytes: bytes,
    // The same for every try of the same version.
    model_uuid: digest.slice(-32),
    saved_input_example_info: {
      artifact_path: 'input_example.json',
      serving_input_path: 'serving_input_example.json',
      pandas_orient: 'split',
      type: 'dataframe',
    },
    signature: signatureOf(manifest),
    utc_time_created: trainedAt.replace('T', ' ').replace('Z', '000'),
  };
}

/** Doubles hold NaN, which is a missing value: no column may be left out, though a value may. */
function signatureOf({ features }: Manifest): object {
  const inputs = features.map(({ name }) => ({ type: 'double', name, required: true }));
  const outputs = [{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1] } }];
  return { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null };
}

/** mlflow without a version: whoever loads it has one. */
function requirementsOf({ libraries }: Manifest): string {
  return ['mlflow', 'numpy', 'pandas', `xgboost==${libraries['xgboost']}`, ''].join('\n');
}

function examplesOf({ features }: Manifest): Record<string, string> {
  const columns = features.map(({ name }) => name);
  const data = [features.map(({ example }) => example)];
  return {
    'input_example.json': JSON.stringify({ columns, data }),
    'serving_input_example.json': JSON.stringify({ dataframe_split: { columns, data } }),
  };
}

function calibrationFiles(calibration: Calibration): Record<string, string> {
  const file = new URL(`./${LOADER}.py`, import.meta.url);
  return {
    'calibration.json': JSON.stringify(calibration),
    [`code/${LOADER}.py`]: readFileSync(file, 'utf8'),
  };
}
