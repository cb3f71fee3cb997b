/** The look of the viewer's frame, in the words of the design language. */

import { ensureStyles } from '@nanoos/look';

const CSS = `
.nanoos-viewer{position:relative;display:flex;flex-direction:column;overflow:hidden;width:100%;height:100%;min-height:120px;
 box-sizing:border-box;border-radius:var(--nanoos-radius);font:var(--nanoos-text)/1.35 var(--nanoos-font);
 color:var(--jp-ui-font-color1,currentColor);outline:none;container-type:size}
[data-nanoos-theme="dark"] .nanoos-viewer{color:var(--nanoos-ink)}
.nanoos-viewer:fullscreen{background:var(--nanoos-page);color:var(--nanoos-ink)}
.nanoos-viewer:focus-visible{box-shadow:inset var(--nanoos-focus)}
.nanoos-viewer-stage{position:relative;flex:1 1 0;min-height:0;overflow:hidden}
.nanoos-viewer-stage>canvas{position:absolute;inset:0;width:100%;height:100%;cursor:grab;touch-action:pan-y}
.nanoos-viewer.is-active .nanoos-viewer-stage>canvas{touch-action:none}
.nanoos-viewer.is-dragging .nanoos-viewer-stage>canvas{cursor:grabbing}
.nanoos-viewer.is-measuring .nanoos-viewer-stage>canvas{cursor:crosshair}
.nanoos-viewer button{font:inherit;color:inherit;margin:0}
.nanoos-viewer-buttons{position:absolute;z-index:2;top:6px;right:6px;display:flex;gap:3px;opacity:.3;transition:opacity .15s}
.nanoos-viewer:hover .nanoos-viewer-buttons,.nanoos-viewer:focus-within .nanoos-viewer-buttons{opacity:1}
@media (hover:none){.nanoos-viewer-buttons{opacity:.75}}
.nanoos-viewer-buttons>button,.nanoos-viewer-play{box-sizing:border-box;width:28px;height:28px;padding:0;border:0;display:grid;
 place-items:center;flex:none;border-radius:var(--nanoos-radius);cursor:pointer;background:var(--jp-layout-color2,rgba(127,127,127,.16))}
.nanoos-viewer-buttons>button:hover,.nanoos-viewer-play:hover{background:var(--jp-layout-color3,rgba(127,127,127,.32))}
.nanoos-viewer-buttons>button[aria-pressed="true"],.nanoos-viewer-buttons>button[aria-expanded="true"]{background:var(--nanoos-accent);color:#fff}
.nanoos-viewer button:focus-visible,.nanoos-viewer input:focus-visible{outline:none;box-shadow:var(--nanoos-focus)}
.nanoos-viewer svg{width:17px;height:17px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.nanoos-viewer-menu{position:absolute;top:32px;right:0;width:218px;overflow:auto;
 padding:var(--nanoos-1);box-sizing:border-box;background:var(--nanoos-page);color:var(--nanoos-ink);border:var(--nanoos-line);
 border-radius:var(--nanoos-radius);box-shadow:0 4px 16px rgba(0,0,0,.25)}
.nanoos-viewer-menu[hidden]{display:none}
.nanoos-viewer-menu .title{padding:6px 8px 2px;font-size:var(--nanoos-small);font-weight:600;color:var(--nanoos-quiet)}
.nanoos-viewer-menu>button{display:flex;align-items:center;width:100%;padding:3px 8px 3px 4px;border:0;border-radius:3px;background:none;
 text-align:left;cursor:pointer}
.nanoos-viewer-menu>button:hover,.nanoos-viewer-menu .row button:hover{background:var(--nanoos-raised)}
.nanoos-viewer-menu i{width:20px;height:17px;flex:none;color:var(--nanoos-accent)}
.nanoos-viewer-menu i svg{width:14px;height:14px;stroke-width:2.4;vertical-align:0}
.nanoos-viewer-menu kbd{margin-left:auto;font:var(--nanoos-small) var(--nanoos-mono);color:var(--nanoos-quiet);background:none;border:0;padding:0;box-shadow:none}
.nanoos-viewer-menu .row{display:flex;gap:var(--nanoos-1);align-items:center;padding:2px 8px 2px 24px}
.nanoos-viewer-menu .row span{flex:1;color:inherit}
.nanoos-viewer-menu .row button{min-width:28px;height:24px;border:var(--nanoos-line);border-radius:3px;background:none;cursor:pointer}
.nanoos-viewer-menu .field{padding:3px 8px 3px 24px}
.nanoos-viewer-menu .field label{display:flex;gap:var(--nanoos-2);align-items:center;justify-content:space-between}
.nanoos-viewer-menu input{width:84px;height:24px;box-sizing:border-box;padding:0 6px;font:inherit;color:inherit;background:none;
 border:var(--nanoos-line);border-radius:3px}
.nanoos-viewer-menu .wrong{color:var(--nanoos-bad);font-size:var(--nanoos-small)}
.nanoos-viewer-label{position:absolute;z-index:1;top:0;left:0;padding:2px 7px;border-radius:var(--nanoos-radius);pointer-events:none;
 white-space:nowrap;background:rgba(30,30,30,.9);color:#fff;font-size:12px;visibility:hidden}
.nanoos-viewer-said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.nanoos-viewer-hint{position:absolute;top:8px;left:10px;color:var(--nanoos-quiet);font-size:12px;pointer-events:none}
.nanoos-viewer-track{flex:none;display:flex;align-items:center;gap:var(--nanoos-2);padding:var(--nanoos-1) var(--nanoos-2)}
.nanoos-viewer-track input{flex:1;min-width:60px;margin:0;accent-color:var(--nanoos-accent)}
.nanoos-viewer-track output{min-width:9ch;text-align:right;font-variant-numeric:tabular-nums;font-size:12px;white-space:nowrap}
.nanoos-viewer-plot{flex:none;height:76px;margin:0 var(--nanoos-2) var(--nanoos-1);position:relative;cursor:pointer;touch-action:none}
.nanoos-viewer-plot canvas{width:100%;height:100%;display:block}
.nanoos-viewer-message{padding:10px 12px;border-left:3px solid var(--nanoos-warn,#a15c00);background:rgba(208,135,0,.1);margin:4px 0}
.nanoos-viewer-still{display:block;max-width:100%;height:auto}
@container (max-width:260px){.nanoos-viewer-buttons>[data-action=projection],.nanoos-viewer-buttons>[data-action=measure]{display:none}}
@container (max-height:280px){.nanoos-viewer-plot{display:none}}
@media (prefers-reduced-motion:reduce){.nanoos-viewer-buttons{transition:none}}
`;

/** Put the style into the document or shadow root that holds the element, once. */
export function ensureStyle(element: HTMLElement): void {
  ensureStyles(element, 'viewer', CSS);
}
