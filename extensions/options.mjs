/** What all bundles have in common. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** A hash of the core's sources: bundles of one version share a page's painter, others stay apart. */
function coreVersion() {
  const folder = join(here, 'viewer-core/src');
  const hash = createHash('sha256').update(readFileSync(join(here, 'viewer-core/package.json')));
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    if (name.endsWith('.ts')) {
      hash.update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}

export function buildOptions() {
  return {
    bundle: true,
    minify: true,
    target: 'es2022',
    legalComments: 'inline',
    charset: 'ascii',
    loader: { '.css': 'text' },
    logLevel: 'warning',
    define: { CORE_VERSION: JSON.stringify(coreVersion()) }
  };
}
