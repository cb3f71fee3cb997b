/** The signs of the extension, in the colours of JupyterLab's own: its classes replace each fill and stroke that is said. */

import { LabIcon } from '@jupyterlab/ui-components';

const framed = (inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" fill="none">${inner}</svg>`;

export const structureIcon = new LabIcon({
  name: 'nanoos-lab:structure',
  svgstr: framed(
    '<g class="jp-icon-brand0 jp-icon-selectable" stroke="#1976d2" stroke-width="1.6" stroke-linecap="round">' +
      '<path d="M7 7 17 5.5M7 7 8.5 18M17 5.5 18 16.5M8.5 18 18 16.5"/></g>' +
      '<g class="jp-icon-brand0 jp-icon-selectable" fill="#1976d2"><circle cx="7" cy="7" r="3.6"/>' +
      '<circle cx="17.2" cy="5.400" r="2.7"/><circle cx="8.400" cy="18.2" r="2.7"/><circle cx="18" cy="16.6" r="3.6"/></g>'
  )
});

export const labIcon = new LabIcon({
  name: 'nanoos-lab:lab',
  svgstr: framed(
    '<path class="jp-icon3 jp-icon-selectable" stroke="#616161" stroke-width="1.8" stroke-linejoin="round" ' +
      'd="M12 2.5 20.5 7.200v9.600L12 21.5 3.5 16.800V7.200Z"/>' +
      '<g class="jp-icon3 jp-icon-selectable" fill="#616161"><circle cx="12" cy="12" r="3.4"/>' +
      '<circle cx="12" cy="2.900" r="1.9"/><circle cx="20.2" cy="16.6" r="1.9"/><circle cx="3.8" cy="16.6" r="1.9"/></g>'
  )
});

export const templateIcon = new LabIcon({
  name: 'nanoos-lab:template',
  svgstr: framed(
    '<path class="jp-icon3 jp-icon-selectable" stroke="#616161" stroke-width="1.8" d="M4.5 3h15v18h-15z"/>' +
      '<path class="jp-icon-brand0 jp-icon-selectable" stroke="#1976d2" stroke-width="2" stroke-linecap="round" ' +
      'd="M8 8h8M8 12h5"/><circle class="jp-icon-brand0 jp-icon-selectable" fill="#1976d2" cx="15" cy="16" r="2.2"/>'
  )
});
