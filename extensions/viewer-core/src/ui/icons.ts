/** Line icons of 24 by 24. */

const PATHS = {
  style: '<circle cx="7.5" cy="15.5" r="4.5"/><circle cx="17.5" cy="6.5" r="3"/><path d="M10.8 12.4l4.5-4"/>',
  projection: '<path d="M4 7l8-4 8 4v10l-8 4-8-4zM4 7l8 4 8-4M12 11v10"/>',
  measure: '<path d="M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2"/>',
  reset: '<path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5"/>',
  menu: '<path d="M4 7h16M4 12h16M4 17h16"/>',
  play: '<path d="M7 4l13 8-13 8z"/>',
  pause: '<path d="M7 4v16M17 4v16"/>',
  check: '<path d="M4 12l5 5L20 6"/>'
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.innerHTML = PATHS[name];
  return svg;
}
