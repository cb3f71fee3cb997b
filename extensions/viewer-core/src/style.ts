/** The look of the viewer's frame: JupyterLab's theme variables where there are any, else the page's own colours. */

const CSS = `
.nanoos-viewer{position:relative;overflow:hidden;width:100%;height:100%;min-height:120px;border-radius:4px;
 font:13px/1.35 var(--jp-ui-font-family,system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif);
 color:var(--jp-ui-font-color1,currentColor);outline:none;--nanoos-line:var(--jp-ui-font-color3,#7d7d7d)}
.nanoos-viewer:focus-visible{box-shadow:inset 0 0 0 2px var(--jp-brand-color1,#1976d2)}
.nanoos-viewer canvas{position:absolute;inset:0;width:100%;height:100%;cursor:grab;touch-action:pan-y}
.nanoos-viewer.is-active canvas{touch-action:none}
.nanoos-viewer.is-dragging canvas{cursor:grabbing}
.nanoos-viewer-legend{position:absolute;left:72px;right:8px;bottom:5px;display:flex;flex-wrap:wrap;gap:2px 12px;
 justify-content:center;pointer-events:none;max-height:44px;overflow:hidden}
.nanoos-viewer-legend span{display:inline-flex;align-items:center;gap:5px;opacity:.85}
.nanoos-viewer-legend i{width:13px;height:13px;border-radius:50%;display:inline-block;
 box-shadow:inset -2px -2px 4px rgba(0,0,0,.45),inset 2px 2px 3px rgba(255,255,255,.55)}
.nanoos-viewer-buttons{position:absolute;top:6px;right:6px;display:flex;gap:3px;opacity:.28;transition:opacity .15s}
.nanoos-viewer:hover .nanoos-viewer-buttons,.nanoos-viewer:focus-within .nanoos-viewer-buttons{opacity:1}
.nanoos-viewer-buttons button{all:unset;box-sizing:border-box;width:27px;height:27px;display:grid;place-items:center;
 border-radius:4px;cursor:pointer;color:inherit;background:var(--jp-layout-color2,rgba(127,127,127,.16))}
.nanoos-viewer-buttons button:hover{background:var(--jp-layout-color3,rgba(127,127,127,.32))}
.nanoos-viewer-buttons button:focus-visible{outline:2px solid var(--jp-brand-color1,#1976d2)}
.nanoos-viewer-buttons svg{width:17px;height:17px;fill:none;stroke:currentColor;stroke-width:1.6;
 stroke-linecap:round;stroke-linejoin:round}
.nanoos-viewer-label{position:absolute;top:0;left:0;padding:2px 7px;border-radius:4px;pointer-events:none;white-space:nowrap;
 background:rgba(30,30,30,.88);color:#fff;font-size:12px;visibility:hidden}
.nanoos-viewer-message{padding:10px 12px;border-left:3px solid #d08700;background:rgba(208,135,0,.1);margin:4px 0}
.nanoos-viewer-still{display:block;max-width:100%;height:auto}
`;

/** Put the style into the document or shadow root that holds the element, once. */
export function ensureStyle(element: HTMLElement): void {
  const root = element.getRootNode();
  const home: ParentNode & Node = root instanceof ShadowRoot ? root : document.head;
  if (!home.querySelector('style[data-nanoos-viewer]')) {
    const style = document.createElement('style');
    style.dataset.nanoosViewer = '';
    style.textContent = CSS;
    home.appendChild(style);
  }
}
