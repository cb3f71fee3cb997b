/** The run monitor (anywidget). */

import type { RenderProps } from '@anywidget/types';
import { drawMonitor } from '@nanoos/displays/src/monitor';
import { showLive } from '@nanoos/displays/src/live';

export default { render: ({ model, el }: RenderProps) => showLive(model as any, el, drawMonitor) };
