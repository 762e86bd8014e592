import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const SOURCE = fileURLToPath(new URL('../../predictor/wasm/block-kernel.ts', import.meta.url));

/** Compiles the kernel that scores blocks of rows: without a runtime, for it allocates nothing. @throws what the compiler says */
export async function buildBlockKernel(): Promise<Uint8Array> {
  let compiled: Uint8Array | undefined;
  const options = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub'];
  const memory = ['--importMemory', '--noExportMemory'];
  const { error, stderr } = await main(
    [SOURCE, '--outFile', 'kernel.wasm', '--enable', 'simd', ...options, ...memory],
    { writeFile: (_, contents) => void (compiled = contents as Uint8Array) },
  );
  if (error !== null || compiled === undefined) throw new Error(`${SOURCE}: ${stderr.toString()}`);
  return compiled;
}
