/** Prediction cards as a live widget (anywidget): the display, with a way to the records of runs. */

import type { RenderProps } from '@anywidget/types';
import { RunRecord, drawCards } from '@nanoos/displays/src/cards';

interface Model {
  payload: unknown;
  answers: boolean;
}

function render({ model, el }: RenderProps<Model>): () => void {
  const link = model.get('answers') ? { send: (message: Record<string, unknown>) => model.send(message) } : undefined;
  const drawn = drawCards(el, model.get('payload'), link);
  const redraw = () => drawn.update(model.get('payload'));
  const hear = (message: { type: string; run: string; record: RunRecord }) => {
    if (message.type === 'record') {
      drawn.showRecord(message.run, message.record);
    }
  };
  model.on('change:payload', redraw);
  model.on('msg:custom', hear);
  return () => {
    model.off('change:payload', redraw);
    model.off('msg:custom', hear);
    drawn.dispose();
  };
}

export default { render };
