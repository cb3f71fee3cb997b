/** The table of materials as a live widget (anywidget): rows come from Python as they are looked at. */

import type { RenderProps } from '@anywidget/types';
import { drawTable } from '@nanoos/displays/src/table';

interface Model {
  state: unknown;
}

function render({ model, el }: RenderProps<Model>): () => void {
  const drawn = drawTable(el, model.get('state'), { send: message => model.send(message) });
  const renew = () => drawn.update(model.get('state'));
  const hear = (message: unknown, buffers: DataView[]) => drawn.hear(message, buffers);
  model.on('change:state', renew);
  model.on('msg:custom', hear);
  return () => {
    model.off('change:state', renew);
    model.off('msg:custom', hear);
    drawn.dispose();
  };
}

export default { render };
