/** Bundle what Python ships: the widget's module and the script of exported pages. */
import { build } from 'esbuild';
import { buildOptions } from './options.mjs';

const out = '../nanoos_lab/widgets/static';
await build({ ...buildOptions(), entryPoints: ['widgets/src/structure-viewer.ts'], format: 'esm', outfile: `${out}/structure-viewer.js` });
await build({ ...buildOptions(), entryPoints: ['widgets/src/run-monitor.ts'], format: 'esm', outfile: `${out}/run-monitor.js` });
await build({ ...buildOptions(), entryPoints: ['widgets/src/scene-standalone.ts'], format: 'iife', outfile: `${out}/scene-standalone.js` });
