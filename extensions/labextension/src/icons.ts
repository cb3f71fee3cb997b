/** The signs of the extension, in the colours of JupyterLab's own. */

import { LabIcon } from '@jupyterlab/ui-components';

const framed = (inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${inner}</svg>`;

export const structureIcon = new LabIcon({
  name: 'nanoos-lab:structure',
  svgstr: framed(
    '<g class="jp-icon-brand0 jp-icon-selectable" fill="none" stroke="#1976d2" stroke-width="1.6" stroke-linecap="round">' +
      '<path d="M7 7 17 5.5M7 7 8.5 18M17 5.5 18 16.500M8.500 18 18 16.500"/></g>' +
      '<g class="jp-icon-brand0 jp-icon-selectable" fill="#1976d2"><circle cx="7" cy="7" r="3.600"/>' +
      '<circle cx="17.200" cy="5.400" r="2.700"/><circle cx="8.400" cy="18.200" r="2.700"/><circle cx="18" cy="16.600" r="3.600"/></g>'
  )
});

export const labIcon = new LabIcon({
  name: 'nanoos-lab:lab',
  svgstr: framed(
    '<path class="jp-icon3 jp-icon-selectable" fill="none" stroke="#616161" stroke-width="1.8" stroke-linejoin="round" ' +
      'd="M12 2.500 20.500 7.200v9.600L12 21.500 3.500 16.800V7.200Z"/>' +
      '<g class="jp-icon3 jp-icon-selectable" fill="#616161"><circle cx="12" cy="12" r="3.400"/>' +
      '<circle cx="12" cy="2.900" r="1.900"/><circle cx="20.200" cy="16.600" r="1.900"/><circle cx="3.800" cy="16.600" r="1.900"/></g>'
  )
});

export const templateIcon = new LabIcon({
  name: 'nanoos-lab:template',
  svgstr: framed(
    '<path class="jp-icon3 jp-icon-selectable" fill="none" stroke="#616161" stroke-width="1.800" d="M4.500 3h15v18h-15z"/>' +
      '<path class="jp-icon-brand0 jp-icon-selectable" fill="none" stroke="#1976d2" stroke-width="2" stroke-linecap="round" ' +
      'd="M8 8h8M8 12h5"/><circle class="jp-icon-brand0 jp-icon-selectable" fill="#1976d2" cx="15" cy="16" r="2.200"/>'
  )
});
