/**
 * Bundle the extension's own code, in pieces: what is shown later is loaded later. JupyterLab brings its own packages;
 * its builder adds three and its licence.
 */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { buildOptions } from '../options.mjs';

rmSync('lib', { recursive: true, force: true });
await build({
  ...buildOptions(),
  entryPoints: ['src/index.ts', 'src/mime.ts'],
  format: 'esm',
  minify: false,
  splitting: true,
  chunkNames: '[name]-[hash]',
  outdir: 'lib',
  external: ['@jupyterlab/*', '@lumino/*', 'three', 'three/*']
});
