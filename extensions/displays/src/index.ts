/** The displays by their MIME type; the lab extension draws each of these with no kernel. */

import { CARDS_MIME, drawCards } from './cards';
import type { Draw } from './display';
import { MONITOR_MIME, drawMonitor } from './monitor';

export type { Draw, Drawn, Link } from './display';

export const DISPLAYS: Readonly<Record<string, Draw>> = {
  [CARDS_MIME]: drawCards,
  [MONITOR_MIME]: drawMonitor
};
