import { allPassed, InputError } from '@stockout/contracts';
import type { Command } from 'commander';
import { type ClusterOptions, withClusterOptions } from '../cluster/cluster-options.ts';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { metric, table } from '../print/table.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface VersionsOptions extends ClusterOptions {
  filename?: string[];
  storage?: string;
}

/** In an image of the pipeline there is nothing to ask a cluster with: of a manifest alone. */
export function addVersionsInStorage(program: Command): void {
  withManifestOptions(program.command('versions'))
    .description("a model's versions in storage, newest first")
    .action((options: ManifestOptions) =>
      runCommand(options, (signal) => versionsInStorage(options, signal)),
    );
}

export function addVersions(program: Command): void {
  withClusterOptions(program.command('versions'))
    .description("a model's versions, newest first: those in storage (-f), or those on record in the cluster")
    .argument(
      '[model]',
      'without -f: the StockoutModel in the cluster; default: the only one of the namespace',
    )
    .option('-f, --filename <file...>', 'manifest: a StockoutModel')
    .option('--storage <uri>', "with -f, instead of the manifest's storage.uri: where its versions are")
    .action((model: string | undefined, options: VersionsOptions) =>
      runCommand(options, (signal) => {
        const { filename, namespace, context, storage } = options;
        if (filename === undefined && storage === undefined) return versionsOnRecord(model, options);
        if (filename === undefined) throw new InputError('--storage is of -f alone: name the manifest');
        if ((model ?? namespace ?? context) !== undefined) {
          throw new InputError('-f names the model already: leave MODEL, --namespace and --context out');
        }
        return versionsInStorage({ ...options, filename }, signal);
      }),
    );
}

async function versionsInStorage(options: ManifestOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const json = await pipeline.versions(pipelineContext(model, options, signal, () => {}));
  const rows = json.versions.map((version) => [
    version.version,
    version.trainedAt,
    String(version.data.version),
    metric(version.metrics.auc),
    metric(version.metrics.f1),
    allPassed(version.gates) ? 'passed' : 'failed',
  ]);
  const text = table(['VERSION', 'TRAINED', 'DATA', 'AUC', 'F1', 'GATES'], rows);
  return { json, text: rows.length > 0 ? text : 'no version yet: stockout train makes one' };
}

async function versionsOnRecord(name: string | undefined, options: ClusterOptions): Promise<Outcome> {
  const { connectCluster } = await import('../cluster/cluster.ts');
  const { findModel } = await import('../cluster/models.ts');
  const { describeRecords } = await import('../status/describe-records.ts');
  const { status = {} } = await findModel(connectCluster(options), name);
  return { json: { versions: status.versions ?? [] }, text: describeRecords(status) };
}
