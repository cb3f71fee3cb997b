/**
 * Bundle what Python ships. Every file of widgets/src is one bundle: a module of a widget, or, where its name ends
 * with -standalone, a script of exported pages. What they share lies in viewer-core and displays.
 */
import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { buildOptions } from './options.mjs';

const out = '../nanoos_lab/widgets/static';
for (const file of readdirSync('widgets/src').sort()) {
  if (file.endsWith('.ts') && !file.endsWith('.d.ts')) {
    const name = file.slice(0, -'.ts'.length);
    const format = name.endsWith('-standalone') ? 'iife' : 'esm';
    await build({ ...buildOptions(), entryPoints: [`widgets/src/${file}`], format, outfile: `${out}/${name}.js` });
  }
}
