/** The live widget (anywidget): the same viewer, with style and selection shared with Python. */

import type { RenderProps } from '@anywidget/types';
import { Style, showScene } from '@nanoos/viewer-core';

interface Model {
  scene: unknown;
  still: string;
  representation: Style;
  selected: number[];
  height: number;
}

function render({ model, el }: RenderProps<Model>): () => void {
  const host = document.createElement('div');
  host.style.height = `${model.get('height')}px`;
  el.appendChild(host);
  const viewer = showScene(host, model.get('scene'), {
    still: model.get('still'),
    onSelect: sites => {
      model.set('selected', sites);
      model.save_changes();
    },
    onStyle: style => {
      model.set('representation', style);
      model.save_changes();
    }
  });
  if (!viewer) {
    host.style.height = '';
    return () => host.remove();
  }
  const select = () => viewer.setSelected(model.get('selected'));
  const restyle = () => viewer.setStyle(model.get('representation'));
  const resize = () => (host.style.height = `${model.get('height')}px`);
  const reload = () => {
    viewer.setScene(model.get('scene'));
    restyle();
    select();
  };
  restyle();
  select();
  model.on('change:selected', select);
  model.on('change:representation', restyle);
  model.on('change:height', resize);
  model.on('change:scene', reload);
  return () => {
    model.off('change:selected', select);
    model.off('change:representation', restyle);
    model.off('change:height', resize);
    model.off('change:scene', reload);
    viewer.dispose();
    host.remove();
  };
}

export default { render };
