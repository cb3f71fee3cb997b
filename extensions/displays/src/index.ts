/** The displays by their MIME type; the lab extension draws each of these with no kernel. */

import { CARDS_MIME, drawCards } from './cards';
import type { Draw } from './display';
import { MONITOR_MIME, drawMonitor } from './monitor';
import { SCENES_MIME, drawScenes } from './scenes';
import { TABLE_MIME, drawTable } from './table';

export type { Draw, Drawn, Link } from './display';

export const DISPLAYS: Readonly<Record<string, Draw>> = {
  [CARDS_MIME]: drawCards,
  [TABLE_MIME]: drawTable,
  [MONITOR_MIME]: drawMonitor,
  [SCENES_MIME]: drawScenes
};
