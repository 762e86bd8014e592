import { readFileSync } from 'node:fs';

/** Of the types that browsers' have, what is used here. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

export interface BlockKernel {
  memory: ArrayBuffer;
  /** Scores the rows that lie in memory. @param forest where the model lies, see block-layout.ts */
  score(forest: number, rows: number): void;
}

/** Starts predictor/wasm/block-kernel.ts, as it was compiled. @param pages of 64 KiB */
export function startKernel(pages: number): BlockKernel {
  const memory = new WebAssembly.Memory({ initial: pages });
  const module = new WebAssembly.Module(
    readFileSync(new URL('generated/block-kernel.wasm', import.meta.url)),
  );
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory: memory.buffer, score: (exports as Pick<BlockKernel, 'score'>).score };
}
