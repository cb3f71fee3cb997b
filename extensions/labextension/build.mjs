/** Bundle the extension's own code. JupyterLab brings @lumino/widgets; its builder adds three and its licence. */
import { build } from 'esbuild';
import { buildOptions } from '../options.mjs';

await build({
  ...buildOptions(),
  entryPoints: ['src/index.ts'],
  format: 'esm',
  minify: false,
  outfile: 'lib/index.js',
  external: ['@lumino/widgets', 'three']
});
