import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** For a shell: $0 is the name of a pod, which the processes of its containers have as their host's. */
const KILL = String.raw`cd /proc
for each in [0-9]*; do
  if tr '\0' '\n' <"$each/environ" 2>/dev/null | grep -qx "HOSTNAME=$0"; then kill -KILL "$each"; fi
done`;

/** What a command on the node prints. */
export async function onNode(...command: string[]): Promise<string> {
  const enter = process.env['STOCKOUT_CLUSTER_ON_NODE'];
  if (!enter) throw new Error('STOCKOUT_CLUSTER_ON_NODE is not set: run this by npm run test:cluster');
  const [program = '', ...args] = [...enter.split(' '), ...command];
  return (await run(program, args)).stdout.trim();
}

/** The processes of a pod's containers end as by a crash; the pod stays. */
export async function crashOnNode(pod: string): Promise<void> {
  await onNode('sh', '-c', KILL, pod);
}
