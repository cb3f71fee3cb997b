"use strict";(()=>{var Kc=`/* The look of every display: spacing, type, colours, states. Displays use these names and no numbers of their own.
   Each follows JupyterLab's theme where there is one; else the page is light, dark if it says data-nanoos-theme="dark". */
.nanoos,.nanoos-ui{
--nanoos-1:4px;--nanoos-2:8px;--nanoos-3:12px;--nanoos-4:16px;--nanoos-5:24px;
--nanoos-radius:4px;--nanoos-line:1px solid var(--nanoos-edge);
--nanoos-font:var(--jp-ui-font-family,system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif);
--nanoos-mono:var(--jp-code-font-family,ui-monospace,"SF Mono",Menlo,Consolas,monospace);
--nanoos-small:11.5px;--nanoos-text:13px;--nanoos-title:15px;--nanoos-big:22px;
--nanoos-ink:var(--jp-ui-font-color1,#212529);--nanoos-quiet:var(--jp-ui-font-color2,#5c636a);
--nanoos-page:var(--jp-layout-color1,#fff);--nanoos-raised:var(--jp-layout-color2,#f4f5f6);
--nanoos-hollow:var(--jp-layout-color3,#e3e6e9);
--nanoos-edge:var(--jp-border-color1,#ced4da);--nanoos-faint:var(--jp-border-color3,#edf0f2);
--nanoos-accent:var(--jp-brand-color1,#0b68b0);--nanoos-focus:0 0 0 2px var(--nanoos-accent);
--nanoos-good:#0a7d55;--nanoos-busy:#0b68b0;--nanoos-warn:#a15c00;--nanoos-bad:#c2410c;--nanoos-idle:#6c757d;
--nanoos-selected:#ffa600}
[data-jp-theme-light="false"] .nanoos,[data-jp-theme-light="false"] .nanoos-ui,
[data-nanoos-theme="dark"] .nanoos,[data-nanoos-theme="dark"] .nanoos-ui{
--nanoos-good:#4cc38a;--nanoos-busy:#70b8ff;--nanoos-warn:#f0c000;--nanoos-bad:#ff8b5e;--nanoos-idle:#9aa1a8}
[data-nanoos-theme="dark"] .nanoos,[data-nanoos-theme="dark"] .nanoos-ui{
--nanoos-ink:var(--jp-ui-font-color1,#e6e8ea);--nanoos-quiet:var(--jp-ui-font-color2,#a4abb2);
--nanoos-page:var(--jp-layout-color1,#15181b);--nanoos-raised:var(--jp-layout-color2,#1f2327);
--nanoos-hollow:var(--jp-layout-color3,#2c3238);--nanoos-edge:var(--jp-border-color1,#3d444b);
--nanoos-faint:var(--jp-border-color3,#292e33)}
`;var Mr={states:{COMPLETED:{tone:"good",symbol:"\u2713"},RUNNING:{tone:"busy",symbol:"\u25B6"},QUEUED:{tone:"busy",symbol:"\u22EF"},SUBMITTING:{tone:"busy",symbol:"\u2191"},PENDING:{tone:"idle",symbol:"\u25CB"},FAILED:{tone:"bad",symbol:"\u2715"},LOST:{tone:"bad",symbol:"?"},CANCELLED:{tone:"warn",symbol:"\u25A0"}},origins:{predicted:{tone:"warn",symbol:"diamond",color:"#E69F00"},computed:{tone:"busy",symbol:"circle",color:"#0072B2"},measured:{tone:"good",symbol:"square",color:"#009E73"},imported:{tone:"idle",symbol:"triangle-up",color:"#CC79A7"}},series:["#0072B2","#E69F00","#009E73","#CC79A7","#D55E00","#56B4E9"],scales:{sequential:["#00224e","#123570","#3b496c","#575d6d","#707173","#8a8678","#a59c74","#c3b369","#e1cc55","#fee838"],diverging:["#2166ac","#4393c3","#92c5de","#d1e5f0","#f7f7f7","#fddbc7","#f4a582","#d6604d","#b2182b"]}};var lf={tone:"idle",symbol:""};function Te(i){let{states:t,origins:e}=Mr;return t[i]??e[i]??lf}var Wx=Mr.series,Oi=Mr.scales;function ln(i,t,e){let n=i.getRootNode(),s=n instanceof ShadowRoot?n:document.head;for(let[r,o]of[["look",Kc],[t,e]])if(!s.querySelector(`style[data-nanoos-style="${r}"]`)){let a=document.createElement("style");a.dataset.nanoosStyle=r,a.textContent=o,s.appendChild(a)}}function R(i,t={},...e){let n=document.createElement(i);for(let[s,r]of Object.entries(t))typeof r=="function"?n.addEventListener(s.replace(/^on/,""),r):r!=null&&r!==!1&&n.setAttribute(s,r===!0?"":String(r));return n.append(...e.filter(s=>s!=null&&s!==!1)),n}var tl=`/* Prediction cards, as the browser's code and Python's page draw them. */
.nanoos-cards{font:var(--nanoos-text)/1.4 var(--nanoos-font);color:var(--nanoos-ink);margin:var(--nanoos-1) 0 var(--nanoos-2);max-width:100%}
.nanoos-cards .nc-bar{display:flex;align-items:baseline;gap:var(--nanoos-2);flex-wrap:wrap;margin:0 0 var(--nanoos-1)}
.nanoos-cards .nc-heading{font-size:var(--nanoos-title);font-weight:600;margin:0 auto 0 0}
.nanoos-cards .nc-title{font-weight:600;margin:var(--nanoos-2) 0 var(--nanoos-1);overflow-wrap:anywhere}
.nanoos-cards .nc-empty,.nanoos-cards .nc-none{color:var(--nanoos-quiet);font-style:italic}
.nanoos-cards .nc-none{border:1px dashed var(--nanoos-edge);border-radius:var(--nanoos-radius);padding:var(--nanoos-2) var(--nanoos-3)}
.nanoos-cards .nc-row{display:flex;flex-wrap:wrap;gap:var(--nanoos-2);align-items:stretch}
.nanoos-cards .nc-row>.nc-card{width:262px;max-width:100%}
.nanoos-cards .nc-wide{overflow-x:auto}
.nanoos-cards .nc-grid{display:grid;gap:var(--nanoos-2);align-items:stretch;justify-content:start}
.nanoos-cards .nc-grid>.nc-title{margin:0;position:sticky;top:0}
.nanoos-cards .nc-cell{display:flex;flex-direction:column;gap:var(--nanoos-2)}
.nanoos-cards .nc-cell>.nc-card{flex:1 0 auto}
.nanoos-cards .nc-card{box-sizing:border-box;min-width:0;padding:var(--nanoos-2) var(--nanoos-3) var(--nanoos-3);border-radius:var(--nanoos-radius);border:var(--nanoos-line);background:var(--nanoos-page)}
.nanoos-cards .nc-synthetic{border:2px dashed var(--nanoos-warn)}
.nanoos-cards .nc-top{display:flex;justify-content:space-between;align-items:baseline;gap:var(--nanoos-2)}
.nanoos-cards .nc-label{font-weight:600}
.nanoos-cards .nc-symbol{font-weight:400;font-style:italic;color:var(--nanoos-quiet)}
.nanoos-cards .nc-good{color:var(--nanoos-good)}.nanoos-cards .nc-busy{color:var(--nanoos-busy)}
.nanoos-cards .nc-warn{color:var(--nanoos-warn)}.nanoos-cards .nc-bad{color:var(--nanoos-bad)}.nanoos-cards .nc-idle{color:var(--nanoos-idle)}
.nanoos-cards .nc-badge{display:inline-flex;align-items:center;gap:4px;font-size:var(--nanoos-small);font-weight:600;white-space:nowrap}
.nanoos-cards .nc-value{font-size:var(--nanoos-big);font-weight:600;font-variant-numeric:tabular-nums;margin:2px 0;line-height:1.25}
.nanoos-cards .nc-pm{font-size:16px;font-weight:400}
.nanoos-cards .nc-unit{font-size:14px;font-weight:400;color:var(--nanoos-quiet)}
.nanoos-cards .nc-small{font-size:var(--nanoos-small);color:var(--nanoos-quiet);overflow-wrap:anywhere}
.nanoos-cards .nc-method{margin-top:var(--nanoos-1);overflow-wrap:anywhere}
.nanoos-cards .nc-ok{font-size:var(--nanoos-small);color:var(--nanoos-good);white-space:nowrap}
.nanoos-cards .nc-warning{margin-top:var(--nanoos-1);padding:2px var(--nanoos-2);font-size:var(--nanoos-small);font-weight:600;border-left:3px solid var(--nanoos-warn);background:var(--nanoos-raised)}
.nanoos-cards .nc-note{margin-top:var(--nanoos-1);font-size:var(--nanoos-small);padding-left:var(--nanoos-2);border-left:3px solid var(--nanoos-edge);overflow-wrap:anywhere}
.nanoos-cards .nc-against{margin-top:var(--nanoos-1);padding-top:var(--nanoos-1);border-top:1px solid var(--nanoos-faint);font-size:var(--nanoos-small)}
.nanoos-cards .nc-against b{font-variant-numeric:tabular-nums}
.nanoos-cards .nc-range{display:block;max-width:100%;height:auto;overflow:visible}
.nanoos-cards .nc-range text{font-size:10px;fill:var(--nanoos-quiet)}
.nanoos-cards .nc-axis{stroke:var(--nanoos-edge);stroke-width:3;stroke-linecap:round}
.nanoos-cards .nc-band{fill:currentColor;fill-opacity:.35}
.nanoos-cards .nc-ends{stroke:currentColor;stroke-width:1.6;fill:none}
.nanoos-cards .nc-mark{fill:currentColor;stroke:var(--nanoos-page);stroke-width:1.2}
.nanoos-cards .nc-bars{fill:var(--nanoos-idle);fill-opacity:.4}
.nanoos-cards .nc-sites{display:flex;gap:1px;height:14px;margin-top:var(--nanoos-1)}
.nanoos-cards .nc-sites i{flex:1 1 0;min-width:1px}
.nanoos-cards .nc-run{font:var(--nanoos-small) var(--nanoos-mono)}
.nanoos-cards button{font:inherit;font-size:var(--nanoos-small);padding:1px var(--nanoos-2);border:var(--nanoos-line);border-radius:var(--nanoos-radius);background:var(--nanoos-page);color:inherit;cursor:pointer}
.nanoos-cards button:hover{background:var(--nanoos-raised)}
.nanoos-cards button:focus-visible{outline:none;box-shadow:var(--nanoos-focus)}
.nanoos-cards button.nc-run{border:0;padding:0;background:none;color:var(--nanoos-busy);text-decoration:underline}
.nanoos-cards .nc-record{margin-top:var(--nanoos-2);padding:var(--nanoos-2) var(--nanoos-3);border:var(--nanoos-line);border-radius:var(--nanoos-radius);background:var(--nanoos-raised)}
.nanoos-cards .nc-record dl{display:grid;grid-template-columns:auto 1fr;gap:2px var(--nanoos-3);margin:var(--nanoos-1) 0 0}
.nanoos-cards .nc-record :is(dt,dd){float:none;width:auto}
.nanoos-cards .nc-record dt{color:var(--nanoos-quiet);margin:0}.nanoos-cards .nc-record dd{margin:0;overflow-wrap:anywhere}
.nanoos-cards .nc-picture{display:block;max-width:100%;margin:0 0 var(--nanoos-2)}
`;var hf=i=>i==null?"":String(i),jc=i=>{let t=hf(i);return typeof i=="string"&&/^[=+\-@\t\r]/.test(t)?`'${t}`:t};function Qc(i){return i.map(t=>t.map(e=>jc(e).replace(/[\t\r\n]+/g," ")).join("	")).join(`
`)}function wr(i){let t=e=>/[",\r\n]/.test(e)?`"${e.replace(/"/g,'""')}"`:e;return i.map(e=>e.map(n=>t(jc(n))).join(",")).join(`
`)+`
`}async function th(i,t){try{return await navigator.clipboard.writeText(i),!0}catch{let e=document.createElement("textarea");e.value=i,e.style.cssText="position:fixed;opacity:0",t.after(e),e.select();let n=document.execCommand("copy");return e.remove(),t.focus(),n}}function ws(i,t,e="text/csv;charset=utf-8"){let n=document.createElement("a"),s=URL.createObjectURL(new Blob([t],{type:e}));n.href=s,n.download=i,document.body.append(n),n.click(),n.remove(),setTimeout(()=>URL.revokeObjectURL(s),1e4)}var rh="application/vnd.nanoos.cards+json",uf="http://www.w3.org/2000/svg",eh=230,Jn=6,Bi=224,nh=26,ih={diamond:"M0-6L6 0 0 6-6 0Z",circle:"M-5.2 0A5.2 5.2 0 1 1 5.2 0A5.2 5.2 0 1 1-5.2 0Z",square:"M-4.7-4.7H4.7V4.7H-4.7Z","triangle-up":"M0-5.8L5.8 4.6H-5.8Z"};function _n(i,t,...e){let n=document.createElementNS(uf,i);for(let[s,r]of Object.entries(t))n.setAttribute(s,String(r));return n.append(...e),n}function oh(i){let t=Te(i),e=t.symbol in ih?t:Te("imported");return{tone:e.tone,shape:ih[e.symbol]}}function el(i,t=!0){let{tone:e,shape:n}=oh(i),s=_n("svg",{width:11,height:11,viewBox:"-7 -7 14 14","aria-hidden":"true"});s.append(_n("path",{d:n,fill:"currentColor"}));let r=R("span",{class:`nc-badge nc-${e}`,title:i},s);return r.append(t?i:R("span",{class:"nanoos-unseen"},i)),r}function sh(i){return(Math.abs(i)>=1e4&&Math.abs(i)<1e7?i.toFixed(0):String(Number(i.toPrecision(4)))).replace("-","\u2212")}function df(i){if(!i.ends||i.value===null)return null;let[t,e]=i.ends,n=i.value,s=i.bins??[],r=12+(s.length?nh:0),o=u=>Jn+(u-t)/(e-t)*(Bi-Jn),{tone:a,shape:c}=oh(i.origin),l=_n("svg",{class:`nc-range nc-${a}`,width:eh,height:r+19,viewBox:`0 0 ${eh} ${r+19}`,role:"img","aria-label":`${n} on a range from ${t} to ${e}`}),h=Math.max(0,...s);if(h){let u=(Bi-Jn)/s.length,d=(f,g)=>`M${Jn+g*u+.5} ${r-4}v${-Math.max(nh*f/h,1.5)}h${u-1}V${r-4}Z`;l.append(_n("path",{class:"nc-bars",d:s.map((f,g)=>f?d(f,g):"").join("")}))}if(l.append(_n("path",{class:"nc-axis",d:`M${Jn} ${r}H${Bi}`})),i.uncertainty){let u=[o(n-i.uncertainty),o(n+i.uncertainty)],[d,f]=[Math.max(u[0],Jn),Math.min(u[1],Bi)],g=u.filter(x=>x>=Jn-.05&&x<=Bi+.05);l.append(_n("path",{class:"nc-ends",d:g.map(x=>`M${x} ${r-7}v14`).join("")}),_n("rect",{class:"nc-band",x:d,y:r-3,width:Math.max(f-d,1),height:6}))}return l.append(_n("path",{class:"nc-mark",transform:`translate(${o(n)} ${r})scale(.85)`,d:c}),_n("text",{x:Jn-3,y:r+17},sh(t)),_n("text",{x:Bi+3,y:r+17,"text-anchor":"end"},sh(e))),l}function ff(i){let t=i.inside===null?"":i.inside?"\u2713 inside the interval":"\u2715 outside the interval",e=i.inside===null?"nc-idle":i.inside?"nc-good":"nc-warn";return R("div",{class:"nc-against"},R("b",{},i.difference),` against measured ${i.measured} `,R("span",{class:e},t))}function pf(i){if(!i.sites?.length)return null;let t=Math.max(...i.sites.map(r=>Math.abs(r??0)))||1,e=Oi.diverging,n=r=>r===null?"var(--nanoos-hollow)":e[Math.round((r/t+1)/2*(e.length-1))],s=R("div",{class:"nc-sites",role:"img","aria-label":`contributions of ${i.sites.length} sites, up to ${t.toPrecision(3)} ${i.unit}`});return i.sites.forEach((r,o)=>{let a=R("i",{title:`site ${o}: ${r===null?"unknown":r.toPrecision(3)}`});a.style.background=n(r),s.append(a)}),s}function mf(i,t){if(!i.run)return null;let e=t?R("button",{class:"nc-run",type:"button",title:"Show the record of this run",onclick:()=>t.send({type:"run",run:i.run})},i.run):R("span",{class:"nc-run"},i.run);return R("div",{class:"nc-small","data-run":i.run},"run ",e)}function ah(i,t){let e=[i.text,i.spread&&`\xB1 ${i.spread}`,i.unit].filter(Boolean).join(" "),n=s=>s?R("div",{class:"nc-small"},s):null;return R("div",{class:i.synthetic?"nc-card nc-synthetic":"nc-card",role:"group","aria-label":`${i.label}: ${e}`},R("div",{class:"nc-top"},R("span",{class:"nc-label"},i.label,i.symbol&&R("span",{class:"nc-symbol"},` ${i.symbol}`)),el(i.origin)),R("div",{class:"nc-value"},i.text,i.spread&&R("span",{class:"nc-pm"},` \xB1 ${i.spread}`),R("span",{class:"nc-unit"},` ${i.unit}`)),df(i),n(i.standing),n(i.words),...i.warnings.map(s=>R("div",{class:"nc-warning"},`\u26A0 ${s}`)),R("div",{class:"nc-method"},`${i.method} `,i.in_domain===!0&&R("span",{class:"nc-ok"},"\u2713 in domain")),...i.details.map(n),pf(i),...i.against.map(ff),i.note&&R("div",{class:"nc-note"},i.note),mf(i,t))}function gf(i,t){let e=R("div",{class:"nc-grid"});e.style.gridTemplateColumns=`repeat(${i.subjects.length},262px)`;for(let n of i.subjects)e.append(R("div",{class:"nc-title"},n||"other"));for(let n of new Set(i.cards.map(s=>s.property))){let s=i.cards.filter(r=>r.property===n);i.subjects.forEach((r,o)=>{let a=s.filter(l=>l.subject===o),c=R("div",{class:"nc-none"},`${s[0].label}: not known`);e.append(R("div",{class:"nc-cell"},...a.length?a.map(l=>ah(l,t)):[c]))})}return R("div",{class:"nc-wide",tabindex:0,role:"region","aria-label":"structures side by side"},e)}function vf(i,t){let e=i.subjects.find(Boolean),n=R("div",{class:"nc-row"},...i.cards.map(s=>ah(s,t)));return[...e?[R("div",{class:"nc-title"},e)]:[],n]}function _f(i){let t=[i.table.columns,...i.table.rows],e=R("button",{type:"button",title:"Copy as text for a spreadsheet"},"Copy");e.addEventListener("click",async()=>{let r=await th(Qc(t),e);e.textContent=r?"Copied":"Not copied"});let n=R("button",{type:"button",onclick:()=>ws("cards.csv",wr(t))},"CSV"),s=R("div",{class:"nc-heading"},i.heading);return R("div",{class:"nc-bar"},s,...i.cards.length?[e,n]:[])}function lh(i,t,e){let n=R("div",{class:"nanoos-ui nanoos-cards"});i.append(n),ln(i,"cards",tl);let s=r=>{ln(i,"cards",tl);let o=r;if(o?.schema!=="nanoos.cards"||o.version!==1){let c=o?.schema==="nanoos.cards"?`version ${String(o.version)} of cards`:"something else";n.replaceChildren(R("div",{class:"nc-empty"},`This is ${c}, which this version of NANO-OS Lab cannot draw.`));return}let a=[_f(o),o.picture?R("img",{class:"nc-picture",alt:"",src:`data:image/svg+xml,${encodeURIComponent(o.picture)}`}):null,...o.subjects.length>1?[gf(o,e)]:vf(o,e),!o.cards.length&&!o.notes.length?R("div",{class:"nc-empty"},"No values yet."):null,...o.notes.map(c=>R("div",{class:"nc-warning"},`\u26A0 ${c}`))];n.replaceChildren(...a.filter(c=>c!==null))};return s(t),{update:s,dispose:()=>n.remove(),showRecord:(r,o)=>{n.querySelector(".nc-record")?.remove();let a=R("dl");for(let[f,g]of o.facts)a.append(R("dt",{},f),R("dd",{},g));let c=R("button",{type:"button"},"Close"),{tone:l,symbol:h}=Te(o.state),u=R("span",{class:`nc-badge nc-${l}`},`${h} ${o.state}`),d=R("div",{class:"nc-record",role:"region",tabindex:-1,"aria-label":`run ${r}`});d.append(R("div",{class:"nc-bar"},R("b",{},o.title),u,c),a),c.addEventListener("click",()=>{d.remove(),n.querySelector(`[data-run="${CSS.escape(r)}"] button`)?.focus()}),n.append(d),d.focus()}}}var ch=`.nanoos-monitor{font:var(--nanoos-text)/1.45 var(--nanoos-font);color:var(--nanoos-ink);container-type:inline-size;max-width:1180px;min-width:0;width:100%}
.nanoos-monitor *{box-sizing:border-box}
.nanoos-monitor .head{display:flex;gap:var(--nanoos-1) var(--nanoos-2);align-items:center;flex-wrap:wrap;margin:2px 0 var(--nanoos-2)}
.nanoos-monitor .head b{font-size:var(--nanoos-title);font-weight:600;margin-right:var(--nanoos-1)}
.nanoos-monitor .head .asof{margin-left:auto;color:var(--nanoos-quiet);font-size:var(--nanoos-small);font-variant-numeric:tabular-nums}
.nanoos-monitor .asof .dot{display:inline-block;width:7px;height:7px;border-radius:50%;margin-right:5px;background:var(--nanoos-idle)}
.nanoos-monitor .asof.live .dot{background:var(--nanoos-good)}
.nanoos-monitor .asof.stale{color:var(--nanoos-warn);font-weight:600}.nanoos-monitor .asof.stale .dot{background:var(--nanoos-warn)}
.nanoos-monitor .badge{display:inline-flex;gap:4px;align-items:center;padding:0 7px;border-radius:9px;font-size:11px;line-height:17px;border:1px solid currentColor;font-weight:600;white-space:nowrap;background:none;font-family:inherit}
.nanoos-monitor button.badge{cursor:pointer}.nanoos-monitor button.badge:hover{background:var(--nanoos-raised)}
.nanoos-monitor button.badge[aria-pressed=true]{box-shadow:inset 0 0 0 1px currentColor;background:var(--nanoos-hollow)}
.nanoos-monitor .good{color:var(--nanoos-good)}.nanoos-monitor .busy{color:var(--nanoos-busy)}.nanoos-monitor .warn{color:var(--nanoos-warn)}
.nanoos-monitor .bad{color:var(--nanoos-bad)}.nanoos-monitor .idle{color:var(--nanoos-idle)}.nanoos-monitor .quiet{color:var(--nanoos-quiet)}
.nanoos-monitor .strip{display:flex;gap:1px;height:6px;border-radius:3px;overflow:hidden;background:var(--nanoos-hollow);margin:0 0 var(--nanoos-2)}
.nanoos-monitor .strip span{display:block;min-width:2px;background:currentColor}
.nanoos-monitor .scroll{max-height:366px;overflow:auto;border:var(--nanoos-line);border-radius:var(--nanoos-radius);background:var(--nanoos-page)}
.nanoos-monitor table{border-collapse:separate;border-spacing:0;width:100%;font-size:12.5px;margin:0;table-layout:fixed;border:0;color:inherit}
.nanoos-monitor th,.nanoos-monitor td{padding:0 var(--nanoos-2);height:30px;text-align:left;vertical-align:middle;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-width:none;background:var(--nanoos-page);border:0;color:inherit;font-size:inherit}
.nanoos-monitor th{position:sticky;top:0;z-index:1;color:var(--nanoos-quiet);font-weight:600;border-bottom:var(--nanoos-line)}
.nanoos-monitor th[role=columnheader] button{all:unset;cursor:pointer;color:inherit}
.nanoos-monitor tr.pad td{padding:0;height:auto;background:none;border:0}
.nanoos-monitor tr.row td{border-bottom:1px solid var(--nanoos-faint)}
.nanoos-monitor tr.row{cursor:pointer}
.nanoos-monitor tr.row:hover td,.nanoos-monitor tr.chosen td{background:var(--nanoos-raised)}
.nanoos-monitor tr.chosen td:first-child{box-shadow:inset 3px 0 var(--nanoos-accent)}
.nanoos-monitor .run{width:112px}.nanoos-monitor .state{width:134px}.nanoos-monitor .elapsed{width:96px;text-align:right}
.nanoos-monitor .asks{width:150px}.nanoos-monitor .where{width:128px}.nanoos-monitor .what{width:18%}.nanoos-monitor .act{width:96px;text-overflow:clip;text-align:right}
.nanoos-monitor td.elapsed,.nanoos-monitor td.num{font-variant-numeric:tabular-nums}
.nanoos-monitor td.going{color:var(--nanoos-quiet)}.nanoos-monitor td.going.bad{color:var(--nanoos-bad)}
.nanoos-monitor code{font-family:var(--nanoos-mono);font-size:12px;background:none;padding:0;color:inherit}
.nanoos-monitor .bar{display:inline-block;vertical-align:middle;height:6px;width:84px;margin-right:var(--nanoos-2);border-radius:3px;background:var(--nanoos-hollow);overflow:hidden}
.nanoos-monitor .bar div{height:6px;background:var(--nanoos-busy)}
.nanoos-monitor button.do{font:inherit;font-size:11.5px;line-height:18px;padding:0 var(--nanoos-2);border:var(--nanoos-line);border-radius:3px;background:var(--nanoos-page);color:inherit;cursor:pointer}
.nanoos-monitor button.do:hover{border-color:currentColor}
.nanoos-monitor button.do.sure{border-color:var(--nanoos-bad);color:var(--nanoos-bad);font-weight:600}
.nanoos-monitor button:focus-visible,.nanoos-monitor tr.row:focus-visible,.nanoos-monitor select:focus-visible,.nanoos-monitor summary:focus-visible{outline:2px solid var(--nanoos-accent);outline-offset:-2px}
.nanoos-monitor .closer{margin-top:var(--nanoos-2);border:var(--nanoos-line);border-radius:var(--nanoos-radius);background:var(--nanoos-page)}
.nanoos-monitor .closer .facts{display:flex;flex-wrap:wrap;gap:2px var(--nanoos-4);padding:var(--nanoos-2) var(--nanoos-3);font-size:12.5px}
.nanoos-monitor .closer .facts span{overflow-wrap:anywhere}
.nanoos-monitor .closer .wrong{padding:0 var(--nanoos-3) var(--nanoos-2);color:var(--nanoos-bad);white-space:pre-wrap;overflow-wrap:anywhere;font-size:12.5px}
.nanoos-monitor pre{margin:0;padding:var(--nanoos-2) var(--nanoos-3);max-height:220px;overflow:auto;background:var(--nanoos-raised);color:inherit;font:12px/1.5 var(--nanoos-mono);white-space:pre-wrap;overflow-wrap:anywhere;border-radius:0 0 var(--nanoos-radius) var(--nanoos-radius)}
.nanoos-monitor details{margin:var(--nanoos-1) 0;border-left:3px solid var(--nanoos-bad);padding:1px 0 1px var(--nanoos-2)}
.nanoos-monitor summary{cursor:pointer;overflow-wrap:anywhere}
.nanoos-monitor details p{margin:var(--nanoos-1) 0;white-space:pre-wrap;overflow-wrap:anywhere;color:var(--nanoos-ink)}
.nanoos-monitor details .which{display:flex;flex-wrap:wrap;gap:2px var(--nanoos-2);align-items:center;margin:var(--nanoos-1) 0}
.nanoos-monitor details .which button.link{all:unset;cursor:pointer;font-family:var(--nanoos-mono);font-size:12px;color:var(--nanoos-accent)}
.nanoos-monitor details .which button.link:hover{text-decoration:underline}
.nanoos-monitor .failures{margin-top:var(--nanoos-2)}
.nanoos-monitor .said{min-height:1.45em;margin-top:var(--nanoos-1);color:var(--nanoos-quiet);overflow-wrap:anywhere}
.nanoos-monitor .empty{color:var(--nanoos-quiet);padding:var(--nanoos-3) 0;margin:0}
.nanoos-monitor select{font:inherit;font-size:12.5px;color:inherit;background:var(--nanoos-page);border:var(--nanoos-line);border-radius:3px;padding:1px 4px;max-width:100%}
.nanoos-monitor .figures{display:flex;flex-wrap:wrap;gap:var(--nanoos-2) var(--nanoos-5);margin:0 0 var(--nanoos-3)}
.nanoos-monitor .figures div{min-width:0}
.nanoos-monitor .figures :is(dt,dd){float:none;width:auto}
.nanoos-monitor .figures dt{color:var(--nanoos-quiet);font-size:var(--nanoos-small);font-weight:400}
.nanoos-monitor .figures dd{margin:0;font-size:17px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.nanoos-monitor .figures dd small{font-size:12px;font-weight:400;color:var(--nanoos-quiet)}
.nanoos-monitor dl{margin:0}
.nanoos-monitor .choices{display:flex;flex-wrap:wrap;gap:var(--nanoos-1) var(--nanoos-3);align-items:center;margin-bottom:var(--nanoos-1);font-size:12.5px;color:var(--nanoos-quiet)}
.nanoos-monitor .choices label{display:inline-flex;gap:5px;align-items:center}
.nanoos-monitor .chart{position:relative;height:230px;margin-bottom:var(--nanoos-2);border:var(--nanoos-line);border-radius:var(--nanoos-radius);background:var(--nanoos-page)}
.nanoos-monitor .chart canvas{display:block;width:100%;height:100%;border-radius:var(--nanoos-radius)}
.nanoos-monitor .chart .tip{position:absolute;pointer-events:none;padding:3px 7px;background:var(--nanoos-raised);border:var(--nanoos-line);border-radius:3px;font-size:11.5px;white-space:nowrap;z-index:2;max-width:280px;overflow:hidden;text-overflow:ellipsis}
.nanoos-monitor .chart .none{position:absolute;inset:0;display:flex;align-items:center;justify-content:center;color:var(--nanoos-quiet)}
.nanoos-monitor.batch tr.row td{height:46px}
.nanoos-monitor.batch .pic{width:56px;padding:0 4px}.nanoos-monitor.batch .pic img{display:block;width:44px;height:42px;object-fit:contain}
.nanoos-monitor.batch .name{width:auto}.nanoos-monitor.batch .value{width:148px;text-align:right}.nanoos-monitor.batch .rank{width:44px;text-align:right;color:var(--nanoos-quiet)}
.nanoos-monitor.batch .state{width:128px}
.nanoos-monitor .sees{margin-top:var(--nanoos-2);display:flex;gap:var(--nanoos-3);align-items:center;flex-wrap:wrap}
.nanoos-monitor .sees img{width:180px;height:160px;object-fit:contain}
@container (max-width:1000px){.nanoos-monitor .asks{display:none}}
@container (max-width:960px){.nanoos-monitor .bar{width:48px}}
@container (max-width:780px){.nanoos-monitor .where{display:none}}
@container (max-width:660px){.nanoos-monitor .run{width:74px}.nanoos-monitor .elapsed{display:none}.nanoos-monitor .what{width:27%}.nanoos-monitor.batch .rank{display:none}.nanoos-monitor.batch .value{width:118px}}
@container (max-width:460px){.nanoos-monitor .run{display:none}.nanoos-monitor .state,.nanoos-monitor.batch .state{width:40px}.nanoos-monitor .state .word{display:none}.nanoos-monitor .what{width:32%}.nanoos-monitor .act{width:78px}.nanoos-monitor .state .badge{padding:0 5px}}
`;function Vi(i,t){let{tone:e,symbol:n}=Te(i),[s,r]=[R("span",{"aria-hidden":"true"},n),R("span",{class:"word"},t===void 0?i:`${t} ${i}`)];return R("span",{class:`badge ${e}`},s,r)}function yi(i){if(i==null||!Number.isFinite(i))return"\u2013";let t=Math.max(0,i);return t<1?`${Math.round(t*1e3)} ms`:t<10?`${t.toFixed(1)} s`:t<60?`${Math.floor(t)} s`:t<3600?`${Math.floor(t/60)} min ${Math.floor(t%60)} s`:t<172800?`${Math.floor(t/3600)} h ${Math.floor(t%3600/60)} min`:`${Math.floor(t/86400)} d ${Math.floor(t%86400/3600)} h`}function ki(i){let[t,e]=[new Date(i*1e3),new Date],n=o=>String(o).padStart(2,"0"),s=`${n(t.getHours())}:${n(t.getMinutes())}:${n(t.getSeconds())}`,r=`${t.getFullYear()}-${n(t.getMonth()+1)}-${n(t.getDate())}`;return t.toDateString()===e.toDateString()?s:`${r} ${s}`}function xn(i,t=4){if(i==null||!Number.isFinite(i))return"\u2013";if(i===0)return"0";let e=Math.abs(i);return e<1e-4||e>=1e7?i.toExponential(t-1).replace(/-/g,"\u2212"):i.toFixed(Math.max(0,t-1-Math.floor(Math.log10(e)))).replace("-","\u2212")}function Gi(i){let t=i.live,e=Math.max(i.at,t?.beat??0),n=Date.now()/1e3-e,[s,r]=["",`as of ${ki(e)}`];return t?.problem?[s,r]=["stale",`not up to date: ${t.problem} \xB7 as of ${ki(e)}`]:i.unfinished&&!t?[s,r]=["stale",`not live: no kernel \xB7 as of ${ki(i.at)}`]:t&&!t.connected?[s,r]=["stale",`not live: kernel gone \xB7 as of ${ki(e)}`]:i.unfinished&&n>30?[s,r]=["stale",`not live: no word from the kernel \xB7 as of ${ki(e)}`]:i.unfinished&&([s,r]=["live",`live \xB7 ${ki(e)}`]),R("span",{class:`asof ${s}`,title:new Date(e*1e3).toString()},R("span",{class:"dot","aria-hidden":"true"}),r)}function Er(i){let t=Object.entries(i.counts),e=R("div",{class:"strip",role:"img","aria-label":t.map(([n,s])=>`${s} ${n.toLowerCase()}`).join(", ")});for(let[n,s]of t){let r=R("span",{class:Te(n).tone});r.style.width=`${100*s/Math.max(1,i.total)}%`,e.append(r)}return e}function nl(i,t,e,n=""){let s=R("button",{class:"do",type:"button","aria-label":t},i),r,o=()=>{s.textContent=i,s.classList.remove("sure"),s.setAttribute("aria-label",t),window.clearTimeout(r)};return s.addEventListener("click",a=>{if(a.stopPropagation(),n&&!s.classList.contains("sure")){s.textContent=n,s.classList.add("sure"),s.setAttribute("aria-label",`confirm: ${t}`),r=window.setTimeout(o,5e3);return}o(),e()}),s.addEventListener("blur",o),s}function Tr(i,t,e,n){let s=R("div",{class:"failures"});for(let r of i){let o=`${r.type} ${r.message}`,a=R("details",{},R("summary",{},yf(`${r.count} \xD7 ${r.type||"failed"}`),` ${r.message}`));a.open=t.has(o),a.addEventListener("toggle",()=>a.open?t.add(o):t.delete(o));let c=R("div",{class:"which"},...r.runs.slice(0,12).map(l=>R("button",{class:"link",type:"button",onclick:()=>n(l)},l)));if(r.count>12&&c.append(`and ${r.count-12} more`),e&&r.count>0){let l=r.runs.length===1?"retry":`retry all ${r.runs.length}`;c.append(nl(l,`${l} of ${r.type||"these failures"}`,()=>e.send({verb:"retry",runs:r.runs})))}a.append(R("p",{},r.whole),c),s.append(a)}return s}function yf(i){return R("span",{class:"badge bad"},R("span",{"aria-hidden":"true"},Te("FAILED").symbol),i)}var zi=class{constructor(t,e,n,s,r,o=()=>{}){this.height=e;this.key=n;this.make=s;this.state=r;this.seen=o;this.scroll=R("div",{class:"scroll",tabindex:-1},R("table",{},R("thead",{},t),this.body)),this.scroll.addEventListener("scroll",()=>this.draw()),this.watch=new ResizeObserver(()=>this.draw()),this.watch.observe(this.scroll)}height;key;make;state;seen;scroll;body=R("tbody");items=[];kept=new Map;watch;show(t){this.items=t,this.draw()}reveal(t){let e=this.items.findIndex(r=>this.key(r)===t);if(e<0)return;let[n,s]=[e*this.height,this.scroll.clientHeight-32];(n<this.scroll.scrollTop||n+this.height>this.scroll.scrollTop+s)&&(this.scroll.scrollTop=Math.max(0,n-s/2)),this.draw()}dispose(){this.watch.disconnect()}draw(){let t=this.body.contains(document.activeElement)?document.activeElement:null,e=t?.closest("tr")?.dataset.run,n=t?.getAttribute("aria-label"),s=Math.max(0,Math.floor(this.scroll.scrollTop/this.height)-6),r=Math.min(this.items.length,s+Math.ceil((this.scroll.clientHeight||366)/this.height)+12),o=new Map,a=[],c=this.items.slice(s,r);for(let h of c){let[u,d]=[this.key(h),this.state(h)],f=this.kept.get(u),g=f&&f.text===d?f.line:this.make(h);o.set(u,{text:d,line:g}),a.push(g)}this.kept=o;let l=[this.pad(s),...a,this.pad(this.items.length-r)];if((l.length!==this.body.childNodes.length||l.some((h,u)=>h!==this.body.childNodes[u]))&&this.body.replaceChildren(...l),e&&!this.body.contains(document.activeElement)){let h=o.get(e)?.line;((n?[...h?.querySelectorAll("[aria-label]")??[]].find(d=>d.getAttribute("aria-label")===n):null)??h)?.focus({preventScroll:!0})}this.seen(c)}pad(t){let e=R("td");return e.style.height=`${Math.max(0,t)*this.height}px`,R("tr",{class:"pad","aria-hidden":"true"},e)}};var Es=64,[il,sl,Ts]=[12,14,36],hh=14;function uh(i,t,e){let s=(t-i||1)/e,r=10**Math.floor(Math.log10(s)),o=([1,2,5,10].find(c=>c*r>=s)??10)*r,a=[];for(let c=Math.ceil(i/o);c*o<=t+o*1e-9;c++)a.push(c*o);return a}function dh(i){let[t,e]=[1/0,-1/0];for(let s of i)s<t&&(t=s),s>e&&(e=s);if(t>e)return[0,1];let n=e>t?.06*(e-t):Math.abs(e)*.05||1;return[t-n,e+n]}var Ar=class{constructor(t){this.choose=t;this.tip.hidden=!0,this.host.append(this.canvas,this.tip),this.watch.observe(this.host),this.theme.observe(document.body,{attributes:!0,attributeFilter:["data-jp-theme-light","data-nanoos-theme"]}),this.canvas.addEventListener("pointermove",e=>this.hover(e)),this.canvas.addEventListener("pointerleave",()=>this.tip.hidden=!0),this.canvas.addEventListener("click",e=>{let n=this.nearest(e);n>=0&&this.choose(this.plot.points[n].key)})}choose;host=R("div",{class:"chart"});canvas=R("canvas",{role:"img","aria-label":"no values yet"});tip=R("div",{class:"tip"});plot=null;places=[];watch=new ResizeObserver(()=>this.draw());theme=new MutationObserver(()=>this.draw());show(t){this.plot=t,this.draw()}dispose(){this.watch.disconnect(),this.theme.disconnect()}nearest(t){let e=this.canvas.getBoundingClientRect(),[n,s]=[-1,hh*hh];return this.places.forEach(([r,o],a)=>{let c=(r-t.clientX+e.left)**2+(o-t.clientY+e.top)**2;c<s&&([n,s]=[a,c])}),n}hover(t){let e=this.nearest(t);if(this.canvas.style.cursor=e>=0?"pointer":"",this.tip.hidden=e<0,e<0)return;this.tip.textContent=this.plot.points[e].words;let[n,s]=this.places[e];this.tip.style.left=`${Math.max(4,Math.min(n+10,this.host.clientWidth-this.tip.offsetWidth-4))}px`,this.tip.style.top=`${s>44?s-32:s+12}px`}draw(){let[t,e,n]=[this.plot,this.host.clientWidth,this.host.clientHeight],s=this.canvas.getContext("2d");if(!t||!s||!e||!n)return;let r=window.devicePixelRatio||1;if(this.canvas.width=Math.round(e*r),this.canvas.height=Math.round(n*r),s.setTransform(r,0,0,r,0,0),s.clearRect(0,0,e,n),this.host.querySelector(".none")?.remove(),this.places=[],!t.points.length){this.host.append(R("div",{class:"none"},t.none)),this.canvas.setAttribute("aria-label",t.none);return}let o=getComputedStyle(this.host),a=x=>o.getPropertyValue(`--nanoos-${x}`).trim()||"#888",[c,l]=dh(t.points.map(x=>x.x)),[h,u]=dh(t.points.map(x=>x.y)),d=x=>Es+(x-c)/(l-c)*(e-Es-sl),f=x=>n-Ts-(x-h)/(u-h)*(n-il-Ts);s.font=`11px ${o.fontFamily}`,this.axes(s,t,a,{x0:c,x1:l,y0:h,y1:u,across:d,down:f,width:e,height:n}),t.best&&this.frontier(s,t,a("good"),d,f),this.places=t.points.map(x=>[d(x.x),f(x.y)]);let g=t.points.length>800?2:t.points.length>150?3:4;t.points.forEach((x,p)=>{let[m,M]=this.places[p];s.fillStyle=a(Te(x.state).tone),s.globalAlpha=t.points.length>400?.6:.85,s.beginPath(),s.arc(m,M,g,0,2*Math.PI),s.fill()}),s.globalAlpha=1;for(let[x,p]of[[t.best?.key,a("good")],[t.chosen,a("selected")]]){let m=x?t.points.findIndex(M=>M.key===x):-1;m<0||(s.strokeStyle=p,s.lineWidth=2,s.beginPath(),s.arc(...this.places[m],g+4,0,2*Math.PI),s.stroke())}this.canvas.setAttribute("aria-label",`${t.points.length} values of ${t.y} by ${t.x}`)}axes(t,e,n,s){t.strokeStyle=n("faint"),t.fillStyle=n("quiet"),t.lineWidth=1,t.textBaseline="middle",t.textAlign="right";for(let r of uh(s.y0,s.y1,4)){let o=Math.round(s.down(r))+.5;t.beginPath(),t.moveTo(Es,o),t.lineTo(s.width-sl,o),t.stroke(),t.fillText(xn(Math.abs(r)<1e-12?0:r,3),Es-8,o)}t.textAlign="center",t.textBaseline="top";for(let r of uh(s.x0,s.x1,Math.max(2,Math.floor(s.width/110))))r>=0&&t.fillText(e.tick(r),s.across(r),s.height-Ts+5);t.fillText(e.x,(Es+s.width-sl)/2,s.height-15),t.save(),t.translate(10,(il+s.height-Ts)/2),t.rotate(-Math.PI/2),t.textBaseline="middle",t.fillText(e.y,0,0,s.height-il-Ts),t.restore()}frontier(t,e,n,s,r){let o=e.best.direction==="lowest"?(l,h)=>l<h:(l,h)=>l>h,a=e.points.filter(l=>l.state==="COMPLETED").sort((l,h)=>l.x-h.x);if(a.length<2)return;let c=a[0].y;t.strokeStyle=n,t.globalAlpha=.75,t.lineWidth=1.5,t.beginPath(),t.moveTo(s(a[0].x),r(c));for(let l of a)t.lineTo(s(l.x),r(c)),o(l.y,c)&&t.lineTo(s(l.x),r(c=l.y));t.stroke(),t.globalAlpha=1}};var fh={C:"COMPLETED",R:"RUNNING",Q:"QUEUED",S:"SUBMITTING",P:"PENDING",F:"FAILED",L:"LOST",X:"CANCELLED"},bf=47;function rl(i){return i?i.unit?`${i.label} / ${i.unit}`:i.label:"value"}function Sf(i){return i>=1?`${xn(i,2)} a second`:i*60>=1?`${xn(i*60,2)} a minute`:`${xn(i*3600,2)} an hour`}function As(i,t,e=""){return R("div",{},R("dt",{},i),R("dd",{},t,e?R("small",{},` ${e}`):null))}function ph(i,t){return i?R("img",{src:`data:image/svg+xml;utf8,${encodeURIComponent(i)}`,alt:`structure of ${t}`,loading:"lazy"}):""}var mh=(i,t)=>{let e=new Set,n=null,s="",r="",o="time",a="value",c=new Set,[l,h,u,d,f,g,x]=[R("div",{class:"head"}),R("div"),R("dl",{class:"figures"}),R("div",{class:"choices"}),R("div"),R("div",{class:"sees"}),R("div",{class:"said",role:"status"})],p=A=>t?.send({verb:"asked",asked:{...n?.asked??{},run:r,...A}}),m=A=>{r=A,p({run:A}),$(),C.reveal(A)},M=new Ar(m),w=R("button",{type:"button",title:"sort by value or by order"},"value");w.addEventListener("click",()=>{a=a==="value"?"order":"value",$()});let S=R("tr",{},R("th",{class:"rank",scope:"col"},"#"),R("th",{class:"pic",scope:"col"}),R("th",{class:"name",scope:"col"},"structure"),R("th",{class:"state",scope:"col"},"state"),R("th",{class:"value",scope:"col",role:"columnheader"},w)),C=new zi(S,bf,A=>A.run,v,A=>`${JSON.stringify(A)}${A.run===r}${!!n?.pictures?.[A.run]}`,A=>E(A));i.append(l,h,u,d,M.host,C.scroll,g,f,x);function E(A){let tt=A.map(k=>k.run).filter(k=>!n?.pictures?.[k]&&!c.has(k));!t||!tt.length||(tt.forEach(k=>c.add(k)),t.send({verb:"pictures",runs:tt}))}function v(A){let tt=R("tr",{class:A.run===r?"row chosen":"row",tabindex:0,"data-run":A.run,"aria-selected":String(A.run===r)},R("td",{class:"rank num"},A.rank),R("td",{class:"pic"},ph(n?.pictures?.[A.run],A.name)),R("td",{class:"name",title:`${A.name} \xB7 run ${A.run}`},A.name||A.run,R("span",{class:"quiet"},A.formula&&A.formula!==A.name?` \xB7 ${A.formula}`:"")),R("td",{class:"state",title:A.state},Vi(A.state)),R("td",{class:"value num"},A.value));return tt.addEventListener("click",()=>m(A.run)),tt.addEventListener("keydown",k=>{(k.key==="Enter"||k.key===" ")&&k.target===tt&&(k.preventDefault(),m(A.run))}),tt}function b(A){let tt=Object.entries(A.counts).map(([q,J])=>{let gt=R("button",{type:"button",class:`badge ${Te(q).tone}`,"data-state":q,"aria-pressed":String(s===q),title:s===q?"show all":`only ${q}`});return gt.append(...Vi(q,J).childNodes),gt.addEventListener("click",()=>{s=s===q?"":q,$()}),gt}),k=l.contains(document.activeElement)?document.activeElement.dataset.state:void 0;l.replaceChildren(R("b",{},A.label||`${A.task} \xB7 ${A.total} ${A.total===1?"run":"runs"}`),...tt,Gi(A)),k&&l.querySelector(`[data-state="${k}"]`)?.focus()}function U(A){let tt=A.total-A.unfinished,k=[As("done",`${tt} of ${A.total}`,A.reused?`${A.reused} were there before`:"")];if(A.rate_per_s&&A.unfinished&&k.push(As("rate",Sf(A.rate_per_s))),A.unfinished&&k.push(As("time left",A.left_s===null?"\u2013":`about ${yi(A.left_s)}`,A.left_s===null?"known after two have ended":"")),A.best){let J=R("button",{type:"button",class:"do",title:`show run ${A.best.run}`},A.best.name||A.best.run);J.addEventListener("click",()=>m(A.best.run)),k.push(As(`${A.direction} ${A.property?.label.toLowerCase()??"value"}`,A.best.text),As("of",J))}let q=u.contains(document.activeElement);u.replaceChildren(...k),q&&u.querySelector("button")?.focus()}function I(A,tt,k,q){let J=R("select",{},...tt.map(([gt,Pt])=>R("option",{value:gt},Pt)));return J.value=k,J.addEventListener("change",()=>q(J.value)),R("label",{},A,J)}let D="";function O(A){let tt=JSON.stringify([A.properties,A.property,A.direction,o,A.method,A.unlike]);if(tt===D)return;D=tt;let k=[];t&&A.property&&k.push(I("property",A.properties.map(J=>[J.name,rl(J)]),A.property.name,J=>p({property:J,direction:""})),I("best is",[["lowest","the lowest"],["highest","the highest"]],A.direction,J=>p({direction:J}))),k.push(I("against",[["time","time"],["order","order"]],o,J=>{o=J,$()}));let q=[A.method,A.synthetic?"SYNTHETIC":"",A.unlike?`${A.unlike} values of other methods are left out`:""].filter(Boolean).join(" \xB7 ");q&&k.push(R("span",{class:A.synthetic||A.unlike?"warn":""},q)),d.replaceChildren(...k)}function H(A){let tt=A.property?.unit??"",k=[];return A.values.forEach((q,J)=>{let gt=o==="time"?A.ended[J]:J+1;q!=null&&gt!==null&&gt!==void 0&&k.push({key:A.runs[J],x:o==="time"?Math.max(0,gt):gt,y:q,state:fh[A.states[J]]??"",words:`${A.names[J]} \xB7 ${xn(q)} ${tt}`})}),k}function L(A){let tt=A.runs.map((X,rt)=>rt),k=A.direction==="lowest"?1:-1,q=X=>A.values[X]??null,J=[...tt].sort((X,rt)=>{let[xt,Et]=[q(X),q(rt)];return xt===null||Et===null?+(xt===null)-+(Et===null)||X-rt:k*(xt-Et)||X-rt}),gt=new Map(J.map((X,rt)=>[X,q(X)===null?"":String(rt+1)]));return(a==="value"?J:tt).map(X=>{let[rt,xt]=[q(X),A.uncertainties[X]??null];return{run:A.runs[X],rank:gt.get(X),name:A.names[X],formula:A.formulas[X],state:fh[A.states[X]]??"?",value:rt===null?"\u2013":xt?`${xn(rt)} \xB1 ${xn(xt,2)}`:xn(rt)}}).filter(X=>!s||X.state===s)}function $(){let A=n;if(!A)return;s&&!A.counts[s]&&(s=""),b(A),h.replaceChildren(Er(A)),U(A),O(A),w.title=`${rl(A.property)}: sort by value or by order`,w.textContent=`${A.property?.unit||"value"} ${a==="value"?A.direction==="lowest"?"\u2191":"\u2193":""}`,M.host.hidden=!A.total,M.show({points:H(A),x:o==="time"?"time since it was asked for":"order",y:rl(A.property),tick:o==="time"?yi:k=>String(Math.round(k)),chosen:r,best:A.best?{key:A.best.run,direction:A.direction}:null,none:A.unfinished?"no values yet":"these runs gave no numbers"}),C.show(L(A));let tt=A.runs.indexOf(r);if(g.replaceChildren(),!t&&tt>=0){let k=ph(A.pictures?.[r],A.names[tt]);g.append(k||R("span",{class:"quiet"},"Its picture is drawn where a kernel runs."),R("span",{},`${A.names[tt]} \xB7 ${A.formulas[tt]}`))}f.replaceChildren(Tr(A.failures,e,t,m)),x.textContent=A.live?.said??""}let Z=window.setInterval(()=>{n&&i.isConnected&&l.querySelector(".asof")?.replaceWith(Gi(n))},1e3);return{update(A){n=A,!r&&A.asked?.run&&(r=A.asked.run),$()},dispose(){window.clearInterval(Z),M.dispose(),C.dispose()}}};var Mf=31,wf=["run","what","state","going","elapsed","asks","where","act"],Ef={what:"task",going:"progress",asks:"resources",act:""};function bi(i,...t){let e=R("td",{class:i},...t);return e.title=e.textContent??"",e}function Tf(i){return i<1e9?`${Math.round(i/1e6)} MB`:`${(i/1e9).toFixed(1)} GB`}function gh(i){let{cpus:t=1,gpus:e=0,memory_gb:n}=i.resources,s=i.used.max_rss_bytes?Tf(i.used.max_rss_bytes):"",r=s&&n?`${s}/${n} GB`:s||(n?`${n} GB`:"");return[`${t} CPU`,e?`${e} GPU`:"",r].filter(Boolean).join(" \xB7 ")}function vh(i,t){return i.started_at===null?"\u2013":yi((i.finished_at??t)-i.started_at)}function Af(i){let t=bi(`going${Te(i.state).tone==="bad"?" bad":""}`);if(i.fraction!==null&&i.state!=="COMPLETED"){let n=String(Math.round(100*i.fraction)),s=R("div");s.style.width=`${n}%`,t.append(R("div",{class:"bar",role:"progressbar","aria-valuenow":n,"aria-valuemin":0,"aria-valuemax":100,"aria-label":`run ${i.id}`},s))}let e=i.again_at?`tried again at ${new Date(i.again_at*1e3).toLocaleTimeString()}`:"";return t.append(i.message||e),t.title=i.message||e,t}var _h=(i,t)=>{let e=new Set,n=null,s="",r="",[o,a,c,l,h]=[R("div",{class:"head"}),R("div"),R("div"),R("div"),R("div",{class:"said",role:"status"})],u=(w,S=!0)=>{r=S&&r===w?"":w,t?.send({verb:"asked",asked:r?{run:r}:{}}),p(),r&&f.reveal(r)},d=R("tr",{},...wf.map(w=>R("th",{class:w,scope:"col"},Ef[w]??w))),f=new zi(d,Mf,w=>w.id,w=>M(w,r,t,u),w=>JSON.stringify(w)+(w.id===r));i.append(o,a,f.scroll,c,l,h);function g(w){let S=o.contains(document.activeElement)?document.activeElement.dataset.state:void 0,C=Object.entries(w.counts).map(([E,v])=>{let b=R("button",{type:"button",class:`badge ${Te(E).tone}`,"data-state":E,"aria-pressed":String(s===E),title:s===E?"show all":`only ${E}`});return b.append(...Vi(E,v).childNodes),b.addEventListener("click",()=>{s=s===E?"":E,p()}),b});o.replaceChildren(R("b",{},w.total===1?"1 run":`${w.total} runs`),...C,Gi(w)),S&&o.querySelector(`[data-state="${S}"]`)?.focus()}function x(w){let S=w.rows.find(H=>H.id===r);if(!S){c.replaceChildren();return}let{walltime_hours:C}=S.resources,E=[S.id,S.task,S.what,S.attempt>1?`attempt ${S.attempt}`:"",`on ${S.profile}`,S.place,gh(S),C?`at most ${yi(C*3600)}`:"",S.used.cpu_s?`${yi(S.used.cpu_s)} of CPU`:"",S.message].filter(Boolean),v=w.detail?.run===r?w.detail:void 0,b=c.querySelector("pre"),U=!b||b.dataset.run!==r||b.scrollTop+b.clientHeight>=b.scrollHeight-4,I=b?.scrollTop??0,D=v?v.log||"Its worker has not written anything to the log.":t?"Reading its log \u2026":"Its log is read where a kernel runs.",O=R("pre",{"data-run":r,tabindex:0,"aria-label":`log of run ${r}`},D);c.replaceChildren(R("div",{class:"closer"},R("div",{class:"facts"},...E.map(H=>R("span",{},H))),v?.error?R("div",{class:"wrong"},v.error):null,O)),O.scrollTop=U?O.scrollHeight:I}function p(){let w=n;if(!w)return;if(s&&!w.counts[s]&&(s=""),g(w),f.scroll.hidden=!w.total,!w.total){a.replaceChildren(R("p",{class:"empty"},"No runs yet: lab.submit(...) or lab.map(...) makes some."));for(let E of[c,l,h])E.replaceChildren();return}a.replaceChildren(Er(w));let S=s?w.rows.filter(E=>E.state===s):w.rows;f.show(S),x(w),l.replaceChildren(Tr(w.failures,e,t,E=>u(E,!1)));let C=(s?w.counts[s]:w.total)??0;h.textContent=[w.live?.said??"",C>S.length?`${S.length} of ${C} are in the table`:""].filter(Boolean).join(" \xB7 ")}let m=window.setInterval(()=>{let w=n;if(!w||!i.isConnected)return;let S=o.querySelector(".asof");if(S?.replaceWith(Gi(w)),!(!w.live||S?.classList.contains("stale")))for(let C of w.rows){if(C.started_at===null||C.finished_at!==null)continue;let E=f.scroll.querySelector(`tr[data-run="${CSS.escape(C.id)}"] td.elapsed`);E&&(E.textContent=vh(C,Date.now()/1e3))}},1e3);return{update(w){n=w,w.asked?.run!==void 0&&w.asked.run!==r&&!r&&(r=w.asked.run),p()},dispose(){window.clearInterval(m),f.dispose()}};function M(w,S,C,E){let v=n?.live?Date.now()/1e3:n?.at??0,b=bi("state",Vi(w.state));w.attempt>1&&(b.title=`attempt ${w.attempt}`);let U=bi("what",w.task,R("span",{class:"quiet"},w.what?` \xB7 ${w.what}`:"")),I=C?w.can.map(O=>nl(O,`${O} run ${w.id}`,()=>C.send({verb:O,runs:[w.id]}),O==="cancel"?"sure?":"")):[],D=R("tr",{class:w.id===S?"row chosen":"row",tabindex:0,"data-run":w.id,"aria-selected":String(w.id===S)},bi("run",R("code",{},w.id)),U,b,Af(w),bi("elapsed",vh(w,v)),bi("asks",gh(w)),bi("where",w.place||w.profile),R("td",{class:"act"},...I));return D.addEventListener("click",()=>E(w.id)),D.addEventListener("keydown",O=>{(O.key==="Enter"||O.key===" ")&&O.target===D&&(O.preventDefault(),E(w.id))}),D}};var xh="application/vnd.nanoos.monitor+json",yh={runs:_h,batch:mh};function Cf(i){return i?.schema!=="nanoos.monitor"?"This is no monitor of NANO-OS Lab.":i.version!==1?`This monitor has version ${String(i.version)}; this page reads version 1: update nanoos-lab.`:yh[i.kind??""]?"":`There is no monitor of the kind ${JSON.stringify(i.kind)}: update nanoos-lab.`}var bh=(i,t,e)=>{let n=R("div",{class:"nanoos-ui nanoos-monitor"});i.append(n),ln(i,"monitor",ch);let[s,r]=["",null],o=a=>{let c=a,l=Cf(c);(l||c.kind!==s)&&(r?.dispose(),r=null,n.replaceChildren(),s=l?"":c.kind,n.className=`nanoos-ui nanoos-monitor ${s}`,l?n.append(R("p",{class:"empty"},l)):r=yh[s](n,e)),r?.update(c)};return o(t),{update:o,dispose(){r?.dispose(),n.remove()}}};var Rf={float32:Float32Array,uint8:Uint8Array,uint16:Uint16Array,uint32:Uint32Array,int8:Int8Array};function Pf(i,t){if(typeof i=="string"){let e=Uint8Array.fromBase64;if(e)return e.call(Uint8Array,i);let n=atob(i),s=new Uint8Array(n.length);for(let r=0;r<n.length;r++)s[r]=n.charCodeAt(r);return s}if(ArrayBuffer.isView(i))return new Uint8Array(i.buffer,i.byteOffset,i.byteLength);if(i instanceof ArrayBuffer)return new Uint8Array(i);throw new Error(`The scene's ${t} hold neither base64 text nor bytes`)}function Si(i,t){let e=Rf[i?.dtype];if(!e)throw new Error(`The scene's ${t} have an unknown type: ${i?.dtype}`);let n=Pf(i.data,t),s=i.shape.reduce((r,o)=>r*o,1);if(n.byteLength!==s*e.BYTES_PER_ELEMENT)throw new Error(`The scene's ${t} hold ${n.byteLength/e.BYTES_PER_ELEMENT} numbers instead of ${s}`);return n.byteOffset%e.BYTES_PER_ELEMENT&&(n=n.slice()),new e(n.buffer,n.byteOffset,s)}function yn(i,t){if(i==null)return null;let e=Si(i,t);return e instanceof Float32Array?e:Float32Array.from(e)}function bn(i,t,e){let n=Si(i,t);for(let s=0;s<n.length;s++)if(!(n[s]<e))throw new Error(`The scene's ${t} name number ${n[s]} of ${e}`);return n}function Sh(i,t){if(!i)return null;let e=yn(i.data,String(i.name??"values"));if(e.length!==t)throw new Error(`The scene has ${e.length} ${i.name} for ${t} frames`);return{name:String(i.name??""),unit:String(i.unit??""),data:e}}function Cr(i,t,e){let n=yn(i,t);if(n&&n.length!==e)throw new Error(`The scene's ${t} hold ${n.length} numbers instead of ${e}`);return n}function Mh(i,t,e,n){if(!i?.positions)return null;let s=i.positions.shape[0],r=i.bond_offsets?Si(i.bond_offsets,"bond offsets"):null;if(!s||r&&r.length!==s+1)throw new Error(`The scene has ${s} frames and bond offsets of ${r?.length??0}`);return{count:s,positions:Cr(i.positions,"positions of frames",3*t*s),lattices:Cr(i.lattices,"lattices of frames",9*s),edges:Cr(i.edges,"edges of frames",s*e.shape.reduce((o,a)=>o*a,1)),values:Sh(i.values,s),times:Sh(i.times,s),bondOffsets:r,bonds:r&&i.bonds?bn(i.bonds,"bonds of frames",t):null,vectors:Cr(i.vectors,"vectors of frames",s*3*(n?.atoms?.shape?.[0]??0))}}var ol="application/vnd.nanoos.scene+json",wh=[1,2],Pr=["ball-and-stick","polyhedra","space-filling","wireframe"];function Rr(i,t){if(typeof i!="string"||!/^#[0-9a-f]{6}$/i.test(i))throw new Error(`The colour of ${t} is ${JSON.stringify(i)}: write it as "#rrggbb"`);return i}function If(i){for(let t of i)Rr(t.color,t.label),t.portions?.forEach(([e])=>Rr(e,t.label));return i}function Lf(i,t){if(!i)return null;let e=yn(i.values,"site values");if(e.length!==t)throw new Error(`The scene has ${e.length} site values for ${t} atoms`);let n=i.scale==="diverging"?"diverging":"sequential";return{name:String(i.name??""),unit:String(i.unit??""),values:e,low:Number(i.low),high:Number(i.high),scale:n}}function Nf(i,t){if(!i)return null;let e=bn(i.atoms,"vectors",t),n=yn(i.tips,"vectors' tips");if(n.length!==3*e.length)throw new Error(`The scene has ${n.length/3} vectors for ${e.length} atoms`);let s=Array.isArray(i.colors)?i.colors:Array(e.length).fill(i.color??"#c2410c");s.forEach(o=>Rr(o,"a vector"));let r=typeof i.longest=="number"?i.longest:null;return{name:String(i.name??""),unit:String(i.unit??""),atoms:e,tips:n,colors:s,longest:r}}function Df(i){let t=String(i.name??""),e=yn(i.positions,`surface ${t}`),n=yn(i.normals,`surface ${t}`)??new Float32Array(e.length);return{name:t,color:Rr(i.color,t),opacity:Math.min(Math.max(Number(i.opacity??.6),0),1),positions:e,normals:n,triangles:bn(i.triangles,`surface ${t}`,e.length/3)}}function al(i){if(i?.schema!=="nanoos.scene")throw new Error("This is not a structure scene");if(!wh.includes(i.version))throw new Error(`This scene has version ${i.version}, but this viewer reads versions ${wh.join(" and ")}: use matching versions of nanoos-lab`);let t=yn(i.positions,"positions"),e=t.length/3,n=If(i.species),{lattice:s,center:r,view:o}=i;return{title:String(i.title??""),style:Pr.includes(i.style)?i.style:"ball-and-stick",species:n,bondRadius:i.bond_radius,lattice:s,center:r,view:o,positions:t,speciesOf:bn(i.species_of,"species",n.length),sites:Si(i.sites,"sites"),images:Si(i.images,"images"),bonds:bn(i.bonds,"bonds",e),edges:yn(i.edges,"edges"),faces:bn(i.faces,"faces",e),faceSpecies:bn(i.face_species,"face species",n.length),faceEdges:i.face_edges?bn(i.face_edges,"edges of faces",e):new Uint8Array(0),atomLabels:Array.isArray(i.atom_labels)?i.atom_labels.map(String):null,siteValues:Lf(i.site_values,e),vectors:Nf(i.vectors,e),surfaces:(i.surfaces??[]).map(Df),labels:(i.labels??[]).map(a=>({text:String(a.text),position:a.position.map(Number)})),frames:Mh(i.frames,e,i.edges,i.vectors)}}function Sn(i,t){let e=i.species.map(s=>({"ball-and-stick":s.radius,polyhedra:.72*s.radius,"space-filling":s.full_radius,wireframe:Eh(i)})[t]),n=new Float32Array(i.speciesOf.length);for(let s=0;s<n.length;s++)n[s]=e[i.speciesOf[s]];return n}function Eh(i){return .4*i.bondRadius}function Kn(i,t){return t==="space-filling"?0:t==="wireframe"?Eh(i):t==="polyhedra"?.7*i.bondRadius:i.bondRadius}var Ff=`
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
`;function Ir(i){ln(i,"viewer",Ff)}/**
 * @license
 * Copyright 2010-2026 Three.js Authors
 * SPDX-License-Identifier: MIT
 */var qh=0,Fl=1,Yh=2;var Js=1,Zh=2,fs=3,hi=0,Be=1,He=2,Ri=0,ps=1,Ul=2,Ol=3,Bl=4,Jh=5;var Pi=100,Kh=101,jh=102,Qh=103,tu=104,eu=200,nu=201,iu=202,su=203,kl=204,zl=205,ru=206,ou=207,au=208,lu=209,cu=210,hu=211,uu=212,du=213,fu=214,to=0,eo=1,no=2,is=3,io=4,so=5,ro=6,oo=7,Vl=0,pu=1,mu=2,An=0,Gl=1,Hl=2,Wl=3,$l=4,Xl=5,ql=6,Yl=7;var Zl=300,Ii=301,ms=302,Io=303,Lo=304,ao=1e3,wn=1001,lo=1002,fe=1003,gu=1004;var Ks=1005;var Ue=1006,No=1007;var Vn=1008;var Ze=1009,Jl=1010,Kl=1011,gs=1012,Do=1013,fn=1014,Je=1015,pn=1016,Fo=1017,Uo=1018,Li=1020,jl=35902,Ql=35899,tc=1021,ec=1022,Ke=1023,kn=1026,Gn=1027,nc=1028,Oo=1029,ui=1030,Bo=1031;var ko=1033,js=33776,Qs=33777,tr=33778,er=33779,zo=35840,Vo=35841,Go=35842,Ho=35843,Wo=36196,$o=37492,Xo=37496,qo=37488,Yo=37489,nr=37490,Zo=37491,Jo=37808,Ko=37809,jo=37810,Qo=37811,ta=37812,ea=37813,na=37814,ia=37815,sa=37816,ra=37817,oa=37818,aa=37819,la=37820,ca=37821,ha=36492,ua=36494,da=36495,fa=36283,pa=36284,ir=36285,ma=36286;var Ns=2300,co=2301,jr=2302,Rl=2303,Pl=2400,Il=2401,Ll=2402;var vu=3200;var ic=0,_u=1,Hn="",Xe="srgb",Ds="srgb-linear",Fs="linear",Yt="srgb";var Qr=7680;var xu=519,yu=512,bu=513,Su=514,sc=515,Mu=516,wu=517,rc=518,oc=519,Eu=35044;var sr="300 es",sn=2e3,Us=2001;function Uf(i){for(let t=i.length-1;t>=0;--t)if(i[t]>=65535)return!0;return!1}function Of(i){return ArrayBuffer.isView(i)&&!(i instanceof DataView)}function Os(i){return document.createElementNS("http://www.w3.org/1999/xhtml",i)}function Tu(){let i=Os("canvas");return i.style.display="block",i}var Th={},ss=null;function ac(...i){let t="THREE."+i.shift();ss?ss("log",t,...i):console.log(t,...i)}function Au(i){let t=i[0];if(typeof t=="string"&&t.startsWith("TSL:")){let e=i[1];e&&e.isStackTrace?i[0]+=" "+e.getLocation():i[1]='Stack trace not available. Enable "THREE.Node.captureStackTrace" to capture stack traces.'}return i}function Rt(...i){i=Au(i);let t="THREE."+i.shift();if(ss)ss("warn",t,...i);else{let e=i[0];e&&e.isStackTrace?console.warn(e.getError(t)):console.warn(t,...i)}}function It(...i){i=Au(i);let t="THREE."+i.shift();if(ss)ss("error",t,...i);else{let e=i[0];e&&e.isStackTrace?console.error(e.getError(t)):console.error(t,...i)}}function Ls(...i){let t=i.join(" ");t in Th||(Th[t]=!0,Rt(...i))}function Cu(i,t,e){return new Promise(function(n,s){function r(){switch(i.clientWaitSync(t,i.SYNC_FLUSH_COMMANDS_BIT,0)){case i.WAIT_FAILED:s();break;case i.TIMEOUT_EXPIRED:setTimeout(r,e);break;default:n()}}setTimeout(r,e)})}var Ru={[to]:to,[no]:ro,[io]:io,[is]:so,[eo]:eo,[ro]:no,[oo]:oo,[so]:is},En=class{addEventListener(t,e){this._listeners===void 0&&(this._listeners={});let n=this._listeners;n[t]===void 0&&(n[t]=[]),n[t].indexOf(e)===-1&&n[t].push(e)}hasEventListener(t,e){let n=this._listeners;return n===void 0?!1:n[t]!==void 0&&n[t].indexOf(e)!==-1}removeEventListener(t,e){let n=this._listeners;if(n===void 0)return;let s=n[t];if(s!==void 0){let r=s.indexOf(e);r!==-1&&s.splice(r,1)}}dispatchEvent(t){let e=this._listeners;if(e===void 0)return;let n=e[t.type];if(n!==void 0){t.target=this;let s=n.slice(0);for(let r=0,o=s.length;r<o;r++)s[r].call(this,t);t.target=null}}},Pe=["00","01","02","03","04","05","06","07","08","09","0a","0b","0c","0d","0e","0f","10","11","12","13","14","15","16","17","18","19","1a","1b","1c","1d","1e","1f","20","21","22","23","24","25","26","27","28","29","2a","2b","2c","2d","2e","2f","30","31","32","33","34","35","36","37","38","39","3a","3b","3c","3d","3e","3f","40","41","42","43","44","45","46","47","48","49","4a","4b","4c","4d","4e","4f","50","51","52","53","54","55","56","57","58","59","5a","5b","5c","5d","5e","5f","60","61","62","63","64","65","66","67","68","69","6a","6b","6c","6d","6e","6f","70","71","72","73","74","75","76","77","78","79","7a","7b","7c","7d","7e","7f","80","81","82","83","84","85","86","87","88","89","8a","8b","8c","8d","8e","8f","90","91","92","93","94","95","96","97","98","99","9a","9b","9c","9d","9e","9f","a0","a1","a2","a3","a4","a5","a6","a7","a8","a9","aa","ab","ac","ad","ae","af","b0","b1","b2","b3","b4","b5","b6","b7","b8","b9","ba","bb","bc","bd","be","bf","c0","c1","c2","c3","c4","c5","c6","c7","c8","c9","ca","cb","cc","cd","ce","cf","d0","d1","d2","d3","d4","d5","d6","d7","d8","d9","da","db","dc","dd","de","df","e0","e1","e2","e3","e4","e5","e6","e7","e8","e9","ea","eb","ec","ed","ee","ef","f0","f1","f2","f3","f4","f5","f6","f7","f8","f9","fa","fb","fc","fd","fe","ff"];var ll=Math.PI/180,ho=180/Math.PI;function rr(){let i=Math.random()*4294967295|0,t=Math.random()*4294967295|0,e=Math.random()*4294967295|0,n=Math.random()*4294967295|0;return(Pe[i&255]+Pe[i>>8&255]+Pe[i>>16&255]+Pe[i>>24&255]+"-"+Pe[t&255]+Pe[t>>8&255]+"-"+Pe[t>>16&15|64]+Pe[t>>24&255]+"-"+Pe[e&63|128]+Pe[e>>8&255]+"-"+Pe[e>>16&255]+Pe[e>>24&255]+Pe[n&255]+Pe[n>>8&255]+Pe[n>>16&255]+Pe[n>>24&255]).toLowerCase()}function Ht(i,t,e){return Math.max(t,Math.min(e,i))}function Bf(i,t){return(i%t+t)%t}function cl(i,t,e){return(1-e)*i+e*t}function Pu(i){return Math.pow(2,Math.floor(Math.log(i)/Math.LN2))}function lc(i){switch(i.constructor){case Uint32Array:return 4294967295;case Uint16Array:return 65535;case Uint8Array:case Uint8ClampedArray:return 255;case Int32Array:return 2147483647;case Int16Array:return 32767;case Int8Array:return 127;default:return}}function kf(i,t){if(t.constructor===Float32Array)return i;let e=lc(t);if(e===void 0)throw new Error("THREE.MathUtils: Invalid component type.");return Math.max(i/e,-1)}function zf(i,t){if(t.constructor===Float32Array)return i;let e=lc(t);if(e===void 0)throw new Error("THREE.MathUtils: Invalid component type.");return Math.round(i*e)}var Wt=class{static{this.prototype.isVector2=!0}constructor(t=0,e=0){this.x=t,this.y=e}get width(){return this.x}set width(t){this.x=t}get height(){return this.y}set height(t){this.y=t}set(t,e){return this.x=t,this.y=e,this}setScalar(t){return this.x=t,this.y=t,this}setX(t){return this.x=t,this}setY(t){return this.y=t,this}setComponent(t,e){switch(t){case 0:this.x=e;break;case 1:this.y=e;break;default:throw new Error("THREE.Vector2: index is out of range: "+t)}return this}getComponent(t){switch(t){case 0:return this.x;case 1:return this.y;default:throw new Error("THREE.Vector2: index is out of range: "+t)}}clone(){return new this.constructor(this.x,this.y)}copy(t){return this.x=t.x,this.y=t.y,this}add(t){return this.x+=t.x,this.y+=t.y,this}addScalar(t){return this.x+=t,this.y+=t,this}addVectors(t,e){return this.x=t.x+e.x,this.y=t.y+e.y,this}addScaledVector(t,e){return this.x+=t.x*e,this.y+=t.y*e,this}sub(t){return this.x-=t.x,this.y-=t.y,this}subScalar(t){return this.x-=t,this.y-=t,this}subVectors(t,e){return this.x=t.x-e.x,this.y=t.y-e.y,this}multiply(t){return this.x*=t.x,this.y*=t.y,this}multiplyScalar(t){return this.x*=t,this.y*=t,this}divide(t){return this.x/=t.x,this.y/=t.y,this}divideScalar(t){return this.multiplyScalar(1/t)}applyMatrix3(t){let e=this.x,n=this.y,s=t.elements;return this.x=s[0]*e+s[3]*n+s[6],this.y=s[1]*e+s[4]*n+s[7],this}min(t){return this.x=Math.min(this.x,t.x),this.y=Math.min(this.y,t.y),this}max(t){return this.x=Math.max(this.x,t.x),this.y=Math.max(this.y,t.y),this}clamp(t,e){return this.x=Ht(this.x,t.x,e.x),this.y=Ht(this.y,t.y,e.y),this}clampScalar(t,e){return this.x=Ht(this.x,t,e),this.y=Ht(this.y,t,e),this}clampLength(t,e){let n=this.length();return this.divideScalar(n||1).multiplyScalar(Ht(n,t,e))}floor(){return this.x=Math.floor(this.x),this.y=Math.floor(this.y),this}ceil(){return this.x=Math.ceil(this.x),this.y=Math.ceil(this.y),this}round(){return this.x=Math.round(this.x),this.y=Math.round(this.y),this}roundToZero(){return this.x=Math.trunc(this.x),this.y=Math.trunc(this.y),this}negate(){return this.x=-this.x,this.y=-this.y,this}dot(t){return this.x*t.x+this.y*t.y}cross(t){return this.x*t.y-this.y*t.x}lengthSq(){return this.x*this.x+this.y*this.y}length(){return Math.sqrt(this.x*this.x+this.y*this.y)}manhattanLength(){return Math.abs(this.x)+Math.abs(this.y)}normalize(){return this.divideScalar(this.length()||1)}angle(){return Math.atan2(-this.y,-this.x)+Math.PI}angleTo(t){let e=Math.sqrt(this.lengthSq()*t.lengthSq());if(e===0)return Math.PI/2;let n=this.dot(t)/e;return Math.acos(Ht(n,-1,1))}distanceTo(t){return Math.sqrt(this.distanceToSquared(t))}distanceToSquared(t){let e=this.x-t.x,n=this.y-t.y;return e*e+n*n}manhattanDistanceTo(t){return Math.abs(this.x-t.x)+Math.abs(this.y-t.y)}setLength(t){return this.normalize().multiplyScalar(t)}lerp(t,e){return this.x+=(t.x-this.x)*e,this.y+=(t.y-this.y)*e,this}lerpVectors(t,e,n){return this.x=t.x+(e.x-t.x)*n,this.y=t.y+(e.y-t.y)*n,this}equals(t){return t.x===this.x&&t.y===this.y}fromArray(t,e=0){return this.x=t[e],this.y=t[e+1],this}toArray(t=[],e=0){return t[e]=this.x,t[e+1]=this.y,t}fromBufferAttribute(t,e){return this.x=t.getX(e),this.y=t.getY(e),this}rotateAround(t,e){let n=Math.cos(e),s=Math.sin(e),r=this.x-t.x,o=this.y-t.y;return this.x=r*n-o*s+t.x,this.y=r*s+o*n+t.y,this}random(){return this.x=Math.random(),this.y=Math.random(),this}*[Symbol.iterator](){yield this.x,yield this.y}},Oe=class{constructor(t=0,e=0,n=0,s=1){this.isQuaternion=!0,this._x=t,this._y=e,this._z=n,this._w=s}static slerpFlat(t,e,n,s,r,o,a){let c=n[s+0],l=n[s+1],h=n[s+2],u=n[s+3],d=r[o+0],f=r[o+1],g=r[o+2],x=r[o+3];if(u!==x||c!==d||l!==f||h!==g){let p=c*d+l*f+h*g+u*x;p<0&&(d=-d,f=-f,g=-g,x=-x,p=-p);let m=1-a;if(p<.9995){let M=Math.acos(p),w=Math.sin(M);m=Math.sin(m*M)/w,a=Math.sin(a*M)/w,c=c*m+d*a,l=l*m+f*a,h=h*m+g*a,u=u*m+x*a}else{c=c*m+d*a,l=l*m+f*a,h=h*m+g*a,u=u*m+x*a;let M=1/Math.sqrt(c*c+l*l+h*h+u*u);c*=M,l*=M,h*=M,u*=M}}t[e]=c,t[e+1]=l,t[e+2]=h,t[e+3]=u}static multiplyQuaternionsFlat(t,e,n,s,r,o){let a=n[s],c=n[s+1],l=n[s+2],h=n[s+3],u=r[o],d=r[o+1],f=r[o+2],g=r[o+3];return t[e]=a*g+h*u+c*f-l*d,t[e+1]=c*g+h*d+l*u-a*f,t[e+2]=l*g+h*f+a*d-c*u,t[e+3]=h*g-a*u-c*d-l*f,t}get x(){return this._x}set x(t){this._x=t,this._onChangeCallback()}get y(){return this._y}set y(t){this._y=t,this._onChangeCallback()}get z(){return this._z}set z(t){this._z=t,this._onChangeCallback()}get w(){return this._w}set w(t){this._w=t,this._onChangeCallback()}set(t,e,n,s){return this._x=t,this._y=e,this._z=n,this._w=s,this._onChangeCallback(),this}clone(){return new this.constructor(this._x,this._y,this._z,this._w)}copy(t){return this._x=t.x,this._y=t.y,this._z=t.z,this._w=t.w,this._onChangeCallback(),this}setFromEuler(t,e=!0){let n=t._x,s=t._y,r=t._z,o=t._order,a=Math.cos,c=Math.sin,l=a(n/2),h=a(s/2),u=a(r/2),d=c(n/2),f=c(s/2),g=c(r/2);switch(o){case"XYZ":this._x=d*h*u+l*f*g,this._y=l*f*u-d*h*g,this._z=l*h*g+d*f*u,this._w=l*h*u-d*f*g;break;case"YXZ":this._x=d*h*u+l*f*g,this._y=l*f*u-d*h*g,this._z=l*h*g-d*f*u,this._w=l*h*u+d*f*g;break;case"ZXY":this._x=d*h*u-l*f*g,this._y=l*f*u+d*h*g,this._z=l*h*g+d*f*u,this._w=l*h*u-d*f*g;break;case"ZYX":this._x=d*h*u-l*f*g,this._y=l*f*u+d*h*g,this._z=l*h*g-d*f*u,this._w=l*h*u+d*f*g;break;case"YZX":this._x=d*h*u+l*f*g,this._y=l*f*u+d*h*g,this._z=l*h*g-d*f*u,this._w=l*h*u-d*f*g;break;case"XZY":this._x=d*h*u-l*f*g,this._y=l*f*u-d*h*g,this._z=l*h*g+d*f*u,this._w=l*h*u+d*f*g;break;default:Rt("Quaternion: .setFromEuler() encountered an unknown order: "+o)}return e===!0&&this._onChangeCallback(),this}setFromAxisAngle(t,e){let n=e/2,s=Math.sin(n);return this._x=t.x*s,this._y=t.y*s,this._z=t.z*s,this._w=Math.cos(n),this._onChangeCallback(),this}setFromRotationMatrix(t){let e=t.elements,n=e[0],s=e[4],r=e[8],o=e[1],a=e[5],c=e[9],l=e[2],h=e[6],u=e[10],d=n+a+u;if(d>0){let f=.5/Math.sqrt(d+1);this._w=.25/f,this._x=(h-c)*f,this._y=(r-l)*f,this._z=(o-s)*f}else if(n>a&&n>u){let f=2*Math.sqrt(1+n-a-u);this._w=(h-c)/f,this._x=.25*f,this._y=(s+o)/f,this._z=(r+l)/f}else if(a>u){let f=2*Math.sqrt(1+a-n-u);this._w=(r-l)/f,this._x=(s+o)/f,this._y=.25*f,this._z=(c+h)/f}else{let f=2*Math.sqrt(1+u-n-a);this._w=(o-s)/f,this._x=(r+l)/f,this._y=(c+h)/f,this._z=.25*f}return this._onChangeCallback(),this}setFromUnitVectors(t,e){let n=t.dot(e)+1;return n<1e-8?(n=0,Math.abs(t.x)>Math.abs(t.z)?(this._x=-t.y,this._y=t.x,this._z=0,this._w=n):(this._x=0,this._y=-t.z,this._z=t.y,this._w=n)):(this._x=t.y*e.z-t.z*e.y,this._y=t.z*e.x-t.x*e.z,this._z=t.x*e.y-t.y*e.x,this._w=n),this.normalize()}angleTo(t){return 2*Math.acos(Math.abs(Ht(this.dot(t),-1,1)))}rotateTowards(t,e){let n=this.angleTo(t);if(n===0)return this;let s=Math.min(1,e/n);return this.slerp(t,s),this}identity(){return this.set(0,0,0,1)}invert(){return this.conjugate()}conjugate(){return this._x*=-1,this._y*=-1,this._z*=-1,this._onChangeCallback(),this}dot(t){return this._x*t._x+this._y*t._y+this._z*t._z+this._w*t._w}lengthSq(){return this._x*this._x+this._y*this._y+this._z*this._z+this._w*this._w}length(){return Math.sqrt(this._x*this._x+this._y*this._y+this._z*this._z+this._w*this._w)}normalize(){let t=this.length();return t===0?(this._x=0,this._y=0,this._z=0,this._w=1):(t=1/t,this._x=this._x*t,this._y=this._y*t,this._z=this._z*t,this._w=this._w*t),this._onChangeCallback(),this}multiply(t){return this.multiplyQuaternions(this,t)}premultiply(t){return this.multiplyQuaternions(t,this)}multiplyQuaternions(t,e){let n=t._x,s=t._y,r=t._z,o=t._w,a=e._x,c=e._y,l=e._z,h=e._w;return this._x=n*h+o*a+s*l-r*c,this._y=s*h+o*c+r*a-n*l,this._z=r*h+o*l+n*c-s*a,this._w=o*h-n*a-s*c-r*l,this._onChangeCallback(),this}slerp(t,e){let n=t._x,s=t._y,r=t._z,o=t._w,a=this.dot(t);a<0&&(n=-n,s=-s,r=-r,o=-o,a=-a);let c=1-e;if(a<.9995){let l=Math.acos(a),h=Math.sin(l);c=Math.sin(c*l)/h,e=Math.sin(e*l)/h,this._x=this._x*c+n*e,this._y=this._y*c+s*e,this._z=this._z*c+r*e,this._w=this._w*c+o*e,this._onChangeCallback()}else this._x=this._x*c+n*e,this._y=this._y*c+s*e,this._z=this._z*c+r*e,this._w=this._w*c+o*e,this.normalize();return this}slerpQuaternions(t,e,n){return this.copy(t).slerp(e,n)}random(){let t=2*Math.PI*Math.random(),e=2*Math.PI*Math.random(),n=Math.random(),s=Math.sqrt(1-n),r=Math.sqrt(n);return this.set(s*Math.sin(t),s*Math.cos(t),r*Math.sin(e),r*Math.cos(e))}equals(t){return t._x===this._x&&t._y===this._y&&t._z===this._z&&t._w===this._w}fromArray(t,e=0){return this._x=t[e],this._y=t[e+1],this._z=t[e+2],this._w=t[e+3],this._onChangeCallback(),this}toArray(t=[],e=0){return t[e]=this._x,t[e+1]=this._y,t[e+2]=this._z,t[e+3]=this._w,t}fromBufferAttribute(t,e){return this._x=t.getX(e),this._y=t.getY(e),this._z=t.getZ(e),this._w=t.getW(e),this._onChangeCallback(),this}toJSON(){return this.toArray()}_onChange(t){return this._onChangeCallback=t,this}_onChangeCallback(){}*[Symbol.iterator](){yield this._x,yield this._y,yield this._z,yield this._w}},B=class{static{this.prototype.isVector3=!0}constructor(t=0,e=0,n=0){this.x=t,this.y=e,this.z=n}set(t,e,n){return n===void 0&&(n=this.z),this.x=t,this.y=e,this.z=n,this}setScalar(t){return this.x=t,this.y=t,this.z=t,this}setX(t){return this.x=t,this}setY(t){return this.y=t,this}setZ(t){return this.z=t,this}setComponent(t,e){switch(t){case 0:this.x=e;break;case 1:this.y=e;break;case 2:this.z=e;break;default:throw new Error("THREE.Vector3: index is out of range: "+t)}return this}getComponent(t){switch(t){case 0:return this.x;case 1:return this.y;case 2:return this.z;default:throw new Error("THREE.Vector3: index is out of range: "+t)}}clone(){return new this.constructor(this.x,this.y,this.z)}copy(t){return this.x=t.x,this.y=t.y,this.z=t.z,this}add(t){return this.x+=t.x,this.y+=t.y,this.z+=t.z,this}addScalar(t){return this.x+=t,this.y+=t,this.z+=t,this}addVectors(t,e){return this.x=t.x+e.x,this.y=t.y+e.y,this.z=t.z+e.z,this}addScaledVector(t,e){return this.x+=t.x*e,this.y+=t.y*e,this.z+=t.z*e,this}sub(t){return this.x-=t.x,this.y-=t.y,this.z-=t.z,this}subScalar(t){return this.x-=t,this.y-=t,this.z-=t,this}subVectors(t,e){return this.x=t.x-e.x,this.y=t.y-e.y,this.z=t.z-e.z,this}multiply(t){return this.x*=t.x,this.y*=t.y,this.z*=t.z,this}multiplyScalar(t){return this.x*=t,this.y*=t,this.z*=t,this}multiplyVectors(t,e){return this.x=t.x*e.x,this.y=t.y*e.y,this.z=t.z*e.z,this}applyEuler(t){return this.applyQuaternion(Ah.setFromEuler(t))}applyAxisAngle(t,e){return this.applyQuaternion(Ah.setFromAxisAngle(t,e))}applyMatrix3(t){let e=this.x,n=this.y,s=this.z,r=t.elements;return this.x=r[0]*e+r[3]*n+r[6]*s,this.y=r[1]*e+r[4]*n+r[7]*s,this.z=r[2]*e+r[5]*n+r[8]*s,this}applyNormalMatrix(t){return this.applyMatrix3(t).normalize()}applyMatrix4(t){let e=this.x,n=this.y,s=this.z,r=t.elements,o=1/(r[3]*e+r[7]*n+r[11]*s+r[15]);return this.x=(r[0]*e+r[4]*n+r[8]*s+r[12])*o,this.y=(r[1]*e+r[5]*n+r[9]*s+r[13])*o,this.z=(r[2]*e+r[6]*n+r[10]*s+r[14])*o,this}applyQuaternion(t){let e=this.x,n=this.y,s=this.z,r=t.x,o=t.y,a=t.z,c=t.w,l=2*(o*s-a*n),h=2*(a*e-r*s),u=2*(r*n-o*e);return this.x=e+c*l+o*u-a*h,this.y=n+c*h+a*l-r*u,this.z=s+c*u+r*h-o*l,this}project(t){return this.applyMatrix4(t.matrixWorldInverse).applyMatrix4(t.projectionMatrix)}unproject(t){return this.applyMatrix4(t.projectionMatrixInverse).applyMatrix4(t.matrixWorld)}transformDirection(t){let e=this.x,n=this.y,s=this.z,r=t.elements;return this.x=r[0]*e+r[4]*n+r[8]*s,this.y=r[1]*e+r[5]*n+r[9]*s,this.z=r[2]*e+r[6]*n+r[10]*s,this.normalize()}divide(t){return this.x/=t.x,this.y/=t.y,this.z/=t.z,this}divideScalar(t){return this.multiplyScalar(1/t)}min(t){return this.x=Math.min(this.x,t.x),this.y=Math.min(this.y,t.y),this.z=Math.min(this.z,t.z),this}max(t){return this.x=Math.max(this.x,t.x),this.y=Math.max(this.y,t.y),this.z=Math.max(this.z,t.z),this}clamp(t,e){return this.x=Ht(this.x,t.x,e.x),this.y=Ht(this.y,t.y,e.y),this.z=Ht(this.z,t.z,e.z),this}clampScalar(t,e){return this.x=Ht(this.x,t,e),this.y=Ht(this.y,t,e),this.z=Ht(this.z,t,e),this}clampLength(t,e){let n=this.length();return this.divideScalar(n||1).multiplyScalar(Ht(n,t,e))}floor(){return this.x=Math.floor(this.x),this.y=Math.floor(this.y),this.z=Math.floor(this.z),this}ceil(){return this.x=Math.ceil(this.x),this.y=Math.ceil(this.y),this.z=Math.ceil(this.z),this}round(){return this.x=Math.round(this.x),this.y=Math.round(this.y),this.z=Math.round(this.z),this}roundToZero(){return this.x=Math.trunc(this.x),this.y=Math.trunc(this.y),this.z=Math.trunc(this.z),this}negate(){return this.x=-this.x,this.y=-this.y,this.z=-this.z,this}dot(t){return this.x*t.x+this.y*t.y+this.z*t.z}lengthSq(){return this.x*this.x+this.y*this.y+this.z*this.z}length(){return Math.sqrt(this.x*this.x+this.y*this.y+this.z*this.z)}manhattanLength(){return Math.abs(this.x)+Math.abs(this.y)+Math.abs(this.z)}normalize(){return this.divideScalar(this.length()||1)}setLength(t){return this.normalize().multiplyScalar(t)}lerp(t,e){return this.x+=(t.x-this.x)*e,this.y+=(t.y-this.y)*e,this.z+=(t.z-this.z)*e,this}lerpVectors(t,e,n){return this.x=t.x+(e.x-t.x)*n,this.y=t.y+(e.y-t.y)*n,this.z=t.z+(e.z-t.z)*n,this}cross(t){return this.crossVectors(this,t)}crossVectors(t,e){let n=t.x,s=t.y,r=t.z,o=e.x,a=e.y,c=e.z;return this.x=s*c-r*a,this.y=r*o-n*c,this.z=n*a-s*o,this}projectOnVector(t){let e=t.lengthSq();if(e===0)return this.set(0,0,0);let n=t.dot(this)/e;return this.copy(t).multiplyScalar(n)}projectOnPlane(t){return hl.copy(this).projectOnVector(t),this.sub(hl)}reflect(t){return this.sub(hl.copy(t).multiplyScalar(2*this.dot(t)))}angleTo(t){let e=Math.sqrt(this.lengthSq()*t.lengthSq());if(e===0)return Math.PI/2;let n=this.dot(t)/e;return Math.acos(Ht(n,-1,1))}distanceTo(t){return Math.sqrt(this.distanceToSquared(t))}distanceToSquared(t){let e=this.x-t.x,n=this.y-t.y,s=this.z-t.z;return e*e+n*n+s*s}manhattanDistanceTo(t){return Math.abs(this.x-t.x)+Math.abs(this.y-t.y)+Math.abs(this.z-t.z)}setFromSpherical(t){return this.setFromSphericalCoords(t.radius,t.phi,t.theta)}setFromSphericalCoords(t,e,n){let s=Math.sin(e)*t;return this.x=s*Math.sin(n),this.y=Math.cos(e)*t,this.z=s*Math.cos(n),this}setFromCylindrical(t){return this.setFromCylindricalCoords(t.radius,t.theta,t.y)}setFromCylindricalCoords(t,e,n){return this.x=t*Math.sin(e),this.y=n,this.z=t*Math.cos(e),this}setFromMatrixPosition(t){let e=t.elements;return this.x=e[12],this.y=e[13],this.z=e[14],this}setFromMatrixScale(t){let e=this.setFromMatrixColumn(t,0).length(),n=this.setFromMatrixColumn(t,1).length(),s=this.setFromMatrixColumn(t,2).length();return this.x=e,this.y=n,this.z=s,this}setFromMatrixColumn(t,e){return this.fromArray(t.elements,e*4)}setFromMatrix3Column(t,e){return this.fromArray(t.elements,e*3)}setFromEuler(t){return this.x=t._x,this.y=t._y,this.z=t._z,this}setFromColor(t){return this.x=t.r,this.y=t.g,this.z=t.b,this}equals(t){return t.x===this.x&&t.y===this.y&&t.z===this.z}fromArray(t,e=0){return this.x=t[e],this.y=t[e+1],this.z=t[e+2],this}toArray(t=[],e=0){return t[e]=this.x,t[e+1]=this.y,t[e+2]=this.z,t}fromBufferAttribute(t,e){return this.x=t.getX(e),this.y=t.getY(e),this.z=t.getZ(e),this}random(){return this.x=Math.random(),this.y=Math.random(),this.z=Math.random(),this}randomDirection(){let t=Math.random()*Math.PI*2,e=Math.random()*2-1,n=Math.sqrt(1-e*e);return this.x=n*Math.cos(t),this.y=e,this.z=n*Math.sin(t),this}*[Symbol.iterator](){yield this.x,yield this.y,yield this.z}},hl=new B,Ah=new Oe,Lt=class{static{this.prototype.isMatrix3=!0}constructor(t,e,n,s,r,o,a,c,l){this.elements=[1,0,0,0,1,0,0,0,1],t!==void 0&&this.set(t,e,n,s,r,o,a,c,l)}set(t,e,n,s,r,o,a,c,l){let h=this.elements;return h[0]=t,h[1]=s,h[2]=a,h[3]=e,h[4]=r,h[5]=c,h[6]=n,h[7]=o,h[8]=l,this}identity(){return this.set(1,0,0,0,1,0,0,0,1),this}copy(t){let e=this.elements,n=t.elements;return e[0]=n[0],e[1]=n[1],e[2]=n[2],e[3]=n[3],e[4]=n[4],e[5]=n[5],e[6]=n[6],e[7]=n[7],e[8]=n[8],this}extractBasis(t,e,n){return t.setFromMatrix3Column(this,0),e.setFromMatrix3Column(this,1),n.setFromMatrix3Column(this,2),this}setFromMatrix4(t){let e=t.elements;return this.set(e[0],e[4],e[8],e[1],e[5],e[9],e[2],e[6],e[10]),this}multiply(t){return this.multiplyMatrices(this,t)}premultiply(t){return this.multiplyMatrices(t,this)}multiplyMatrices(t,e){let n=t.elements,s=e.elements,r=this.elements,o=n[0],a=n[3],c=n[6],l=n[1],h=n[4],u=n[7],d=n[2],f=n[5],g=n[8],x=s[0],p=s[3],m=s[6],M=s[1],w=s[4],S=s[7],C=s[2],E=s[5],v=s[8];return r[0]=o*x+a*M+c*C,r[3]=o*p+a*w+c*E,r[6]=o*m+a*S+c*v,r[1]=l*x+h*M+u*C,r[4]=l*p+h*w+u*E,r[7]=l*m+h*S+u*v,r[2]=d*x+f*M+g*C,r[5]=d*p+f*w+g*E,r[8]=d*m+f*S+g*v,this}multiplyScalar(t){let e=this.elements;return e[0]*=t,e[3]*=t,e[6]*=t,e[1]*=t,e[4]*=t,e[7]*=t,e[2]*=t,e[5]*=t,e[8]*=t,this}determinant(){let t=this.elements,e=t[0],n=t[1],s=t[2],r=t[3],o=t[4],a=t[5],c=t[6],l=t[7],h=t[8];return e*o*h-e*a*l-n*r*h+n*a*c+s*r*l-s*o*c}invert(){let t=this.elements,e=t[0],n=t[1],s=t[2],r=t[3],o=t[4],a=t[5],c=t[6],l=t[7],h=t[8],u=h*o-a*l,d=a*c-h*r,f=l*r-o*c,g=e*u+n*d+s*f;if(g===0)return this.set(0,0,0,0,0,0,0,0,0);let x=1/g;return t[0]=u*x,t[1]=(s*l-h*n)*x,t[2]=(a*n-s*o)*x,t[3]=d*x,t[4]=(h*e-s*c)*x,t[5]=(s*r-a*e)*x,t[6]=f*x,t[7]=(n*c-l*e)*x,t[8]=(o*e-n*r)*x,this}transpose(){let t,e=this.elements;return t=e[1],e[1]=e[3],e[3]=t,t=e[2],e[2]=e[6],e[6]=t,t=e[5],e[5]=e[7],e[7]=t,this}getNormalMatrix(t){return this.setFromMatrix4(t).invert().transpose()}transposeIntoArray(t){let e=this.elements;return t[0]=e[0],t[1]=e[3],t[2]=e[6],t[3]=e[1],t[4]=e[4],t[5]=e[7],t[6]=e[2],t[7]=e[5],t[8]=e[8],this}setUvTransform(t,e,n,s,r,o,a){let c=Math.cos(r),l=Math.sin(r);return this.set(n*c,n*l,-n*(c*o+l*a)+o+t,-s*l,s*c,-s*(-l*o+c*a)+a+e,0,0,1),this}scale(t,e){return Ls("Matrix3: .scale() is deprecated. Use .makeScale() instead."),this.premultiply(ul.makeScale(t,e)),this}rotate(t){return Ls("Matrix3: .rotate() is deprecated. Use .makeRotation() instead."),this.premultiply(ul.makeRotation(-t)),this}translate(t,e){return Ls("Matrix3: .translate() is deprecated. Use .makeTranslation() instead."),this.premultiply(ul.makeTranslation(t,e)),this}makeTranslation(t,e){return t.isVector2?this.set(1,0,t.x,0,1,t.y,0,0,1):this.set(1,0,t,0,1,e,0,0,1),this}makeRotation(t){let e=Math.cos(t),n=Math.sin(t);return this.set(e,-n,0,n,e,0,0,0,1),this}makeScale(t,e){return this.set(t,0,0,0,e,0,0,0,1),this}equals(t){let e=this.elements,n=t.elements;for(let s=0;s<9;s++)if(e[s]!==n[s])return!1;return!0}fromArray(t,e=0){for(let n=0;n<9;n++)this.elements[n]=t[n+e];return this}toArray(t=[],e=0){let n=this.elements;return t[e]=n[0],t[e+1]=n[1],t[e+2]=n[2],t[e+3]=n[3],t[e+4]=n[4],t[e+5]=n[5],t[e+6]=n[6],t[e+7]=n[7],t[e+8]=n[8],t}clone(){return new this.constructor().fromArray(this.elements)}},ul=new Lt,Ch=new Lt().set(.4123908,.3575843,.1804808,.212639,.7151687,.0721923,.0193308,.1191948,.9505322),Rh=new Lt().set(3.2409699,-1.5373832,-.4986108,-.9692436,1.8759675,.0415551,.0556301,-.203977,1.0569715);function Vf(){let i={enabled:!0,workingColorSpace:Ds,spaces:{},convert:function(s,r,o){return this.enabled===!1||r===o||!r||!o||(this.spaces[r].transfer===Yt&&(s.r=Bn(s.r),s.g=Bn(s.g),s.b=Bn(s.b)),this.spaces[r].primaries!==this.spaces[o].primaries&&(s.applyMatrix3(this.spaces[r].toXYZ),s.applyMatrix3(this.spaces[o].fromXYZ)),this.spaces[o].transfer===Yt&&(s.r=ns(s.r),s.g=ns(s.g),s.b=ns(s.b))),s},workingToColorSpace:function(s,r){return this.convert(s,this.workingColorSpace,r)},colorSpaceToWorking:function(s,r){return this.convert(s,r,this.workingColorSpace)},getPrimaries:function(s){return this.spaces[s].primaries},getTransfer:function(s){return s===Hn?Fs:this.spaces[s].transfer},getToneMappingMode:function(s){return this.spaces[s].outputColorSpaceConfig.toneMappingMode||"standard"},getLuminanceCoefficients:function(s,r=this.workingColorSpace){return s.fromArray(this.spaces[r].luminanceCoefficients)},define:function(s){Object.assign(this.spaces,s)},_getMatrix:function(s,r,o){return s.copy(this.spaces[o].fromXYZ).multiply(this.spaces[r].toXYZ)},_getDrawingBufferColorSpace:function(s){return this.spaces[s].outputColorSpaceConfig.drawingBufferColorSpace},_getUnpackColorSpace:function(s=this.workingColorSpace){return this.spaces[s].workingColorSpaceConfig.unpackColorSpace}},t=[.64,.33,.3,.6,.15,.06],e=[.2126,.7152,.0722],n=[.3127,.329];return i.define({[Ds]:{primaries:t,whitePoint:n,transfer:Fs,toXYZ:Ch,fromXYZ:Rh,luminanceCoefficients:e,workingColorSpaceConfig:{unpackColorSpace:Xe},outputColorSpaceConfig:{drawingBufferColorSpace:Xe}},[Xe]:{primaries:t,whitePoint:n,transfer:Yt,toXYZ:Ch,fromXYZ:Rh,luminanceCoefficients:e,outputColorSpaceConfig:{drawingBufferColorSpace:Xe}}}),i}var Gt=Vf();function Bn(i){return i<.04045?i*.0773993808:Math.pow(i*.9478672986+.0521327014,2.4)}function ns(i){return i<.0031308?i*12.92:1.055*Math.pow(i,.41666)-.055}var Hi,uo=class{static getDataURL(t,e="image/png"){if(/^data:/i.test(t.src)||typeof HTMLCanvasElement>"u")return t.src;let n;if(t instanceof HTMLCanvasElement)n=t;else{Hi===void 0&&(Hi=Os("canvas")),Hi.width=t.width,Hi.height=t.height;let s=Hi.getContext("2d");t instanceof ImageData?s.putImageData(t,0,0):s.drawImage(t,0,0,t.width,t.height),n=Hi}return n.toDataURL(e)}static sRGBToLinear(t){if(typeof HTMLImageElement<"u"&&t instanceof HTMLImageElement||typeof HTMLCanvasElement<"u"&&t instanceof HTMLCanvasElement||typeof ImageBitmap<"u"&&t instanceof ImageBitmap){let e=Os("canvas");e.width=t.width,e.height=t.height;let n=e.getContext("2d");n.drawImage(t,0,0,t.width,t.height);let s=n.getImageData(0,0,t.width,t.height),r=s.data;for(let o=0;o<r.length;o++)r[o]=Bn(r[o]/255)*255;return n.putImageData(s,0,0),e}else if(t.data){let e=t.data.slice(0);for(let n=0;n<e.length;n++)e instanceof Uint8Array||e instanceof Uint8ClampedArray?e[n]=Math.floor(Bn(e[n]/255)*255):e[n]=Bn(e[n]);return{data:e,width:t.width,height:t.height}}else return Rt("ImageUtils.sRGBToLinear(): Unsupported image type. No color space conversion applied."),t}},Gf=0,rs=class{constructor(t=null){this.isTextureSource=!0,Object.defineProperty(this,"id",{value:Gf++}),this.uuid=rr(),this.data=t,this.dataReady=!0,this.version=0}getSize(t){let e=this.data;return typeof HTMLVideoElement<"u"&&e instanceof HTMLVideoElement?t.set(e.videoWidth,e.videoHeight,0):typeof VideoFrame<"u"&&e instanceof VideoFrame?t.set(e.displayWidth,e.displayHeight,0):e!==null?t.set(e.width||0,e.height||0,e.depth||0):t.set(0,0,0),t}set needsUpdate(t){t===!0&&this.version++}toJSON(t){let e=t===void 0||typeof t=="string";if(!e&&t.images[this.uuid]!==void 0)return t.images[this.uuid];let n={uuid:this.uuid,url:""},s=this.data;if(s!==null){let r;if(Array.isArray(s)){r=[];for(let o=0,a=s.length;o<a;o++)s[o].isDataTexture?r.push(dl(s[o].image)):r.push(dl(s[o]))}else r=dl(s);n.url=r}return e||(t.images[this.uuid]=n),n}};function dl(i){return typeof HTMLImageElement<"u"&&i instanceof HTMLImageElement||typeof HTMLCanvasElement<"u"&&i instanceof HTMLCanvasElement||typeof ImageBitmap<"u"&&i instanceof ImageBitmap?uo.getDataURL(i):i.data?{data:Array.from(i.data),width:i.width,height:i.height,type:i.data.constructor.name}:(Rt("Texture: Unable to serialize Texture."),{})}var Hf=0,fl=new B,Ve=class i extends En{constructor(t=i.DEFAULT_IMAGE,e=i.DEFAULT_MAPPING,n=wn,s=wn,r=Ue,o=Vn,a=Ke,c=Ze,l=i.DEFAULT_ANISOTROPY,h=Hn){super(),this.isTexture=!0,Object.defineProperty(this,"id",{value:Hf++}),this.uuid=rr(),this.name="",this.source=new rs(t),this.mipmaps=[],this.mapping=e,this.channel=0,this.wrapS=n,this.wrapT=s,this.magFilter=r,this.minFilter=o,this.anisotropy=l,this.format=a,this.internalFormat=null,this.type=c,this.offset=new Wt(0,0),this.repeat=new Wt(1,1),this.center=new Wt(0,0),this.rotation=0,this.matrixAutoUpdate=!0,this.matrix=new Lt,this.generateMipmaps=!0,this.mipmapsAutoUpdate=!0,this.premultiplyAlpha=!1,this.flipY=!0,this.unpackAlignment=4,this.colorSpace=h,this.userData={},this.updateRanges=[],this.version=0,this.onUpdate=null,this.renderTarget=null,this.isRenderTargetTexture=!1,this.isArrayTexture=!!(t&&t.depth&&t.depth>1),this.pmremVersion=0,this.isPMREMTexture=!1,this.normalized=!1}get width(){return this.source.getSize(fl).x}get height(){return this.source.getSize(fl).y}get depth(){return this.source.getSize(fl).z}get image(){return this.source.data}set image(t){this.source.data=t}updateMatrix(){this.matrix.setUvTransform(this.offset.x,this.offset.y,this.repeat.x,this.repeat.y,this.rotation,this.center.x,this.center.y)}addUpdateRange(t,e){this.updateRanges.push({start:t,count:e})}clearUpdateRanges(){this.updateRanges.length=0}clone(){return new this.constructor().copy(this)}copy(t){return this.name=t.name,this.source=t.source,this.mipmaps=t.mipmaps.slice(0),this.mapping=t.mapping,this.channel=t.channel,this.wrapS=t.wrapS,this.wrapT=t.wrapT,this.magFilter=t.magFilter,this.minFilter=t.minFilter,this.anisotropy=t.anisotropy,this.format=t.format,this.internalFormat=t.internalFormat,this.type=t.type,this.normalized=t.normalized,this.offset.copy(t.offset),this.repeat.copy(t.repeat),this.center.copy(t.center),this.rotation=t.rotation,this.matrixAutoUpdate=t.matrixAutoUpdate,this.matrix.copy(t.matrix),this.generateMipmaps=t.generateMipmaps,this.mipmapsAutoUpdate=t.mipmapsAutoUpdate,this.premultiplyAlpha=t.premultiplyAlpha,this.flipY=t.flipY,this.unpackAlignment=t.unpackAlignment,this.colorSpace=t.colorSpace,this.renderTarget=t.renderTarget,this.isRenderTargetTexture=t.isRenderTargetTexture,this.isPMREMTexture=t.isPMREMTexture,this.isArrayTexture=t.isArrayTexture,this.userData=JSON.parse(JSON.stringify(t.userData)),this.needsUpdate=!0,this}setValues(t){for(let e in t){let n=t[e];if(n===void 0){Rt(`Texture.setValues(): parameter '${e}' has value of undefined.`);continue}let s=this[e];if(s===void 0){Rt(`Texture.setValues(): property '${e}' does not exist.`);continue}s&&n&&s.isVector2&&n.isVector2||s&&n&&s.isVector3&&n.isVector3||s&&n&&s.isMatrix3&&n.isMatrix3?s.copy(n):this[e]=n}}toJSON(t){let e=t===void 0||typeof t=="string";if(!e&&t.textures[this.uuid]!==void 0)return t.textures[this.uuid];let n={metadata:{version:4.7,type:"Texture",generator:"Texture.toJSON"},uuid:this.uuid,name:this.name,image:this.source.toJSON(t).uuid,mapping:this.mapping,channel:this.channel,repeat:[this.repeat.x,this.repeat.y],offset:[this.offset.x,this.offset.y],center:[this.center.x,this.center.y],rotation:this.rotation,wrap:[this.wrapS,this.wrapT],format:this.format,internalFormat:this.internalFormat,type:this.type,normalized:this.normalized,colorSpace:this.colorSpace,minFilter:this.minFilter,magFilter:this.magFilter,anisotropy:this.anisotropy,flipY:this.flipY,generateMipmaps:this.generateMipmaps,mipmapsAutoUpdate:this.mipmapsAutoUpdate,premultiplyAlpha:this.premultiplyAlpha,unpackAlignment:this.unpackAlignment};return Object.keys(this.userData).length>0&&(n.userData=this.userData),e||(t.textures[this.uuid]=n),n}dispose(){this.dispatchEvent({type:"dispose"})}transformUv(t){if(this.mapping!==Zl)return t;if(t.applyMatrix3(this.matrix),t.x<0||t.x>1)switch(this.wrapS){case ao:t.x=t.x-Math.floor(t.x);break;case wn:t.x=t.x<0?0:1;break;case lo:Math.abs(Math.floor(t.x)%2)===1?t.x=Math.ceil(t.x)-t.x:t.x=t.x-Math.floor(t.x);break}if(t.y<0||t.y>1)switch(this.wrapT){case ao:t.y=t.y-Math.floor(t.y);break;case wn:t.y=t.y<0?0:1;break;case lo:Math.abs(Math.floor(t.y)%2)===1?t.y=Math.ceil(t.y)-t.y:t.y=t.y-Math.floor(t.y);break}return this.flipY&&(t.y=1-t.y),t}set needsUpdate(t){t===!0&&(this.version++,this.source.needsUpdate=!0)}set needsPMREMUpdate(t){t===!0&&this.pmremVersion++}};Ve.DEFAULT_IMAGE=null;Ve.DEFAULT_MAPPING=Zl;Ve.DEFAULT_ANISOTROPY=1;var ie=class{static{this.prototype.isVector4=!0}constructor(t=0,e=0,n=0,s=1){this.x=t,this.y=e,this.z=n,this.w=s}get width(){return this.z}set width(t){this.z=t}get height(){return this.w}set height(t){this.w=t}set(t,e,n,s){return this.x=t,this.y=e,this.z=n,this.w=s,this}setScalar(t){return this.x=t,this.y=t,this.z=t,this.w=t,this}setX(t){return this.x=t,this}setY(t){return this.y=t,this}setZ(t){return this.z=t,this}setW(t){return this.w=t,this}setComponent(t,e){switch(t){case 0:this.x=e;break;case 1:this.y=e;break;case 2:this.z=e;break;case 3:this.w=e;break;default:throw new Error("THREE.Vector4: index is out of range: "+t)}return this}getComponent(t){switch(t){case 0:return this.x;case 1:return this.y;case 2:return this.z;case 3:return this.w;default:throw new Error("THREE.Vector4: index is out of range: "+t)}}clone(){return new this.constructor(this.x,this.y,this.z,this.w)}copy(t){return this.x=t.x,this.y=t.y,this.z=t.z,this.w=t.w!==void 0?t.w:1,this}add(t){return this.x+=t.x,this.y+=t.y,this.z+=t.z,this.w+=t.w,this}addScalar(t){return this.x+=t,this.y+=t,this.z+=t,this.w+=t,this}addVectors(t,e){return this.x=t.x+e.x,this.y=t.y+e.y,this.z=t.z+e.z,this.w=t.w+e.w,this}addScaledVector(t,e){return this.x+=t.x*e,this.y+=t.y*e,this.z+=t.z*e,this.w+=t.w*e,this}sub(t){return this.x-=t.x,this.y-=t.y,this.z-=t.z,this.w-=t.w,this}subScalar(t){return this.x-=t,this.y-=t,this.z-=t,this.w-=t,this}subVectors(t,e){return this.x=t.x-e.x,this.y=t.y-e.y,this.z=t.z-e.z,this.w=t.w-e.w,this}multiply(t){return this.x*=t.x,this.y*=t.y,this.z*=t.z,this.w*=t.w,this}multiplyScalar(t){return this.x*=t,this.y*=t,this.z*=t,this.w*=t,this}applyMatrix4(t){let e=this.x,n=this.y,s=this.z,r=this.w,o=t.elements;return this.x=o[0]*e+o[4]*n+o[8]*s+o[12]*r,this.y=o[1]*e+o[5]*n+o[9]*s+o[13]*r,this.z=o[2]*e+o[6]*n+o[10]*s+o[14]*r,this.w=o[3]*e+o[7]*n+o[11]*s+o[15]*r,this}divide(t){return this.x/=t.x,this.y/=t.y,this.z/=t.z,this.w/=t.w,this}divideScalar(t){return this.multiplyScalar(1/t)}setAxisAngleFromQuaternion(t){this.w=2*Math.acos(t.w);let e=Math.sqrt(1-t.w*t.w);return e<1e-4?(this.x=1,this.y=0,this.z=0):(this.x=t.x/e,this.y=t.y/e,this.z=t.z/e),this}setAxisAngleFromRotationMatrix(t){let e,n,s,r,c=t.elements,l=c[0],h=c[4],u=c[8],d=c[1],f=c[5],g=c[9],x=c[2],p=c[6],m=c[10];if(Math.abs(h-d)<.01&&Math.abs(u-x)<.01&&Math.abs(g-p)<.01){if(Math.abs(h+d)<.1&&Math.abs(u+x)<.1&&Math.abs(g+p)<.1&&Math.abs(l+f+m-3)<.1)return this.set(1,0,0,0),this;e=Math.PI;let w=(l+1)/2,S=(f+1)/2,C=(m+1)/2,E=(h+d)/4,v=(u+x)/4,b=(g+p)/4;return w>S&&w>C?w<.01?(n=0,s=.707106781,r=.707106781):(n=Math.sqrt(w),s=E/n,r=v/n):S>C?S<.01?(n=.707106781,s=0,r=.707106781):(s=Math.sqrt(S),n=E/s,r=b/s):C<.01?(n=.707106781,s=.707106781,r=0):(r=Math.sqrt(C),n=v/r,s=b/r),this.set(n,s,r,e),this}let M=Math.sqrt((p-g)*(p-g)+(u-x)*(u-x)+(d-h)*(d-h));return Math.abs(M)<.001&&(M=1),this.x=(p-g)/M,this.y=(u-x)/M,this.z=(d-h)/M,this.w=Math.acos((l+f+m-1)/2),this}setFromMatrixPosition(t){let e=t.elements;return this.x=e[12],this.y=e[13],this.z=e[14],this.w=e[15],this}min(t){return this.x=Math.min(this.x,t.x),this.y=Math.min(this.y,t.y),this.z=Math.min(this.z,t.z),this.w=Math.min(this.w,t.w),this}max(t){return this.x=Math.max(this.x,t.x),this.y=Math.max(this.y,t.y),this.z=Math.max(this.z,t.z),this.w=Math.max(this.w,t.w),this}clamp(t,e){return this.x=Ht(this.x,t.x,e.x),this.y=Ht(this.y,t.y,e.y),this.z=Ht(this.z,t.z,e.z),this.w=Ht(this.w,t.w,e.w),this}clampScalar(t,e){return this.x=Ht(this.x,t,e),this.y=Ht(this.y,t,e),this.z=Ht(this.z,t,e),this.w=Ht(this.w,t,e),this}clampLength(t,e){let n=this.length();return this.divideScalar(n||1).multiplyScalar(Ht(n,t,e))}floor(){return this.x=Math.floor(this.x),this.y=Math.floor(this.y),this.z=Math.floor(this.z),this.w=Math.floor(this.w),this}ceil(){return this.x=Math.ceil(this.x),this.y=Math.ceil(this.y),this.z=Math.ceil(this.z),this.w=Math.ceil(this.w),this}round(){return this.x=Math.round(this.x),this.y=Math.round(this.y),this.z=Math.round(this.z),this.w=Math.round(this.w),this}roundToZero(){return this.x=Math.trunc(this.x),this.y=Math.trunc(this.y),this.z=Math.trunc(this.z),this.w=Math.trunc(this.w),this}negate(){return this.x=-this.x,this.y=-this.y,this.z=-this.z,this.w=-this.w,this}dot(t){return this.x*t.x+this.y*t.y+this.z*t.z+this.w*t.w}lengthSq(){return this.x*this.x+this.y*this.y+this.z*this.z+this.w*this.w}length(){return Math.sqrt(this.x*this.x+this.y*this.y+this.z*this.z+this.w*this.w)}manhattanLength(){return Math.abs(this.x)+Math.abs(this.y)+Math.abs(this.z)+Math.abs(this.w)}normalize(){return this.divideScalar(this.length()||1)}setLength(t){return this.normalize().multiplyScalar(t)}lerp(t,e){return this.x+=(t.x-this.x)*e,this.y+=(t.y-this.y)*e,this.z+=(t.z-this.z)*e,this.w+=(t.w-this.w)*e,this}lerpVectors(t,e,n){return this.x=t.x+(e.x-t.x)*n,this.y=t.y+(e.y-t.y)*n,this.z=t.z+(e.z-t.z)*n,this.w=t.w+(e.w-t.w)*n,this}equals(t){return t.x===this.x&&t.y===this.y&&t.z===this.z&&t.w===this.w}fromArray(t,e=0){return this.x=t[e],this.y=t[e+1],this.z=t[e+2],this.w=t[e+3],this}toArray(t=[],e=0){return t[e]=this.x,t[e+1]=this.y,t[e+2]=this.z,t[e+3]=this.w,t}fromBufferAttribute(t,e){return this.x=t.getX(e),this.y=t.getY(e),this.z=t.getZ(e),this.w=t.getW(e),this}random(){return this.x=Math.random(),this.y=Math.random(),this.z=Math.random(),this.w=Math.random(),this}*[Symbol.iterator](){yield this.x,yield this.y,yield this.z,yield this.w}},fo=class extends En{constructor(t=1,e=1,n={}){super(),n=Object.assign({generateMipmaps:!1,internalFormat:null,minFilter:Ue,depthBuffer:!0,stencilBuffer:!1,resolveColorBuffer:!0,resolveDepthBuffer:!0,resolveStencilBuffer:!0,storeMultisampledColorBuffer:!0,storeMultisampledDepthBuffer:!0,storeMultisampledStencilBuffer:!0,depthTexture:null,samples:0,count:1,depth:1,multiview:!1,useArrayDepthTexture:!1},n),this.isRenderTarget=!0,this.width=t,this.height=e,this.depth=n.depth,this.scissor=new ie(0,0,t,e),this.scissorTest=!1,this.viewport=new ie(0,0,t,e),this.textures=[];let s=n.count;for(let r=0;r<s;r++)this.textures[r]=new Ve({width:t,height:e,depth:n.depth}),this.textures[r].isRenderTargetTexture=!0,this.textures[r].renderTarget=this;this._setTextureOptions(n),this.depthBuffer=n.depthBuffer,this.stencilBuffer=n.stencilBuffer,this.resolveColorBuffer=n.resolveColorBuffer,this.resolveDepthBuffer=n.resolveDepthBuffer,this.resolveStencilBuffer=n.resolveStencilBuffer,this.storeMultisampledColorBuffer=n.storeMultisampledColorBuffer,this.storeMultisampledDepthBuffer=n.storeMultisampledDepthBuffer,this.storeMultisampledStencilBuffer=n.storeMultisampledStencilBuffer,this._depthTexture=null,this.depthTexture=n.depthTexture,this.samples=n.samples,this.multiview=n.multiview,this.useArrayDepthTexture=n.useArrayDepthTexture}_setTextureOptions(t={}){let e={minFilter:Ue,generateMipmaps:!1,flipY:!1,internalFormat:null};t.mapping!==void 0&&(e.mapping=t.mapping),t.wrapS!==void 0&&(e.wrapS=t.wrapS),t.wrapT!==void 0&&(e.wrapT=t.wrapT),t.wrapR!==void 0&&(e.wrapR=t.wrapR),t.magFilter!==void 0&&(e.magFilter=t.magFilter),t.minFilter!==void 0&&(e.minFilter=t.minFilter),t.format!==void 0&&(e.format=t.format),t.type!==void 0&&(e.type=t.type),t.anisotropy!==void 0&&(e.anisotropy=t.anisotropy),t.colorSpace!==void 0&&(e.colorSpace=t.colorSpace),t.flipY!==void 0&&(e.flipY=t.flipY),t.generateMipmaps!==void 0&&(e.generateMipmaps=t.generateMipmaps),t.mipmapsAutoUpdate!==void 0&&(e.mipmapsAutoUpdate=t.mipmapsAutoUpdate),t.internalFormat!==void 0&&(e.internalFormat=t.internalFormat);for(let n=0;n<this.textures.length;n++)this.textures[n].setValues(e)}get texture(){return this.textures[0]}set texture(t){this.textures[0]=t}set depthTexture(t){this._depthTexture!==null&&this._depthTexture.renderTarget===this&&(this._depthTexture.renderTarget=null),t!==null&&t.renderTarget===null&&(t.renderTarget=this),this._depthTexture=t}get depthTexture(){return this._depthTexture}setSize(t,e,n=1){if(this.width!==t||this.height!==e||this.depth!==n){this.width=t,this.height=e,this.depth=n;for(let s=0,r=this.textures.length;s<r;s++)this.textures[s].image.width=t,this.textures[s].image.height=e,this.textures[s].image.depth=n,this.textures[s].isData3DTexture!==!0&&(this.textures[s].isArrayTexture=this.textures[s].image.depth>1);this.dispose()}this.viewport.set(0,0,t,e),this.scissor.set(0,0,t,e)}clone(){return new this.constructor().copy(this)}copy(t){this.width=t.width,this.height=t.height,this.depth=t.depth,this.scissor.copy(t.scissor),this.scissorTest=t.scissorTest,this.viewport.copy(t.viewport),this.textures.length=0;for(let e=0,n=t.textures.length;e<n;e++){this.textures[e]=t.textures[e].clone(),this.textures[e].isRenderTargetTexture=!0,this.textures[e].renderTarget=this;let s=Object.assign({},t.textures[e].image);this.textures[e].source=new rs(s)}if(this.depthBuffer=t.depthBuffer,this.stencilBuffer=t.stencilBuffer,this.resolveColorBuffer=t.resolveColorBuffer,this.resolveDepthBuffer=t.resolveDepthBuffer,this.resolveStencilBuffer=t.resolveStencilBuffer,this.storeMultisampledColorBuffer=t.storeMultisampledColorBuffer,this.storeMultisampledDepthBuffer=t.storeMultisampledDepthBuffer,this.storeMultisampledStencilBuffer=t.storeMultisampledStencilBuffer,t.depthTexture!==null)if(t.depthTexture.renderTarget===t){let e=t.depthTexture.clone();e.renderTarget=null,this.depthTexture=e}else this.depthTexture=t.depthTexture;else this.depthTexture=null;return this.samples=t.samples,this.multiview=t.multiview,this.useArrayDepthTexture=t.useArrayDepthTexture,this}dispose(){this.dispatchEvent({type:"dispose"})}},qe=class extends fo{constructor(t=1,e=1,n={}){super(t,e,n),this.isWebGLRenderTarget=!0}},Bs=class extends Ve{constructor(t=null,e=1,n=1,s=1){super(null),this.isDataArrayTexture=!0,this.image={data:t,width:e,height:n,depth:s},this.magFilter=fe,this.minFilter=fe,this.wrapR=wn,this.generateMipmaps=!1,this.flipY=!1,this.unpackAlignment=1,this.layerUpdates=new Set}copy(t){return super.copy(t),this.wrapR=t.wrapR,this}addLayerUpdate(t){this.layerUpdates.add(t)}clearLayerUpdates(){this.layerUpdates.clear()}};var po=class extends Ve{constructor(t=null,e=1,n=1,s=1){super(null),this.isData3DTexture=!0,this.image={data:t,width:e,height:n,depth:s},this.magFilter=fe,this.minFilter=fe,this.wrapR=wn,this.generateMipmaps=!1,this.flipY=!1,this.unpackAlignment=1}copy(t){return super.copy(t),this.wrapR=t.wrapR,this}};var te=class i{static{this.prototype.isMatrix4=!0}constructor(t,e,n,s,r,o,a,c,l,h,u,d,f,g,x,p){this.elements=[1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1],t!==void 0&&this.set(t,e,n,s,r,o,a,c,l,h,u,d,f,g,x,p)}set(t,e,n,s,r,o,a,c,l,h,u,d,f,g,x,p){let m=this.elements;return m[0]=t,m[4]=e,m[8]=n,m[12]=s,m[1]=r,m[5]=o,m[9]=a,m[13]=c,m[2]=l,m[6]=h,m[10]=u,m[14]=d,m[3]=f,m[7]=g,m[11]=x,m[15]=p,this}identity(){return this.set(1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1),this}clone(){return new i().fromArray(this.elements)}copy(t){let e=this.elements,n=t.elements;return e[0]=n[0],e[1]=n[1],e[2]=n[2],e[3]=n[3],e[4]=n[4],e[5]=n[5],e[6]=n[6],e[7]=n[7],e[8]=n[8],e[9]=n[9],e[10]=n[10],e[11]=n[11],e[12]=n[12],e[13]=n[13],e[14]=n[14],e[15]=n[15],this}copyPosition(t){let e=this.elements,n=t.elements;return e[12]=n[12],e[13]=n[13],e[14]=n[14],this}setFromMatrix3(t){let e=t.elements;return this.set(e[0],e[3],e[6],0,e[1],e[4],e[7],0,e[2],e[5],e[8],0,0,0,0,1),this}extractBasis(t,e,n){return this.determinantAffine()===0?(t.set(1,0,0),e.set(0,1,0),n.set(0,0,1),this):(t.setFromMatrixColumn(this,0),e.setFromMatrixColumn(this,1),n.setFromMatrixColumn(this,2),this)}makeBasis(t,e,n){return this.set(t.x,e.x,n.x,0,t.y,e.y,n.y,0,t.z,e.z,n.z,0,0,0,0,1),this}extractRotation(t){if(t.determinantAffine()===0)return this.identity();let e=this.elements,n=t.elements,s=1/Wi.setFromMatrixColumn(t,0).length(),r=1/Wi.setFromMatrixColumn(t,1).length(),o=1/Wi.setFromMatrixColumn(t,2).length();return e[0]=n[0]*s,e[1]=n[1]*s,e[2]=n[2]*s,e[3]=0,e[4]=n[4]*r,e[5]=n[5]*r,e[6]=n[6]*r,e[7]=0,e[8]=n[8]*o,e[9]=n[9]*o,e[10]=n[10]*o,e[11]=0,e[12]=0,e[13]=0,e[14]=0,e[15]=1,this}makeRotationFromEuler(t){let e=this.elements,n=t.x,s=t.y,r=t.z,o=Math.cos(n),a=Math.sin(n),c=Math.cos(s),l=Math.sin(s),h=Math.cos(r),u=Math.sin(r);if(t.order==="XYZ"){let d=o*h,f=o*u,g=a*h,x=a*u;e[0]=c*h,e[4]=-c*u,e[8]=l,e[1]=f+g*l,e[5]=d-x*l,e[9]=-a*c,e[2]=x-d*l,e[6]=g+f*l,e[10]=o*c}else if(t.order==="YXZ"){let d=c*h,f=c*u,g=l*h,x=l*u;e[0]=d+x*a,e[4]=g*a-f,e[8]=o*l,e[1]=o*u,e[5]=o*h,e[9]=-a,e[2]=f*a-g,e[6]=x+d*a,e[10]=o*c}else if(t.order==="ZXY"){let d=c*h,f=c*u,g=l*h,x=l*u;e[0]=d-x*a,e[4]=-o*u,e[8]=g+f*a,e[1]=f+g*a,e[5]=o*h,e[9]=x-d*a,e[2]=-o*l,e[6]=a,e[10]=o*c}else if(t.order==="ZYX"){let d=o*h,f=o*u,g=a*h,x=a*u;e[0]=c*h,e[4]=g*l-f,e[8]=d*l+x,e[1]=c*u,e[5]=x*l+d,e[9]=f*l-g,e[2]=-l,e[6]=a*c,e[10]=o*c}else if(t.order==="YZX"){let d=o*c,f=o*l,g=a*c,x=a*l;e[0]=c*h,e[4]=x-d*u,e[8]=g*u+f,e[1]=u,e[5]=o*h,e[9]=-a*h,e[2]=-l*h,e[6]=f*u+g,e[10]=d-x*u}else if(t.order==="XZY"){let d=o*c,f=o*l,g=a*c,x=a*l;e[0]=c*h,e[4]=-u,e[8]=l*h,e[1]=d*u+x,e[5]=o*h,e[9]=f*u-g,e[2]=g*u-f,e[6]=a*h,e[10]=x*u+d}return e[3]=0,e[7]=0,e[11]=0,e[12]=0,e[13]=0,e[14]=0,e[15]=1,this}makeRotationFromQuaternion(t){return this.compose(Wf,t,$f)}lookAt(t,e,n){let s=this.elements;return We.subVectors(t,e),We.lengthSq()===0&&(We.z=1),We.normalize(),jn.crossVectors(n,We),jn.lengthSq()===0&&(Math.abs(n.z)===1?We.x+=1e-4:We.z+=1e-4,We.normalize(),jn.crossVectors(n,We)),jn.normalize(),Lr.crossVectors(We,jn),s[0]=jn.x,s[4]=Lr.x,s[8]=We.x,s[1]=jn.y,s[5]=Lr.y,s[9]=We.y,s[2]=jn.z,s[6]=Lr.z,s[10]=We.z,this}multiply(t){return this.multiplyMatrices(this,t)}premultiply(t){return this.multiplyMatrices(t,this)}multiplyMatrices(t,e){let n=t.elements,s=e.elements,r=this.elements,o=n[0],a=n[4],c=n[8],l=n[12],h=n[1],u=n[5],d=n[9],f=n[13],g=n[2],x=n[6],p=n[10],m=n[14],M=n[3],w=n[7],S=n[11],C=n[15],E=s[0],v=s[4],b=s[8],U=s[12],I=s[1],D=s[5],O=s[9],H=s[13],L=s[2],$=s[6],Z=s[10],A=s[14],tt=s[3],k=s[7],q=s[11],J=s[15];return r[0]=o*E+a*I+c*L+l*tt,r[4]=o*v+a*D+c*$+l*k,r[8]=o*b+a*O+c*Z+l*q,r[12]=o*U+a*H+c*A+l*J,r[1]=h*E+u*I+d*L+f*tt,r[5]=h*v+u*D+d*$+f*k,r[9]=h*b+u*O+d*Z+f*q,r[13]=h*U+u*H+d*A+f*J,r[2]=g*E+x*I+p*L+m*tt,r[6]=g*v+x*D+p*$+m*k,r[10]=g*b+x*O+p*Z+m*q,r[14]=g*U+x*H+p*A+m*J,r[3]=M*E+w*I+S*L+C*tt,r[7]=M*v+w*D+S*$+C*k,r[11]=M*b+w*O+S*Z+C*q,r[15]=M*U+w*H+S*A+C*J,this}multiplyScalar(t){let e=this.elements;return e[0]*=t,e[4]*=t,e[8]*=t,e[12]*=t,e[1]*=t,e[5]*=t,e[9]*=t,e[13]*=t,e[2]*=t,e[6]*=t,e[10]*=t,e[14]*=t,e[3]*=t,e[7]*=t,e[11]*=t,e[15]*=t,this}determinant(){let t=this.elements,e=t[0],n=t[4],s=t[8],r=t[12],o=t[1],a=t[5],c=t[9],l=t[13],h=t[2],u=t[6],d=t[10],f=t[14],g=t[3],x=t[7],p=t[11],m=t[15],M=c*f-l*d,w=a*f-l*u,S=a*d-c*u,C=o*f-l*h,E=o*d-c*h,v=o*u-a*h;return e*(x*M-p*w+m*S)-n*(g*M-p*C+m*E)+s*(g*w-x*C+m*v)-r*(g*S-x*E+p*v)}determinantAffine(){let t=this.elements,e=t[0],n=t[4],s=t[8],r=t[1],o=t[5],a=t[9],c=t[2],l=t[6],h=t[10];return e*(o*h-a*l)-n*(r*h-a*c)+s*(r*l-o*c)}transpose(){let t=this.elements,e;return e=t[1],t[1]=t[4],t[4]=e,e=t[2],t[2]=t[8],t[8]=e,e=t[6],t[6]=t[9],t[9]=e,e=t[3],t[3]=t[12],t[12]=e,e=t[7],t[7]=t[13],t[13]=e,e=t[11],t[11]=t[14],t[14]=e,this}setPosition(t,e,n){let s=this.elements;return t.isVector3?(s[12]=t.x,s[13]=t.y,s[14]=t.z):(s[12]=t,s[13]=e,s[14]=n),this}invert(){let t=this.elements,e=t[0],n=t[1],s=t[2],r=t[3],o=t[4],a=t[5],c=t[6],l=t[7],h=t[8],u=t[9],d=t[10],f=t[11],g=t[12],x=t[13],p=t[14],m=t[15],M=e*a-n*o,w=e*c-s*o,S=e*l-r*o,C=n*c-s*a,E=n*l-r*a,v=s*l-r*c,b=h*x-u*g,U=h*p-d*g,I=h*m-f*g,D=u*p-d*x,O=u*m-f*x,H=d*m-f*p,L=M*H-w*O+S*D+C*I-E*U+v*b;if(L===0)return this.set(0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);let $=1/L;return t[0]=(a*H-c*O+l*D)*$,t[1]=(s*O-n*H-r*D)*$,t[2]=(x*v-p*E+m*C)*$,t[3]=(d*E-u*v-f*C)*$,t[4]=(c*I-o*H-l*U)*$,t[5]=(e*H-s*I+r*U)*$,t[6]=(p*S-g*v-m*w)*$,t[7]=(h*v-d*S+f*w)*$,t[8]=(o*O-a*I+l*b)*$,t[9]=(n*I-e*O-r*b)*$,t[10]=(g*E-x*S+m*M)*$,t[11]=(u*S-h*E-f*M)*$,t[12]=(a*U-o*D-c*b)*$,t[13]=(e*D-n*U+s*b)*$,t[14]=(x*w-g*C-p*M)*$,t[15]=(h*C-u*w+d*M)*$,this}scale(t){let e=this.elements,n=t.x,s=t.y,r=t.z;return e[0]*=n,e[4]*=s,e[8]*=r,e[1]*=n,e[5]*=s,e[9]*=r,e[2]*=n,e[6]*=s,e[10]*=r,e[3]*=n,e[7]*=s,e[11]*=r,this}getMaxScaleOnAxis(){let t=this.elements,e=t[0]*t[0]+t[1]*t[1]+t[2]*t[2],n=t[4]*t[4]+t[5]*t[5]+t[6]*t[6],s=t[8]*t[8]+t[9]*t[9]+t[10]*t[10];return Math.sqrt(Math.max(e,n,s))}makeTranslation(t,e,n){return t.isVector3?this.set(1,0,0,t.x,0,1,0,t.y,0,0,1,t.z,0,0,0,1):this.set(1,0,0,t,0,1,0,e,0,0,1,n,0,0,0,1),this}makeRotationX(t){let e=Math.cos(t),n=Math.sin(t);return this.set(1,0,0,0,0,e,-n,0,0,n,e,0,0,0,0,1),this}makeRotationY(t){let e=Math.cos(t),n=Math.sin(t);return this.set(e,0,n,0,0,1,0,0,-n,0,e,0,0,0,0,1),this}makeRotationZ(t){let e=Math.cos(t),n=Math.sin(t);return this.set(e,-n,0,0,n,e,0,0,0,0,1,0,0,0,0,1),this}makeRotationAxis(t,e){let n=Math.cos(e),s=Math.sin(e),r=1-n,o=t.x,a=t.y,c=t.z,l=r*o,h=r*a;return this.set(l*o+n,l*a-s*c,l*c+s*a,0,l*a+s*c,h*a+n,h*c-s*o,0,l*c-s*a,h*c+s*o,r*c*c+n,0,0,0,0,1),this}makeScale(t,e,n){return this.set(t,0,0,0,0,e,0,0,0,0,n,0,0,0,0,1),this}makeShear(t,e,n,s,r,o){return this.set(1,n,r,0,t,1,o,0,e,s,1,0,0,0,0,1),this}compose(t,e,n){let s=this.elements,r=e._x,o=e._y,a=e._z,c=e._w,l=r+r,h=o+o,u=a+a,d=r*l,f=r*h,g=r*u,x=o*h,p=o*u,m=a*u,M=c*l,w=c*h,S=c*u,C=n.x,E=n.y,v=n.z;return s[0]=(1-(x+m))*C,s[1]=(f+S)*C,s[2]=(g-w)*C,s[3]=0,s[4]=(f-S)*E,s[5]=(1-(d+m))*E,s[6]=(p+M)*E,s[7]=0,s[8]=(g+w)*v,s[9]=(p-M)*v,s[10]=(1-(d+x))*v,s[11]=0,s[12]=t.x,s[13]=t.y,s[14]=t.z,s[15]=1,this}decompose(t,e,n){let s=this.elements;t.x=s[12],t.y=s[13],t.z=s[14];let r=this.determinantAffine();if(r===0)return n.set(1,1,1),e.identity(),this;let o=Wi.set(s[0],s[1],s[2]).length(),a=Wi.set(s[4],s[5],s[6]).length(),c=Wi.set(s[8],s[9],s[10]).length();r<0&&(o=-o),cn.copy(this);let l=1/o,h=1/a,u=1/c;return cn.elements[0]*=l,cn.elements[1]*=l,cn.elements[2]*=l,cn.elements[4]*=h,cn.elements[5]*=h,cn.elements[6]*=h,cn.elements[8]*=u,cn.elements[9]*=u,cn.elements[10]*=u,e.setFromRotationMatrix(cn),n.x=o,n.y=a,n.z=c,this}makePerspective(t,e,n,s,r,o,a=sn,c=!1){let l=this.elements,h=2*r/(e-t),u=2*r/(n-s),d=(e+t)/(e-t),f=(n+s)/(n-s),g,x;if(c)g=r/(o-r),x=o*r/(o-r);else if(a===sn)g=-(o+r)/(o-r),x=-2*o*r/(o-r);else if(a===Us)g=-o/(o-r),x=-o*r/(o-r);else throw new Error("THREE.Matrix4.makePerspective(): Invalid coordinate system: "+a);return l[0]=h,l[4]=0,l[8]=d,l[12]=0,l[1]=0,l[5]=u,l[9]=f,l[13]=0,l[2]=0,l[6]=0,l[10]=g,l[14]=x,l[3]=0,l[7]=0,l[11]=-1,l[15]=0,this}makeOrthographic(t,e,n,s,r,o,a=sn,c=!1){let l=this.elements,h=2/(e-t),u=2/(n-s),d=-(e+t)/(e-t),f=-(n+s)/(n-s),g,x;if(c)g=1/(o-r),x=o/(o-r);else if(a===sn)g=-2/(o-r),x=-(o+r)/(o-r);else if(a===Us)g=-1/(o-r),x=-r/(o-r);else throw new Error("THREE.Matrix4.makeOrthographic(): Invalid coordinate system: "+a);return l[0]=h,l[4]=0,l[8]=0,l[12]=d,l[1]=0,l[5]=u,l[9]=0,l[13]=f,l[2]=0,l[6]=0,l[10]=g,l[14]=x,l[3]=0,l[7]=0,l[11]=0,l[15]=1,this}equals(t){let e=this.elements,n=t.elements;for(let s=0;s<16;s++)if(e[s]!==n[s])return!1;return!0}fromArray(t,e=0){for(let n=0;n<16;n++)this.elements[n]=t[n+e];return this}toArray(t=[],e=0){let n=this.elements;return t[e]=n[0],t[e+1]=n[1],t[e+2]=n[2],t[e+3]=n[3],t[e+4]=n[4],t[e+5]=n[5],t[e+6]=n[6],t[e+7]=n[7],t[e+8]=n[8],t[e+9]=n[9],t[e+10]=n[10],t[e+11]=n[11],t[e+12]=n[12],t[e+13]=n[13],t[e+14]=n[14],t[e+15]=n[15],t}},Wi=new B,cn=new te,Wf=new B(0,0,0),$f=new B(1,1,1),jn=new B,Lr=new B,We=new B,Ph=new te,Ih=new Oe,si=class i{constructor(t=0,e=0,n=0,s=i.DEFAULT_ORDER){this.isEuler=!0,this._x=t,this._y=e,this._z=n,this._order=s}get x(){return this._x}set x(t){this._x=t,this._onChangeCallback()}get y(){return this._y}set y(t){this._y=t,this._onChangeCallback()}get z(){return this._z}set z(t){this._z=t,this._onChangeCallback()}get order(){return this._order}set order(t){this._order=t,this._onChangeCallback()}set(t,e,n,s=this._order){return this._x=t,this._y=e,this._z=n,this._order=s,this._onChangeCallback(),this}clone(){return new this.constructor(this._x,this._y,this._z,this._order)}copy(t){return this._x=t._x,this._y=t._y,this._z=t._z,this._order=t._order,this._onChangeCallback(),this}setFromRotationMatrix(t,e=this._order,n=!0){let s=t.elements,r=s[0],o=s[4],a=s[8],c=s[1],l=s[5],h=s[9],u=s[2],d=s[6],f=s[10];switch(e){case"XYZ":this._y=Math.asin(Ht(a,-1,1)),Math.abs(a)<.9999999?(this._x=Math.atan2(-h,f),this._z=Math.atan2(-o,r)):(this._x=Math.atan2(d,l),this._z=0);break;case"YXZ":this._x=Math.asin(-Ht(h,-1,1)),Math.abs(h)<.9999999?(this._y=Math.atan2(a,f),this._z=Math.atan2(c,l)):(this._y=Math.atan2(-u,r),this._z=0);break;case"ZXY":this._x=Math.asin(Ht(d,-1,1)),Math.abs(d)<.9999999?(this._y=Math.atan2(-u,f),this._z=Math.atan2(-o,l)):(this._y=0,this._z=Math.atan2(c,r));break;case"ZYX":this._y=Math.asin(-Ht(u,-1,1)),Math.abs(u)<.9999999?(this._x=Math.atan2(d,f),this._z=Math.atan2(c,r)):(this._x=0,this._z=Math.atan2(-o,l));break;case"YZX":this._z=Math.asin(Ht(c,-1,1)),Math.abs(c)<.9999999?(this._x=Math.atan2(-h,l),this._y=Math.atan2(-u,r)):(this._x=0,this._y=Math.atan2(a,f));break;case"XZY":this._z=Math.asin(-Ht(o,-1,1)),Math.abs(o)<.9999999?(this._x=Math.atan2(d,l),this._y=Math.atan2(a,r)):(this._x=Math.atan2(-h,f),this._y=0);break;default:Rt("Euler: .setFromRotationMatrix() encountered an unknown order: "+e)}return this._order=e,n===!0&&this._onChangeCallback(),this}setFromQuaternion(t,e,n){return Ph.makeRotationFromQuaternion(t),this.setFromRotationMatrix(Ph,e,n)}setFromVector3(t,e=this._order){return this.set(t.x,t.y,t.z,e)}reorder(t){return Ih.setFromEuler(this),this.setFromQuaternion(Ih,t)}equals(t){return t._x===this._x&&t._y===this._y&&t._z===this._z&&t._order===this._order}fromArray(t){return this._x=t[0],this._y=t[1],this._z=t[2],t[3]!==void 0&&(this._order=t[3]),this._onChangeCallback(),this}toArray(t=[],e=0){return t[e]=this._x,t[e+1]=this._y,t[e+2]=this._z,t[e+3]=this._order,t}_onChange(t){return this._onChangeCallback=t,this}_onChangeCallback(){}*[Symbol.iterator](){yield this._x,yield this._y,yield this._z,yield this._order}};si.DEFAULT_ORDER="XYZ";var ks=class{constructor(){this.mask=1}set(t){this.mask=(1<<t|0)>>>0}enable(t){this.mask|=1<<t|0}enableAll(){this.mask=-1}toggle(t){this.mask^=1<<t|0}disable(t){this.mask&=~(1<<t|0)}disableAll(){this.mask=0}test(t){return(this.mask&t.mask)!==0}isEnabled(t){return(this.mask&(1<<t|0))!==0}},Xf=0,Lh=new B,$i=new Oe,Ln=new te,Nr=new B,Cs=new B,qf=new B,Yf=new Oe,Nh=new B(1,0,0),Dh=new B(0,1,0),Fh=new B(0,0,1),Uh={type:"added"},Zf={type:"removed"},Xi={type:"childadded",child:null},pl={type:"childremoved",child:null},rn=class i extends En{constructor(){super(),this.isObject3D=!0,Object.defineProperty(this,"id",{value:Xf++}),this.uuid=rr(),this.name="",this.type="Object3D",this.parent=null,this.children=[],this.up=i.DEFAULT_UP.clone();let t=new B,e=new si,n=new Oe,s=new B(1,1,1);function r(){n.setFromEuler(e,!1)}function o(){e.setFromQuaternion(n,void 0,!1)}e._onChange(r),n._onChange(o),Object.defineProperties(this,{position:{configurable:!0,enumerable:!0,value:t},rotation:{configurable:!0,enumerable:!0,value:e},quaternion:{configurable:!0,enumerable:!0,value:n},scale:{configurable:!0,enumerable:!0,value:s},modelViewMatrix:{value:new te},normalMatrix:{value:new Lt}}),this.matrix=new te,this.matrixWorld=new te,this.matrixAutoUpdate=i.DEFAULT_MATRIX_AUTO_UPDATE,this.matrixWorldAutoUpdate=i.DEFAULT_MATRIX_WORLD_AUTO_UPDATE,this.matrixWorldNeedsUpdate=!1,this.layers=new ks,this.visible=!0,this.castShadow=!1,this.receiveShadow=!1,this.frustumCulled=!0,this.renderOrder=0,this.animations=[],this.customDepthMaterial=void 0,this.customDistanceMaterial=void 0,this.static=!1,this.userData={},this.pivot=null}onBeforeShadow(){}onAfterShadow(){}onBeforeRender(){}onAfterRender(){}applyMatrix4(t){this.matrixAutoUpdate&&this.updateMatrix(),this.matrix.premultiply(t),this.matrix.decompose(this.position,this.quaternion,this.scale),this.pivot!==null&&this.position.copy(this.pivot).applyMatrix4(this.matrix).sub(this.pivot)}applyQuaternion(t){return this.quaternion.premultiply(t),this}setRotationFromAxisAngle(t,e){this.quaternion.setFromAxisAngle(t,e)}setRotationFromEuler(t){this.quaternion.setFromEuler(t,!0)}setRotationFromMatrix(t){this.quaternion.setFromRotationMatrix(t)}setRotationFromQuaternion(t){this.quaternion.copy(t)}rotateOnAxis(t,e){return $i.setFromAxisAngle(t,e),this.quaternion.multiply($i),this}rotateOnWorldAxis(t,e){return $i.setFromAxisAngle(t,e),this.quaternion.premultiply($i),this}rotateX(t){return this.rotateOnAxis(Nh,t)}rotateY(t){return this.rotateOnAxis(Dh,t)}rotateZ(t){return this.rotateOnAxis(Fh,t)}translateOnAxis(t,e){return Lh.copy(t).applyQuaternion(this.quaternion),this.position.add(Lh.multiplyScalar(e)),this}translateX(t){return this.translateOnAxis(Nh,t)}translateY(t){return this.translateOnAxis(Dh,t)}translateZ(t){return this.translateOnAxis(Fh,t)}localToWorld(t){return this.updateWorldMatrix(!0,!1),t.applyMatrix4(this.matrixWorld)}worldToLocal(t){return this.updateWorldMatrix(!0,!1),t.applyMatrix4(Ln.copy(this.matrixWorld).invert())}lookAt(t,e,n){t.isVector3?Nr.copy(t):Nr.set(t,e,n);let s=this.parent;this.updateWorldMatrix(!0,!1),Cs.setFromMatrixPosition(this.matrixWorld),this.isCamera||this.isLight?Ln.lookAt(Cs,Nr,this.up):Ln.lookAt(Nr,Cs,this.up),this.quaternion.setFromRotationMatrix(Ln),s&&(Ln.extractRotation(s.matrixWorld),$i.setFromRotationMatrix(Ln),this.quaternion.premultiply($i.invert()))}add(t){if(arguments.length>1){for(let e=0;e<arguments.length;e++)this.add(arguments[e]);return this}return t===this?(It("Object3D.add: object can't be added as a child of itself.",t),this):(t&&t.isObject3D?(t.removeFromParent(),t.parent=this,this.children.push(t),t.dispatchEvent(Uh),Xi.child=t,this.dispatchEvent(Xi),Xi.child=null):It("Object3D.add: object not an instance of THREE.Object3D.",t),this)}remove(t){if(arguments.length>1){for(let n=0;n<arguments.length;n++)this.remove(arguments[n]);return this}let e=this.children.indexOf(t);return e!==-1&&(t.parent=null,this.children.splice(e,1),t.dispatchEvent(Zf),pl.child=t,this.dispatchEvent(pl),pl.child=null),this}removeFromParent(){let t=this.parent;return t!==null&&t.remove(this),this}clear(){return this.remove(...this.children)}attach(t){return this.updateWorldMatrix(!0,!1),Ln.copy(this.matrixWorld).invert(),t.parent!==null&&(t.parent.updateWorldMatrix(!0,!1),Ln.multiply(t.parent.matrixWorld)),t.applyMatrix4(Ln),t.removeFromParent(),t.parent=this,this.children.push(t),t.updateWorldMatrix(!1,!0),t.dispatchEvent(Uh),Xi.child=t,this.dispatchEvent(Xi),Xi.child=null,this}getObjectById(t){return this.getObjectByProperty("id",t)}getObjectByName(t){return this.getObjectByProperty("name",t)}getObjectByProperty(t,e){if(this[t]===e)return this;for(let n=0,s=this.children.length;n<s;n++){let o=this.children[n].getObjectByProperty(t,e);if(o!==void 0)return o}}getObjectsByProperty(t,e,n=[]){this[t]===e&&n.push(this);let s=this.children;for(let r=0,o=s.length;r<o;r++)s[r].getObjectsByProperty(t,e,n);return n}getWorldPosition(t){return this.updateWorldMatrix(!0,!1),t.setFromMatrixPosition(this.matrixWorld)}getWorldQuaternion(t){return this.updateWorldMatrix(!0,!1),this.matrixWorld.decompose(Cs,t,qf),t}getWorldScale(t){return this.updateWorldMatrix(!0,!1),this.matrixWorld.decompose(Cs,Yf,t),t}getWorldDirection(t){this.updateWorldMatrix(!0,!1);let e=this.matrixWorld.elements;return t.set(e[8],e[9],e[10]).normalize()}raycast(){}intersectsFrustum(){return!0}traverse(t){t(this);let e=this.children;for(let n=0,s=e.length;n<s;n++)e[n].traverse(t)}traverseVisible(t){if(this.visible===!1)return;t(this);let e=this.children;for(let n=0,s=e.length;n<s;n++)e[n].traverseVisible(t)}traverseAncestors(t){let e=this.parent;e!==null&&(t(e),e.traverseAncestors(t))}updateMatrix(){this.matrix.compose(this.position,this.quaternion,this.scale);let t=this.pivot;if(t!==null){let e=t.x,n=t.y,s=t.z,r=this.matrix.elements;r[12]+=e-r[0]*e-r[4]*n-r[8]*s,r[13]+=n-r[1]*e-r[5]*n-r[9]*s,r[14]+=s-r[2]*e-r[6]*n-r[10]*s}this.matrixWorldNeedsUpdate=!0}updateMatrixWorld(t){this.matrixAutoUpdate&&this.updateMatrix(),(this.matrixWorldNeedsUpdate||t)&&(this.matrixWorldAutoUpdate===!0&&(this.parent===null?this.matrixWorld.copy(this.matrix):this.matrixWorld.multiplyMatrices(this.parent.matrixWorld,this.matrix)),this.matrixWorldNeedsUpdate=!1,t=!0);let e=this.children;for(let n=0,s=e.length;n<s;n++)e[n].updateMatrixWorld(t)}updateWorldMatrix(t,e,n=!1){let s=this.parent;if(t===!0&&s!==null&&s.updateWorldMatrix(!0,!1),this.matrixAutoUpdate&&this.updateMatrix(),(this.matrixWorldNeedsUpdate||n)&&(this.matrixWorldAutoUpdate===!0&&(this.parent===null?this.matrixWorld.copy(this.matrix):this.matrixWorld.multiplyMatrices(this.parent.matrixWorld,this.matrix)),this.matrixWorldNeedsUpdate=!1,n=!0),e===!0){let r=this.children;for(let o=0,a=r.length;o<a;o++)r[o].updateWorldMatrix(!1,!0,n)}}toJSON(t){let e=t===void 0||typeof t=="string",n={};e&&(t={geometries:{},materials:{},textures:{},images:{},shapes:{},skeletons:{},animations:{},nodes:{}},n.metadata={version:4.7,type:"Object",generator:"Object3D.toJSON"});let s={};s.uuid=this.uuid,s.type=this.type,s.name=this.name,s.castShadow=this.castShadow,s.receiveShadow=this.receiveShadow,s.visible=this.visible,s.frustumCulled=this.frustumCulled,s.renderOrder=this.renderOrder,s.static=this.static,s.matrixAutoUpdate=this.matrixAutoUpdate,Object.keys(this.userData).length>0&&(s.userData=this.userData),s.layers=this.layers.mask,s.matrix=this.matrix.toArray(),s.up=this.up.toArray(),this.pivot!==null&&(s.pivot=this.pivot.toArray()),this.morphTargetDictionary!==void 0&&(s.morphTargetDictionary=Object.assign({},this.morphTargetDictionary)),this.morphTargetInfluences!==void 0&&(s.morphTargetInfluences=this.morphTargetInfluences.slice()),this.isInstancedMesh&&(s.type="InstancedMesh",s.count=this.count,s.instanceMatrix=this.instanceMatrix.toJSON(),this.instanceColor!==null&&(s.instanceColor=this.instanceColor.toJSON())),this.isBatchedMesh&&(s.type="BatchedMesh",s.perObjectFrustumCulled=this.perObjectFrustumCulled,s.sortObjects=this.sortObjects,s.drawRanges=this._drawRanges,s.reservedRanges=this._reservedRanges,s.geometryInfo=this._geometryInfo.map(a=>({...a,boundingBox:a.boundingBox?a.boundingBox.toJSON():void 0,boundingSphere:a.boundingSphere?a.boundingSphere.toJSON():void 0})),s.instanceInfo=this._instanceInfo.map(a=>({...a})),s.availableInstanceIds=this._availableInstanceIds.slice(),s.availableGeometryIds=this._availableGeometryIds.slice(),s.nextIndexStart=this._nextIndexStart,s.nextVertexStart=this._nextVertexStart,s.geometryCount=this._geometryCount,s.maxInstanceCount=this._maxInstanceCount,s.maxVertexCount=this._maxVertexCount,s.maxIndexCount=this._maxIndexCount,s.geometryInitialized=this._geometryInitialized,s.matricesTexture=this._matricesTexture.toJSON(t),s.indirectTexture=this._indirectTexture.toJSON(t),this._colorsTexture!==null&&(s.colorsTexture=this._colorsTexture.toJSON(t)),this.boundingSphere!==null&&(s.boundingSphere=this.boundingSphere.toJSON()),this.boundingBox!==null&&(s.boundingBox=this.boundingBox.toJSON()));function r(a,c){return a[c.uuid]===void 0&&(a[c.uuid]=c.toJSON(t)),c.uuid}if(this.isScene)this.background&&(this.background.isColor?s.background=this.background.toJSON():this.background.isTexture&&(s.background=this.background.toJSON(t).uuid)),this.environment&&this.environment.isTexture&&this.environment.isRenderTargetTexture!==!0&&(s.environment=this.environment.toJSON(t).uuid);else if(this.isMesh||this.isLine||this.isPoints){s.geometry=r(t.geometries,this.geometry);let a=this.geometry.parameters;if(a!==void 0&&a.shapes!==void 0){let c=a.shapes;if(Array.isArray(c))for(let l=0,h=c.length;l<h;l++){let u=c[l];r(t.shapes,u)}else r(t.shapes,c)}}if(this.isSkinnedMesh&&(s.bindMode=this.bindMode,s.bindMatrix=this.bindMatrix.toArray(),this.skeleton!==void 0&&(r(t.skeletons,this.skeleton),s.skeleton=this.skeleton.uuid)),this.material!==void 0)if(Array.isArray(this.material)){let a=[];for(let c=0,l=this.material.length;c<l;c++)a.push(r(t.materials,this.material[c]));s.material=a}else s.material=r(t.materials,this.material);if(this.children.length>0){s.children=[];for(let a=0;a<this.children.length;a++)s.children.push(this.children[a].toJSON(t).object)}if(this.animations.length>0){s.animations=[];for(let a=0;a<this.animations.length;a++){let c=this.animations[a];s.animations.push(r(t.animations,c))}}if(e){let a=o(t.geometries),c=o(t.materials),l=o(t.textures),h=o(t.images),u=o(t.shapes),d=o(t.skeletons),f=o(t.animations),g=o(t.nodes);a.length>0&&(n.geometries=a),c.length>0&&(n.materials=c),l.length>0&&(n.textures=l),h.length>0&&(n.images=h),u.length>0&&(n.shapes=u),d.length>0&&(n.skeletons=d),f.length>0&&(n.animations=f),g.length>0&&(n.nodes=g)}return n.object=s,n;function o(a){let c=[];for(let l in a){let h=a[l];delete h.metadata,c.push(h)}return c}}clone(t){return new this.constructor().copy(this,t)}copy(t,e=!0){if(this.name=t.name,this.up.copy(t.up),this.position.copy(t.position),this.rotation.order=t.rotation.order,this.quaternion.copy(t.quaternion),this.scale.copy(t.scale),this.pivot=t.pivot!==null?t.pivot.clone():null,this.matrix.copy(t.matrix),this.matrixWorld.copy(t.matrixWorld),this.matrixAutoUpdate=t.matrixAutoUpdate,this.matrixWorldAutoUpdate=t.matrixWorldAutoUpdate,this.matrixWorldNeedsUpdate=t.matrixWorldNeedsUpdate,this.layers.mask=t.layers.mask,this.visible=t.visible,this.castShadow=t.castShadow,this.receiveShadow=t.receiveShadow,this.frustumCulled=t.frustumCulled,this.renderOrder=t.renderOrder,this.static=t.static,this.animations=t.animations.slice(),this.userData=JSON.parse(JSON.stringify(t.userData)),e===!0)for(let n=0;n<t.children.length;n++){let s=t.children[n];this.add(s.clone())}return this}dispose(){this.dispatchEvent({type:"dispose"})}};rn.DEFAULT_UP=new B(0,1,0);rn.DEFAULT_MATRIX_AUTO_UPDATE=!0;rn.DEFAULT_MATRIX_WORLD_AUTO_UPDATE=!0;var On=class extends rn{constructor(){super(),this.isGroup=!0,this.type="Group"}},Jf={type:"move"},os=class{constructor(){this._targetRay=null,this._grip=null,this._hand=null}getHandSpace(){return this._hand===null&&(this._hand=new On,this._hand.matrixAutoUpdate=!1,this._hand.visible=!1,this._hand.joints={},this._hand.inputState={pinching:!1}),this._hand}getTargetRaySpace(){return this._targetRay===null&&(this._targetRay=new On,this._targetRay.matrixAutoUpdate=!1,this._targetRay.visible=!1,this._targetRay.hasLinearVelocity=!1,this._targetRay.linearVelocity=new B,this._targetRay.hasAngularVelocity=!1,this._targetRay.angularVelocity=new B),this._targetRay}getGripSpace(){return this._grip===null&&(this._grip=new On,this._grip.matrixAutoUpdate=!1,this._grip.visible=!1,this._grip.hasLinearVelocity=!1,this._grip.linearVelocity=new B,this._grip.hasAngularVelocity=!1,this._grip.angularVelocity=new B,this._grip.eventsEnabled=!1),this._grip}dispatchEvent(t){return this._targetRay!==null&&this._targetRay.dispatchEvent(t),this._grip!==null&&this._grip.dispatchEvent(t),this._hand!==null&&this._hand.dispatchEvent(t),this}connect(t){if(t&&t.hand){let e=this._hand;if(e)for(let n of t.hand.values())this._getHandJoint(e,n)}return this.dispatchEvent({type:"connected",data:t}),this}disconnect(t){return this.dispatchEvent({type:"disconnected",data:t}),this._targetRay!==null&&(this._targetRay.visible=!1),this._grip!==null&&(this._grip.visible=!1),this._hand!==null&&(this._hand.visible=!1),this}update(t,e,n){let s=null,r=null,o=null,a=this._targetRay,c=this._grip,l=this._hand;if(t&&e.session.visibilityState!=="visible-blurred"){if(l&&t.hand){o=!0;for(let x of t.hand.values()){let p=e.getJointPose(x,n),m=this._getHandJoint(l,x);p!==null&&(m.matrix.fromArray(p.transform.matrix),m.matrix.decompose(m.position,m.quaternion,m.scale),m.matrixWorldNeedsUpdate=!0,m.jointRadius=p.radius),m.visible=p!==null}let h=l.joints["index-finger-tip"],u=l.joints["thumb-tip"],d=h.position.distanceTo(u.position),f=.02,g=.005;l.inputState.pinching&&d>f+g?(l.inputState.pinching=!1,this.dispatchEvent({type:"pinchend",handedness:t.handedness,target:this})):!l.inputState.pinching&&d<=f-g&&(l.inputState.pinching=!0,this.dispatchEvent({type:"pinchstart",handedness:t.handedness,target:this}))}else c!==null&&t.gripSpace&&(r=e.getPose(t.gripSpace,n),r!==null&&(c.matrix.fromArray(r.transform.matrix),c.matrix.decompose(c.position,c.quaternion,c.scale),c.matrixWorldNeedsUpdate=!0,r.linearVelocity?(c.hasLinearVelocity=!0,c.linearVelocity.copy(r.linearVelocity)):c.hasLinearVelocity=!1,r.angularVelocity?(c.hasAngularVelocity=!0,c.angularVelocity.copy(r.angularVelocity)):c.hasAngularVelocity=!1,c.eventsEnabled&&c.dispatchEvent({type:"gripUpdated",data:t,target:this})));a!==null&&(s=e.getPose(t.targetRaySpace,n),s===null&&r!==null&&(s=r),s!==null&&(a.matrix.fromArray(s.transform.matrix),a.matrix.decompose(a.position,a.quaternion,a.scale),a.matrixWorldNeedsUpdate=!0,s.linearVelocity?(a.hasLinearVelocity=!0,a.linearVelocity.copy(s.linearVelocity)):a.hasLinearVelocity=!1,s.angularVelocity?(a.hasAngularVelocity=!0,a.angularVelocity.copy(s.angularVelocity)):a.hasAngularVelocity=!1,this.dispatchEvent(Jf)))}return a!==null&&(a.visible=s!==null),c!==null&&(c.visible=r!==null),l!==null&&(l.visible=o!==null),this}_getHandJoint(t,e){if(t.joints[e.jointName]===void 0){let n=new On;n.matrixAutoUpdate=!1,n.visible=!1,t.joints[e.jointName]=n,t.add(n)}return t.joints[e.jointName]}},Iu={aliceblue:15792383,antiquewhite:16444375,aqua:65535,aquamarine:8388564,azure:15794175,beige:16119260,bisque:16770244,black:0,blanchedalmond:16772045,blue:255,blueviolet:9055202,brown:10824234,burlywood:14596231,cadetblue:6266528,chartreuse:8388352,chocolate:13789470,coral:16744272,cornflowerblue:6591981,cornsilk:16775388,crimson:14423100,cyan:65535,darkblue:139,darkcyan:35723,darkgoldenrod:12092939,darkgray:11119017,darkgreen:25600,darkgrey:11119017,darkkhaki:12433259,darkmagenta:9109643,darkolivegreen:5597999,darkorange:16747520,darkorchid:10040012,darkred:9109504,darksalmon:15308410,darkseagreen:9419919,darkslateblue:4734347,darkslategray:3100495,darkslategrey:3100495,darkturquoise:52945,darkviolet:9699539,deeppink:16716947,deepskyblue:49151,dimgray:6908265,dimgrey:6908265,dodgerblue:2003199,firebrick:11674146,floralwhite:16775920,forestgreen:2263842,fuchsia:16711935,gainsboro:14474460,ghostwhite:16316671,gold:16766720,goldenrod:14329120,gray:8421504,green:32768,greenyellow:11403055,grey:8421504,honeydew:15794160,hotpink:16738740,indianred:13458524,indigo:4915330,ivory:16777200,khaki:15787660,lavender:15132410,lavenderblush:16773365,lawngreen:8190976,lemonchiffon:16775885,lightblue:11393254,lightcoral:15761536,lightcyan:14745599,lightgoldenrodyellow:16448210,lightgray:13882323,lightgreen:9498256,lightgrey:13882323,lightpink:16758465,lightsalmon:16752762,lightseagreen:2142890,lightskyblue:8900346,lightslategray:7833753,lightslategrey:7833753,lightsteelblue:11584734,lightyellow:16777184,lime:65280,limegreen:3329330,linen:16445670,magenta:16711935,maroon:8388608,mediumaquamarine:6737322,mediumblue:205,mediumorchid:12211667,mediumpurple:9662683,mediumseagreen:3978097,mediumslateblue:8087790,mediumspringgreen:64154,mediumturquoise:4772300,mediumvioletred:13047173,midnightblue:1644912,mintcream:16121850,mistyrose:16770273,moccasin:16770229,navajowhite:16768685,navy:128,oldlace:16643558,olive:8421376,olivedrab:7048739,orange:16753920,orangered:16729344,orchid:14315734,palegoldenrod:15657130,palegreen:10025880,paleturquoise:11529966,palevioletred:14381203,papayawhip:16773077,peachpuff:16767673,peru:13468991,pink:16761035,plum:14524637,powderblue:11591910,purple:8388736,rebeccapurple:6697881,red:16711680,rosybrown:12357519,royalblue:4286945,saddlebrown:9127187,salmon:16416882,sandybrown:16032864,seagreen:3050327,seashell:16774638,sienna:10506797,silver:12632256,skyblue:8900331,slateblue:6970061,slategray:7372944,slategrey:7372944,snow:16775930,springgreen:65407,steelblue:4620980,tan:13808780,teal:32896,thistle:14204888,tomato:16737095,turquoise:4251856,violet:15631086,wheat:16113331,white:16777215,whitesmoke:16119285,yellow:16776960,yellowgreen:10145074},Qn={h:0,s:0,l:0},Dr={h:0,s:0,l:0};function ml(i,t,e){return e<0&&(e+=1),e>1&&(e-=1),e<1/6?i+(t-i)*6*e:e<1/2?t:e<2/3?i+(t-i)*6*(2/3-e):i}var Xt=class{constructor(t,e,n){return this.isColor=!0,this.r=1,this.g=1,this.b=1,this.set(t,e,n)}set(t,e,n){if(e===void 0&&n===void 0){let s=t;s&&s.isColor?this.copy(s):typeof s=="number"?this.setHex(s):typeof s=="string"&&this.setStyle(s)}else this.setRGB(t,e,n);return this}setScalar(t){return this.r=t,this.g=t,this.b=t,this}setHex(t,e=Xe){return t=Math.floor(t),this.r=(t>>16&255)/255,this.g=(t>>8&255)/255,this.b=(t&255)/255,Gt.colorSpaceToWorking(this,e),this}setRGB(t,e,n,s=Gt.workingColorSpace){return this.r=t,this.g=e,this.b=n,Gt.colorSpaceToWorking(this,s),this}setHSL(t,e,n,s=Gt.workingColorSpace){if(t=Bf(t,1),e=Ht(e,0,1),n=Ht(n,0,1),e===0)this.r=this.g=this.b=n;else{let r=n<=.5?n*(1+e):n+e-n*e,o=2*n-r;this.r=ml(o,r,t+1/3),this.g=ml(o,r,t),this.b=ml(o,r,t-1/3)}return Gt.colorSpaceToWorking(this,s),this}setStyle(t,e=Xe){function n(r){r!==void 0&&parseFloat(r)<1&&Rt("Color: Alpha component of "+t+" will be ignored.")}let s;if(s=/^(\w+)\(([^\)]*)\)/.exec(t)){let r,o=s[1],a=s[2];switch(o){case"rgb":case"rgba":if(r=/^\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*(\d+(?:\.\d+)?|\.\d+)\s*)?$/.exec(a))return n(r[4]),this.setRGB(Math.min(255,parseInt(r[1],10))/255,Math.min(255,parseInt(r[2],10))/255,Math.min(255,parseInt(r[3],10))/255,e);if(r=/^\s*(\d+(?:\.\d+)?|\.\d+)\%\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*(?:,\s*(\d+(?:\.\d+)?|\.\d+)\s*)?$/.exec(a))return n(r[4]),this.setRGB(Math.min(100,parseFloat(r[1]))/100,Math.min(100,parseFloat(r[2]))/100,Math.min(100,parseFloat(r[3]))/100,e);break;case"hsl":case"hsla":if(r=/^\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*,\s*(\d+(?:\.\d+)?|\.\d+)\%\s*(?:,\s*(\d+(?:\.\d+)?|\.\d+)\s*)?$/.exec(a))return n(r[4]),this.setHSL(parseFloat(r[1])/360,parseFloat(r[2])/100,parseFloat(r[3])/100,e);break;default:Rt("Color: Unknown color model "+t)}}else if(s=/^\#([A-Fa-f\d]+)$/.exec(t)){let r=s[1],o=r.length;if(o===3)return this.setRGB(parseInt(r.charAt(0),16)/15,parseInt(r.charAt(1),16)/15,parseInt(r.charAt(2),16)/15,e);if(o===6)return this.setHex(parseInt(r,16),e);Rt("Color: Invalid hex color "+t)}else if(t&&t.length>0)return this.setColorName(t,e);return this}setColorName(t,e=Xe){let n=Iu[t.toLowerCase()];return n!==void 0?this.setHex(n,e):Rt("Color: Unknown color "+t),this}clone(){return new this.constructor(this.r,this.g,this.b)}copy(t){return this.r=t.r,this.g=t.g,this.b=t.b,this}copySRGBToLinear(t){return this.r=Bn(t.r),this.g=Bn(t.g),this.b=Bn(t.b),this}copyLinearToSRGB(t){return this.r=ns(t.r),this.g=ns(t.g),this.b=ns(t.b),this}convertSRGBToLinear(){return this.copySRGBToLinear(this),this}convertLinearToSRGB(){return this.copyLinearToSRGB(this),this}getHex(t=Xe){return Gt.workingToColorSpace(Ie.copy(this),t),Math.round(Ht(Ie.r*255,0,255))*65536+Math.round(Ht(Ie.g*255,0,255))*256+Math.round(Ht(Ie.b*255,0,255))}getHexString(t=Xe){return("000000"+this.getHex(t).toString(16)).slice(-6)}getHSL(t,e=Gt.workingColorSpace){Gt.workingToColorSpace(Ie.copy(this),e);let n=Ie.r,s=Ie.g,r=Ie.b,o=Math.max(n,s,r),a=Math.min(n,s,r),c,l,h=(a+o)/2;if(a===o)c=0,l=0;else{let u=o-a;switch(l=h<=.5?u/(o+a):u/(2-o-a),o){case n:c=(s-r)/u+(s<r?6:0);break;case s:c=(r-n)/u+2;break;case r:c=(n-s)/u+4;break}c/=6}return t.h=c,t.s=l,t.l=h,t}getRGB(t,e=Gt.workingColorSpace){return Gt.workingToColorSpace(Ie.copy(this),e),t.r=Ie.r,t.g=Ie.g,t.b=Ie.b,t}getStyle(t=Xe){Gt.workingToColorSpace(Ie.copy(this),t);let e=Ie.r,n=Ie.g,s=Ie.b;return t!==Xe?`color(${t} ${e.toFixed(3)} ${n.toFixed(3)} ${s.toFixed(3)})`:`rgb(${Math.round(e*255)},${Math.round(n*255)},${Math.round(s*255)})`}offsetHSL(t,e,n){return this.getHSL(Qn),this.setHSL(Qn.h+t,Qn.s+e,Qn.l+n)}add(t){return this.r+=t.r,this.g+=t.g,this.b+=t.b,this}addColors(t,e){return this.r=t.r+e.r,this.g=t.g+e.g,this.b=t.b+e.b,this}addScalar(t){return this.r+=t,this.g+=t,this.b+=t,this}sub(t){return this.r=Math.max(0,this.r-t.r),this.g=Math.max(0,this.g-t.g),this.b=Math.max(0,this.b-t.b),this}multiply(t){return this.r*=t.r,this.g*=t.g,this.b*=t.b,this}multiplyScalar(t){return this.r*=t,this.g*=t,this.b*=t,this}lerp(t,e){return this.r+=(t.r-this.r)*e,this.g+=(t.g-this.g)*e,this.b+=(t.b-this.b)*e,this}lerpColors(t,e,n){return this.r=t.r+(e.r-t.r)*n,this.g=t.g+(e.g-t.g)*n,this.b=t.b+(e.b-t.b)*n,this}lerpHSL(t,e){this.getHSL(Qn),t.getHSL(Dr);let n=cl(Qn.h,Dr.h,e),s=cl(Qn.s,Dr.s,e),r=cl(Qn.l,Dr.l,e);return this.setHSL(n,s,r),this}setFromVector3(t){return this.r=t.x,this.g=t.y,this.b=t.z,this}applyMatrix3(t){let e=this.r,n=this.g,s=this.b,r=t.elements;return this.r=r[0]*e+r[3]*n+r[6]*s,this.g=r[1]*e+r[4]*n+r[7]*s,this.b=r[2]*e+r[5]*n+r[8]*s,this}equals(t){return t.r===this.r&&t.g===this.g&&t.b===this.b}fromArray(t,e=0){return this.r=t[e],this.g=t[e+1],this.b=t[e+2],this}toArray(t=[],e=0){return t[e]=this.r,t[e+1]=this.g,t[e+2]=this.b,t}fromBufferAttribute(t,e){return this.r=t.getX(e),this.g=t.getY(e),this.b=t.getZ(e),this}toJSON(){return this.getHex()}*[Symbol.iterator](){yield this.r,yield this.g,yield this.b}},Ie=new Xt;Xt.NAMES=Iu;var zs=class extends rn{constructor(){super(),this.isScene=!0,this.type="Scene",this.background=null,this.environment=null,this.fog=null,this.backgroundBlurriness=0,this.backgroundIntensity=1,this.backgroundRotation=new si,this.environmentIntensity=1,this.environmentRotation=new si,this.overrideMaterial=null,typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("observe",{detail:this}))}copy(t,e){return super.copy(t,e),this.background=t.background!==null?t.background.clone():null,this.environment=t.environment!==null?t.environment.clone():null,this.fog=t.fog!==null?t.fog.clone():null,this.backgroundBlurriness=t.backgroundBlurriness,this.backgroundIntensity=t.backgroundIntensity,this.backgroundRotation.copy(t.backgroundRotation),this.environmentIntensity=t.environmentIntensity,this.environmentRotation.copy(t.environmentRotation),this.overrideMaterial=t.overrideMaterial!==null?t.overrideMaterial.clone():null,this.matrixAutoUpdate=t.matrixAutoUpdate,this}toJSON(t){let e=super.toJSON(t);return this.fog!==null&&(e.object.fog=this.fog.toJSON()),e.object.backgroundBlurriness=this.backgroundBlurriness,e.object.backgroundIntensity=this.backgroundIntensity,e.object.backgroundRotation=this.backgroundRotation.toArray(),e.object.environmentIntensity=this.environmentIntensity,e.object.environmentRotation=this.environmentRotation.toArray(),e}},hn=new B,Nn=new B,gl=new B,Dn=new B,qi=new B,Yi=new B,Oh=new B,vl=new B,_l=new B,xl=new B,yl=new ie,bl=new ie,Sl=new ie,ii=class i{constructor(t=new B,e=new B,n=new B){this.a=t,this.b=e,this.c=n}static getNormal(t,e,n,s){s.subVectors(n,e),hn.subVectors(t,e),s.cross(hn);let r=s.lengthSq();return r>0?s.multiplyScalar(1/Math.sqrt(r)):s.set(0,0,0)}static getBarycoord(t,e,n,s,r){hn.subVectors(s,e),Nn.subVectors(n,e),gl.subVectors(t,e);let o=hn.dot(hn),a=hn.dot(Nn),c=hn.dot(gl),l=Nn.dot(Nn),h=Nn.dot(gl),u=o*l-a*a;if(u===0)return r.set(0,0,0),null;let d=1/u,f=(l*c-a*h)*d,g=(o*h-a*c)*d;return r.set(1-f-g,g,f)}static containsPoint(t,e,n,s){return this.getBarycoord(t,e,n,s,Dn)===null?!1:Dn.x>=0&&Dn.y>=0&&Dn.x+Dn.y<=1}static getInterpolation(t,e,n,s,r,o,a,c){return this.getBarycoord(t,e,n,s,Dn)===null?(c.x=0,c.y=0,"z"in c&&(c.z=0),"w"in c&&(c.w=0),null):(c.setScalar(0),c.addScaledVector(r,Dn.x),c.addScaledVector(o,Dn.y),c.addScaledVector(a,Dn.z),c)}static getInterpolatedAttribute(t,e,n,s,r,o){return yl.setScalar(0),bl.setScalar(0),Sl.setScalar(0),yl.fromBufferAttribute(t,e),bl.fromBufferAttribute(t,n),Sl.fromBufferAttribute(t,s),o.setScalar(0),o.addScaledVector(yl,r.x),o.addScaledVector(bl,r.y),o.addScaledVector(Sl,r.z),o}static isFrontFacing(t,e,n,s){return hn.subVectors(n,e),Nn.subVectors(t,e),hn.cross(Nn).dot(s)<0}set(t,e,n){return this.a.copy(t),this.b.copy(e),this.c.copy(n),this}setFromPointsAndIndices(t,e,n,s){return this.a.copy(t[e]),this.b.copy(t[n]),this.c.copy(t[s]),this}setFromAttributeAndIndices(t,e,n,s){return this.a.fromBufferAttribute(t,e),this.b.fromBufferAttribute(t,n),this.c.fromBufferAttribute(t,s),this}clone(){return new this.constructor().copy(this)}copy(t){return this.a.copy(t.a),this.b.copy(t.b),this.c.copy(t.c),this}getArea(){return hn.subVectors(this.c,this.b),Nn.subVectors(this.a,this.b),hn.cross(Nn).length()*.5}getMidpoint(t){return t.addVectors(this.a,this.b).add(this.c).multiplyScalar(1/3)}getNormal(t){return i.getNormal(this.a,this.b,this.c,t)}getPlane(t){return t.setFromCoplanarPoints(this.a,this.b,this.c)}getBarycoord(t,e){return i.getBarycoord(t,this.a,this.b,this.c,e)}getInterpolation(t,e,n,s,r){return i.getInterpolation(t,this.a,this.b,this.c,e,n,s,r)}containsPoint(t){return i.containsPoint(t,this.a,this.b,this.c)}isFrontFacing(t){return i.isFrontFacing(this.a,this.b,this.c,t)}intersectsBox(t){return t.intersectsTriangle(this)}closestPointToPoint(t,e){let n=this.a,s=this.b,r=this.c,o,a;qi.subVectors(s,n),Yi.subVectors(r,n),vl.subVectors(t,n);let c=qi.dot(vl),l=Yi.dot(vl);if(c<=0&&l<=0)return e.copy(n);_l.subVectors(t,s);let h=qi.dot(_l),u=Yi.dot(_l);if(h>=0&&u<=h)return e.copy(s);let d=c*u-h*l;if(d<=0&&c>=0&&h<=0&&c-h>0)return o=c/(c-h),e.copy(n).addScaledVector(qi,o);xl.subVectors(t,r);let f=qi.dot(xl),g=Yi.dot(xl);if(g>=0&&f<=g)return e.copy(r);let x=f*l-c*g;if(x<=0&&l>=0&&g<=0)return a=l/(l-g),e.copy(n).addScaledVector(Yi,a);let p=h*g-f*u;if(p<=0&&u-h>=0&&f-g>=0)return Oh.subVectors(r,s),a=(u-h)/(u-h+(f-g)),e.copy(s).addScaledVector(Oh,a);let m=1/(p+x+d);return o=x*m,a=d*m,e.copy(n).addScaledVector(qi,o).addScaledVector(Yi,a)}equals(t){return t.a.equals(this.a)&&t.b.equals(this.b)&&t.c.equals(this.c)}},ri=class{constructor(t=new B(1/0,1/0,1/0),e=new B(-1/0,-1/0,-1/0)){this.isBox3=!0,this.min=t,this.max=e}set(t,e){return this.min.copy(t),this.max.copy(e),this}setFromArray(t){this.makeEmpty();for(let e=0,n=t.length;e<n;e+=3)this.expandByPoint(un.fromArray(t,e));return this}setFromBufferAttribute(t){this.makeEmpty();for(let e=0,n=t.count;e<n;e++)this.expandByPoint(un.fromBufferAttribute(t,e));return this}setFromPoints(t){this.makeEmpty();for(let e=0,n=t.length;e<n;e++)this.expandByPoint(t[e]);return this}setFromCenterAndSize(t,e){let n=un.copy(e).multiplyScalar(.5);return this.min.copy(t).sub(n),this.max.copy(t).add(n),this}setFromObject(t,e=!1){return this.makeEmpty(),this.expandByObject(t,e)}clone(){return new this.constructor().copy(this)}copy(t){return this.min.copy(t.min),this.max.copy(t.max),this}makeEmpty(){return this.min.x=this.min.y=this.min.z=1/0,this.max.x=this.max.y=this.max.z=-1/0,this}isEmpty(){return this.max.x<this.min.x||this.max.y<this.min.y||this.max.z<this.min.z}getCenter(t){return this.isEmpty()?t.set(0,0,0):t.addVectors(this.min,this.max).multiplyScalar(.5)}getSize(t){return this.isEmpty()?t.set(0,0,0):t.subVectors(this.max,this.min)}expandByPoint(t){return this.min.min(t),this.max.max(t),this}expandByVector(t){return this.min.sub(t),this.max.add(t),this}expandByScalar(t){return this.min.addScalar(-t),this.max.addScalar(t),this}expandByObject(t,e=!1){t.updateWorldMatrix(!1,!1);let n=t.geometry;if(n!==void 0){let r=n.getAttribute("position");if(e===!0&&r!==void 0&&t.isInstancedMesh!==!0&&t.isBatchedMesh!==!0)for(let o=0,a=r.count;o<a;o++)t.isMesh===!0?t.getVertexPosition(o,un):un.fromBufferAttribute(r,o),un.applyMatrix4(t.matrixWorld),this.expandByPoint(un);else t.boundingBox!==void 0?(t.boundingBox===null&&t.computeBoundingBox(),Fr.copy(t.boundingBox)):(n.boundingBox===null&&n.computeBoundingBox(),Fr.copy(n.boundingBox)),Fr.applyMatrix4(t.matrixWorld),this.union(Fr)}let s=t.children;for(let r=0,o=s.length;r<o;r++)this.expandByObject(s[r],e);return this}containsPoint(t){return t.x>=this.min.x&&t.x<=this.max.x&&t.y>=this.min.y&&t.y<=this.max.y&&t.z>=this.min.z&&t.z<=this.max.z}containsBox(t){return this.min.x<=t.min.x&&t.max.x<=this.max.x&&this.min.y<=t.min.y&&t.max.y<=this.max.y&&this.min.z<=t.min.z&&t.max.z<=this.max.z}getParameter(t,e){return e.set((t.x-this.min.x)/(this.max.x-this.min.x),(t.y-this.min.y)/(this.max.y-this.min.y),(t.z-this.min.z)/(this.max.z-this.min.z))}intersectsBox(t){return t.max.x>=this.min.x&&t.min.x<=this.max.x&&t.max.y>=this.min.y&&t.min.y<=this.max.y&&t.max.z>=this.min.z&&t.min.z<=this.max.z}intersectsSphere(t){return this.clampPoint(t.center,un),un.distanceToSquared(t.center)<=t.radius*t.radius}intersectsPlane(t){let e,n;return t.normal.x>0?(e=t.normal.x*this.min.x,n=t.normal.x*this.max.x):(e=t.normal.x*this.max.x,n=t.normal.x*this.min.x),t.normal.y>0?(e+=t.normal.y*this.min.y,n+=t.normal.y*this.max.y):(e+=t.normal.y*this.max.y,n+=t.normal.y*this.min.y),t.normal.z>0?(e+=t.normal.z*this.min.z,n+=t.normal.z*this.max.z):(e+=t.normal.z*this.max.z,n+=t.normal.z*this.min.z),e<=-t.constant&&n>=-t.constant}intersectsTriangle(t){if(this.isEmpty())return!1;this.getCenter(Rs),Ur.subVectors(this.max,Rs),Zi.subVectors(t.a,Rs),Ji.subVectors(t.b,Rs),Ki.subVectors(t.c,Rs),ti.subVectors(Ji,Zi),ei.subVectors(Ki,Ji),Mi.subVectors(Zi,Ki);let e=[0,-ti.z,ti.y,0,-ei.z,ei.y,0,-Mi.z,Mi.y,ti.z,0,-ti.x,ei.z,0,-ei.x,Mi.z,0,-Mi.x,-ti.y,ti.x,0,-ei.y,ei.x,0,-Mi.y,Mi.x,0];return!Ml(e,Zi,Ji,Ki,Ur)||(e=[1,0,0,0,1,0,0,0,1],!Ml(e,Zi,Ji,Ki,Ur))?!1:(Or.crossVectors(ti,ei),e=[Or.x,Or.y,Or.z],Ml(e,Zi,Ji,Ki,Ur))}clampPoint(t,e){return e.copy(t).clamp(this.min,this.max)}distanceToPoint(t){return this.clampPoint(t,un).distanceTo(t)}getBoundingSphere(t){return this.isEmpty()?t.makeEmpty():(this.getCenter(t.center),t.radius=this.getSize(un).length()*.5),t}intersect(t){return this.min.max(t.min),this.max.min(t.max),this.isEmpty()&&this.makeEmpty(),this}union(t){return this.min.min(t.min),this.max.max(t.max),this}applyMatrix4(t){return this.isEmpty()?this:(Fn[0].set(this.min.x,this.min.y,this.min.z).applyMatrix4(t),Fn[1].set(this.min.x,this.min.y,this.max.z).applyMatrix4(t),Fn[2].set(this.min.x,this.max.y,this.min.z).applyMatrix4(t),Fn[3].set(this.min.x,this.max.y,this.max.z).applyMatrix4(t),Fn[4].set(this.max.x,this.min.y,this.min.z).applyMatrix4(t),Fn[5].set(this.max.x,this.min.y,this.max.z).applyMatrix4(t),Fn[6].set(this.max.x,this.max.y,this.min.z).applyMatrix4(t),Fn[7].set(this.max.x,this.max.y,this.max.z).applyMatrix4(t),this.setFromPoints(Fn),this)}translate(t){return this.min.add(t),this.max.add(t),this}equals(t){return t.min.equals(this.min)&&t.max.equals(this.max)}toJSON(){return{min:this.min.toArray(),max:this.max.toArray()}}fromJSON(t){return this.min.fromArray(t.min),this.max.fromArray(t.max),this}},Fn=[new B,new B,new B,new B,new B,new B,new B,new B],un=new B,Fr=new ri,Zi=new B,Ji=new B,Ki=new B,ti=new B,ei=new B,Mi=new B,Rs=new B,Ur=new B,Or=new B,wi=new B;function Ml(i,t,e,n,s){for(let r=0,o=i.length-3;r<=o;r+=3){wi.fromArray(i,r);let a=s.x*Math.abs(wi.x)+s.y*Math.abs(wi.y)+s.z*Math.abs(wi.z),c=t.dot(wi),l=e.dot(wi),h=n.dot(wi);if(Math.max(-Math.max(c,l,h),Math.min(c,l,h))>a)return!1}return!0}var de=new B,Br=new Wt,Kf=0,oe=class extends En{constructor(t,e,n=!1){if(super(),Array.isArray(t))throw new TypeError("THREE.BufferAttribute: array should be a Typed Array.");this.isBufferAttribute=!0,Object.defineProperty(this,"id",{value:Kf++}),this.name="",this.array=t,this.itemSize=e,this.count=t!==void 0?t.length/e:0,this.normalized=n,this.usage=Eu,this.updateRanges=[],this.gpuType=Je,this.version=0,this._normalizationScale=t!==void 0?lc(t):void 0}onUploadCallback(){}set needsUpdate(t){t===!0&&this.version++}setUsage(t){return this.usage=t,this}addUpdateRange(t,e){this.updateRanges.push({start:t,count:e})}clearUpdateRanges(){this.updateRanges.length=0}copy(t){return this.name=t.name,this.array=new t.array.constructor(t.array),this.itemSize=t.itemSize,this.count=t.count,this.normalized=t.normalized,this.usage=t.usage,this.gpuType=t.gpuType,this._normalizationScale=t._normalizationScale,this}copyAt(t,e,n){t*=this.itemSize,n*=e.itemSize;for(let s=0,r=this.itemSize;s<r;s++)this.array[t+s]=e.array[n+s];return this}copyArray(t){return this.array.set(t),this}applyMatrix3(t){if(this.itemSize===2)for(let e=0,n=this.count;e<n;e++)Br.fromBufferAttribute(this,e),Br.applyMatrix3(t),this.setXY(e,Br.x,Br.y);else if(this.itemSize===3)for(let e=0,n=this.count;e<n;e++)de.fromBufferAttribute(this,e),de.applyMatrix3(t),this.setXYZ(e,de.x,de.y,de.z);return this}applyMatrix4(t){for(let e=0,n=this.count;e<n;e++)de.fromBufferAttribute(this,e),de.applyMatrix4(t),this.setXYZ(e,de.x,de.y,de.z);return this}applyNormalMatrix(t){for(let e=0,n=this.count;e<n;e++)de.fromBufferAttribute(this,e),de.applyNormalMatrix(t),this.setXYZ(e,de.x,de.y,de.z);return this}transformDirection(t){for(let e=0,n=this.count;e<n;e++)de.fromBufferAttribute(this,e),de.transformDirection(t),this.setXYZ(e,de.x,de.y,de.z);return this}set(t,e=0){return this.array.set(t,e),this}getComponent(t,e){let n=this.array[t*this.itemSize+e];return this.normalized&&(n=this._denormalize(n)),n}setComponent(t,e,n){return this.normalized&&(n=this._normalize(n)),this.array[t*this.itemSize+e]=n,this}getX(t){let e=this.array[t*this.itemSize];return this.normalized&&(e=this._denormalize(e)),e}setX(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize]=e,this}getY(t){let e=this.array[t*this.itemSize+1];return this.normalized&&(e=this._denormalize(e)),e}setY(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize+1]=e,this}getZ(t){let e=this.array[t*this.itemSize+2];return this.normalized&&(e=this._denormalize(e)),e}setZ(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize+2]=e,this}getW(t){let e=this.array[t*this.itemSize+3];return this.normalized&&(e=this._denormalize(e)),e}setW(t,e){return this.normalized&&(e=this._normalize(e)),this.array[t*this.itemSize+3]=e,this}setXY(t,e,n){return t*=this.itemSize,this.normalized&&(e=this._normalize(e),n=this._normalize(n)),this.array[t+0]=e,this.array[t+1]=n,this}setXYZ(t,e,n,s){return t*=this.itemSize,this.normalized&&(e=this._normalize(e),n=this._normalize(n),s=this._normalize(s)),this.array[t+0]=e,this.array[t+1]=n,this.array[t+2]=s,this}setXYZW(t,e,n,s,r){return t*=this.itemSize,this.normalized&&(e=this._normalize(e),n=this._normalize(n),s=this._normalize(s),r=this._normalize(r)),this.array[t+0]=e,this.array[t+1]=n,this.array[t+2]=s,this.array[t+3]=r,this}onUpload(t){return this.onUploadCallback=t,this}clone(){return new this.constructor(this.array,this.itemSize).copy(this)}toJSON(){let t={itemSize:this.itemSize,type:this.array.constructor.name,array:Array.from(this.array),normalized:this.normalized};return t.name=this.name,t.usage=this.usage,t.gpuType=this.gpuType,t}dispose(){this.dispatchEvent({type:"dispose"})}_denormalize(t){let e=this._normalizationScale;return e!==void 0?Math.max(t/e,-1):kf(t,this.array)}_normalize(t){let e=this._normalizationScale;return e!==void 0?Math.round(t*e):zf(t,this.array)}};var Vs=class extends oe{constructor(t,e,n){super(new Uint16Array(t),e,n)}};var Gs=class extends oe{constructor(t,e,n){super(new Uint32Array(t),e,n)}};var Se=class extends oe{constructor(t,e,n){super(new Float32Array(t),e,n)}},jf=new ri,Ps=new B,wl=new B,as=class{constructor(t=new B,e=-1){this.isSphere=!0,this.center=t,this.radius=e}set(t,e){return this.center.copy(t),this.radius=e,this}setFromPoints(t,e){let n=this.center;e!==void 0?n.copy(e):jf.setFromPoints(t).getCenter(n);let s=0;for(let r=0,o=t.length;r<o;r++)s=Math.max(s,n.distanceToSquared(t[r]));return this.radius=Math.sqrt(s),this}copy(t){return this.center.copy(t.center),this.radius=t.radius,this}isEmpty(){return this.radius<0}makeEmpty(){return this.center.set(0,0,0),this.radius=-1,this}containsPoint(t){return t.distanceToSquared(this.center)<=this.radius*this.radius}distanceToPoint(t){return t.distanceTo(this.center)-this.radius}intersectsSphere(t){let e=this.radius+t.radius;return t.center.distanceToSquared(this.center)<=e*e}intersectsBox(t){return t.intersectsSphere(this)}intersectsPlane(t){return Math.abs(t.distanceToPoint(this.center))<=this.radius}clampPoint(t,e){let n=this.center.distanceToSquared(t);return e.copy(t),n>this.radius*this.radius&&(e.sub(this.center).normalize(),e.multiplyScalar(this.radius).add(this.center)),e}getBoundingBox(t){return this.isEmpty()?(t.makeEmpty(),t):(t.set(this.center,this.center),t.expandByScalar(this.radius),t)}applyMatrix4(t){return this.center.applyMatrix4(t),this.radius=this.radius*t.getMaxScaleOnAxis(),this}translate(t){return this.center.add(t),this}expandByPoint(t){if(this.isEmpty())return this.center.copy(t),this.radius=0,this;Ps.subVectors(t,this.center);let e=Ps.lengthSq();if(e>this.radius*this.radius){let n=Math.sqrt(e),s=(n-this.radius)*.5;this.center.addScaledVector(Ps,s/n),this.radius+=s}return this}union(t){return t.isEmpty()?this:this.isEmpty()?(this.copy(t),this):(this.center.equals(t.center)===!0?this.radius=Math.max(this.radius,t.radius):(wl.subVectors(t.center,this.center).setLength(t.radius),this.expandByPoint(Ps.copy(t.center).add(wl)),this.expandByPoint(Ps.copy(t.center).sub(wl))),this)}equals(t){return t.center.equals(this.center)&&t.radius===this.radius}clone(){return new this.constructor().copy(this)}toJSON(){return{radius:this.radius,center:this.center.toArray()}}fromJSON(t){return this.radius=t.radius,this.center.fromArray(t.center),this}},Qf=0,nn=new te,El=new rn,ji=new B,$e=new ri,Is=new ri,be=new B,Ae=class i extends En{constructor(){super(),this.isBufferGeometry=!0,Object.defineProperty(this,"id",{value:Qf++}),this.uuid=rr(),this.name="",this.type="BufferGeometry",this.index=null,this.indirect=null,this.indirectOffset=0,this.attributes={},this.morphAttributes={},this.morphTargetsRelative=!1,this.groups=[],this.boundingBox=null,this.boundingSphere=null,this.drawRange={start:0,count:1/0},this.userData={},this._transformed=!1}getIndex(){return this.index}setIndex(t){return Array.isArray(t)?this.index=new(Uf(t)?Gs:Vs)(t,1):this.index=t,this}setIndirect(t,e=0){return this.indirect=t,this.indirectOffset=e,this}getIndirect(){return this.indirect}getAttribute(t){return this.attributes[t]}setAttribute(t,e){return this.attributes[t]=e,this}deleteAttribute(t){return delete this.attributes[t],this}hasAttribute(t){return this.attributes[t]!==void 0}addGroup(t,e,n=0){this.groups.push({start:t,count:e,materialIndex:n})}clearGroups(){this.groups=[]}setDrawRange(t,e){this.drawRange.start=t,this.drawRange.count=e}applyMatrix4(t){let e=this.attributes.position;e!==void 0&&(e.applyMatrix4(t),e.needsUpdate=!0);let n=this.attributes.normal;if(n!==void 0){let r=new Lt().getNormalMatrix(t);n.applyNormalMatrix(r),n.needsUpdate=!0}let s=this.attributes.tangent;return s!==void 0&&(s.transformDirection(t),s.needsUpdate=!0),this.boundingBox!==null&&this.computeBoundingBox(),this.boundingSphere!==null&&this.computeBoundingSphere(),this._transformed=!0,this}applyQuaternion(t){return nn.makeRotationFromQuaternion(t),this.applyMatrix4(nn),this}rotateX(t){return nn.makeRotationX(t),this.applyMatrix4(nn),this}rotateY(t){return nn.makeRotationY(t),this.applyMatrix4(nn),this}rotateZ(t){return nn.makeRotationZ(t),this.applyMatrix4(nn),this}translate(t,e,n){return nn.makeTranslation(t,e,n),this.applyMatrix4(nn),this}scale(t,e,n){return nn.makeScale(t,e,n),this.applyMatrix4(nn),this}lookAt(t){return El.lookAt(t),El.updateMatrix(),this.applyMatrix4(El.matrix),this}center(){return this.computeBoundingBox(),this.boundingBox.getCenter(ji).negate(),this.translate(ji.x,ji.y,ji.z),this}setFromPoints(t){let e=this.getAttribute("position");if(e===void 0){let n=[];for(let s=0,r=t.length;s<r;s++){let o=t[s];n.push(o.x,o.y,o.z||0)}this.setAttribute("position",new Se(n,3))}else{let n=Math.min(t.length,e.count);for(let s=0;s<n;s++){let r=t[s];e.setXYZ(s,r.x,r.y,r.z||0)}t.length>e.count&&Rt("BufferGeometry: Buffer size too small for points data. Use .dispose() and create a new geometry."),e.needsUpdate=!0}return this}computeBoundingBox(){this.boundingBox===null&&(this.boundingBox=new ri);let t=this.attributes.position,e=this.morphAttributes.position;if(t&&t.isGLBufferAttribute){It("BufferGeometry.computeBoundingBox(): GLBufferAttribute requires a manual bounding box.",this),this.boundingBox.set(new B(-1/0,-1/0,-1/0),new B(1/0,1/0,1/0));return}if(t!==void 0){if(this.boundingBox.setFromBufferAttribute(t),e)for(let n=0,s=e.length;n<s;n++){let r=e[n];$e.setFromBufferAttribute(r),this.morphTargetsRelative?(be.addVectors(this.boundingBox.min,$e.min),this.boundingBox.expandByPoint(be),be.addVectors(this.boundingBox.max,$e.max),this.boundingBox.expandByPoint(be)):(this.boundingBox.expandByPoint($e.min),this.boundingBox.expandByPoint($e.max))}}else this.boundingBox.makeEmpty();(isNaN(this.boundingBox.min.x)||isNaN(this.boundingBox.min.y)||isNaN(this.boundingBox.min.z))&&It('BufferGeometry.computeBoundingBox(): Computed min/max have NaN values. The "position" attribute is likely to have NaN values.',this)}computeBoundingSphere(){this.boundingSphere===null&&(this.boundingSphere=new as);let t=this.attributes.position,e=this.morphAttributes.position;if(t&&t.isGLBufferAttribute){It("BufferGeometry.computeBoundingSphere(): GLBufferAttribute requires a manual bounding sphere.",this),this.boundingSphere.set(new B,1/0);return}if(t){let n=this.boundingSphere.center;if($e.setFromBufferAttribute(t),e)for(let r=0,o=e.length;r<o;r++){let a=e[r];Is.setFromBufferAttribute(a),this.morphTargetsRelative?(be.addVectors($e.min,Is.min),$e.expandByPoint(be),be.addVectors($e.max,Is.max),$e.expandByPoint(be)):($e.expandByPoint(Is.min),$e.expandByPoint(Is.max))}$e.getCenter(n);let s=0;for(let r=0,o=t.count;r<o;r++)be.fromBufferAttribute(t,r),s=Math.max(s,n.distanceToSquared(be));if(e)for(let r=0,o=e.length;r<o;r++){let a=e[r],c=this.morphTargetsRelative;for(let l=0,h=a.count;l<h;l++)be.fromBufferAttribute(a,l),c&&(ji.fromBufferAttribute(t,l),be.add(ji)),s=Math.max(s,n.distanceToSquared(be))}this.boundingSphere.radius=Math.sqrt(s),isNaN(this.boundingSphere.radius)&&It('BufferGeometry.computeBoundingSphere(): Computed radius is NaN. The "position" attribute is likely to have NaN values.',this)}}computeTangents(){let t=this.index,e=this.attributes;if(t===null||e.position===void 0||e.normal===void 0||e.uv===void 0){It("BufferGeometry: .computeTangents() failed. Missing required attributes (index, position, normal or uv)");return}let n=e.position,s=e.normal,r=e.uv,o=this.getAttribute("tangent");(o===void 0||o.count!==n.count)&&(o=new oe(new Float32Array(4*n.count),4),this.setAttribute("tangent",o));let a=[],c=[],l=new Uint8Array(n.count);for(let U=0;U<n.count;U++)a[U]=new B,c[U]=new B;let h=new B,u=new B,d=new B,f=new Wt,g=new Wt,x=new Wt,p=new B,m=new B;function M(U,I,D){l[U]=l[I]=l[D]=1,h.fromBufferAttribute(n,U),u.fromBufferAttribute(n,I),d.fromBufferAttribute(n,D),f.fromBufferAttribute(r,U),g.fromBufferAttribute(r,I),x.fromBufferAttribute(r,D),u.sub(h),d.sub(h),g.sub(f),x.sub(f);let O=1/(g.x*x.y-x.x*g.y);isFinite(O)&&(p.copy(u).multiplyScalar(x.y).addScaledVector(d,-g.y).multiplyScalar(O),m.copy(d).multiplyScalar(g.x).addScaledVector(u,-x.x).multiplyScalar(O),a[U].add(p),a[I].add(p),a[D].add(p),c[U].add(m),c[I].add(m),c[D].add(m))}let w=this.groups;w.length===0&&(w=[{start:0,count:t.count}]);for(let U=0,I=w.length;U<I;++U){let D=w[U],O=D.start,H=D.count;for(let L=O,$=O+H;L<$;L+=3)M(t.getX(L+0),t.getX(L+1),t.getX(L+2))}let S=new B,C=new B,E=new B,v=new B;function b(U){E.fromBufferAttribute(s,U),v.copy(E);let I=a[U];S.copy(I),S.sub(E.multiplyScalar(E.dot(I))).normalize(),C.crossVectors(v,I);let O=C.dot(c[U])<0?-1:1;o.setXYZW(U,S.x,S.y,S.z,O)}for(let U=0,I=n.count;U<I;++U)l[U]&&b(U);this._transformed=!0}computeVertexNormals(){let t=this.index,e=this.getAttribute("position");if(e!==void 0){let n=this.getAttribute("normal");if(n===void 0||n.count!==e.count)n=new oe(new Float32Array(e.count*3),3),this.setAttribute("normal",n);else for(let d=0,f=n.count;d<f;d++)n.setXYZ(d,0,0,0);let s=new B,r=new B,o=new B,a=new B,c=new B,l=new B,h=new B,u=new B;if(t)for(let d=0,f=t.count;d<f;d+=3){let g=t.getX(d+0),x=t.getX(d+1),p=t.getX(d+2);s.fromBufferAttribute(e,g),r.fromBufferAttribute(e,x),o.fromBufferAttribute(e,p),h.subVectors(o,r),u.subVectors(s,r),h.cross(u),a.fromBufferAttribute(n,g),c.fromBufferAttribute(n,x),l.fromBufferAttribute(n,p),a.add(h),c.add(h),l.add(h),n.setXYZ(g,a.x,a.y,a.z),n.setXYZ(x,c.x,c.y,c.z),n.setXYZ(p,l.x,l.y,l.z)}else for(let d=0,f=e.count;d<f;d+=3)s.fromBufferAttribute(e,d+0),r.fromBufferAttribute(e,d+1),o.fromBufferAttribute(e,d+2),h.subVectors(o,r),u.subVectors(s,r),h.cross(u),n.setXYZ(d+0,h.x,h.y,h.z),n.setXYZ(d+1,h.x,h.y,h.z),n.setXYZ(d+2,h.x,h.y,h.z);this.normalizeNormals(),n.needsUpdate=!0}}normalizeNormals(){let t=this.attributes.normal;for(let e=0,n=t.count;e<n;e++)be.fromBufferAttribute(t,e),be.normalize(),t.setXYZ(e,be.x,be.y,be.z)}toNonIndexed(){function t(a,c){let l=a.array,h=a.itemSize,u=a.normalized,d=new l.constructor(c.length*h),f=0,g=0;for(let x=0,p=c.length;x<p;x++){a.isInterleavedBufferAttribute?f=c[x]*a.data.stride+a.offset:f=c[x]*h;for(let m=0;m<h;m++)d[g++]=l[f++]}return new oe(d,h,u)}if(this.index===null)return Rt("BufferGeometry.toNonIndexed(): BufferGeometry is already non-indexed."),this;let e=new i,n=this.index.array,s=this.attributes;for(let a in s){let c=s[a],l=t(c,n);e.setAttribute(a,l)}let r=this.morphAttributes;for(let a in r){let c=[],l=r[a];for(let h=0,u=l.length;h<u;h++){let d=l[h],f=t(d,n);c.push(f)}e.morphAttributes[a]=c}e.morphTargetsRelative=this.morphTargetsRelative;let o=this.groups;for(let a=0,c=o.length;a<c;a++){let l=o[a];e.addGroup(l.start,l.count,l.materialIndex)}return e}toJSON(){let t={metadata:{version:4.7,type:"BufferGeometry",generator:"BufferGeometry.toJSON"}};if(t.uuid=this.uuid,t.type=this.parameters!==void 0&&this._transformed===!0?"BufferGeometry":this.type,t.name=this.name,Object.keys(this.userData).length>0&&(t.userData=this.userData),this.parameters!==void 0&&this._transformed!==!0){let c=this.parameters;for(let l in c)c[l]!==void 0&&(t[l]=c[l]);return t}t.data={attributes:{}};let e=this.index;e!==null&&(t.data.index={type:e.array.constructor.name,array:Array.prototype.slice.call(e.array)});let n=this.attributes;for(let c in n){let l=n[c];t.data.attributes[c]=l.toJSON(t.data)}let s={},r=!1;for(let c in this.morphAttributes){let l=this.morphAttributes[c],h=[];for(let u=0,d=l.length;u<d;u++){let f=l[u];h.push(f.toJSON(t.data))}h.length>0&&(s[c]=h,r=!0)}r&&(t.data.morphAttributes=s,t.data.morphTargetsRelative=this.morphTargetsRelative);let o=this.groups;o.length>0&&(t.data.groups=JSON.parse(JSON.stringify(o)));let a=this.boundingSphere;return a!==null&&(t.data.boundingSphere=a.toJSON()),t}clone(){return new this.constructor().copy(this)}copy(t){this.index=null,this.attributes={},this.morphAttributes={},this.groups=[],this.boundingBox=null,this.boundingSphere=null;let e={};this.name=t.name;let n=t.index;n!==null&&this.setIndex(n.clone());let s=t.attributes;for(let l in s){let h=s[l];this.setAttribute(l,h.clone(e))}let r=t.morphAttributes;for(let l in r){let h=[],u=r[l];for(let d=0,f=u.length;d<f;d++)h.push(u[d].clone(e));this.morphAttributes[l]=h}this.morphTargetsRelative=t.morphTargetsRelative;let o=t.groups;for(let l=0,h=o.length;l<h;l++){let u=o[l];this.addGroup(u.start,u.count,u.materialIndex)}let a=t.boundingBox;a!==null&&(this.boundingBox=a.clone());let c=t.boundingSphere;return c!==null&&(this.boundingSphere=c.clone()),this.drawRange.start=t.drawRange.start,this.drawRange.count=t.drawRange.count,this.userData=t.userData,this._transformed=t._transformed,this}dispose(){this.dispatchEvent({type:"dispose"})}};var Tl=new B,tp=new B,ep=new Lt,dn=class{constructor(t=new B(1,0,0),e=0){this.isPlane=!0,this.normal=t,this.constant=e}set(t,e){return this.normal.copy(t),this.constant=e,this}setComponents(t,e,n,s){return this.normal.set(t,e,n),this.constant=s,this}setFromNormalAndCoplanarPoint(t,e){return this.normal.copy(t),this.constant=-e.dot(this.normal),this}setFromCoplanarPoints(t,e,n){let s=Tl.subVectors(n,e).cross(tp.subVectors(t,e)).normalize();return this.setFromNormalAndCoplanarPoint(s,t),this}copy(t){return this.normal.copy(t.normal),this.constant=t.constant,this}normalize(){let t=1/this.normal.length();return this.normal.multiplyScalar(t),this.constant*=t,this}negate(){return this.constant*=-1,this.normal.negate(),this}distanceToPoint(t){return this.normal.dot(t)+this.constant}distanceToSphere(t){return this.distanceToPoint(t.center)-t.radius}projectPoint(t,e){return e.copy(t).addScaledVector(this.normal,-this.distanceToPoint(t))}intersectLine(t,e,n=!0){let s=t.delta(Tl),r=this.normal.dot(s);if(r===0)return this.distanceToPoint(t.start)===0?e.copy(t.start):null;let o=-(t.start.dot(this.normal)+this.constant)/r;return n===!0&&(o<0||o>1)?null:e.copy(t.start).addScaledVector(s,o)}intersectsLine(t){let e=this.distanceToPoint(t.start),n=this.distanceToPoint(t.end);return e<0&&n>0||n<0&&e>0}intersectsBox(t){return t.intersectsPlane(this)}intersectsSphere(t){return t.intersectsPlane(this)}coplanarPoint(t){return t.copy(this.normal).multiplyScalar(-this.constant)}applyMatrix4(t,e){let n=e||ep.getNormalMatrix(t),s=this.coplanarPoint(Tl).applyMatrix4(t),r=this.normal.applyMatrix3(n).normalize();return this.constant=-s.dot(r),this}translate(t){return this.constant-=t.dot(this.normal),this}equals(t){return t.normal.equals(this.normal)&&t.constant===this.constant}clone(){return new this.constructor().copy(this)}toJSON(){return{normal:this.normal.toArray(),constant:this.constant}}fromJSON(t){return this.normal.fromArray(t.normal),this.constant=t.constant,this}},np=0,Ai=class extends En{constructor(){super(),this.isMaterial=!0,Object.defineProperty(this,"id",{value:np++}),this.uuid=rr(),this.name="",this.type="Material",this.blending=ps,this.side=hi,this.vertexColors=!1,this.opacity=1,this.transparent=!1,this.alphaHash=!1,this.blendSrc=kl,this.blendDst=zl,this.blendEquation=Pi,this.blendSrcAlpha=null,this.blendDstAlpha=null,this.blendEquationAlpha=null,this.blendColor=new Xt(0,0,0),this.blendAlpha=0,this.depthFunc=is,this.depthTest=!0,this.depthWrite=!0,this.stencilWriteMask=255,this.stencilFunc=xu,this.stencilRef=0,this.stencilFuncMask=255,this.stencilFail=Qr,this.stencilZFail=Qr,this.stencilZPass=Qr,this.stencilWrite=!1,this.clippingPlanes=null,this.clipIntersection=!1,this.clipShadows=!1,this.shadowSide=null,this.colorWrite=!0,this.precision=null,this.polygonOffset=!1,this.polygonOffsetFactor=0,this.polygonOffsetUnits=0,this.dithering=!1,this.alphaToCoverage=!1,this.premultipliedAlpha=!1,this.forceSinglePass=!1,this.allowOverride=!0,this.visible=!0,this.toneMapped=!0,this.userData={},this.version=0,this._alphaTest=0}get alphaTest(){return this._alphaTest}set alphaTest(t){this._alphaTest>0!=t>0&&this.version++,this._alphaTest=t}onBeforeRender(){}onBeforeCompile(){}customProgramCacheKey(){return this.onBeforeCompile.toString()}setValues(t){if(t!==void 0)for(let e in t){let n=t[e];if(n===void 0){Rt(`Material: parameter '${e}' has value of undefined.`);continue}let s=this[e];if(s===void 0){Rt(`Material: '${e}' is not a property of THREE.${this.type}.`);continue}s&&s.isColor?s.set(n):s&&s.isVector2&&n&&n.isVector2||s&&s.isEuler&&n&&n.isEuler||s&&s.isVector3&&n&&n.isVector3?s.copy(n):this[e]=n}}toJSON(t){let e=t===void 0||typeof t=="string";e&&(t={textures:{},images:{}});let n={metadata:{version:4.7,type:"Material",generator:"Material.toJSON"}};n.uuid=this.uuid,n.type=this.type,n.blending=this.blending,n.side=this.side,n.shadowSide=this.shadowSide,n.vertexColors=this.vertexColors,n.opacity=this.opacity,n.transparent=this.transparent,n.blendSrc=this.blendSrc,n.blendDst=this.blendDst,n.blendEquation=this.blendEquation,n.blendSrcAlpha=this.blendSrcAlpha,n.blendDstAlpha=this.blendDstAlpha,n.blendEquationAlpha=this.blendEquationAlpha,n.blendColor=this.blendColor.getHex(),n.blendAlpha=this.blendAlpha,n.depthFunc=this.depthFunc,n.depthTest=this.depthTest,n.depthWrite=this.depthWrite,n.colorWrite=this.colorWrite,n.clipIntersection=this.clipIntersection,n.clipShadows=this.clipShadows,n.stencilWriteMask=this.stencilWriteMask,n.stencilFunc=this.stencilFunc,n.stencilRef=this.stencilRef,n.stencilFuncMask=this.stencilFuncMask,n.stencilFail=this.stencilFail,n.stencilZFail=this.stencilZFail,n.stencilZPass=this.stencilZPass,n.stencilWrite=this.stencilWrite,n.polygonOffset=this.polygonOffset,n.polygonOffsetFactor=this.polygonOffsetFactor,n.polygonOffsetUnits=this.polygonOffsetUnits,n.dithering=this.dithering,n.alphaTest=this.alphaTest,n.alphaHash=this.alphaHash,n.alphaToCoverage=this.alphaToCoverage,n.premultipliedAlpha=this.premultipliedAlpha,n.forceSinglePass=this.forceSinglePass,n.allowOverride=this.allowOverride,n.visible=this.visible,n.toneMapped=this.toneMapped,n.name=this.name,this.color&&this.color.isColor&&(n.color=this.color.getHex()),this.roughness!==void 0&&(n.roughness=this.roughness),this.metalness!==void 0&&(n.metalness=this.metalness),this.sheen!==void 0&&(n.sheen=this.sheen),this.sheenColor&&this.sheenColor.isColor&&(n.sheenColor=this.sheenColor.getHex()),this.sheenRoughness!==void 0&&(n.sheenRoughness=this.sheenRoughness),this.emissive&&this.emissive.isColor&&(n.emissive=this.emissive.getHex()),this.emissiveIntensity!==void 0&&(n.emissiveIntensity=this.emissiveIntensity),this.specular&&this.specular.isColor&&(n.specular=this.specular.getHex()),this.specularIntensity!==void 0&&(n.specularIntensity=this.specularIntensity),this.specularColor&&this.specularColor.isColor&&(n.specularColor=this.specularColor.getHex()),this.shininess!==void 0&&(n.shininess=this.shininess),this.clearcoat!==void 0&&(n.clearcoat=this.clearcoat),this.clearcoatRoughness!==void 0&&(n.clearcoatRoughness=this.clearcoatRoughness),this.diffuseRoughness!==void 0&&(n.diffuseRoughness=this.diffuseRoughness),this.diffuseRoughnessMap&&this.diffuseRoughnessMap.isTexture&&(n.diffuseRoughnessMap=this.diffuseRoughnessMap.toJSON(t).uuid),this.clearcoatMap&&this.clearcoatMap.isTexture&&(n.clearcoatMap=this.clearcoatMap.toJSON(t).uuid),this.clearcoatRoughnessMap&&this.clearcoatRoughnessMap.isTexture&&(n.clearcoatRoughnessMap=this.clearcoatRoughnessMap.toJSON(t).uuid),this.clearcoatNormalMap&&this.clearcoatNormalMap.isTexture&&(n.clearcoatNormalMap=this.clearcoatNormalMap.toJSON(t).uuid,n.clearcoatNormalScale=this.clearcoatNormalScale.toArray()),this.sheenColorMap&&this.sheenColorMap.isTexture&&(n.sheenColorMap=this.sheenColorMap.toJSON(t).uuid),this.sheenRoughnessMap&&this.sheenRoughnessMap.isTexture&&(n.sheenRoughnessMap=this.sheenRoughnessMap.toJSON(t).uuid),this.dispersion!==void 0&&(n.dispersion=this.dispersion),this.retroreflectivity!==void 0&&(n.retroreflectivity=this.retroreflectivity),this.iridescence!==void 0&&(n.iridescence=this.iridescence),this.iridescenceIOR!==void 0&&(n.iridescenceIOR=this.iridescenceIOR),this.iridescenceThicknessMinimum!==void 0&&(n.iridescenceThicknessMinimum=this.iridescenceThicknessMinimum),this.iridescenceThicknessMaximum!==void 0&&(n.iridescenceThicknessMaximum=this.iridescenceThicknessMaximum),this.iridescenceMap&&this.iridescenceMap.isTexture&&(n.iridescenceMap=this.iridescenceMap.toJSON(t).uuid),this.iridescenceThicknessMap&&this.iridescenceThicknessMap.isTexture&&(n.iridescenceThicknessMap=this.iridescenceThicknessMap.toJSON(t).uuid),this.anisotropy!==void 0&&(n.anisotropy=this.anisotropy),this.anisotropyRotation!==void 0&&(n.anisotropyRotation=this.anisotropyRotation),this.anisotropyMap&&this.anisotropyMap.isTexture&&(n.anisotropyMap=this.anisotropyMap.toJSON(t).uuid),this.map&&this.map.isTexture&&(n.map=this.map.toJSON(t).uuid),this.matcap&&this.matcap.isTexture&&(n.matcap=this.matcap.toJSON(t).uuid),this.alphaMap&&this.alphaMap.isTexture&&(n.alphaMap=this.alphaMap.toJSON(t).uuid),this.lightMap&&this.lightMap.isTexture&&(n.lightMap=this.lightMap.toJSON(t).uuid,n.lightMapIntensity=this.lightMapIntensity),this.aoMap&&this.aoMap.isTexture&&(n.aoMap=this.aoMap.toJSON(t).uuid,n.aoMapIntensity=this.aoMapIntensity),this.bumpMap&&this.bumpMap.isTexture&&(n.bumpMap=this.bumpMap.toJSON(t).uuid,n.bumpScale=this.bumpScale),this.normalMap&&this.normalMap.isTexture&&(n.normalMap=this.normalMap.toJSON(t).uuid,n.normalMapType=this.normalMapType,n.normalScale=this.normalScale.toArray()),this.displacementMap&&this.displacementMap.isTexture&&(n.displacementMap=this.displacementMap.toJSON(t).uuid,n.displacementScale=this.displacementScale,n.displacementBias=this.displacementBias),this.roughnessMap&&this.roughnessMap.isTexture&&(n.roughnessMap=this.roughnessMap.toJSON(t).uuid),this.metalnessMap&&this.metalnessMap.isTexture&&(n.metalnessMap=this.metalnessMap.toJSON(t).uuid),this.emissiveMap&&this.emissiveMap.isTexture&&(n.emissiveMap=this.emissiveMap.toJSON(t).uuid),this.specularMap&&this.specularMap.isTexture&&(n.specularMap=this.specularMap.toJSON(t).uuid),this.specularIntensityMap&&this.specularIntensityMap.isTexture&&(n.specularIntensityMap=this.specularIntensityMap.toJSON(t).uuid),this.specularColorMap&&this.specularColorMap.isTexture&&(n.specularColorMap=this.specularColorMap.toJSON(t).uuid),this.envMap&&this.envMap.isTexture&&(n.envMap=this.envMap.toJSON(t).uuid,this.combine!==void 0&&(n.combine=this.combine)),this.envMapRotation!==void 0&&(n.envMapRotation=this.envMapRotation.toArray()),this.envMapIntensity!==void 0&&(n.envMapIntensity=this.envMapIntensity),this.reflectivity!==void 0&&(n.reflectivity=this.reflectivity),this.refractionRatio!==void 0&&(n.refractionRatio=this.refractionRatio),this.gradientMap&&this.gradientMap.isTexture&&(n.gradientMap=this.gradientMap.toJSON(t).uuid),this.transmission!==void 0&&(n.transmission=this.transmission),this.transmissionMap&&this.transmissionMap.isTexture&&(n.transmissionMap=this.transmissionMap.toJSON(t).uuid),this.thickness!==void 0&&(n.thickness=this.thickness),this.thicknessMap&&this.thicknessMap.isTexture&&(n.thicknessMap=this.thicknessMap.toJSON(t).uuid),this.attenuationDistance!==void 0&&(n.attenuationDistance=this.attenuationDistance),this.attenuationColor!==void 0&&(n.attenuationColor=this.attenuationColor.getHex()),this.size!==void 0&&(n.size=this.size),this.sizeAttenuation!==void 0&&(n.sizeAttenuation=this.sizeAttenuation),Array.isArray(this.clippingPlanes)&&this.clippingPlanes.length>0&&(n.clippingPlanes=this.clippingPlanes.map(r=>r.toJSON())),this.rotation!==void 0&&(n.rotation=this.rotation),this.depthPacking!==void 0&&(n.depthPacking=this.depthPacking),this.linewidth!==void 0&&(n.linewidth=this.linewidth),this.linecap!==void 0&&(n.linecap=this.linecap),this.linejoin!==void 0&&(n.linejoin=this.linejoin),this.dashSize!==void 0&&(n.dashSize=this.dashSize),this.gapSize!==void 0&&(n.gapSize=this.gapSize),this.scale!==void 0&&(n.scale=this.scale),this.wireframe!==void 0&&(n.wireframe=this.wireframe),this.wireframeLinewidth!==void 0&&(n.wireframeLinewidth=this.wireframeLinewidth),this.wireframeLinecap!==void 0&&(n.wireframeLinecap=this.wireframeLinecap),this.wireframeLinejoin!==void 0&&(n.wireframeLinejoin=this.wireframeLinejoin),this.flatShading!==void 0&&(n.flatShading=this.flatShading),this.fog!==void 0&&(n.fog=this.fog),Object.keys(this.userData).length>0&&(n.userData=this.userData);function s(r){let o=[];for(let a in r){let c=r[a];delete c.metadata,o.push(c)}return o}if(e){let r=s(t.textures),o=s(t.images);r.length>0&&(n.textures=r),o.length>0&&(n.images=o)}return n}fromJSON(t,e){if(t.uuid!==void 0&&(this.uuid=t.uuid),t.name!==void 0&&(this.name=t.name),t.color!==void 0&&this.color!==void 0&&this.color.setHex(t.color),t.roughness!==void 0&&(this.roughness=t.roughness),t.metalness!==void 0&&(this.metalness=t.metalness),t.sheen!==void 0&&(this.sheen=t.sheen),t.sheenColor!==void 0&&(this.sheenColor=new Xt().setHex(t.sheenColor)),t.sheenRoughness!==void 0&&(this.sheenRoughness=t.sheenRoughness),t.emissive!==void 0&&this.emissive!==void 0&&this.emissive.setHex(t.emissive),t.specular!==void 0&&this.specular!==void 0&&this.specular.setHex(t.specular),t.specularIntensity!==void 0&&(this.specularIntensity=t.specularIntensity),t.specularColor!==void 0&&this.specularColor!==void 0&&this.specularColor.setHex(t.specularColor),t.shininess!==void 0&&(this.shininess=t.shininess),t.clearcoat!==void 0&&(this.clearcoat=t.clearcoat),t.clearcoatRoughness!==void 0&&(this.clearcoatRoughness=t.clearcoatRoughness),t.diffuseRoughness!==void 0&&(this.diffuseRoughness=t.diffuseRoughness),t.dispersion!==void 0&&(this.dispersion=t.dispersion),t.retroreflectivity!==void 0&&(this.retroreflectivity=t.retroreflectivity),t.iridescence!==void 0&&(this.iridescence=t.iridescence),t.iridescenceIOR!==void 0&&(this.iridescenceIOR=t.iridescenceIOR),t.iridescenceThicknessMinimum!==void 0&&(this.iridescenceThicknessMinimum=t.iridescenceThicknessMinimum),t.iridescenceThicknessMaximum!==void 0&&(this.iridescenceThicknessMaximum=t.iridescenceThicknessMaximum),t.iridescenceThicknessRange!==void 0&&(this.iridescenceThicknessMinimum=t.iridescenceThicknessRange[0],this.iridescenceThicknessMaximum=t.iridescenceThicknessRange[1]),t.transmission!==void 0&&(this.transmission=t.transmission),t.thickness!==void 0&&(this.thickness=t.thickness),t.attenuationDistance!==void 0&&(this.attenuationDistance=t.attenuationDistance),t.attenuationColor!==void 0&&this.attenuationColor!==void 0&&this.attenuationColor.setHex(t.attenuationColor),t.anisotropy!==void 0&&(this.anisotropy=t.anisotropy),t.anisotropyRotation!==void 0&&(this.anisotropyRotation=t.anisotropyRotation),t.fog!==void 0&&(this.fog=t.fog),t.flatShading!==void 0&&(this.flatShading=t.flatShading),t.blending!==void 0&&(this.blending=t.blending),t.combine!==void 0&&(this.combine=t.combine),t.side!==void 0&&(this.side=t.side),t.shadowSide!==void 0&&(this.shadowSide=t.shadowSide),t.opacity!==void 0&&(this.opacity=t.opacity),t.transparent!==void 0&&(this.transparent=t.transparent),t.alphaTest!==void 0&&(this.alphaTest=t.alphaTest),t.alphaHash!==void 0&&(this.alphaHash=t.alphaHash),t.depthFunc!==void 0&&(this.depthFunc=t.depthFunc),t.depthTest!==void 0&&(this.depthTest=t.depthTest),t.depthWrite!==void 0&&(this.depthWrite=t.depthWrite),t.colorWrite!==void 0&&(this.colorWrite=t.colorWrite),t.clippingPlanes!==void 0&&(this.clippingPlanes=t.clippingPlanes.map(n=>new dn().fromJSON(n))),t.clipIntersection!==void 0&&(this.clipIntersection=t.clipIntersection),t.clipShadows!==void 0&&(this.clipShadows=t.clipShadows),t.depthPacking!==void 0&&(this.depthPacking=t.depthPacking),t.blendSrc!==void 0&&(this.blendSrc=t.blendSrc),t.blendDst!==void 0&&(this.blendDst=t.blendDst),t.blendEquation!==void 0&&(this.blendEquation=t.blendEquation),t.blendSrcAlpha!==void 0&&(this.blendSrcAlpha=t.blendSrcAlpha),t.blendDstAlpha!==void 0&&(this.blendDstAlpha=t.blendDstAlpha),t.blendEquationAlpha!==void 0&&(this.blendEquationAlpha=t.blendEquationAlpha),t.blendColor!==void 0&&this.blendColor!==void 0&&this.blendColor.setHex(t.blendColor),t.blendAlpha!==void 0&&(this.blendAlpha=t.blendAlpha),t.stencilWriteMask!==void 0&&(this.stencilWriteMask=t.stencilWriteMask),t.stencilFunc!==void 0&&(this.stencilFunc=t.stencilFunc),t.stencilRef!==void 0&&(this.stencilRef=t.stencilRef),t.stencilFuncMask!==void 0&&(this.stencilFuncMask=t.stencilFuncMask),t.stencilFail!==void 0&&(this.stencilFail=t.stencilFail),t.stencilZFail!==void 0&&(this.stencilZFail=t.stencilZFail),t.stencilZPass!==void 0&&(this.stencilZPass=t.stencilZPass),t.stencilWrite!==void 0&&(this.stencilWrite=t.stencilWrite),t.wireframe!==void 0&&(this.wireframe=t.wireframe),t.wireframeLinewidth!==void 0&&(this.wireframeLinewidth=t.wireframeLinewidth),t.wireframeLinecap!==void 0&&(this.wireframeLinecap=t.wireframeLinecap),t.wireframeLinejoin!==void 0&&(this.wireframeLinejoin=t.wireframeLinejoin),t.rotation!==void 0&&(this.rotation=t.rotation),t.linewidth!==void 0&&(this.linewidth=t.linewidth),t.linecap!==void 0&&(this.linecap=t.linecap),t.linejoin!==void 0&&(this.linejoin=t.linejoin),t.dashSize!==void 0&&(this.dashSize=t.dashSize),t.gapSize!==void 0&&(this.gapSize=t.gapSize),t.scale!==void 0&&(this.scale=t.scale),t.polygonOffset!==void 0&&(this.polygonOffset=t.polygonOffset),t.polygonOffsetFactor!==void 0&&(this.polygonOffsetFactor=t.polygonOffsetFactor),t.polygonOffsetUnits!==void 0&&(this.polygonOffsetUnits=t.polygonOffsetUnits),t.dithering!==void 0&&(this.dithering=t.dithering),t.alphaToCoverage!==void 0&&(this.alphaToCoverage=t.alphaToCoverage),t.premultipliedAlpha!==void 0&&(this.premultipliedAlpha=t.premultipliedAlpha),t.forceSinglePass!==void 0&&(this.forceSinglePass=t.forceSinglePass),t.allowOverride!==void 0&&(this.allowOverride=t.allowOverride),t.visible!==void 0&&(this.visible=t.visible),t.toneMapped!==void 0&&(this.toneMapped=t.toneMapped),t.userData!==void 0&&(this.userData=t.userData),t.vertexColors!==void 0&&(typeof t.vertexColors=="number"?this.vertexColors=t.vertexColors>0:this.vertexColors=t.vertexColors),t.size!==void 0&&(this.size=t.size),t.sizeAttenuation!==void 0&&(this.sizeAttenuation=t.sizeAttenuation),t.map!==void 0&&(this.map=e[t.map]||null),t.matcap!==void 0&&(this.matcap=e[t.matcap]||null),t.alphaMap!==void 0&&(this.alphaMap=e[t.alphaMap]||null),t.bumpMap!==void 0&&(this.bumpMap=e[t.bumpMap]||null),t.bumpScale!==void 0&&(this.bumpScale=t.bumpScale),t.normalMap!==void 0&&(this.normalMap=e[t.normalMap]||null),t.normalMapType!==void 0&&(this.normalMapType=t.normalMapType),t.normalScale!==void 0){let n=t.normalScale;Array.isArray(n)===!1&&(n=[n,n]),this.normalScale=new Wt().fromArray(n)}return t.displacementMap!==void 0&&(this.displacementMap=e[t.displacementMap]||null),t.displacementScale!==void 0&&(this.displacementScale=t.displacementScale),t.displacementBias!==void 0&&(this.displacementBias=t.displacementBias),t.roughnessMap!==void 0&&(this.roughnessMap=e[t.roughnessMap]||null),t.metalnessMap!==void 0&&(this.metalnessMap=e[t.metalnessMap]||null),t.emissiveMap!==void 0&&(this.emissiveMap=e[t.emissiveMap]||null),t.emissiveIntensity!==void 0&&(this.emissiveIntensity=t.emissiveIntensity),t.specularMap!==void 0&&(this.specularMap=e[t.specularMap]||null),t.specularIntensityMap!==void 0&&(this.specularIntensityMap=e[t.specularIntensityMap]||null),t.specularColorMap!==void 0&&(this.specularColorMap=e[t.specularColorMap]||null),t.envMap!==void 0&&(this.envMap=e[t.envMap]||null),t.envMapRotation!==void 0&&this.envMapRotation.fromArray(t.envMapRotation),t.envMapIntensity!==void 0&&(this.envMapIntensity=t.envMapIntensity),t.reflectivity!==void 0&&(this.reflectivity=t.reflectivity),t.refractionRatio!==void 0&&(this.refractionRatio=t.refractionRatio),t.lightMap!==void 0&&(this.lightMap=e[t.lightMap]||null),t.lightMapIntensity!==void 0&&(this.lightMapIntensity=t.lightMapIntensity),t.aoMap!==void 0&&(this.aoMap=e[t.aoMap]||null),t.aoMapIntensity!==void 0&&(this.aoMapIntensity=t.aoMapIntensity),t.gradientMap!==void 0&&(this.gradientMap=e[t.gradientMap]||null),t.clearcoatMap!==void 0&&(this.clearcoatMap=e[t.clearcoatMap]||null),t.clearcoatRoughnessMap!==void 0&&(this.clearcoatRoughnessMap=e[t.clearcoatRoughnessMap]||null),t.clearcoatNormalMap!==void 0&&(this.clearcoatNormalMap=e[t.clearcoatNormalMap]||null),t.clearcoatNormalScale!==void 0&&(this.clearcoatNormalScale=new Wt().fromArray(t.clearcoatNormalScale)),t.diffuseRoughnessMap!==void 0&&(this.diffuseRoughnessMap=e[t.diffuseRoughnessMap]||null),t.iridescenceMap!==void 0&&(this.iridescenceMap=e[t.iridescenceMap]||null),t.iridescenceThicknessMap!==void 0&&(this.iridescenceThicknessMap=e[t.iridescenceThicknessMap]||null),t.transmissionMap!==void 0&&(this.transmissionMap=e[t.transmissionMap]||null),t.thicknessMap!==void 0&&(this.thicknessMap=e[t.thicknessMap]||null),t.anisotropyMap!==void 0&&(this.anisotropyMap=e[t.anisotropyMap]||null),t.sheenColorMap!==void 0&&(this.sheenColorMap=e[t.sheenColorMap]||null),t.sheenRoughnessMap!==void 0&&(this.sheenRoughnessMap=e[t.sheenRoughnessMap]||null),this}clone(){return new this.constructor().copy(this)}copy(t){this.name=t.name,this.blending=t.blending,this.side=t.side,this.vertexColors=t.vertexColors,this.opacity=t.opacity,this.transparent=t.transparent,this.blendSrc=t.blendSrc,this.blendDst=t.blendDst,this.blendEquation=t.blendEquation,this.blendSrcAlpha=t.blendSrcAlpha,this.blendDstAlpha=t.blendDstAlpha,this.blendEquationAlpha=t.blendEquationAlpha,this.blendColor.copy(t.blendColor),this.blendAlpha=t.blendAlpha,this.depthFunc=t.depthFunc,this.depthTest=t.depthTest,this.depthWrite=t.depthWrite,this.stencilWriteMask=t.stencilWriteMask,this.stencilFunc=t.stencilFunc,this.stencilRef=t.stencilRef,this.stencilFuncMask=t.stencilFuncMask,this.stencilFail=t.stencilFail,this.stencilZFail=t.stencilZFail,this.stencilZPass=t.stencilZPass,this.stencilWrite=t.stencilWrite;let e=t.clippingPlanes,n=null;if(e!==null){let s=e.length;n=new Array(s);for(let r=0;r!==s;++r)n[r]=e[r].clone()}return this.clippingPlanes=n,this.clipIntersection=t.clipIntersection,this.clipShadows=t.clipShadows,this.shadowSide=t.shadowSide,this.colorWrite=t.colorWrite,this.precision=t.precision,this.polygonOffset=t.polygonOffset,this.polygonOffsetFactor=t.polygonOffsetFactor,this.polygonOffsetUnits=t.polygonOffsetUnits,this.dithering=t.dithering,this.alphaTest=t.alphaTest,this.alphaHash=t.alphaHash,this.alphaToCoverage=t.alphaToCoverage,this.premultipliedAlpha=t.premultipliedAlpha,this.forceSinglePass=t.forceSinglePass,this.allowOverride=t.allowOverride,this.visible=t.visible,this.toneMapped=t.toneMapped,this.userData=JSON.parse(JSON.stringify(t.userData)),this}dispose(){this.dispatchEvent({type:"dispose"})}set needsUpdate(t){t===!0&&this.version++}};var Un=new B,Al=new B,kr=new B,zr=new B,mo=class{constructor(t=new B,e=new B(0,0,-1)){this.origin=t,this.direction=e}set(t,e){return this.origin.copy(t),this.direction.copy(e),this}copy(t){return this.origin.copy(t.origin),this.direction.copy(t.direction),this}at(t,e){return e.copy(this.origin).addScaledVector(this.direction,t)}lookAt(t){return this.direction.copy(t).sub(this.origin).normalize(),this}recast(t){return this.origin.copy(this.at(t,Un)),this}closestPointToPoint(t,e){e.subVectors(t,this.origin);let n=e.dot(this.direction);return n<0?e.copy(this.origin):e.copy(this.origin).addScaledVector(this.direction,n)}distanceToPoint(t){return Math.sqrt(this.distanceSqToPoint(t))}distanceSqToPoint(t){let e=Un.subVectors(t,this.origin).dot(this.direction);return e<0?this.origin.distanceToSquared(t):(Un.copy(this.origin).addScaledVector(this.direction,e),Un.distanceToSquared(t))}distanceSqToSegment(t,e,n,s){Al.copy(t).add(e).multiplyScalar(.5),kr.copy(e).sub(t).normalize(),zr.copy(this.origin).sub(Al);let r=t.distanceTo(e)*.5,o=-this.direction.dot(kr),a=zr.dot(this.direction),c=-zr.dot(kr),l=zr.lengthSq(),h=Math.abs(1-o*o),u,d,f,g;if(h>0)if(u=o*c-a,d=o*a-c,g=r*h,u>=0)if(d>=-g)if(d<=g){let x=1/h;u*=x,d*=x,f=u*(u+o*d+2*a)+d*(o*u+d+2*c)+l}else d=r,u=Math.max(0,-(o*d+a)),f=-u*u+d*(d+2*c)+l;else d=-r,u=Math.max(0,-(o*d+a)),f=-u*u+d*(d+2*c)+l;else d<=-g?(u=Math.max(0,-(-o*r+a)),d=u>0?-r:Math.min(Math.max(-r,-c),r),f=-u*u+d*(d+2*c)+l):d<=g?(u=0,d=Math.min(Math.max(-r,-c),r),f=d*(d+2*c)+l):(u=Math.max(0,-(o*r+a)),d=u>0?r:Math.min(Math.max(-r,-c),r),f=-u*u+d*(d+2*c)+l);else d=o>0?-r:r,u=Math.max(0,-(o*d+a)),f=-u*u+d*(d+2*c)+l;return n&&n.copy(this.origin).addScaledVector(this.direction,u),s&&s.copy(Al).addScaledVector(kr,d),f}intersectSphere(t,e){if(t.radius<0)return null;Un.subVectors(t.center,this.origin);let n=Un.dot(this.direction),s=Un.dot(Un)-n*n,r=t.radius*t.radius;if(s>r)return null;let o=Math.sqrt(r-s),a=n-o,c=n+o;return c<0?null:a<0?this.at(c,e):this.at(a,e)}intersectsSphere(t){return t.radius<0?!1:this.distanceSqToPoint(t.center)<=t.radius*t.radius}distanceToPlane(t){let e=t.normal.dot(this.direction);if(e===0)return t.distanceToPoint(this.origin)===0?0:null;let n=-(this.origin.dot(t.normal)+t.constant)/e;return n>=0?n:null}intersectPlane(t,e){let n=this.distanceToPlane(t);return n===null?null:this.at(n,e)}intersectsPlane(t){let e=t.distanceToPoint(this.origin);return e===0||t.normal.dot(this.direction)*e<0}intersectBox(t,e){let n,s,r,o,a,c,l=1/this.direction.x,h=1/this.direction.y,u=1/this.direction.z,d=this.origin;return l>=0?(n=(t.min.x-d.x)*l,s=(t.max.x-d.x)*l):(n=(t.max.x-d.x)*l,s=(t.min.x-d.x)*l),h>=0?(r=(t.min.y-d.y)*h,o=(t.max.y-d.y)*h):(r=(t.max.y-d.y)*h,o=(t.min.y-d.y)*h),n>o||r>s||((r>n||isNaN(n))&&(n=r),(o<s||isNaN(s))&&(s=o),u>=0?(a=(t.min.z-d.z)*u,c=(t.max.z-d.z)*u):(a=(t.max.z-d.z)*u,c=(t.min.z-d.z)*u),n>c||a>s)||((a>n||n!==n)&&(n=a),(c<s||s!==s)&&(s=c),s<0)?null:this.at(n>=0?n:s,e)}intersectsBox(t){return this.intersectBox(t,Un)!==null}intersectTriangle(t,e,n,s,r){let o=this.origin,a=this.direction,c=a.x,l=a.y,h=a.z,u=t.x-o.x,d=t.y-o.y,f=t.z-o.z,g=e.x-o.x,x=e.y-o.y,p=e.z-o.z,m=n.x-o.x,M=n.y-o.y,w=n.z-o.z,S=Math.abs(c),C=Math.abs(l),E=Math.abs(h),v,b,U,I,D,O,H,L,$,Z,A,tt;if(S>=C&&S>=E?(U=c,O=u,$=g,tt=m,c>=0?(v=l,b=h,I=d,D=f,H=x,L=p,Z=M,A=w):(v=h,b=l,I=f,D=d,H=p,L=x,Z=w,A=M)):C>=E?(U=l,O=d,$=x,tt=M,l>=0?(v=h,b=c,I=f,D=u,H=p,L=g,Z=w,A=m):(v=c,b=h,I=u,D=f,H=g,L=p,Z=m,A=w)):(U=h,O=f,$=p,tt=w,h>=0?(v=c,b=l,I=u,D=d,H=g,L=x,Z=m,A=M):(v=l,b=c,I=d,D=u,H=x,L=g,Z=M,A=m)),U===0)return null;let k=v/U,q=b/U,J=1/U,gt=I-k*O,Pt=D-q*O,X=H-k*$,rt=L-q*$,xt=Z-k*tt,Et=A-q*tt,vt=xt*rt-Et*X,Ft=gt*Et-Pt*xt,he=X*Pt-rt*gt;if(s){if(vt<0||Ft<0||he<0)return null}else if((vt<0||Ft<0||he<0)&&(vt>0||Ft>0||he>0))return null;let Ct=vt+Ft+he;if(Ct===0)return null;let Jt=J*(vt*O+Ft*$+he*tt);return(Ct>0?Jt<0:Jt>0)?null:this.at(Jt/Ct,r)}applyMatrix4(t){return this.origin.applyMatrix4(t),this.direction.transformDirection(t),this}equals(t){return t.origin.equals(this.origin)&&t.direction.equals(this.direction)}clone(){return new this.constructor().copy(this)}},go=class extends Ai{constructor(t){super(),this.isMeshBasicMaterial=!0,this.type="MeshBasicMaterial",this.color=new Xt(16777215),this.map=null,this.lightMap=null,this.lightMapIntensity=1,this.aoMap=null,this.aoMapIntensity=1,this.specularMap=null,this.alphaMap=null,this.envMap=null,this.envMapRotation=new si,this.combine=Vl,this.reflectivity=1,this.refractionRatio=.98,this.wireframe=!1,this.wireframeLinewidth=1,this.wireframeLinecap="round",this.wireframeLinejoin="round",this.fog=!0,this.setValues(t)}copy(t){return super.copy(t),this.color.copy(t.color),this.map=t.map,this.lightMap=t.lightMap,this.lightMapIntensity=t.lightMapIntensity,this.aoMap=t.aoMap,this.aoMapIntensity=t.aoMapIntensity,this.specularMap=t.specularMap,this.alphaMap=t.alphaMap,this.envMap=t.envMap,this.envMapRotation.copy(t.envMapRotation),this.combine=t.combine,this.reflectivity=t.reflectivity,this.refractionRatio=t.refractionRatio,this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this.wireframeLinecap=t.wireframeLinecap,this.wireframeLinejoin=t.wireframeLinejoin,this.fog=t.fog,this}},Bh=new te,Ei=new mo,Vr=new as,kh=new B,Gr=new B,Hr=new B,Wr=new B,Cl=new B,$r=new B,zh=new B,Xr=new B,Ge=class extends rn{constructor(t=new Ae,e=new go){super(),this.isMesh=!0,this.type="Mesh",this.geometry=t,this.material=e,this.morphTargetDictionary=void 0,this.morphTargetInfluences=void 0,this.count=1,this.updateMorphTargets()}copy(t,e){return super.copy(t,e),t.morphTargetInfluences!==void 0?this.morphTargetInfluences=t.morphTargetInfluences.slice():this.morphTargetInfluences=void 0,t.morphTargetDictionary!==void 0?this.morphTargetDictionary=Object.assign({},t.morphTargetDictionary):this.morphTargetDictionary=void 0,this.material=Array.isArray(t.material)?t.material.slice():t.material,this.geometry=t.geometry,this}updateMorphTargets(){let e=this.geometry.morphAttributes,n=Object.keys(e);if(n.length>0){let s=e[n[0]];if(s!==void 0){this.morphTargetInfluences=[],this.morphTargetDictionary={};for(let r=0,o=s.length;r<o;r++){let a=s[r].name||String(r);this.morphTargetInfluences.push(0),this.morphTargetDictionary[a]=r}}}}getVertexPosition(t,e){let n=this.geometry,s=n.attributes.position,r=n.morphAttributes.position,o=n.morphTargetsRelative;e.fromBufferAttribute(s,t);let a=this.morphTargetInfluences;if(r&&a){$r.set(0,0,0);for(let c=0,l=r.length;c<l;c++){let h=a[c],u=r[c];h!==0&&(Cl.fromBufferAttribute(u,t),o?$r.addScaledVector(Cl,h):$r.addScaledVector(Cl.sub(e),h))}e.add($r)}return e}intersectsFrustum(t){return t.intersectsObject(this)}raycast(t,e){let n=this.geometry,s=this.material,r=this.matrixWorld;s!==void 0&&(n.boundingSphere===null&&n.computeBoundingSphere(),Vr.copy(n.boundingSphere),Vr.applyMatrix4(r),Ei.copy(t.ray).recast(t.near),!(Vr.containsPoint(Ei.origin)===!1&&(Ei.intersectSphere(Vr,kh)===null||Ei.origin.distanceToSquared(kh)>(t.far-t.near)**2))&&(Bh.copy(r).invert(),Ei.copy(t.ray).applyMatrix4(Bh),!(n.boundingBox!==null&&Ei.intersectsBox(n.boundingBox)===!1)&&this._computeIntersections(t,e,Ei)))}_computeIntersections(t,e,n){let s,r=this.geometry,o=this.material,a=r.index,c=r.attributes.position,l=r.attributes.uv,h=r.attributes.uv1,u=r.attributes.normal,d=r.groups,f=r.drawRange;if(a!==null)if(Array.isArray(o))for(let g=0,x=d.length;g<x;g++){let p=d[g],m=o[p.materialIndex],M=Math.max(p.start,f.start),w=Math.min(a.count,Math.min(p.start+p.count,f.start+f.count));for(let S=M,C=w;S<C;S+=3){let E=a.getX(S),v=a.getX(S+1),b=a.getX(S+2);s=qr(this,m,t,n,l,h,u,E,v,b),s&&(s.faceIndex=Math.floor(S/3),s.face.materialIndex=p.materialIndex,e.push(s))}}else{let g=Math.max(0,f.start),x=Math.min(a.count,f.start+f.count);for(let p=g,m=x;p<m;p+=3){let M=a.getX(p),w=a.getX(p+1),S=a.getX(p+2);s=qr(this,o,t,n,l,h,u,M,w,S),s&&(s.faceIndex=Math.floor(p/3),e.push(s))}}else if(c!==void 0)if(Array.isArray(o))for(let g=0,x=d.length;g<x;g++){let p=d[g],m=o[p.materialIndex],M=Math.max(p.start,f.start),w=Math.min(c.count,Math.min(p.start+p.count,f.start+f.count));for(let S=M,C=w;S<C;S+=3){let E=S,v=S+1,b=S+2;s=qr(this,m,t,n,l,h,u,E,v,b),s&&(s.faceIndex=Math.floor(S/3),s.face.materialIndex=p.materialIndex,e.push(s))}}else{let g=Math.max(0,f.start),x=Math.min(c.count,f.start+f.count);for(let p=g,m=x;p<m;p+=3){let M=p,w=p+1,S=p+2;s=qr(this,o,t,n,l,h,u,M,w,S),s&&(s.faceIndex=Math.floor(p/3),e.push(s))}}}};function ip(i,t,e,n,s,r,o,a){let c;if(t.side===Be?c=n.intersectTriangle(o,r,s,!0,a):c=n.intersectTriangle(s,r,o,t.side===hi,a),c===null)return null;Xr.copy(a),Xr.applyMatrix4(i.matrixWorld);let l=e.ray.origin.distanceTo(Xr);return l<e.near||l>e.far?null:{distance:l,point:Xr.clone(),object:i}}function qr(i,t,e,n,s,r,o,a,c,l){i.getVertexPosition(a,Gr),i.getVertexPosition(c,Hr),i.getVertexPosition(l,Wr);let h=ip(i,t,e,n,Gr,Hr,Wr,zh);if(h){let u=new B;ii.getBarycoord(zh,Gr,Hr,Wr,u),s&&(h.uv=ii.getInterpolatedAttribute(s,a,c,l,u,new Wt)),r&&(h.uv1=ii.getInterpolatedAttribute(r,a,c,l,u,new Wt)),o&&(h.normal=ii.getInterpolatedAttribute(o,a,c,l,u,new B),h.normal.dot(n.direction)>0&&h.normal.multiplyScalar(-1));let d={a,b:c,c:l,normal:new B,materialIndex:0};ii.getNormal(Gr,Hr,Wr,d.normal),h.face=d,h.barycoord=u}return h}var ls=class extends Ve{constructor(t=null,e=1,n=1,s,r,o,a,c,l=fe,h=fe,u,d){super(null,o,a,c,l,h,s,r,u,d),this.isDataTexture=!0,this.image={data:t,width:e,height:n},this.generateMipmaps=!1,this.flipY=!1,this.unpackAlignment=1}};var Ti=new as,sp=new Wt(.5,.5),Yr=new B,Ci=class{constructor(t=new dn,e=new dn,n=new dn,s=new dn,r=new dn,o=new dn){this.planes=[t,e,n,s,r,o]}set(t,e,n,s,r,o){let a=this.planes;return a[0].copy(t),a[1].copy(e),a[2].copy(n),a[3].copy(s),a[4].copy(r),a[5].copy(o),this}copy(t){let e=this.planes;for(let n=0;n<6;n++)e[n].copy(t.planes[n]);return this}setFromProjectionMatrix(t,e=sn,n=!1){let s=this.planes,r=t.elements,o=r[0],a=r[1],c=r[2],l=r[3],h=r[4],u=r[5],d=r[6],f=r[7],g=r[8],x=r[9],p=r[10],m=r[11],M=r[12],w=r[13],S=r[14],C=r[15];if(s[0].setComponents(l-o,f-h,m-g,C-M).normalize(),s[1].setComponents(l+o,f+h,m+g,C+M).normalize(),s[2].setComponents(l+a,f+u,m+x,C+w).normalize(),s[3].setComponents(l-a,f-u,m-x,C-w).normalize(),n)s[4].setComponents(c,d,p,S).normalize(),s[5].setComponents(l-c,f-d,m-p,C-S).normalize();else if(s[4].setComponents(l-c,f-d,m-p,C-S).normalize(),e===sn)s[5].setComponents(l+c,f+d,m+p,C+S).normalize();else if(e===Us)s[5].setComponents(c,d,p,S).normalize();else throw new Error("THREE.Frustum.setFromProjectionMatrix(): Invalid coordinate system: "+e);return this}intersectsObject(t){if(t.boundingSphere!==void 0)t.boundingSphere===null&&t.computeBoundingSphere(),Ti.copy(t.boundingSphere).applyMatrix4(t.matrixWorld);else{let e=t.geometry;e.boundingSphere===null&&e.computeBoundingSphere(),Ti.copy(e.boundingSphere).applyMatrix4(t.matrixWorld)}return this.intersectsSphere(Ti)}intersectsSprite(t){Ti.center.set(0,0,0);let e=sp.distanceTo(t.center);return Ti.radius=.7071067811865476+e,Ti.applyMatrix4(t.matrixWorld),this.intersectsSphere(Ti)}intersectsSphere(t){let e=this.planes,n=t.center,s=-t.radius;for(let r=0;r<6;r++)if(e[r].distanceToPoint(n)<s)return!1;return!0}intersectsBox(t){let e=this.planes;for(let n=0;n<6;n++){let s=e[n];if(Yr.x=s.normal.x>0?t.max.x:t.min.x,Yr.y=s.normal.y>0?t.max.y:t.min.y,Yr.z=s.normal.z>0?t.max.z:t.min.z,s.distanceToPoint(Yr)<0)return!1}return!0}containsPoint(t){let e=this.planes;for(let n=0;n<6;n++)if(e[n].distanceToPoint(t)<0)return!1;return!0}clone(){return new this.constructor().copy(this)}},Vh=new te,vo=class i{constructor(){this.coordinateSystem=sn,this._frustums=[],this._count=0}setFromArrayCamera(t){let e=t.cameras,n=this._frustums;for(let s=0;s<e.length;s++){let r=e[s];Vh.multiplyMatrices(r.projectionMatrix,r.matrixWorldInverse),n[s]===void 0&&(n[s]=new Ci),n[s].setFromProjectionMatrix(Vh,r.coordinateSystem,r.reversedDepth)}return this._count=e.length,this}getFrustum(t){return this._frustums[t]}intersectsObject(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsObject(t))return!0;return!1}intersectsSprite(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsSprite(t))return!0;return!1}intersectsSphere(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsSphere(t))return!0;return!1}intersectsBox(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].intersectsBox(t))return!0;return!1}containsPoint(t){let e=this._frustums;for(let n=0;n<this._count;n++)if(e[n].containsPoint(t))return!0;return!1}copy(t){this.coordinateSystem=t.coordinateSystem;let e=this._frustums,n=t._frustums;for(let s=0;s<t._count;s++)e[s]===void 0&&(e[s]=new Ci),e[s].copy(n[s]);return this._count=t._count,this}clone(){return new i().copy(this)}};var Hs=class extends Ve{constructor(t=[],e=Ii,n,s,r,o,a,c,l,h){super(t,e,n,s,r,o,a,c,l,h),this.isCubeTexture=!0,this.flipY=!1}get images(){return this.image}set images(t){this.image=t}};var zn=class extends Ve{constructor(t,e,n=fn,s,r,o,a=fe,c=fe,l,h=kn,u=1){if(h!==kn&&h!==Gn)throw new Error("THREE.DepthTexture: format must be either THREE.DepthFormat or THREE.DepthStencilFormat");let d={width:t,height:e,depth:u};super(d,s,r,o,a,c,h,n,l),this.isDepthTexture=!0,this.flipY=!1,this.generateMipmaps=!1,this.compareFunction=null}copy(t){return super.copy(t),this.source=new rs(Object.assign({},t.image)),this.compareFunction=t.compareFunction,this}toJSON(t){let e=super.toJSON(t);return e.compareFunction=this.compareFunction,e}},Ws=class extends zn{constructor(t,e=fn,n=Ii,s,r,o=fe,a=fe,c,l=kn){let h={width:t,height:t,depth:1},u=[h,h,h,h,h,h];super(t,t,e,n,s,r,o,a,c,l),this.image=u,this.isCubeDepthTexture=!0,this.isCubeTexture=!0}get images(){return this.image}set images(t){this.image=t}},$s=class extends Ve{constructor(t=null){super(),this.sourceTexture=t,this.isExternalTexture=!0}copy(t){return super.copy(t),this.sourceTexture=t.sourceTexture,this}},cs=class i extends Ae{constructor(t=1,e=1,n=1,s=1,r=1,o=1){super(),this.type="BoxGeometry",this.parameters={width:t,height:e,depth:n,widthSegments:s,heightSegments:r,depthSegments:o};let a=this;s=Math.floor(s),r=Math.floor(r),o=Math.floor(o);let c=[],l=[],h=[],u=[],d=0,f=0;g("z","y","x",-1,-1,n,e,t,o,r,0),g("z","y","x",1,-1,n,e,-t,o,r,1),g("x","z","y",1,1,t,n,e,s,o,2),g("x","z","y",1,-1,t,n,-e,s,o,3),g("x","y","z",1,-1,t,e,n,s,r,4),g("x","y","z",-1,-1,t,e,-n,s,r,5),this.setIndex(c),this.setAttribute("position",new Se(l,3)),this.setAttribute("normal",new Se(h,3)),this.setAttribute("uv",new Se(u,2));function g(x,p,m,M,w,S,C,E,v,b,U){let I=S/v,D=C/b,O=S/2,H=C/2,L=E/2,$=v+1,Z=b+1,A=0,tt=0,k=new B;for(let q=0;q<Z;q++){let J=q*D-H;for(let gt=0;gt<$;gt++){let Pt=gt*I-O;k[x]=Pt*M,k[p]=J*w,k[m]=L,l.push(k.x,k.y,k.z),k[x]=0,k[p]=0,k[m]=E>0?1:-1,h.push(k.x,k.y,k.z),u.push(gt/v),u.push(1-q/b),A+=1}}for(let q=0;q<b;q++)for(let J=0;J<v;J++){let gt=d+J+$*q,Pt=d+J+$*(q+1),X=d+(J+1)+$*(q+1),rt=d+(J+1)+$*q;c.push(gt,Pt,rt),c.push(Pt,X,rt),tt+=6}a.addGroup(f,tt,U),f+=tt,d+=A}}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.width,t.height,t.depth,t.widthSegments,t.heightSegments,t.depthSegments)}};var oi=class i extends Ae{constructor(t=1,e=1,n=1,s=32,r=1,o=!1,a=0,c=Math.PI*2){super(),this.type="CylinderGeometry",this.parameters={radiusTop:t,radiusBottom:e,height:n,radialSegments:s,heightSegments:r,openEnded:o,thetaStart:a,thetaLength:c};let l=this;s=Math.floor(s),r=Math.floor(r);let h=[],u=[],d=[],f=[],g=0,x=[],p=n/2,m=0;M(),o===!1&&(t>0&&w(!0),e>0&&w(!1)),this.setIndex(h),this.setAttribute("position",new Se(u,3)),this.setAttribute("normal",new Se(d,3)),this.setAttribute("uv",new Se(f,2));function M(){let S=new B,C=new B,E=0,v=(e-t)/n;for(let b=0;b<=r;b++){let U=[],I=b/r,D=I*(e-t)+t;for(let O=0;O<=s;O++){let H=O/s,L=H*c+a,$=Math.sin(L),Z=Math.cos(L);C.x=D*$,C.y=-I*n+p,C.z=D*Z,u.push(C.x,C.y,C.z),S.set($,v,Z).normalize(),d.push(S.x,S.y,S.z),f.push(H,1-I),U.push(g++)}x.push(U)}for(let b=0;b<s;b++)for(let U=0;U<r;U++){let I=x[U][b],D=x[U+1][b],O=x[U+1][b+1],H=x[U][b+1];(t>0||U!==0)&&(h.push(I,D,H),E+=3),(e>0||U!==r-1)&&(h.push(D,O,H),E+=3)}l.addGroup(m,E,0),m+=E}function w(S){let C=g,E=new Wt,v=new B,b=0,U=S===!0?t:e,I=S===!0?1:-1;for(let O=1;O<=s;O++)u.push(0,p*I,0),d.push(0,I,0),f.push(.5,.5),g++;let D=g;for(let O=0;O<=s;O++){let L=O/s*c+a,$=Math.cos(L),Z=Math.sin(L);v.x=U*Z,v.y=p*I,v.z=U*$,u.push(v.x,v.y,v.z),d.push(0,I,0),E.x=$*.5+.5,E.y=Z*.5*I+.5,f.push(E.x,E.y),g++}for(let O=0;O<s;O++){let H=C+O,L=D+O;S===!0?h.push(L,L+1,H):h.push(L+1,L,H),b+=3}l.addGroup(m,b,S===!0?1:2),m+=b}}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.radiusTop,t.radiusBottom,t.height,t.radialSegments,t.heightSegments,t.openEnded,t.thetaStart,t.thetaLength)}};var Xs=class i extends Ae{constructor(t=1,e=1,n=1,s=1){super(),this.type="PlaneGeometry",this.parameters={width:t,height:e,widthSegments:n,heightSegments:s};let r=t/2,o=e/2,a=Math.floor(n),c=Math.floor(s),l=a+1,h=c+1,u=t/a,d=e/c,f=[],g=[],x=[],p=[];for(let m=0;m<h;m++){let M=m*d-o;for(let w=0;w<l;w++){let S=w*u-r;g.push(S,-M,0),x.push(0,0,1),p.push(w/a),p.push(1-m/c)}}for(let m=0;m<c;m++)for(let M=0;M<a;M++){let w=M+l*m,S=M+l*(m+1),C=M+1+l*(m+1),E=M+1+l*m;f.push(w,S,E),f.push(S,C,E)}this.setIndex(f),this.setAttribute("position",new Se(g,3)),this.setAttribute("normal",new Se(x,3)),this.setAttribute("uv",new Se(p,2))}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.width,t.height,t.widthSegments,t.heightSegments)}};var qs=class i extends Ae{constructor(t=1,e=32,n=16,s=0,r=Math.PI*2,o=0,a=Math.PI){super(),this.type="SphereGeometry",this.parameters={radius:t,widthSegments:e,heightSegments:n,phiStart:s,phiLength:r,thetaStart:o,thetaLength:a},e=Math.max(3,Math.floor(e)),n=Math.max(2,Math.floor(n));let c=Math.min(o+a,Math.PI),l=0,h=[],u=new B,d=new B,f=[],g=[],x=[],p=[];for(let m=0;m<=n;m++){let M=[],w=m/n,S=o+w*a,C=t*Math.cos(S),E=Math.sqrt(t*t-C*C),v=0;m===0&&o===0?v=.5/e:m===n&&c===Math.PI&&(v=-.5/e);for(let b=0;b<=e;b++){let U=b/e,I=s+U*r;u.x=-E*Math.cos(I),u.y=C,u.z=E*Math.sin(I),g.push(u.x,u.y,u.z),d.copy(u).normalize(),x.push(d.x,d.y,d.z),p.push(U+v,1-w),M.push(l++)}h.push(M)}for(let m=0;m<n;m++)for(let M=0;M<e;M++){let w=h[m][M+1],S=h[m][M],C=h[m+1][M],E=h[m+1][M+1];(m!==0||o>0)&&f.push(w,S,E),(m!==n-1||c<Math.PI)&&f.push(S,C,E)}this.setIndex(f),this.setAttribute("position",new Se(g,3)),this.setAttribute("normal",new Se(x,3)),this.setAttribute("uv",new Se(p,2))}copy(t){return super.copy(t),this.parameters=Object.assign({},t.parameters),this}static fromJSON(t){return new i(t.radius,t.widthSegments,t.heightSegments,t.phiStart,t.phiLength,t.thetaStart,t.thetaLength)}};function Ni(i){let t={};for(let e in i){t[e]={};for(let n in i[e]){let s=i[e][n];if(Gh(s))s.isRenderTargetTexture?(Rt("UniformsUtils: Textures of render targets cannot be cloned via cloneUniforms() or mergeUniforms()."),t[e][n]=null):t[e][n]=s.clone();else if(Array.isArray(s))if(Gh(s[0])){let r=[];for(let o=0,a=s.length;o<a;o++)r[o]=s[o].clone();t[e][n]=r}else t[e][n]=s.slice();else t[e][n]=s}}return t}function Le(i){let t={};for(let e=0;e<i.length;e++){let n=Ni(i[e]);for(let s in n)t[s]=n[s]}return t}function Gh(i){return i&&(i.isColor||i.isMatrix3||i.isMatrix4||i.isVector2||i.isVector3||i.isVector4||i.isTexture||i.isQuaternion)}function rp(i){let t=[];for(let e=0;e<i.length;e++)t.push(i[e].clone());return t}function cc(i){let t=i.getRenderTarget();return t===null?i.outputColorSpace:t.isXRRenderTarget===!0?t.texture.colorSpace:Gt.workingColorSpace}var Lu={clone:Ni,merge:Le},op=`void main() {
	gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
}`,ap=`void main() {
	gl_FragColor = vec4( 1.0, 0.0, 0.0, 1.0 );
}`,Tn=class extends Ai{constructor(t){super(),this.isShaderMaterial=!0,this.type="ShaderMaterial",this.defines={},this.uniforms={},this.uniformsGroups=[],this.vertexShader=op,this.fragmentShader=ap,this.linewidth=1,this.wireframe=!1,this.wireframeLinewidth=1,this.fog=!1,this.lights=!1,this.clipping=!1,this.forceSinglePass=!0,this.extensions={clipCullDistance:!1,multiDraw:!1},this.defaultAttributeValues={color:[1,1,1],uv:[0,0],uv1:[0,0]},this.index0AttributeName=void 0,this.uniformsNeedUpdate=!1,this.glslVersion=null,t!==void 0&&this.setValues(t)}copy(t){return super.copy(t),this.fragmentShader=t.fragmentShader,this.vertexShader=t.vertexShader,this.uniforms=Ni(t.uniforms),this.uniformsGroups=rp(t.uniformsGroups),this.defines=Object.assign({},t.defines),this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this.fog=t.fog,this.lights=t.lights,this.clipping=t.clipping,this.extensions=Object.assign({},t.extensions),this.glslVersion=t.glslVersion,this.defaultAttributeValues=Object.assign({},t.defaultAttributeValues),this.index0AttributeName=t.index0AttributeName,this.uniformsNeedUpdate=t.uniformsNeedUpdate,this}toJSON(t){let e=super.toJSON(t);e.glslVersion=this.glslVersion,e.uniforms={};for(let s in this.uniforms){let o=this.uniforms[s].value;o&&o.isTexture?e.uniforms[s]={type:"t",value:o.toJSON(t).uuid}:o&&o.isColor?e.uniforms[s]={type:"c",value:o.getHex()}:o&&o.isVector2?e.uniforms[s]={type:"v2",value:o.toArray()}:o&&o.isVector3?e.uniforms[s]={type:"v3",value:o.toArray()}:o&&o.isVector4?e.uniforms[s]={type:"v4",value:o.toArray()}:o&&o.isMatrix3?e.uniforms[s]={type:"m3",value:o.toArray()}:o&&o.isMatrix4?e.uniforms[s]={type:"m4",value:o.toArray()}:e.uniforms[s]={value:o}}Object.keys(this.defines).length>0&&(e.defines=this.defines),e.vertexShader=this.vertexShader,e.fragmentShader=this.fragmentShader,e.lights=this.lights,e.clipping=this.clipping;let n={};for(let s in this.extensions)this.extensions[s]===!0&&(n[s]=!0);return Object.keys(n).length>0&&(e.extensions=n),e}fromJSON(t,e){if(super.fromJSON(t,e),t.uniforms!==void 0)for(let n in t.uniforms){let s=t.uniforms[n];switch(this.uniforms[n]={},s.type){case"t":this.uniforms[n].value=e[s.value]||null;break;case"c":this.uniforms[n].value=new Xt().setHex(s.value);break;case"v2":this.uniforms[n].value=new Wt().fromArray(s.value);break;case"v3":this.uniforms[n].value=new B().fromArray(s.value);break;case"v4":this.uniforms[n].value=new ie().fromArray(s.value);break;case"m3":this.uniforms[n].value=new Lt().fromArray(s.value);break;case"m4":this.uniforms[n].value=new te().fromArray(s.value);break;default:this.uniforms[n].value=s.value}}if(t.defines!==void 0&&(this.defines=t.defines),t.vertexShader!==void 0&&(this.vertexShader=t.vertexShader),t.fragmentShader!==void 0&&(this.fragmentShader=t.fragmentShader),t.glslVersion!==void 0&&(this.glslVersion=t.glslVersion),t.extensions!==void 0)for(let n in t.extensions)this.extensions[n]=t.extensions[n];return t.lights!==void 0&&(this.lights=t.lights),t.clipping!==void 0&&(this.clipping=t.clipping),this}},hs=class extends Tn{constructor(t){super(t),this.isRawShaderMaterial=!0,this.type="RawShaderMaterial"}};var _o=class extends Ai{constructor(t){super(),this.isMeshDepthMaterial=!0,this.type="MeshDepthMaterial",this.depthPacking=vu,this.map=null,this.alphaMap=null,this.displacementMap=null,this.displacementScale=1,this.displacementBias=0,this.wireframe=!1,this.wireframeLinewidth=1,this.setValues(t)}copy(t){return super.copy(t),this.depthPacking=t.depthPacking,this.map=t.map,this.alphaMap=t.alphaMap,this.displacementMap=t.displacementMap,this.displacementScale=t.displacementScale,this.displacementBias=t.displacementBias,this.wireframe=t.wireframe,this.wireframeLinewidth=t.wireframeLinewidth,this}},xo=class extends Ai{constructor(t){super(),this.isMeshDistanceMaterial=!0,this.type="MeshDistanceMaterial",this.map=null,this.alphaMap=null,this.displacementMap=null,this.displacementScale=1,this.displacementBias=0,this.setValues(t)}copy(t){return super.copy(t),this.map=t.map,this.alphaMap=t.alphaMap,this.displacementMap=t.displacementMap,this.displacementScale=t.displacementScale,this.displacementBias=t.displacementBias,this}};function Qi(i,t){return!i||i.constructor===t?i:typeof t.BYTES_PER_ELEMENT=="number"?new t(i):Array.prototype.slice.call(i)}function Zr(i){return i!==void 0&&i.inTangents!==void 0&&i.outTangents!==void 0}var ai=class{constructor(t,e,n,s){this.parameterPositions=t,this._cachedIndex=0,this.resultBuffer=s!==void 0?s:new e.constructor(n),this.sampleValues=e,this.valueSize=n,this.settings=null,this.DefaultSettings_={}}evaluate(t){let e=this.parameterPositions,n=this._cachedIndex,s=e[n],r=e[n-1];n:{t:{let o;e:{i:if(!(t<s)){for(let a=n+2;;){if(s===void 0){if(t<r)break i;return n=e.length,this._cachedIndex=n,this.copySampleValue_(n-1)}if(n===a)break;if(r=s,s=e[++n],t<s)break t}o=e.length;break e}if(!(t>=r)){let a=e[1];t<a&&(n=2,r=a);for(let c=n-2;;){if(r===void 0)return this._cachedIndex=0,this.copySampleValue_(0);if(n===c)break;if(s=r,r=e[--n-1],t>=r)break t}o=n,n=0;break e}break n}for(;n<o;){let a=n+o>>>1;t<e[a]?o=a:n=a+1}if(s=e[n],r=e[n-1],r===void 0)return this._cachedIndex=0,this.copySampleValue_(0);if(s===void 0)return n=e.length,this._cachedIndex=n,this.copySampleValue_(n-1)}this._cachedIndex=n,this.intervalChanged_(n,r,s)}return this.interpolate_(n,r,t,s)}getSettings_(){return this.settings||this.DefaultSettings_}copySampleValue_(t){let e=this.resultBuffer,n=this.sampleValues,s=this.valueSize,r=t*s;for(let o=0;o!==s;++o)e[o]=n[r+o];return e}interpolate_(){throw new Error("THREE.Interpolant: Call to abstract method.")}intervalChanged_(){}},yo=class extends ai{constructor(t,e,n,s){super(t,e,n,s),this._weightPrev=-0,this._offsetPrev=-0,this._weightNext=-0,this._offsetNext=-0,this.DefaultSettings_={endingStart:Pl,endingEnd:Pl}}intervalChanged_(t,e,n){let s=this.parameterPositions,r=t-2,o=t+1,a=s[r],c=s[o];if(a===void 0)switch(this.getSettings_().endingStart){case Il:r=t,a=2*e-n;break;case Ll:r=s.length-2,a=e+s[r]-s[r+1];break;default:r=t,a=n}if(c===void 0)switch(this.getSettings_().endingEnd){case Il:o=t,c=2*n-e;break;case Ll:o=1,c=n+s[1]-s[0];break;default:o=t-1,c=e}let l=(n-e)*.5,h=this.valueSize;this._weightPrev=l/(e-a),this._weightNext=l/(c-n),this._offsetPrev=r*h,this._offsetNext=o*h}interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,c=t*a,l=c-a,h=this._offsetPrev,u=this._offsetNext,d=this._weightPrev,f=this._weightNext,g=(n-e)/(s-e),x=g*g,p=x*g,m=-d*p+2*d*x-d*g,M=(1+d)*p+(-1.5-2*d)*x+(-.5+d)*g+1,w=(-1-f)*p+(1.5+f)*x+.5*g,S=f*p-f*x;for(let C=0;C!==a;++C)r[C]=m*o[h+C]+M*o[l+C]+w*o[c+C]+S*o[u+C];return r}},bo=class extends ai{constructor(t,e,n,s){super(t,e,n,s)}interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,c=t*a,l=c-a,h=(n-e)/(s-e),u=1-h;for(let d=0;d!==a;++d)r[d]=o[l+d]*u+o[c+d]*h;return r}},So=class extends ai{constructor(t,e,n,s){super(t,e,n,s)}interpolate_(t){return this.copySampleValue_(t-1)}},Mo=class extends ai{interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,c=t*a,l=c-a,h=this.inTangents,u=this.outTangents;if(!h||!u){let g=(n-e)/(s-e),x=1-g;for(let p=0;p!==a;++p)r[p]=o[l+p]*x+o[c+p]*g;return r}let d=a*2,f=t-1;for(let g=0;g!==a;++g){let x=o[l+g],p=o[c+g],m=f*d+g*2,M=u[m],w=u[m+1],S=t*d+g*2,C=h[S],E=h[S+1],v=cp(n,e,M,C,s);r[g]=Nu(v,x,w,E,p)}return r}};function Nu(i,t,e,n,s){let r=1-i;return r*r*r*t+3*r*r*i*e+3*r*i*i*n+i*i*i*s}function lp(i,t,e,n,s){let r=1-i;return 3*r*r*(e-t)+6*r*i*(n-e)+3*i*i*(s-n)}function cp(i,t,e,n,s){let r=(i-t)/(s-t);for(let o=0;o<8;o++){let a=Nu(r,t,e,n,s)-i;if(Math.abs(a)<1e-10)break;let c=lp(r,t,e,n,s);if(Math.abs(c)<1e-10)break;r=Math.max(0,Math.min(1,r-a/c))}return r}var Ye=class{constructor(t,e,n,s){if(t===void 0)throw new Error("THREE.KeyframeTrack: track name is undefined");if(e===void 0||e.length===0)throw new Error("THREE.KeyframeTrack: no keyframes in track named "+t);this.name=t,this.times=Qi(e,this.TimeBufferType),this.values=Qi(n,this.ValueBufferType),this.setInterpolation(s||this.DefaultInterpolation)}static toJSON(t){let e=t.constructor,n;if(e.toJSON!==this.toJSON)n=e.toJSON(t);else{n={name:t.name,times:Qi(t.times,Array),values:Qi(t.values,Array)};let s=t.getInterpolation();s!==t.DefaultInterpolation&&(n.interpolation=s),Zr(t.settings)&&(n.settings={inTangents:Qi(t.settings.inTangents,Array),outTangents:Qi(t.settings.outTangents,Array)})}return n.type=t.ValueTypeName,n}InterpolantFactoryMethodDiscrete(t){return new So(this.times,this.values,this.getValueSize(),t)}InterpolantFactoryMethodLinear(t){return new bo(this.times,this.values,this.getValueSize(),t)}InterpolantFactoryMethodSmooth(t){return new yo(this.times,this.values,this.getValueSize(),t)}InterpolantFactoryMethodBezier(t){let e=new Mo(this.times,this.values,this.getValueSize(),t);return this.settings&&(e.inTangents=this.settings.inTangents,e.outTangents=this.settings.outTangents),e}setInterpolation(t){let e;switch(t){case Ns:e=this.InterpolantFactoryMethodDiscrete;break;case co:e=this.InterpolantFactoryMethodLinear;break;case jr:e=this.InterpolantFactoryMethodSmooth;break;case Rl:e=this.InterpolantFactoryMethodBezier;break}if(e===void 0){let n="unsupported interpolation for "+this.ValueTypeName+" keyframe track named "+this.name;if(this.createInterpolant===void 0)if(t!==this.DefaultInterpolation)this.setInterpolation(this.DefaultInterpolation);else throw new Error(n);return Rt("KeyframeTrack:",n),this}return this.createInterpolant=e,this}getInterpolation(){switch(this.createInterpolant){case this.InterpolantFactoryMethodDiscrete:return Ns;case this.InterpolantFactoryMethodLinear:return co;case this.InterpolantFactoryMethodSmooth:return jr;case this.InterpolantFactoryMethodBezier:return Rl}}getValueSize(){return this.values.length/this.times.length}shift(t){if(t!==0){let e=this.times;for(let n=0,s=e.length;n!==s;++n)e[n]+=t;Zr(this.settings)&&(Hh(this.settings.inTangents,t),Hh(this.settings.outTangents,t))}return this}scale(t){if(t!==1){let e=this.times;for(let n=0,s=e.length;n!==s;++n)e[n]*=t;Zr(this.settings)&&(Wh(this.settings.inTangents,t),Wh(this.settings.outTangents,t))}return this}trim(t,e){let n=this.times,s=n.length,r=0,o=s-1;for(;r!==s&&n[r]<t;)++r;for(;o!==-1&&n[o]>e;)--o;if(++o,r!==0||o!==s){r>=o&&(o=Math.max(o,1),r=o-1);let a=this.getValueSize();this.times=n.slice(r,o),this.values=this.values.slice(r*a,o*a)}return this}validate(){let t=!0,e=this.getValueSize();e-Math.floor(e)!==0&&(It("KeyframeTrack: Invalid value size in track.",this),t=!1);let n=this.times,s=this.values,r=n.length;r===0&&(It("KeyframeTrack: Track is empty.",this),t=!1);let o=null;for(let a=0;a!==r;a++){let c=n[a];if(typeof c=="number"&&isNaN(c)){It("KeyframeTrack: Time is not a valid number.",this,a,c),t=!1;break}if(o!==null&&o>c){It("KeyframeTrack: Out of order keys.",this,a,c,o),t=!1;break}o=c}if(s!==void 0&&Of(s))for(let a=0,c=s.length;a!==c;++a){let l=s[a];if(isNaN(l)){It("KeyframeTrack: Value is not a valid number.",this,a,l),t=!1;break}}return t}optimize(){let t=this.times.slice(),e=this.values.slice(),n=this.getValueSize(),s=this.getInterpolation()===jr,r=t.length-1,o=1;for(let a=1;a<r;++a){let c=!1,l=t[a],h=t[a+1];if(l!==h&&(a!==1||l!==t[0]))if(s)c=!0;else{let u=a*n,d=u-n,f=u+n;for(let g=0;g!==n;++g){let x=e[u+g];if(x!==e[d+g]||x!==e[f+g]){c=!0;break}}}if(c){if(a!==o){t[o]=t[a];let u=a*n,d=o*n;for(let f=0;f!==n;++f)e[d+f]=e[u+f]}++o}}if(r>0){t[o]=t[r];for(let a=r*n,c=o*n,l=0;l!==n;++l)e[c+l]=e[a+l];++o}return o!==t.length?(this.times=t.slice(0,o),this.values=e.slice(0,o*n)):(this.times=t,this.values=e),this}clone(){let t=this.times.slice(),e=this.values.slice(),n=this.constructor,s=new n(this.name,t,e);return s.createInterpolant=this.createInterpolant,Zr(this.settings)&&(s.settings={inTangents:this.settings.inTangents.slice(),outTangents:this.settings.outTangents.slice()}),s}};function Hh(i,t){for(let e=0,n=i.length;e!==n;e+=2)i[e]+=t}function Wh(i,t){for(let e=0,n=i.length;e!==n;e+=2)i[e]*=t}Ye.prototype.ValueTypeName="";Ye.prototype.TimeBufferType=Float32Array;Ye.prototype.ValueBufferType=Float32Array;Ye.prototype.DefaultInterpolation=co;var li=class extends Ye{constructor(t,e,n){super(t,e,n)}};li.prototype.ValueTypeName="bool";li.prototype.ValueBufferType=Array;li.prototype.DefaultInterpolation=Ns;li.prototype.InterpolantFactoryMethodLinear=void 0;li.prototype.InterpolantFactoryMethodSmooth=void 0;var wo=class extends Ye{constructor(t,e,n,s){super(t,e,n,s)}};wo.prototype.ValueTypeName="color";var Eo=class extends Ye{constructor(t,e,n,s){super(t,e,n,s)}};Eo.prototype.ValueTypeName="number";var To=class extends ai{constructor(t,e,n,s){super(t,e,n,s)}interpolate_(t,e,n,s){let r=this.resultBuffer,o=this.sampleValues,a=this.valueSize,c=(n-e)/(s-e),l=t*a;for(let h=l+a;l!==h;l+=4)Oe.slerpFlat(r,0,o,l-a,o,l,c);return r}},Ys=class extends Ye{constructor(t,e,n,s){super(t,e,n,s)}InterpolantFactoryMethodLinear(t){return new To(this.times,this.values,this.getValueSize(),t)}};Ys.prototype.ValueTypeName="quaternion";Ys.prototype.InterpolantFactoryMethodSmooth=void 0;var ci=class extends Ye{constructor(t,e,n){super(t,e,n)}};ci.prototype.ValueTypeName="string";ci.prototype.ValueBufferType=Array;ci.prototype.DefaultInterpolation=Ns;ci.prototype.InterpolantFactoryMethodLinear=void 0;ci.prototype.InterpolantFactoryMethodSmooth=void 0;var Ao=class extends Ye{constructor(t,e,n,s){super(t,e,n,s)}};Ao.prototype.ValueTypeName="vector";var Co=class{constructor(t,e,n){let s=this,r=!1,o=0,a=0,c,l=[];this.onStart=void 0,this.onLoad=t,this.onProgress=e,this.onError=n,this._abortController=null,this.itemStart=function(h){a++,r===!1&&s.onStart!==void 0&&s.onStart(h,o,a),r=!0},this.itemEnd=function(h){o++,s.onProgress!==void 0&&s.onProgress(h,o,a),o===a&&(r=!1,s.onLoad!==void 0&&s.onLoad())},this.itemError=function(h){s.onError!==void 0&&s.onError(h)},this.resolveURL=function(h){return h=h.normalize("NFC"),c?c(h):h},this.setURLModifier=function(h){return c=h,this},this.addHandler=function(h,u){return l.push(h,u),this},this.removeHandler=function(h){let u=l.indexOf(h);return u!==-1&&l.splice(u,2),this},this.getHandler=function(h){for(let u=0,d=l.length;u<d;u+=2){let f=l[u],g=l[u+1];if(f.global&&(f.lastIndex=0),f.test(h))return g}return null},this.abort=function(){return this.abortController.abort(),this._abortController=null,this}}get abortController(){return this._abortController||(this._abortController=new AbortController),this._abortController}},Du=new Co,Ro=class{constructor(t){this.manager=t!==void 0?t:Du,this.crossOrigin="anonymous",this.withCredentials=!1,this.path="",this.resourcePath="",this.requestHeader={},this.priority="auto",this.cache="default",typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("observe",{detail:this}))}load(){}loadAsync(t,e){let n=this;return new Promise(function(s,r){n.load(t,s,e,r)})}parse(){}setCrossOrigin(t){return this.crossOrigin=t,this}setWithCredentials(t){return this.withCredentials=t,this}setPath(t){return this.path=t,this}setResourcePath(t){return this.resourcePath=t,this}setRequestHeader(t){return this.requestHeader=t,this}setPriority(t){return this.priority=t,this}setCache(t){return this.cache=t,this}abort(){return this}};Ro.DEFAULT_MATERIAL_NAME="__DEFAULT";var Jr=new B,Kr=new Oe,Mn=new B,Zs=class extends rn{constructor(){super(),this.isCamera=!0,this.type="Camera",this.matrixWorldInverse=new te,this.projectionMatrix=new te,this.projectionMatrixInverse=new te,this.coordinateSystem=sn,this._reversedDepth=!1}get reversedDepth(){return this._reversedDepth}copy(t,e){return super.copy(t,e),this.matrixWorldInverse.copy(t.matrixWorldInverse),this.projectionMatrix.copy(t.projectionMatrix),this.projectionMatrixInverse.copy(t.projectionMatrixInverse),this.coordinateSystem=t.coordinateSystem,this}getWorldDirection(t){return super.getWorldDirection(t).negate()}updateMatrixWorld(t){super.updateMatrixWorld(t),this.matrixWorld.decompose(Jr,Kr,Mn),Mn.x===1&&Mn.y===1&&Mn.z===1?this.matrixWorldInverse.copy(this.matrixWorld).invert():this.matrixWorldInverse.compose(Jr,Kr,Mn.set(1,1,1)).invert()}updateWorldMatrix(t,e,n=!1){super.updateWorldMatrix(t,e,n),this.matrixWorld.decompose(Jr,Kr,Mn),Mn.x===1&&Mn.y===1&&Mn.z===1?this.matrixWorldInverse.copy(this.matrixWorld).invert():this.matrixWorldInverse.compose(Jr,Kr,Mn.set(1,1,1)).invert()}clone(){return new this.constructor().copy(this)}},ni=new B,$h=new Wt,Xh=new Wt,Fe=class extends Zs{constructor(t=50,e=1,n=.1,s=2e3){super(),this.isPerspectiveCamera=!0,this.type="PerspectiveCamera",this.fov=t,this.zoom=1,this.near=n,this.far=s,this.focus=10,this.aspect=e,this.view=null,this.filmGauge=35,this.filmOffset=0,this.updateProjectionMatrix()}copy(t,e){return super.copy(t,e),this.fov=t.fov,this.zoom=t.zoom,this.near=t.near,this.far=t.far,this.focus=t.focus,this.aspect=t.aspect,this.view=t.view===null?null:Object.assign({},t.view),this.filmGauge=t.filmGauge,this.filmOffset=t.filmOffset,this}setFocalLength(t){let e=.5*this.getFilmHeight()/t;this.fov=ho*2*Math.atan(e),this.updateProjectionMatrix()}getFocalLength(){let t=Math.tan(ll*.5*this.fov);return .5*this.getFilmHeight()/t}getEffectiveFOV(){return ho*2*Math.atan(Math.tan(ll*.5*this.fov)/this.zoom)}getFilmWidth(){return this.filmGauge*Math.min(this.aspect,1)}getFilmHeight(){return this.filmGauge/Math.max(this.aspect,1)}getViewBounds(t,e,n){ni.set(-1,-1,.5).applyMatrix4(this.projectionMatrixInverse),e.set(ni.x,ni.y).multiplyScalar(-t/ni.z),ni.set(1,1,.5).applyMatrix4(this.projectionMatrixInverse),n.set(ni.x,ni.y).multiplyScalar(-t/ni.z)}getViewSize(t,e){return this.getViewBounds(t,$h,Xh),e.subVectors(Xh,$h)}setViewOffset(t,e,n,s,r,o){this.aspect=t/e,this.view===null&&(this.view={enabled:!0,fullWidth:1,fullHeight:1,offsetX:0,offsetY:0,width:1,height:1}),this.view.enabled=!0,this.view.fullWidth=t,this.view.fullHeight=e,this.view.offsetX=n,this.view.offsetY=s,this.view.width=r,this.view.height=o,this.updateProjectionMatrix()}clearViewOffset(){this.view!==null&&(this.view.enabled=!1),this.updateProjectionMatrix()}updateProjectionMatrix(){let t=this.near,e=t*Math.tan(ll*.5*this.fov)/this.zoom,n=2*e,s=this.aspect*n,r=-.5*s,o=this.view;if(this.view!==null&&this.view.enabled){let c=o.fullWidth,l=o.fullHeight;r+=o.offsetX*s/c,e-=o.offsetY*n/l,s*=o.width/c,n*=o.height/l}let a=this.filmOffset;a!==0&&(r+=t*a/this.getFilmWidth()),this.projectionMatrix.makePerspective(r,r+s,e,e-n,t,this.far,this.coordinateSystem,this.reversedDepth),this.projectionMatrixInverse.copy(this.projectionMatrix).invert()}toJSON(t){let e=super.toJSON(t);return e.object.fov=this.fov,e.object.zoom=this.zoom,e.object.near=this.near,e.object.far=this.far,e.object.focus=this.focus,e.object.aspect=this.aspect,this.view!==null&&(e.object.view=Object.assign({},this.view)),e.object.filmGauge=this.filmGauge,e.object.filmOffset=this.filmOffset,e}};var us=class extends Zs{constructor(t=-1,e=1,n=1,s=-1,r=.1,o=2e3){super(),this.isOrthographicCamera=!0,this.type="OrthographicCamera",this.zoom=1,this.view=null,this.left=t,this.right=e,this.top=n,this.bottom=s,this.near=r,this.far=o,this.updateProjectionMatrix()}copy(t,e){return super.copy(t,e),this.left=t.left,this.right=t.right,this.top=t.top,this.bottom=t.bottom,this.near=t.near,this.far=t.far,this.zoom=t.zoom,this.view=t.view===null?null:Object.assign({},t.view),this}setViewOffset(t,e,n,s,r,o){this.view===null&&(this.view={enabled:!0,fullWidth:1,fullHeight:1,offsetX:0,offsetY:0,width:1,height:1}),this.view.enabled=!0,this.view.fullWidth=t,this.view.fullHeight=e,this.view.offsetX=n,this.view.offsetY=s,this.view.width=r,this.view.height=o,this.updateProjectionMatrix()}clearViewOffset(){this.view!==null&&(this.view.enabled=!1),this.updateProjectionMatrix()}updateProjectionMatrix(){let t=(this.right-this.left)/(2*this.zoom),e=(this.top-this.bottom)/(2*this.zoom),n=(this.right+this.left)/2,s=(this.top+this.bottom)/2,r=n-t,o=n+t,a=s+e,c=s-e;if(this.view!==null&&this.view.enabled){let l=(this.right-this.left)/this.view.fullWidth/this.zoom,h=(this.top-this.bottom)/this.view.fullHeight/this.zoom;r+=l*this.view.offsetX,o=r+l*this.view.width,a-=h*this.view.offsetY,c=a-h*this.view.height}this.projectionMatrix.makeOrthographic(r,o,a,c,this.near,this.far,this.coordinateSystem,this.reversedDepth),this.projectionMatrixInverse.copy(this.projectionMatrix).invert()}toJSON(t){let e=super.toJSON(t);return e.object.zoom=this.zoom,e.object.left=this.left,e.object.right=this.right,e.object.top=this.top,e.object.bottom=this.bottom,e.object.near=this.near,e.object.far=this.far,this.view!==null&&(e.object.view=Object.assign({},this.view)),e}};var ts=-90,es=1,ds=class extends rn{constructor(t,e,n){super(),this.type="CubeCamera",this.renderTarget=n,this.coordinateSystem=null,this.activeMipmapLevel=0;let s=new Fe(ts,es,t,e);s.layers=this.layers,this.add(s);let r=new Fe(ts,es,t,e);r.layers=this.layers,this.add(r);let o=new Fe(ts,es,t,e);o.layers=this.layers,this.add(o);let a=new Fe(ts,es,t,e);a.layers=this.layers,this.add(a);let c=new Fe(ts,es,t,e);c.layers=this.layers,this.add(c);let l=new Fe(ts,es,t,e);l.layers=this.layers,this.add(l)}updateCoordinateSystem(){let t=this.coordinateSystem,e=this.children.concat(),[n,s,r,o,a,c]=e;for(let l of e)this.remove(l);if(t===sn)n.up.set(0,1,0),n.lookAt(1,0,0),s.up.set(0,1,0),s.lookAt(-1,0,0),r.up.set(0,0,-1),r.lookAt(0,1,0),o.up.set(0,0,1),o.lookAt(0,-1,0),a.up.set(0,1,0),a.lookAt(0,0,1),c.up.set(0,1,0),c.lookAt(0,0,-1);else if(t===Us)n.up.set(0,-1,0),n.lookAt(-1,0,0),s.up.set(0,-1,0),s.lookAt(1,0,0),r.up.set(0,0,1),r.lookAt(0,1,0),o.up.set(0,0,-1),o.lookAt(0,-1,0),a.up.set(0,-1,0),a.lookAt(0,0,1),c.up.set(0,-1,0),c.lookAt(0,0,-1);else throw new Error("THREE.CubeCamera.updateCoordinateSystem(): Invalid coordinate system: "+t);for(let l of e)this.add(l),l.updateMatrixWorld()}update(t,e){this.parent===null&&this.updateMatrixWorld();let{renderTarget:n,activeMipmapLevel:s}=this;this.coordinateSystem!==t.coordinateSystem&&(this.coordinateSystem=t.coordinateSystem,this.updateCoordinateSystem());let[r,o,a,c,l,h]=this.children,u=t.getRenderTarget(),d=t.getActiveCubeFace(),f=t.getActiveMipmapLevel(),g=t.xr.enabled;t.xr.enabled=!1;let x=n.texture.mipmapsAutoUpdate;n.texture.mipmapsAutoUpdate=!1;let p=!1;t.isWebGLRenderer===!0?p=t.state.buffers.depth.getReversed():p=t.reversedDepthBuffer,t.setRenderTarget(n,0,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,r),t.setRenderTarget(n,1,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,o),t.setRenderTarget(n,2,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,a),t.setRenderTarget(n,3,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,c),t.setRenderTarget(n,4,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,l),n.texture.mipmapsAutoUpdate=x,t.setRenderTarget(n,5,s),p&&t.autoClear===!1&&t.clearDepth(),t.render(e,h),t.setRenderTarget(u,d,f),t.xr.enabled=g,n.texture.needsPMREMUpdate=!0}},Po=class extends Fe{constructor(t=[]){super(),this.isArrayCamera=!0,this.isMultiViewCamera=!1,this.cameras=t,this.perCameraFrustumCulled=!1}};var hc="\\[\\]\\.:\\/",hp=new RegExp("["+hc+"]","g"),uc="[^"+hc+"]",up="[^"+hc.replace("\\.","")+"]",dp=/((?:WC+[\/:])*)/.source.replace("WC",uc),fp=/(WCOD+)?/.source.replace("WCOD",up),pp=/(?:\.(WC+)(?:\[(.+)\])?)?/.source.replace("WC",uc),mp=/\.(WC+)(?:\[(.+)\])?/.source.replace("WC",uc),gp=new RegExp("^"+dp+fp+pp+mp+"$"),vp=["material","materials","bones","map"],Nl=class{constructor(t,e,n){let s=n||ne.parseTrackName(e);this._targetGroup=t,this._bindings=t.subscribe_(e,s)}getValue(t,e){this.bind();let n=this._targetGroup.nCachedObjects_,s=this._bindings[n];s!==void 0&&s.getValue(t,e)}setValue(t,e){let n=this._bindings;for(let s=this._targetGroup.nCachedObjects_,r=n.length;s!==r;++s)n[s].setValue(t,e)}bind(){let t=this._bindings;for(let e=this._targetGroup.nCachedObjects_,n=t.length;e!==n;++e)t[e].bind()}unbind(){let t=this._bindings;for(let e=this._targetGroup.nCachedObjects_,n=t.length;e!==n;++e)t[e].unbind()}},ne=class i{constructor(t,e,n){this.path=e,this.parsedPath=n||i.parseTrackName(e),this.node=i.findNode(t,this.parsedPath.nodeName),this.rootNode=t,this.getValue=this._getValue_unbound,this.setValue=this._setValue_unbound}static create(t,e,n){return t&&t.isAnimationObjectGroup?new i.Composite(t,e,n):new i(t,e,n)}static sanitizeNodeName(t){return t.replace(/\s/g,"_").replace(hp,"")}static parseTrackName(t){let e=gp.exec(t);if(e===null)throw new Error("THREE.PropertyBinding: Cannot parse trackName: "+t);let n={nodeName:e[2],objectName:e[3],objectIndex:e[4],propertyName:e[5],propertyIndex:e[6]},s=n.nodeName&&n.nodeName.lastIndexOf(".");if(s!==void 0&&s!==-1){let r=n.nodeName.substring(s+1);vp.indexOf(r)!==-1&&(n.nodeName=n.nodeName.substring(0,s),n.objectName=r)}if(n.propertyName===null||n.propertyName.length===0)throw new Error("THREE.PropertyBinding: can not parse propertyName from trackName: "+t);return n}static findNode(t,e){if(e===void 0||e===""||e==="."||e===-1||e===t.name||e===t.uuid)return t;if(t.skeleton){let n=t.skeleton.getBoneByName(e);if(n!==void 0)return n}if(t.children){let n=function(r){for(let o=0;o<r.length;o++){let a=r[o];if(a.name===e||a.uuid===e)return a;let c=n(a.children);if(c)return c}return null},s=n(t.children);if(s)return s}return null}_getValue_unavailable(){}_setValue_unavailable(){}_getValue_direct(t,e){t[e]=this.targetObject[this.propertyName]}_getValue_array(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)t[e++]=n[s]}_getValue_arrayElement(t,e){t[e]=this.resolvedProperty[this.propertyIndex]}_getValue_toArray(t,e){this.resolvedProperty.toArray(t,e)}_setValue_direct(t,e){this.targetObject[this.propertyName]=t[e]}_setValue_direct_setNeedsUpdate(t,e){this.targetObject[this.propertyName]=t[e],this.targetObject.needsUpdate=!0}_setValue_direct_setMatrixWorldNeedsUpdate(t,e){this.targetObject[this.propertyName]=t[e],this.targetObject.matrixWorldNeedsUpdate=!0}_setValue_array(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)n[s]=t[e++]}_setValue_array_setNeedsUpdate(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)n[s]=t[e++];this.targetObject.needsUpdate=!0}_setValue_array_setMatrixWorldNeedsUpdate(t,e){let n=this.resolvedProperty;for(let s=0,r=n.length;s!==r;++s)n[s]=t[e++];this.targetObject.matrixWorldNeedsUpdate=!0}_setValue_arrayElement(t,e){this.resolvedProperty[this.propertyIndex]=t[e]}_setValue_arrayElement_setNeedsUpdate(t,e){this.resolvedProperty[this.propertyIndex]=t[e],this.targetObject.needsUpdate=!0}_setValue_arrayElement_setMatrixWorldNeedsUpdate(t,e){this.resolvedProperty[this.propertyIndex]=t[e],this.targetObject.matrixWorldNeedsUpdate=!0}_setValue_fromArray(t,e){this.resolvedProperty.fromArray(t,e)}_setValue_fromArray_setNeedsUpdate(t,e){this.resolvedProperty.fromArray(t,e),this.targetObject.needsUpdate=!0}_setValue_fromArray_setMatrixWorldNeedsUpdate(t,e){this.resolvedProperty.fromArray(t,e),this.targetObject.matrixWorldNeedsUpdate=!0}_getValue_unbound(t,e){this.bind(),this.getValue(t,e)}_setValue_unbound(t,e){this.bind(),this.setValue(t,e)}bind(){let t=this.node,e=this.parsedPath,n=e.objectName,s=e.propertyName,r=e.propertyIndex;if(t||(t=i.findNode(this.rootNode,e.nodeName),this.node=t),this.getValue=this._getValue_unavailable,this.setValue=this._setValue_unavailable,!t){Rt("PropertyBinding: No target node found for track: "+this.path+".");return}if(n){let l=e.objectIndex;switch(n){case"materials":if(!t.material){It("PropertyBinding: Can not bind to material as node does not have a material.",this);return}if(!t.material.materials){It("PropertyBinding: Can not bind to material.materials as node.material does not have a materials array.",this);return}t=t.material.materials;break;case"bones":if(!t.skeleton){It("PropertyBinding: Can not bind to bones as node does not have a skeleton.",this);return}t=t.skeleton.bones;for(let h=0;h<t.length;h++)if(t[h].name===l){l=h;break}break;case"map":if("map"in t){t=t.map;break}if(!t.material){It("PropertyBinding: Can not bind to material as node does not have a material.",this);return}if(!t.material.map){It("PropertyBinding: Can not bind to material.map as node.material does not have a map.",this);return}t=t.material.map;break;default:if(t[n]===void 0){It("PropertyBinding: Can not bind to objectName of node undefined.",this);return}t=t[n]}if(l!==void 0){if(t[l]===void 0){It("PropertyBinding: Trying to bind to objectIndex of objectName, but is undefined.",this,t);return}t=t[l]}}let o=t[s];if(o===void 0){let l=e.nodeName;It("PropertyBinding: Trying to update property for track: "+l+"."+s+" but it wasn't found.",t);return}let a=this.Versioning.None;this.targetObject=t,t.isMaterial===!0?a=this.Versioning.NeedsUpdate:t.isObject3D===!0&&(a=this.Versioning.MatrixWorldNeedsUpdate);let c=this.BindingType.Direct;if(r!==void 0){if(s==="morphTargetInfluences"){if(!t.geometry){It("PropertyBinding: Can not bind to morphTargetInfluences because node does not have a geometry.",this);return}if(!t.geometry.morphAttributes){It("PropertyBinding: Can not bind to morphTargetInfluences because node does not have a geometry.morphAttributes.",this);return}t.morphTargetDictionary[r]!==void 0&&(r=t.morphTargetDictionary[r])}c=this.BindingType.ArrayElement,this.resolvedProperty=o,this.propertyIndex=r}else o.fromArray!==void 0&&o.toArray!==void 0?(c=this.BindingType.HasFromToArray,this.resolvedProperty=o):Array.isArray(o)?(c=this.BindingType.EntireArray,this.resolvedProperty=o):this.propertyName=s;this.getValue=this.GetterByBindingType[c],this.setValue=this.SetterByBindingTypeAndVersioning[c][a]}unbind(){this.node=null,this.getValue=this._getValue_unbound,this.setValue=this._setValue_unbound}};ne.Composite=Nl;ne.prototype.BindingType={Direct:0,EntireArray:1,ArrayElement:2,HasFromToArray:3};ne.prototype.Versioning={None:0,NeedsUpdate:1,MatrixWorldNeedsUpdate:2};ne.prototype.GetterByBindingType=[ne.prototype._getValue_direct,ne.prototype._getValue_array,ne.prototype._getValue_arrayElement,ne.prototype._getValue_toArray];ne.prototype.SetterByBindingTypeAndVersioning=[[ne.prototype._setValue_direct,ne.prototype._setValue_direct_setNeedsUpdate,ne.prototype._setValue_direct_setMatrixWorldNeedsUpdate],[ne.prototype._setValue_array,ne.prototype._setValue_array_setNeedsUpdate,ne.prototype._setValue_array_setMatrixWorldNeedsUpdate],[ne.prototype._setValue_arrayElement,ne.prototype._setValue_arrayElement_setNeedsUpdate,ne.prototype._setValue_arrayElement_setMatrixWorldNeedsUpdate],[ne.prototype._setValue_fromArray,ne.prototype._setValue_fromArray_setNeedsUpdate,ne.prototype._setValue_fromArray_setMatrixWorldNeedsUpdate]];var Ly=new Float32Array(1);var Dl=class{static{this.prototype.isMatrix2=!0}constructor(t,e,n,s){this.elements=[1,0,0,1],t!==void 0&&this.set(t,e,n,s)}identity(){return this.set(1,0,0,1),this}fromArray(t,e=0){for(let n=0;n<4;n++)this.elements[n]=t[n+e];return this}set(t,e,n,s){let r=this.elements;return r[0]=t,r[2]=e,r[1]=n,r[3]=s,this}};function dc(i,t,e,n){let s=_p(n);switch(e){case tc:return i*t;case nc:return i*t/s.components*s.byteLength;case Oo:return i*t/s.components*s.byteLength;case ui:return i*t*2/s.components*s.byteLength;case Bo:return i*t*2/s.components*s.byteLength;case ec:return i*t*3/s.components*s.byteLength;case Ke:return i*t*4/s.components*s.byteLength;case ko:return i*t*4/s.components*s.byteLength;case js:case Qs:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*8;case tr:case er:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*16;case Vo:case Ho:return Math.max(i,16)*Math.max(t,8)/4;case zo:case Go:return Math.max(i,8)*Math.max(t,8)/2;case Wo:case $o:case qo:case Yo:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*8;case Xo:case nr:case Zo:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*16;case Jo:return Math.floor((i+3)/4)*Math.floor((t+3)/4)*16;case Ko:return Math.floor((i+4)/5)*Math.floor((t+3)/4)*16;case jo:return Math.floor((i+4)/5)*Math.floor((t+4)/5)*16;case Qo:return Math.floor((i+5)/6)*Math.floor((t+4)/5)*16;case ta:return Math.floor((i+5)/6)*Math.floor((t+5)/6)*16;case ea:return Math.floor((i+7)/8)*Math.floor((t+4)/5)*16;case na:return Math.floor((i+7)/8)*Math.floor((t+5)/6)*16;case ia:return Math.floor((i+7)/8)*Math.floor((t+7)/8)*16;case sa:return Math.floor((i+9)/10)*Math.floor((t+4)/5)*16;case ra:return Math.floor((i+9)/10)*Math.floor((t+5)/6)*16;case oa:return Math.floor((i+9)/10)*Math.floor((t+7)/8)*16;case aa:return Math.floor((i+9)/10)*Math.floor((t+9)/10)*16;case la:return Math.floor((i+11)/12)*Math.floor((t+9)/10)*16;case ca:return Math.floor((i+11)/12)*Math.floor((t+11)/12)*16;case ha:case ua:case da:return Math.ceil(i/4)*Math.ceil(t/4)*16;case fa:case pa:return Math.ceil(i/4)*Math.ceil(t/4)*8;case ir:case ma:return Math.ceil(i/4)*Math.ceil(t/4)*16}throw new Error(`Unable to determine texture byte length for ${e} format.`)}function _p(i){switch(i){case Ze:case Jl:return{byteLength:1,components:1};case gs:case Kl:case pn:return{byteLength:2,components:1};case Fo:case Uo:return{byteLength:2,components:4};case fn:case Do:case Je:return{byteLength:4,components:1};case jl:case Ql:return{byteLength:4,components:3}}throw new Error(`THREE.TextureUtils: Unknown texture type ${i}.`)}typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("register",{detail:{revision:"187"}}));typeof window<"u"&&(window.__THREE__?Rt("WARNING: Multiple instances of Three.js being imported."):window.__THREE__="187");/**
 * @license
 * Copyright 2010-2026 Three.js Authors
 * SPDX-License-Identifier: MIT
 */function nd(){let i=null,t=!1,e=null,n=null;function s(r,o){n=i.requestAnimationFrame(s),e(r,o)}return{start:function(){t!==!0&&e!==null&&i!==null&&(n=i.requestAnimationFrame(s),t=!0)},stop:function(){i!==null&&i.cancelAnimationFrame(n),t=!1},setAnimationLoop:function(r){e=r},setContext:function(r){i=r}}}function yp(i){let t=new WeakMap;function e(a,c){let l=a.array,h=a.usage,u=l.byteLength,d=i.createBuffer();i.bindBuffer(c,d),i.bufferData(c,l,h),a.onUploadCallback();let f;if(l instanceof Float32Array)f=i.FLOAT;else if(typeof Float16Array<"u"&&l instanceof Float16Array)f=i.HALF_FLOAT;else if(l instanceof Uint16Array)a.isFloat16BufferAttribute?f=i.HALF_FLOAT:f=i.UNSIGNED_SHORT;else if(l instanceof Int16Array)f=i.SHORT;else if(l instanceof Uint32Array)f=i.UNSIGNED_INT;else if(l instanceof Int32Array)f=i.INT;else if(l instanceof Int8Array)f=i.BYTE;else if(l instanceof Uint8Array)f=i.UNSIGNED_BYTE;else if(l instanceof Uint8ClampedArray)f=i.UNSIGNED_BYTE;else throw new Error("THREE.WebGLAttributes: Unsupported buffer data format: "+l);return{buffer:d,type:f,bytesPerElement:l.BYTES_PER_ELEMENT,version:a.version,size:u}}function n(a,c,l){let h=c.array,u=c.updateRanges;if(i.bindBuffer(l,a),u.length===0)i.bufferSubData(l,0,h);else{u.sort((f,g)=>f.start-g.start);let d=0;for(let f=1;f<u.length;f++){let g=u[d],x=u[f];x.start<=g.start+g.count+1?g.count=Math.max(g.count,x.start+x.count-g.start):(++d,u[d]=x)}u.length=d+1;for(let f=0,g=u.length;f<g;f++){let x=u[f];i.bufferSubData(l,x.start*h.BYTES_PER_ELEMENT,h,x.start,x.count)}c.clearUpdateRanges()}c.onUploadCallback()}function s(a){return a.isInterleavedBufferAttribute&&(a=a.data),t.get(a)}function r(a){a.isInterleavedBufferAttribute&&(a=a.data);let c=t.get(a);c&&(i.deleteBuffer(c.buffer),t.delete(a))}function o(a,c){if(a.isInterleavedBufferAttribute&&(a=a.data),a.isGLBufferAttribute){let h=t.get(a);(!h||h.version<a.version)&&t.set(a,{buffer:a.buffer,type:a.type,bytesPerElement:a.elementSize,version:a.version});return}let l=t.get(a);if(l===void 0)t.set(a,e(a,c));else if(l.version<a.version){if(l.size!==a.array.byteLength)throw new Error("THREE.WebGLAttributes: The size of the buffer attribute's array buffer does not match the original size. Resizing buffer attributes is not supported.");n(l.buffer,a,c),l.version=a.version}}return{get:s,remove:r,update:o}}var bp=`#ifdef USE_ALPHAHASH
	if ( diffuseColor.a < getAlphaHashThreshold( vPosition ) ) discard;
#endif`,Sp=`#ifdef USE_ALPHAHASH
	const float ALPHA_HASH_SCALE = 0.05;
	float hash2D( vec2 value ) {
		return fract( 1.0e4 * sin( 17.0 * value.x + 0.1 * value.y ) * ( 0.1 + abs( sin( 13.0 * value.y + value.x ) ) ) );
	}
	float hash3D( vec3 value ) {
		return hash2D( vec2( hash2D( value.xy ), value.z ) );
	}
	float getAlphaHashThreshold( vec3 position ) {
		float maxDeriv = max(
			length( dFdx( position.xyz ) ),
			length( dFdy( position.xyz ) )
		);
		float pixScale = 1.0 / ( ALPHA_HASH_SCALE * maxDeriv );
		vec2 pixScales = vec2(
			exp2( floor( log2( pixScale ) ) ),
			exp2( ceil( log2( pixScale ) ) )
		);
		vec2 alpha = vec2(
			hash3D( floor( pixScales.x * position.xyz ) ),
			hash3D( floor( pixScales.y * position.xyz ) )
		);
		float lerpFactor = fract( log2( pixScale ) );
		float x = ( 1.0 - lerpFactor ) * alpha.x + lerpFactor * alpha.y;
		float a = min( lerpFactor, 1.0 - lerpFactor );
		vec3 cases = vec3(
			x * x / ( 2.0 * a * ( 1.0 - a ) ),
			( x - 0.5 * a ) / ( 1.0 - a ),
			1.0 - ( ( 1.0 - x ) * ( 1.0 - x ) / ( 2.0 * a * ( 1.0 - a ) ) )
		);
		float threshold = ( x < ( 1.0 - a ) )
			? ( ( x < a ) ? cases.x : cases.y )
			: cases.z;
		return clamp( threshold , 1.0e-6, 1.0 );
	}
#endif`,Mp=`#ifdef USE_ALPHAMAP
	diffuseColor.a *= texture2D( alphaMap, vAlphaMapUv ).g;
#endif`,wp=`#ifdef USE_ALPHAMAP
	uniform sampler2D alphaMap;
#endif`,Ep=`#ifdef USE_ALPHATEST
	#ifdef ALPHA_TO_COVERAGE
	diffuseColor.a = smoothstep( alphaTest, alphaTest + fwidth( diffuseColor.a ), diffuseColor.a );
	if ( diffuseColor.a == 0.0 ) discard;
	#else
	if ( diffuseColor.a < alphaTest ) discard;
	#endif
#endif`,Tp=`#ifdef USE_ALPHATEST
	uniform float alphaTest;
#endif`,Ap=`#ifdef USE_AOMAP
	float ambientOcclusion = ( texture2D( aoMap, vAoMapUv ).r - 1.0 ) * aoMapIntensity + 1.0;
	reflectedLight.indirectDiffuse *= ambientOcclusion;
	#if defined( USE_CLEARCOAT ) 
		clearcoatSpecularIndirect *= ambientOcclusion;
	#endif
	#if defined( USE_SHEEN ) 
		sheenSpecularIndirect *= ambientOcclusion;
	#endif
	#if defined( USE_ENVMAP ) && defined( STANDARD )
		float dotNV = saturate( dot( geometryNormal, geometryViewDir ) );
		reflectedLight.indirectSpecular *= computeSpecularOcclusion( dotNV, ambientOcclusion, material.roughness );
	#endif
#endif`,Cp=`#ifdef USE_AOMAP
	uniform sampler2D aoMap;
	uniform float aoMapIntensity;
#endif`,Rp=`#ifdef USE_BATCHING
	#if ! defined( GL_ANGLE_multi_draw )
	#define gl_DrawID _gl_DrawID
	uniform int _gl_DrawID;
	#endif
	uniform highp sampler2D batchingTexture;
	uniform highp usampler2D batchingIdTexture;
	mat4 getBatchingMatrix( const in float i ) {
		int size = textureSize( batchingTexture, 0 ).x;
		int j = int( i ) * 4;
		int x = j % size;
		int y = j / size;
		vec4 v1 = texelFetch( batchingTexture, ivec2( x, y ), 0 );
		vec4 v2 = texelFetch( batchingTexture, ivec2( x + 1, y ), 0 );
		vec4 v3 = texelFetch( batchingTexture, ivec2( x + 2, y ), 0 );
		vec4 v4 = texelFetch( batchingTexture, ivec2( x + 3, y ), 0 );
		return mat4( v1, v2, v3, v4 );
	}
	float getIndirectIndex( const in int i ) {
		int size = textureSize( batchingIdTexture, 0 ).x;
		int x = i % size;
		int y = i / size;
		return float( texelFetch( batchingIdTexture, ivec2( x, y ), 0 ).r );
	}
#endif
#ifdef USE_BATCHING_COLOR
	uniform sampler2D batchingColorTexture;
	vec4 getBatchingColor( const in float i ) {
		int size = textureSize( batchingColorTexture, 0 ).x;
		int j = int( i );
		int x = j % size;
		int y = j / size;
		return texelFetch( batchingColorTexture, ivec2( x, y ), 0 );
	}
#endif`,Pp=`#ifdef USE_BATCHING
	mat4 batchingMatrix = getBatchingMatrix( getIndirectIndex( gl_DrawID ) );
#endif`,Ip=`vec3 transformed = vec3( position );
#ifdef USE_ALPHAHASH
	vPosition = vec3( position );
#endif`,Lp=`vec3 objectNormal = vec3( normal );
#ifdef USE_TANGENT
	vec3 objectTangent = vec3( tangent.xyz );
#endif`,Np=`float G_BlinnPhong_Implicit( ) {
	return 0.25;
}
float D_BlinnPhong( const in float shininess, const in float dotNH ) {
	return RECIPROCAL_PI * ( shininess * 0.5 + 1.0 ) * pow( dotNH, shininess );
}
vec3 BRDF_BlinnPhong( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in vec3 specularColor, const in float shininess ) {
	vec3 halfDir = normalize( lightDir + viewDir );
	float dotNH = saturate( dot( normal, halfDir ) );
	float dotVH = saturate( dot( viewDir, halfDir ) );
	vec3 F = F_Schlick( specularColor, 1.0, dotVH );
	float G = G_BlinnPhong_Implicit( );
	float D = D_BlinnPhong( shininess, dotNH );
	return F * ( G * D );
} // validated`,Dp=`#ifdef USE_IRIDESCENCE
	const mat3 XYZ_TO_REC709 = mat3(
		 3.2404542, -0.9692660,  0.0556434,
		-1.5371385,  1.8760108, -0.2040259,
		-0.4985314,  0.0415560,  1.0572252
	);
	vec3 Fresnel0ToIor( vec3 fresnel0 ) {
		vec3 sqrtF0 = sqrt( fresnel0 );
		return ( vec3( 1.0 ) + sqrtF0 ) / ( vec3( 1.0 ) - sqrtF0 );
	}
	vec3 IorToFresnel0( vec3 transmittedIor, float incidentIor ) {
		return pow2( ( transmittedIor - vec3( incidentIor ) ) / ( transmittedIor + vec3( incidentIor ) ) );
	}
	float IorToFresnel0( float transmittedIor, float incidentIor ) {
		return pow2( ( transmittedIor - incidentIor ) / ( transmittedIor + incidentIor ));
	}
	vec3 evalSensitivity( float OPD, vec3 shift ) {
		float phase = 2.0 * PI * OPD * 1.0e-9;
		vec3 val = vec3( 5.4856e-13, 4.4201e-13, 5.2481e-13 );
		vec3 pos = vec3( 1.6810e+06, 1.7953e+06, 2.2084e+06 );
		vec3 var = vec3( 4.3278e+09, 9.3046e+09, 6.6121e+09 );
		vec3 xyz = val * sqrt( 2.0 * PI * var ) * cos( pos * phase + shift ) * exp( - pow2( phase ) * var );
		xyz.x += 9.7470e-14 * sqrt( 2.0 * PI * 4.5282e+09 ) * cos( 2.2399e+06 * phase + shift[ 0 ] ) * exp( - 4.5282e+09 * pow2( phase ) );
		xyz /= 1.0685e-7;
		vec3 rgb = XYZ_TO_REC709 * xyz;
		return rgb;
	}
	vec3 evalIridescence( float outsideIOR, float eta2, float cosTheta1, float thinFilmThickness, vec3 baseF0 ) {
		vec3 I;
		float iridescenceIOR = mix( outsideIOR, eta2, smoothstep( 0.0, 0.03, thinFilmThickness ) );
		float sinTheta2Sq = pow2( outsideIOR / iridescenceIOR ) * ( 1.0 - pow2( cosTheta1 ) );
		float cosTheta2Sq = 1.0 - sinTheta2Sq;
		if ( cosTheta2Sq < 0.0 ) {
			return vec3( 1.0 );
		}
		float cosTheta2 = sqrt( cosTheta2Sq );
		float R0 = IorToFresnel0( iridescenceIOR, outsideIOR );
		float R12 = F_Schlick( R0, 1.0, cosTheta1 );
		float T121 = 1.0 - R12;
		float phi12 = 0.0;
		if ( iridescenceIOR < outsideIOR ) phi12 = PI;
		float phi21 = PI - phi12;
		vec3 baseIOR = Fresnel0ToIor( clamp( baseF0, 0.0, 0.9999 ) );		vec3 R1 = IorToFresnel0( baseIOR, iridescenceIOR );
		vec3 R23 = F_Schlick( R1, 1.0, cosTheta2 );
		vec3 phi23 = vec3( 0.0 );
		if ( baseIOR[ 0 ] < iridescenceIOR ) phi23[ 0 ] = PI;
		if ( baseIOR[ 1 ] < iridescenceIOR ) phi23[ 1 ] = PI;
		if ( baseIOR[ 2 ] < iridescenceIOR ) phi23[ 2 ] = PI;
		float OPD = 2.0 * iridescenceIOR * thinFilmThickness * cosTheta2;
		vec3 phi = vec3( phi21 ) + phi23;
		vec3 R123 = clamp( R12 * R23, 1e-5, 0.9999 );
		vec3 r123 = sqrt( R123 );
		vec3 Rs = pow2( T121 ) * R23 / ( vec3( 1.0 ) - R123 );
		vec3 C0 = R12 + Rs;
		I = C0;
		vec3 Cm = Rs - T121;
		for ( int m = 1; m <= 2; ++ m ) {
			Cm *= r123;
			vec3 Sm = 2.0 * evalSensitivity( float( m ) * OPD, float( m ) * phi );
			I += Cm * Sm;
		}
		return max( I, vec3( 0.0 ) );
	}
#endif`,Fp=`#ifdef USE_BUMPMAP
	uniform sampler2D bumpMap;
	uniform float bumpScale;
	vec2 dHdxy_fwd() {
		vec2 dSTdx = dFdx( vBumpMapUv );
		vec2 dSTdy = dFdy( vBumpMapUv );
		float Hll = bumpScale * texture2D( bumpMap, vBumpMapUv ).x;
		float dBx = bumpScale * texture2D( bumpMap, vBumpMapUv + dSTdx ).x - Hll;
		float dBy = bumpScale * texture2D( bumpMap, vBumpMapUv + dSTdy ).x - Hll;
		return vec2( dBx, dBy );
	}
	vec3 perturbNormalArb( vec3 surf_pos, vec3 surf_norm, vec2 dHdxy, float faceDirection ) {
		vec3 vSigmaX = normalize( dFdx( surf_pos.xyz ) );
		vec3 vSigmaY = normalize( dFdy( surf_pos.xyz ) );
		vec3 vN = surf_norm;
		vec3 R1 = cross( vSigmaY, vN );
		vec3 R2 = cross( vN, vSigmaX );
		float fDet = dot( vSigmaX, R1 ) * faceDirection;
		vec3 vGrad = sign( fDet ) * ( dHdxy.x * R1 + dHdxy.y * R2 );
		return normalize( abs( fDet ) * surf_norm - vGrad );
	}
#endif`,Up=`#if NUM_CLIPPING_PLANES > 0
	vec4 plane;
	#ifdef ALPHA_TO_COVERAGE
		float distanceToPlane, distanceGradient;
		float clipOpacity = 1.0;
		#pragma unroll_loop_start
		for ( int i = 0; i < UNION_CLIPPING_PLANES; i ++ ) {
			plane = clippingPlanes[ i ];
			distanceToPlane = - dot( vClipPosition, plane.xyz ) + plane.w;
			distanceGradient = fwidth( distanceToPlane ) / 2.0;
			clipOpacity *= smoothstep( - distanceGradient, distanceGradient, distanceToPlane );
			if ( clipOpacity == 0.0 ) discard;
		}
		#pragma unroll_loop_end
		#if UNION_CLIPPING_PLANES < NUM_CLIPPING_PLANES
			float unionClipOpacity = 1.0;
			#pragma unroll_loop_start
			for ( int i = UNION_CLIPPING_PLANES; i < NUM_CLIPPING_PLANES; i ++ ) {
				plane = clippingPlanes[ i ];
				distanceToPlane = - dot( vClipPosition, plane.xyz ) + plane.w;
				distanceGradient = fwidth( distanceToPlane ) / 2.0;
				unionClipOpacity *= 1.0 - smoothstep( - distanceGradient, distanceGradient, distanceToPlane );
			}
			#pragma unroll_loop_end
			clipOpacity *= 1.0 - unionClipOpacity;
		#endif
		diffuseColor.a *= clipOpacity;
		if ( diffuseColor.a == 0.0 ) discard;
	#else
		#pragma unroll_loop_start
		for ( int i = 0; i < UNION_CLIPPING_PLANES; i ++ ) {
			plane = clippingPlanes[ i ];
			if ( dot( vClipPosition, plane.xyz ) > plane.w ) discard;
		}
		#pragma unroll_loop_end
		#if UNION_CLIPPING_PLANES < NUM_CLIPPING_PLANES
			bool clipped = true;
			#pragma unroll_loop_start
			for ( int i = UNION_CLIPPING_PLANES; i < NUM_CLIPPING_PLANES; i ++ ) {
				plane = clippingPlanes[ i ];
				clipped = ( dot( vClipPosition, plane.xyz ) > plane.w ) && clipped;
			}
			#pragma unroll_loop_end
			if ( clipped ) discard;
		#endif
	#endif
#endif`,Op=`#if NUM_CLIPPING_PLANES > 0
	varying vec3 vClipPosition;
	uniform vec4 clippingPlanes[ NUM_CLIPPING_PLANES ];
#endif`,Bp=`#if NUM_CLIPPING_PLANES > 0
	varying vec3 vClipPosition;
#endif`,kp=`#if NUM_CLIPPING_PLANES > 0
	vClipPosition = - mvPosition.xyz;
#endif`,zp=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA )
	diffuseColor *= vColor;
#endif`,Vp=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA )
	varying vec4 vColor;
#endif`,Gp=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA ) || defined( USE_INSTANCING_COLOR ) || defined( USE_BATCHING_COLOR )
	varying vec4 vColor;
#endif`,Hp=`#if defined( USE_COLOR ) || defined( USE_COLOR_ALPHA ) || defined( USE_INSTANCING_COLOR ) || defined( USE_BATCHING_COLOR )
	vColor = vec4( 1.0 );
#endif
#ifdef USE_COLOR_ALPHA
	vColor *= color;
#elif defined( USE_COLOR )
	vColor.rgb *= color;
#endif
#ifdef USE_INSTANCING_COLOR
	vColor.rgb *= instanceColor.rgb;
#endif
#ifdef USE_BATCHING_COLOR
	vColor *= getBatchingColor( getIndirectIndex( gl_DrawID ) );
#endif`,Wp=`#define PI 3.141592653589793
#define PI2 6.283185307179586
#define PI_HALF 1.5707963267948966
#define RECIPROCAL_PI 0.3183098861837907
#define RECIPROCAL_PI2 0.15915494309189535
#define EPSILON 1e-6
#ifndef saturate
#define saturate( a ) clamp( a, 0.0, 1.0 )
#endif
#define whiteComplement( a ) ( 1.0 - saturate( a ) )
float pow2( const in float x ) { return x*x; }
vec3 pow2( const in vec3 x ) { return x*x; }
float pow3( const in float x ) { return x*x*x; }
float pow4( const in float x ) { float x2 = x*x; return x2*x2; }
float max3( const in vec3 v ) { return max( max( v.x, v.y ), v.z ); }
float average( const in vec3 v ) { return dot( v, vec3( 0.3333333 ) ); }
highp float rand( const in vec2 uv ) {
	const highp float a = 12.9898, b = 78.233, c = 43758.5453;
	highp float dt = dot( uv.xy, vec2( a,b ) ), sn = mod( dt, PI );
	return fract( sin( sn ) * c );
}
#ifdef HIGH_PRECISION
	float precisionSafeLength( vec3 v ) { return length( v ); }
#else
	float precisionSafeLength( vec3 v ) {
		float maxComponent = max3( abs( v ) );
		return length( v / maxComponent ) * maxComponent;
	}
#endif
struct IncidentLight {
	vec3 color;
	vec3 direction;
	bool visible;
};
struct ReflectedLight {
	vec3 directDiffuse;
	vec3 directSpecular;
	vec3 indirectDiffuse;
	vec3 indirectSpecular;
};
#ifdef USE_ALPHAHASH
	varying vec3 vPosition;
#endif
vec3 transformDirection( in vec3 dir, in mat4 matrix ) {
	return normalize( ( matrix * vec4( dir, 0.0 ) ).xyz );
}
#define inverseTransformDirection transformDirectionByInverseViewMatrix
vec3 transformNormalByInverseViewMatrix( in vec3 normal, in mat4 viewMatrix ) {
	return normalize( ( vec4( normal, 0.0 ) * viewMatrix ).xyz );
}
vec3 transformDirectionByInverseViewMatrix( in vec3 dir, in mat4 viewMatrix ) {
	return normalize( ( vec4( dir, 0.0 ) * viewMatrix ).xyz );
}
bool isPerspectiveMatrix( mat4 m ) {
	return m[ 2 ][ 3 ] == - 1.0;
}
vec2 equirectUv( in vec3 dir ) {
	float u = atan( dir.z, dir.x ) * RECIPROCAL_PI2 + 0.5;
	float v = asin( clamp( dir.y, - 1.0, 1.0 ) ) * RECIPROCAL_PI + 0.5;
	return vec2( u, v );
}
vec3 BRDF_Lambert( const in vec3 diffuseColor ) {
	return RECIPROCAL_PI * diffuseColor;
}
vec3 F_Schlick( const in vec3 f0, const in float f90, const in float dotVH ) {
	float fresnel = exp2( ( - 5.55473 * dotVH - 6.98316 ) * dotVH );
	return f0 * ( 1.0 - fresnel ) + ( f90 * fresnel );
}
float F_Schlick( const in float f0, const in float f90, const in float dotVH ) {
	float fresnel = exp2( ( - 5.55473 * dotVH - 6.98316 ) * dotVH );
	return f0 * ( 1.0 - fresnel ) + ( f90 * fresnel );
} // validated`,$p=`vec3 transformedNormal = objectNormal;
#ifdef USE_TANGENT
	vec3 transformedTangent = objectTangent;
#endif
#ifdef USE_BATCHING
	mat3 bm = mat3( batchingMatrix );
	transformedNormal /= vec3( dot( bm[ 0 ], bm[ 0 ] ), dot( bm[ 1 ], bm[ 1 ] ), dot( bm[ 2 ], bm[ 2 ] ) );
	transformedNormal = bm * transformedNormal;
	#ifdef USE_TANGENT
		transformedTangent = bm * transformedTangent;
	#endif
#endif
#ifdef USE_INSTANCING
	mat3 im = mat3( instanceMatrix );
	transformedNormal /= vec3( dot( im[ 0 ], im[ 0 ] ), dot( im[ 1 ], im[ 1 ] ), dot( im[ 2 ], im[ 2 ] ) );
	transformedNormal = im * transformedNormal;
	#ifdef USE_TANGENT
		transformedTangent = im * transformedTangent;
	#endif
#endif
transformedNormal = normalMatrix * transformedNormal;
#ifdef FLIP_SIDED
	transformedNormal = - transformedNormal;
#endif
#ifdef USE_TANGENT
	transformedTangent = ( modelViewMatrix * vec4( transformedTangent, 0.0 ) ).xyz;
#endif`,Xp=`#ifdef USE_DISPLACEMENTMAP
	uniform sampler2D displacementMap;
	uniform float displacementScale;
	uniform float displacementBias;
#endif`,qp=`#ifdef USE_DISPLACEMENTMAP
	transformed += normalize( objectNormal ) * ( texture2D( displacementMap, vDisplacementMapUv ).x * displacementScale + displacementBias );
#endif`,Yp=`#ifdef USE_EMISSIVEMAP
	vec4 emissiveColor = texture2D( emissiveMap, vEmissiveMapUv );
	#ifdef DECODE_VIDEO_TEXTURE_EMISSIVE
		emissiveColor = sRGBTransferEOTF( emissiveColor );
	#endif
	totalEmissiveRadiance *= emissiveColor.rgb;
#endif`,Zp=`#ifdef USE_EMISSIVEMAP
	uniform sampler2D emissiveMap;
#endif`,Jp="gl_FragColor = linearToOutputTexel( gl_FragColor );",Kp=`vec4 LinearTransferOETF( in vec4 value ) {
	return value;
}
vec4 sRGBTransferEOTF( in vec4 value ) {
	return vec4( mix( pow( value.rgb * 0.9478672986 + vec3( 0.0521327014 ), vec3( 2.4 ) ), value.rgb * 0.0773993808, vec3( lessThanEqual( value.rgb, vec3( 0.04045 ) ) ) ), value.a );
}
vec4 sRGBTransferOETF( in vec4 value ) {
	return vec4( mix( pow( value.rgb, vec3( 0.41666 ) ) * 1.055 - vec3( 0.055 ), value.rgb * 12.92, vec3( lessThanEqual( value.rgb, vec3( 0.0031308 ) ) ) ), value.a );
}`,jp=`#ifdef USE_ENVMAP
	#ifdef ENV_WORLDPOS
		vec3 cameraToFrag;
		if ( isOrthographic ) {
			cameraToFrag = normalize( vec3( - viewMatrix[ 0 ][ 2 ], - viewMatrix[ 1 ][ 2 ], - viewMatrix[ 2 ][ 2 ] ) );
		} else {
			cameraToFrag = normalize( vWorldPosition - cameraPosition );
		}
		vec3 worldNormal = transformNormalByInverseViewMatrix( normal, viewMatrix );
		#ifdef ENVMAP_MODE_REFLECTION
			vec3 reflectVec = reflect( cameraToFrag, worldNormal );
		#else
			vec3 reflectVec = refract( cameraToFrag, worldNormal, refractionRatio );
		#endif
	#else
		vec3 reflectVec = vReflect;
	#endif
	#ifdef ENVMAP_TYPE_CUBE
		vec4 envColor = textureCube( envMap, envMapRotation * reflectVec );
		#ifdef ENVMAP_BLENDING_MULTIPLY
			outgoingLight = mix( outgoingLight, outgoingLight * envColor.xyz, specularStrength * reflectivity );
		#elif defined( ENVMAP_BLENDING_MIX )
			outgoingLight = mix( outgoingLight, envColor.xyz, specularStrength * reflectivity );
		#elif defined( ENVMAP_BLENDING_ADD )
			outgoingLight += envColor.xyz * specularStrength * reflectivity;
		#endif
	#endif
#endif`,Qp=`#ifdef USE_ENVMAP
	uniform float envMapIntensity;
	uniform mat3 envMapRotation;
	uniform samplerCube envMap;
	#ifdef ENVMAP_TYPE_PMREM
		float roughnessToMip( const in float roughness ) {
			float r = clamp( roughness, 0.0, 1.0 );
			return ENVMAP_MAX_LOD * r * ( 2.0 - r );
		}
	#endif
#endif`,tm=`#ifdef USE_ENVMAP
	uniform float reflectivity;
	#if defined( USE_BUMPMAP ) || defined( USE_NORMALMAP ) || defined( PHONG ) || defined( LAMBERT )
		#define ENV_WORLDPOS
	#endif
	#ifdef ENV_WORLDPOS
		varying vec3 vWorldPosition;
		uniform float refractionRatio;
	#else
		varying vec3 vReflect;
	#endif
#endif`,em=`#ifdef USE_ENVMAP
	#if defined( USE_BUMPMAP ) || defined( USE_NORMALMAP ) || defined( PHONG ) || defined( LAMBERT )
		#define ENV_WORLDPOS
	#endif
	#ifdef ENV_WORLDPOS
		
		varying vec3 vWorldPosition;
	#else
		varying vec3 vReflect;
		uniform float refractionRatio;
	#endif
#endif`,nm=`#ifdef USE_ENVMAP
	#ifdef ENV_WORLDPOS
		vWorldPosition = worldPosition.xyz;
	#else
		vec3 cameraToVertex;
		if ( isOrthographic ) {
			cameraToVertex = normalize( vec3( - viewMatrix[ 0 ][ 2 ], - viewMatrix[ 1 ][ 2 ], - viewMatrix[ 2 ][ 2 ] ) );
		} else {
			cameraToVertex = normalize( worldPosition.xyz - cameraPosition );
		}
		vec3 worldNormal = transformNormalByInverseViewMatrix( transformedNormal, viewMatrix );
		#ifdef ENVMAP_MODE_REFLECTION
			vReflect = reflect( cameraToVertex, worldNormal );
		#else
			vReflect = refract( cameraToVertex, worldNormal, refractionRatio );
		#endif
	#endif
#endif`,im=`#ifdef USE_FOG
	vFogDepth = - mvPosition.z;
#endif`,sm=`#ifdef USE_FOG
	varying float vFogDepth;
#endif`,rm=`#ifdef USE_FOG
	#ifdef FOG_EXP2
		float fogFactor = 1.0 - exp( - fogDensity * fogDensity * vFogDepth * vFogDepth );
	#else
		float fogFactor = smoothstep( fogNear, fogFar, vFogDepth );
	#endif
	gl_FragColor.rgb = mix( gl_FragColor.rgb, fogColor, fogFactor );
#endif`,om=`#ifdef USE_FOG
	uniform vec3 fogColor;
	varying float vFogDepth;
	#ifdef FOG_EXP2
		uniform float fogDensity;
	#else
		uniform float fogNear;
		uniform float fogFar;
	#endif
#endif`,am=`#ifdef USE_GRADIENTMAP
	uniform sampler2D gradientMap;
#endif
vec3 getGradientIrradiance( vec3 normal, vec3 lightDirection ) {
	float dotNL = dot( normal, lightDirection );
	vec2 coord = vec2( dotNL * 0.5 + 0.5, 0.0 );
	#ifdef USE_GRADIENTMAP
		return vec3( texture2D( gradientMap, coord ).r );
	#else
		vec2 fw = fwidth( coord ) * 0.5;
		return mix( vec3( 0.7 ), vec3( 1.0 ), smoothstep( 0.7 - fw.x, 0.7 + fw.x, coord.x ) );
	#endif
}`,lm=`#ifdef USE_LIGHTMAP
	uniform sampler2D lightMap;
	uniform float lightMapIntensity;
#endif`,cm=`LambertMaterial material;
material.diffuseColor = diffuseColor.rgb;
material.specularStrength = specularStrength;`,hm=`varying vec3 vViewPosition;
struct LambertMaterial {
	vec3 diffuseColor;
	float specularStrength;
};
void RE_Direct_Lambert( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in LambertMaterial material, inout ReflectedLight reflectedLight ) {
	float dotNL = saturate( dot( geometryNormal, directLight.direction ) );
	vec3 irradiance = dotNL * directLight.color;
	reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
void RE_IndirectDiffuse_Lambert( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in LambertMaterial material, inout ReflectedLight reflectedLight ) {
	reflectedLight.indirectDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
#define RE_Direct				RE_Direct_Lambert
#define RE_IndirectDiffuse		RE_IndirectDiffuse_Lambert`,um=`uniform bool receiveShadow;
uniform vec3 ambientLightColor;
#if defined( USE_LIGHT_PROBES )
	uniform vec3 lightProbe[ 9 ];
#endif
vec3 shGetIrradianceAt( in vec3 normal, in vec3 shCoefficients[ 9 ] ) {
	float x = normal.x, y = normal.y, z = normal.z;
	vec3 result = shCoefficients[ 0 ] * 0.886227;
	result += shCoefficients[ 1 ] * 2.0 * 0.511664 * y;
	result += shCoefficients[ 2 ] * 2.0 * 0.511664 * z;
	result += shCoefficients[ 3 ] * 2.0 * 0.511664 * x;
	result += shCoefficients[ 4 ] * 2.0 * 0.429043 * x * y;
	result += shCoefficients[ 5 ] * 2.0 * 0.429043 * y * z;
	result += shCoefficients[ 6 ] * ( 0.743125 * z * z - 0.247708 );
	result += shCoefficients[ 7 ] * 2.0 * 0.429043 * x * z;
	result += shCoefficients[ 8 ] * 0.429043 * ( x * x - y * y );
	return result;
}
vec3 getLightProbeIrradiance( const in vec3 lightProbe[ 9 ], const in vec3 normal ) {
	vec3 worldNormal = transformNormalByInverseViewMatrix( normal, viewMatrix );
	vec3 irradiance = shGetIrradianceAt( worldNormal, lightProbe );
	return irradiance;
}
vec3 getAmbientLightIrradiance( const in vec3 ambientLightColor ) {
	vec3 irradiance = ambientLightColor;
	return irradiance;
}
float getDistanceAttenuation( const in float lightDistance, const in float cutoffDistance, const in float decayExponent ) {
	float distanceFalloff = 1.0 / max( pow( lightDistance, decayExponent ), 0.01 );
	if ( cutoffDistance > 0.0 ) {
		distanceFalloff *= pow2( saturate( 1.0 - pow4( lightDistance / cutoffDistance ) ) );
	}
	return distanceFalloff;
}
float getSpotAttenuation( const in float coneCosine, const in float penumbraCosine, const in float angleCosine ) {
	return smoothstep( coneCosine, penumbraCosine, angleCosine );
}
#if NUM_SUN_LIGHTS > 0
	struct SunLight {
		vec3 direction;
		vec3 color;
	};
	uniform SunLight sunLights[ NUM_SUN_LIGHTS ];
	void getSunLightInfo( const in SunLight sunLight, out IncidentLight light ) {
		light.color = sunLight.color;
		light.direction = sunLight.direction;
		light.visible = true;
	}
#endif
#if NUM_DIR_LIGHTS > 0
	struct DirectionalLight {
		vec3 direction;
		vec3 color;
	};
	uniform DirectionalLight directionalLights[ NUM_DIR_LIGHTS ];
	void getDirectionalLightInfo( const in DirectionalLight directionalLight, out IncidentLight light ) {
		light.color = directionalLight.color;
		light.direction = directionalLight.direction;
		light.visible = true;
	}
#endif
#if NUM_POINT_LIGHTS > 0
	struct PointLight {
		vec3 position;
		vec3 color;
		float distance;
		float decay;
	};
	uniform PointLight pointLights[ NUM_POINT_LIGHTS ];
	void getPointLightInfo( const in PointLight pointLight, const in vec3 geometryPosition, out IncidentLight light ) {
		vec3 lVector = pointLight.position - geometryPosition;
		light.direction = normalize( lVector );
		float lightDistance = length( lVector );
		light.color = pointLight.color;
		light.color *= getDistanceAttenuation( lightDistance, pointLight.distance, pointLight.decay );
		light.visible = ( light.color != vec3( 0.0 ) );
	}
#endif
#if NUM_SPOT_LIGHTS > 0
	struct SpotLight {
		vec3 position;
		vec3 direction;
		vec3 color;
		float distance;
		float decay;
		float coneCos;
		float penumbraCos;
	};
	uniform SpotLight spotLights[ NUM_SPOT_LIGHTS ];
	void getSpotLightInfo( const in SpotLight spotLight, const in vec3 geometryPosition, out IncidentLight light ) {
		vec3 lVector = spotLight.position - geometryPosition;
		light.direction = normalize( lVector );
		float angleCos = dot( light.direction, spotLight.direction );
		float spotAttenuation = getSpotAttenuation( spotLight.coneCos, spotLight.penumbraCos, angleCos );
		if ( spotAttenuation > 0.0 ) {
			float lightDistance = length( lVector );
			light.color = spotLight.color * spotAttenuation;
			light.color *= getDistanceAttenuation( lightDistance, spotLight.distance, spotLight.decay );
			light.visible = ( light.color != vec3( 0.0 ) );
		} else {
			light.color = vec3( 0.0 );
			light.visible = false;
		}
	}
#endif
#if NUM_RECT_AREA_LIGHTS > 0
	struct RectAreaLight {
		vec3 color;
		vec3 position;
		vec3 halfWidth;
		vec3 halfHeight;
	};
	uniform sampler2D ltc_1;	uniform sampler2D ltc_2;
	uniform RectAreaLight rectAreaLights[ NUM_RECT_AREA_LIGHTS ];
#endif
#if NUM_HEMI_LIGHTS > 0
	struct HemisphereLight {
		vec3 direction;
		vec3 skyColor;
		vec3 groundColor;
	};
	uniform HemisphereLight hemisphereLights[ NUM_HEMI_LIGHTS ];
	vec3 getHemisphereLightIrradiance( const in HemisphereLight hemiLight, const in vec3 normal ) {
		float dotNL = dot( normal, hemiLight.direction );
		float hemiDiffuseWeight = 0.5 * dotNL + 0.5;
		vec3 irradiance = mix( hemiLight.groundColor, hemiLight.skyColor, hemiDiffuseWeight );
		return irradiance;
	}
#endif
#include <lightprobes_pars_fragment>`,dm=`#ifdef USE_ENVMAP
	vec3 getIBLIrradiance( const in vec3 normal ) {
		#ifdef ENVMAP_TYPE_PMREM
			vec3 worldNormal = transformNormalByInverseViewMatrix( normal, viewMatrix );
			vec4 envMapColor = textureLod( envMap, envMapRotation * worldNormal, ENVMAP_MAX_LOD );
			return PI * envMapColor.rgb * envMapIntensity;
		#else
			return vec3( 0.0 );
		#endif
	}
	vec3 getIBLRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness ) {
		#ifdef ENVMAP_TYPE_PMREM
			vec3 reflectVec = reflect( - viewDir, normal );
			reflectVec = normalize( mix( reflectVec, normal, pow4( roughness ) ) );
			reflectVec = transformDirectionByInverseViewMatrix( reflectVec, viewMatrix );
			vec4 envMapColor = textureLod( envMap, envMapRotation * reflectVec, roughnessToMip( roughness ) );
			return envMapColor.rgb * envMapIntensity;
		#else
			return vec3( 0.0 );
		#endif
	}
	#ifdef USE_RETROREFLECTION
		vec3 getIBLRetroRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness ) {
			#ifdef ENVMAP_TYPE_PMREM
				vec3 retroVec = normalize( mix( viewDir, normal, pow4( roughness ) ) );
				retroVec = transformDirectionByInverseViewMatrix( retroVec, viewMatrix );
				vec4 envMapColor = textureLod( envMap, envMapRotation * retroVec, roughnessToMip( roughness ) );
				return envMapColor.rgb * envMapIntensity;
			#else
				return vec3( 0.0 );
			#endif
		}
	#endif
	#ifdef USE_ANISOTROPY
		vec3 getIBLAnisotropyRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness, const in vec3 bitangent, const in float anisotropy ) {
			#ifdef ENVMAP_TYPE_PMREM
				vec3 bentNormal = cross( bitangent, viewDir );
				bentNormal = normalize( cross( bentNormal, bitangent ) );
				bentNormal = normalize( mix( bentNormal, normal, pow2( pow2( 1.0 - anisotropy * ( 1.0 - roughness ) ) ) ) );
				return getIBLRadiance( viewDir, bentNormal, roughness );
			#else
				return vec3( 0.0 );
			#endif
		}
		#ifdef USE_RETROREFLECTION
			vec3 getIBLAnisotropyRetroRadiance( const in vec3 viewDir, const in vec3 normal, const in float roughness, const in vec3 bitangent, const in float anisotropy ) {
				#ifdef ENVMAP_TYPE_PMREM
					vec3 bentNormal = cross( bitangent, viewDir );
					bentNormal = normalize( cross( bentNormal, bitangent ) );
					bentNormal = normalize( mix( bentNormal, normal, pow2( pow2( 1.0 - anisotropy * ( 1.0 - roughness ) ) ) ) );
					return getIBLRetroRadiance( viewDir, bentNormal, roughness );
				#else
					return vec3( 0.0 );
				#endif
			}
		#endif
	#endif
#endif`,fm=`ToonMaterial material;
material.diffuseColor = diffuseColor.rgb;`,pm=`varying vec3 vViewPosition;
struct ToonMaterial {
	vec3 diffuseColor;
};
void RE_Direct_Toon( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in ToonMaterial material, inout ReflectedLight reflectedLight ) {
	vec3 irradiance = getGradientIrradiance( geometryNormal, directLight.direction ) * directLight.color;
	reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
void RE_IndirectDiffuse_Toon( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in ToonMaterial material, inout ReflectedLight reflectedLight ) {
	reflectedLight.indirectDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
#define RE_Direct				RE_Direct_Toon
#define RE_IndirectDiffuse		RE_IndirectDiffuse_Toon`,mm=`BlinnPhongMaterial material;
material.diffuseColor = diffuseColor.rgb;
material.specularColor = specular;
material.specularShininess = shininess;
material.specularStrength = specularStrength;`,gm=`varying vec3 vViewPosition;
struct BlinnPhongMaterial {
	vec3 diffuseColor;
	vec3 specularColor;
	float specularShininess;
	float specularStrength;
};
void RE_Direct_BlinnPhong( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in BlinnPhongMaterial material, inout ReflectedLight reflectedLight ) {
	float dotNL = saturate( dot( geometryNormal, directLight.direction ) );
	vec3 irradiance = dotNL * directLight.color;
	reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
	reflectedLight.directSpecular += irradiance * BRDF_BlinnPhong( directLight.direction, geometryViewDir, geometryNormal, material.specularColor, material.specularShininess ) * material.specularStrength;
}
void RE_IndirectDiffuse_BlinnPhong( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in BlinnPhongMaterial material, inout ReflectedLight reflectedLight ) {
	reflectedLight.indirectDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );
}
#define RE_Direct				RE_Direct_BlinnPhong
#define RE_IndirectDiffuse		RE_IndirectDiffuse_BlinnPhong`,vm=`PhysicalMaterial material;
material.diffuseColor = diffuseColor.rgb;
material.diffuseContribution = diffuseColor.rgb * ( 1.0 - metalnessFactor );
material.metalness = metalnessFactor;
vec3 dxy = max( abs( dFdx( nonPerturbedNormal ) ), abs( dFdy( nonPerturbedNormal ) ) );
float geometryRoughness = max( max( dxy.x, dxy.y ), dxy.z );
material.roughness = max( roughnessFactor, 0.045 );
material.roughness += geometryRoughness;
material.roughness = min( material.roughness, 1.0 );
#ifdef USE_DIFFUSE_ROUGHNESS
	float diffuseRoughnessFactor = diffuseRoughness;
	#ifdef USE_DIFFUSE_ROUGHNESSMAP
		diffuseRoughnessFactor *= texture2D( diffuseRoughnessMap, vDiffuseRoughnessMapUv ).r;
	#endif
	material.diffuseRoughness = saturate( diffuseRoughnessFactor );
#endif
#ifdef IOR
	material.ior = ior;
	#ifdef USE_SPECULAR
		float specularIntensityFactor = specularIntensity;
		vec3 specularColorFactor = specularColor;
		#ifdef USE_SPECULAR_COLORMAP
			specularColorFactor *= texture2D( specularColorMap, vSpecularColorMapUv ).rgb;
		#endif
		#ifdef USE_SPECULAR_INTENSITYMAP
			specularIntensityFactor *= texture2D( specularIntensityMap, vSpecularIntensityMapUv ).a;
		#endif
		material.specularF90 = mix( specularIntensityFactor, 1.0, metalnessFactor );
	#else
		float specularIntensityFactor = 1.0;
		vec3 specularColorFactor = vec3( 1.0 );
		material.specularF90 = 1.0;
	#endif
	material.specularColor = min( pow2( ( material.ior - 1.0 ) / ( material.ior + 1.0 ) ) * specularColorFactor, vec3( 1.0 ) ) * specularIntensityFactor;
	material.specularColorBlended = mix( material.specularColor, diffuseColor.rgb, metalnessFactor );
#else
	material.specularColor = vec3( 0.04 );
	material.specularColorBlended = mix( material.specularColor, diffuseColor.rgb, metalnessFactor );
	material.specularF90 = 1.0;
#endif
#ifdef USE_CLEARCOAT
	material.clearcoat = clearcoat;
	material.clearcoatRoughness = clearcoatRoughness;
	material.clearcoatF0 = vec3( 0.04 );
	material.clearcoatF90 = 1.0;
	#ifdef USE_CLEARCOATMAP
		material.clearcoat *= texture2D( clearcoatMap, vClearcoatMapUv ).x;
	#endif
	#ifdef USE_CLEARCOAT_ROUGHNESSMAP
		material.clearcoatRoughness *= texture2D( clearcoatRoughnessMap, vClearcoatRoughnessMapUv ).y;
	#endif
	material.clearcoat = saturate( material.clearcoat );	material.clearcoatRoughness = max( material.clearcoatRoughness, 0.045 );
	material.clearcoatRoughness += geometryRoughness;
	material.clearcoatRoughness = min( material.clearcoatRoughness, 1.0 );
#endif
#ifdef USE_DISPERSION
	material.dispersion = dispersion;
#endif
#ifdef USE_RETROREFLECTION
	material.retroreflectivity = retroreflectivity;
#endif
#ifdef USE_IRIDESCENCE
	material.iridescence = iridescence;
	material.iridescenceIOR = iridescenceIOR;
	#ifdef USE_IRIDESCENCEMAP
		material.iridescence *= texture2D( iridescenceMap, vIridescenceMapUv ).r;
	#endif
	#ifdef USE_IRIDESCENCE_THICKNESSMAP
		material.iridescenceThickness = (iridescenceThicknessMaximum - iridescenceThicknessMinimum) * texture2D( iridescenceThicknessMap, vIridescenceThicknessMapUv ).g + iridescenceThicknessMinimum;
	#else
		material.iridescenceThickness = iridescenceThicknessMaximum;
	#endif
#endif
#ifdef USE_SHEEN
	material.sheenColor = sheenColor;
	#ifdef USE_SHEEN_COLORMAP
		material.sheenColor *= texture2D( sheenColorMap, vSheenColorMapUv ).rgb;
	#endif
	material.sheenRoughness = clamp( sheenRoughness, 0.0001, 1.0 );
	#ifdef USE_SHEEN_ROUGHNESSMAP
		material.sheenRoughness *= texture2D( sheenRoughnessMap, vSheenRoughnessMapUv ).a;
	#endif
#endif
#ifdef USE_ANISOTROPY
	#ifdef USE_ANISOTROPYMAP
		mat2 anisotropyMat = mat2( anisotropyVector.x, anisotropyVector.y, - anisotropyVector.y, anisotropyVector.x );
		vec3 anisotropyPolar = texture2D( anisotropyMap, vAnisotropyMapUv ).rgb;
		vec2 anisotropyV = anisotropyMat * normalize( 2.0 * anisotropyPolar.rg - vec2( 1.0 ) ) * anisotropyPolar.b;
	#else
		vec2 anisotropyV = anisotropyVector;
	#endif
	material.anisotropy = length( anisotropyV );
	if( material.anisotropy == 0.0 ) {
		anisotropyV = vec2( 1.0, 0.0 );
	} else {
		anisotropyV /= material.anisotropy;
		material.anisotropy = saturate( material.anisotropy );
	}
	material.alphaT = mix( pow2( material.roughness ), 1.0, pow2( material.anisotropy ) );
	material.anisotropyT = tbn[ 0 ] * anisotropyV.x + tbn[ 1 ] * anisotropyV.y;
	material.anisotropyB = tbn[ 1 ] * anisotropyV.x - tbn[ 0 ] * anisotropyV.y;
#endif`,_m=`uniform sampler2D dfgLUT;
struct PhysicalMaterial {
	vec3 diffuseColor;
	vec3 diffuseContribution;
	vec3 specularColor;
	vec3 specularColorBlended;
	float roughness;
	float metalness;
	float specularF90;
	float dispersion;
	vec2 dfg;
	vec3 multiScatteringCompensation;
	#ifdef USE_DIFFUSE_ROUGHNESS
		float diffuseRoughness;
	#endif
	#ifdef USE_RETROREFLECTION
		float retroreflectivity;
	#endif
	#ifdef USE_CLEARCOAT
		float clearcoat;
		float clearcoatRoughness;
		vec3 clearcoatF0;
		float clearcoatF90;
	#endif
	#ifdef USE_IRIDESCENCE
		float iridescence;
		float iridescenceIOR;
		float iridescenceThickness;
		vec3 iridescenceFresnel;
		vec3 iridescenceF0Dielectric;
		vec3 iridescenceF0Metallic;
	#endif
	#ifdef USE_SHEEN
		vec3 sheenColor;
		float sheenRoughness;
	#endif
	#ifdef IOR
		float ior;
	#endif
	#ifdef USE_TRANSMISSION
		float transmission;
		float transmissionAlpha;
		float thickness;
		float attenuationDistance;
		vec3 attenuationColor;
	#endif
	#ifdef USE_ANISOTROPY
		float anisotropy;
		float alphaT;
		vec3 anisotropyT;
		vec3 anisotropyB;
	#endif
};
vec3 clearcoatSpecularDirect = vec3( 0.0 );
vec3 clearcoatSpecularIndirect = vec3( 0.0 );
vec3 sheenSpecularDirect = vec3( 0.0 );
vec3 sheenSpecularIndirect = vec3(0.0 );
vec3 Schlick_to_F0( const in vec3 f, const in float f90, const in float dotVH ) {
    float x = clamp( 1.0 - dotVH, 0.0, 1.0 );
    float x2 = x * x;
    float x5 = clamp( x * x2 * x2, 0.0, 0.9999 );
    return ( f - vec3( f90 ) * x5 ) / ( 1.0 - x5 );
}
#ifdef USE_DIFFUSE_ROUGHNESS
	const float EON_EPSILON = 1e-7;
	float FON_DirectionalAlbedo( const in float mu, const in float roughness, const in float A ) {
		float muComp = 1.0 - mu;
		float gOverPi = muComp * ( 0.0571085289 + muComp * ( 0.491881867 + muComp * ( - 0.332181442 + muComp * 0.0714429953 ) ) );
		return A * ( 1.0 + roughness * gOverPi );
	}
	vec3 BRDF_EON( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in vec3 diffuseColor, const in float roughness ) {
		vec3 rho = saturate( diffuseColor );
		if ( roughness <= EON_EPSILON ) return BRDF_Lambert( rho );
		float dotNL = saturate( dot( normal, lightDir ) );
		float dotNV = saturate( dot( normal, viewDir ) );
		float s = dot( lightDir, viewDir ) - dotNL * dotNV;
		float sOverT = ( s > 0.0 ) ? s / max( max( dotNL, dotNV ), EON_EPSILON ) : s;
		float A = 1.0 / ( 1.0 + ( 0.5 - 2.0 / ( 3.0 * PI ) ) * roughness );
		vec3 singleScatter = rho * RECIPROCAL_PI * A * ( 1.0 + roughness * sOverT );
		float averageAlbedo = A * ( 1.0 + ( 2.0 / 3.0 - 28.0 / ( 15.0 * PI ) ) * roughness );
		float albedoV = FON_DirectionalAlbedo( dotNV, roughness, A );
		float albedoL = FON_DirectionalAlbedo( dotNL, roughness, A );
		vec3 rhoMultiScatter = rho * rho * averageAlbedo / max( vec3( EON_EPSILON ), vec3( 1.0 ) - rho * ( 1.0 - averageAlbedo ) );
		vec3 multiScatter = rhoMultiScatter * RECIPROCAL_PI
			* max( EON_EPSILON, 1.0 - albedoV )
			* max( EON_EPSILON, 1.0 - albedoL )
			/ max( EON_EPSILON, 1.0 - averageAlbedo );
		return singleScatter + multiScatter;
	}
	vec3 EON_DirectionalAlbedo( const in vec3 diffuseColor, const in float roughness, const in float dotNV ) {
		vec3 rho = saturate( diffuseColor );
		if ( roughness <= EON_EPSILON ) return rho;
		float A = 1.0 / ( 1.0 + ( 0.5 - 2.0 / ( 3.0 * PI ) ) * roughness );
		float directionalAlbedo = FON_DirectionalAlbedo( dotNV, roughness, A );
		float averageAlbedo = A * ( 1.0 + ( 2.0 / 3.0 - 28.0 / ( 15.0 * PI ) ) * roughness );
		vec3 rhoMultiScatter = rho * rho * averageAlbedo / max( vec3( EON_EPSILON ), vec3( 1.0 ) - rho * ( 1.0 - averageAlbedo ) );
		return rho * directionalAlbedo + rhoMultiScatter * ( 1.0 - directionalAlbedo );
	}
#endif
float V_GGX_SmithCorrelated( const in float alpha, const in float dotNL, const in float dotNV ) {
	float a2 = pow2( alpha );
	float gv = dotNL * sqrt( a2 + ( 1.0 - a2 ) * pow2( dotNV ) );
	float gl = dotNV * sqrt( a2 + ( 1.0 - a2 ) * pow2( dotNL ) );
	return 0.5 / max( gv + gl, EPSILON );
}
float D_GGX( const in float alpha, const in float dotNH ) {
	float a2 = pow2( alpha );
	float denom = pow2( dotNH ) * ( a2 - 1.0 ) + 1.0;
	return RECIPROCAL_PI * a2 / pow2( denom );
}
#ifdef USE_ANISOTROPY
	float V_GGX_SmithCorrelated_Anisotropic( const in float alphaT, const in float alphaB, const in float dotTV, const in float dotBV, const in float dotTL, const in float dotBL, const in float dotNV, const in float dotNL ) {
		float gv = dotNL * length( vec3( alphaT * dotTV, alphaB * dotBV, dotNV ) );
		float gl = dotNV * length( vec3( alphaT * dotTL, alphaB * dotBL, dotNL ) );
		return 0.5 / max( gv + gl, EPSILON );
	}
	float D_GGX_Anisotropic( const in float alphaT, const in float alphaB, const in float dotNH, const in float dotTH, const in float dotBH ) {
		float a2 = alphaT * alphaB;
		highp vec3 v = vec3( alphaB * dotTH, alphaT * dotBH, a2 * dotNH );
		highp float v2 = dot( v, v );
		float w2 = a2 / v2;
		return RECIPROCAL_PI * a2 * pow2 ( w2 );
	}
#endif
#ifdef USE_CLEARCOAT
	vec3 BRDF_GGX_Clearcoat( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in PhysicalMaterial material) {
		vec3 f0 = material.clearcoatF0;
		float f90 = material.clearcoatF90;
		float roughness = max( material.clearcoatRoughness, 0.045 );
		float alpha = pow2( roughness );
		vec3 halfDir = normalize( lightDir + viewDir );
		float dotNL = saturate( dot( normal, lightDir ) );
		float dotNV = saturate( dot( normal, viewDir ) );
		float dotNH = saturate( dot( normal, halfDir ) );
		float dotVH = saturate( dot( viewDir, halfDir ) );
		vec3 F = F_Schlick( f0, f90, dotVH );
		float V = V_GGX_SmithCorrelated( alpha, dotNL, dotNV );
		float D = D_GGX( alpha, dotNH );
		return F * ( V * D );
	}
#endif
vec3 BRDF_GGX( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, const in PhysicalMaterial material ) {
	vec3 f0 = material.specularColorBlended;
	float f90 = material.specularF90;
	float roughness = max( material.roughness, 0.045 );
	float alpha = pow2( roughness );
	vec3 halfDir = normalize( lightDir + viewDir );
	float dotNL = saturate( dot( normal, lightDir ) );
	float dotNV = saturate( dot( normal, viewDir ) );
	float dotNH = saturate( dot( normal, halfDir ) );
	float dotVH = saturate( dot( viewDir, halfDir ) );
	vec3 F = F_Schlick( f0, f90, dotVH );
	#ifdef USE_IRIDESCENCE
		F = mix( F, material.iridescenceFresnel, material.iridescence );
	#endif
	#ifdef USE_ANISOTROPY
		float dotTL = dot( material.anisotropyT, lightDir );
		float dotTV = dot( material.anisotropyT, viewDir );
		float dotTH = dot( material.anisotropyT, halfDir );
		float dotBL = dot( material.anisotropyB, lightDir );
		float dotBV = dot( material.anisotropyB, viewDir );
		float dotBH = dot( material.anisotropyB, halfDir );
		float alphaT = max( material.alphaT, alpha );
		float V = V_GGX_SmithCorrelated_Anisotropic( alphaT, alpha, dotTV, dotBV, dotTL, dotBL, dotNV, dotNL );
		float D = D_GGX_Anisotropic( alphaT, alpha, dotNH, dotTH, dotBH );
	#else
		float V = V_GGX_SmithCorrelated( alpha, dotNL, dotNV );
		float D = D_GGX( alpha, dotNH );
	#endif
	return F * ( V * D );
}
vec2 LTC_Uv( const in vec3 N, const in vec3 V, const in float roughness ) {
	const float LUT_SIZE = 64.0;
	const float LUT_SCALE = ( LUT_SIZE - 1.0 ) / LUT_SIZE;
	const float LUT_BIAS = 0.5 / LUT_SIZE;
	float dotNV = saturate( dot( N, V ) );
	vec2 uv = vec2( roughness, sqrt( 1.0 - dotNV ) );
	uv = uv * LUT_SCALE + LUT_BIAS;
	return uv;
}
float LTC_ClippedSphereFormFactor( const in vec3 f ) {
	float l = length( f );
	return max( ( l * l + f.z ) / ( l + 1.0 ), 0.0 );
}
vec3 LTC_EdgeVectorFormFactor( const in vec3 v1, const in vec3 v2 ) {
	float x = dot( v1, v2 );
	float y = abs( x );
	float a = 0.8543985 + ( 0.4965155 + 0.0145206 * y ) * y;
	float b = 3.4175940 + ( 4.1616724 + y ) * y;
	float v = a / b;
	float theta_sintheta = ( x > 0.0 ) ? v : 0.5 * inversesqrt( max( 1.0 - x * x, 1e-7 ) ) - v;
	return cross( v1, v2 ) * theta_sintheta;
}
vec3 LTC_Evaluate( const in vec3 N, const in vec3 V, const in vec3 P, const in mat3 mInv, const in vec3 rectCoords[ 4 ] ) {
	vec3 v1 = rectCoords[ 1 ] - rectCoords[ 0 ];
	vec3 v2 = rectCoords[ 3 ] - rectCoords[ 0 ];
	vec3 lightNormal = cross( v1, v2 );
	if( dot( lightNormal, P - rectCoords[ 0 ] ) < 0.0 ) return vec3( 0.0 );
	vec3 T1, T2;
	T1 = normalize( V - N * dot( V, N ) );
	T2 = - cross( N, T1 );
	mat3 mat = mInv * transpose( mat3( T1, T2, N ) );
	vec3 coords[ 4 ];
	coords[ 0 ] = mat * ( rectCoords[ 0 ] - P );
	coords[ 1 ] = mat * ( rectCoords[ 1 ] - P );
	coords[ 2 ] = mat * ( rectCoords[ 2 ] - P );
	coords[ 3 ] = mat * ( rectCoords[ 3 ] - P );
	coords[ 0 ] = normalize( coords[ 0 ] );
	coords[ 1 ] = normalize( coords[ 1 ] );
	coords[ 2 ] = normalize( coords[ 2 ] );
	coords[ 3 ] = normalize( coords[ 3 ] );
	vec3 vectorFormFactor = vec3( 0.0 );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 0 ], coords[ 1 ] );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 1 ], coords[ 2 ] );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 2 ], coords[ 3 ] );
	vectorFormFactor += LTC_EdgeVectorFormFactor( coords[ 3 ], coords[ 0 ] );
	float result = LTC_ClippedSphereFormFactor( vectorFormFactor );
	return vec3( result );
}
#if defined( USE_SHEEN )
float D_Charlie( float roughness, float dotNH ) {
	float alpha = pow2( roughness );
	float invAlpha = 1.0 / alpha;
	float cos2h = dotNH * dotNH;
	float sin2h = max( 1.0 - cos2h, 0.0078125 );
	return ( 2.0 + invAlpha ) * pow( sin2h, invAlpha * 0.5 ) / ( 2.0 * PI );
}
float V_Neubelt( float dotNV, float dotNL ) {
	return saturate( 1.0 / ( 4.0 * ( dotNL + dotNV - dotNL * dotNV ) ) );
}
vec3 BRDF_Sheen( const in vec3 lightDir, const in vec3 viewDir, const in vec3 normal, vec3 sheenColor, const in float sheenRoughness ) {
	vec3 halfDir = normalize( lightDir + viewDir );
	float dotNL = saturate( dot( normal, lightDir ) );
	float dotNV = saturate( dot( normal, viewDir ) );
	float dotNH = saturate( dot( normal, halfDir ) );
	float D = D_Charlie( sheenRoughness, dotNH );
	float V = V_Neubelt( dotNV, dotNL );
	return sheenColor * ( D * V );
}
#endif
float IBLSheenBRDF( const in vec3 normal, const in vec3 viewDir, const in float roughness ) {
	float dotNV = saturate( dot( normal, viewDir ) );
	float r2 = roughness * roughness;
	float rInv = 1.0 / ( roughness + 0.1 );
	float a = -1.9362 + 1.0678 * roughness + 0.4573 * r2 - 0.8469 * rInv;
	float b = -0.6014 + 0.5538 * roughness - 0.4670 * r2 - 0.1255 * rInv;
	float DG = exp( a * dotNV + b );
	return saturate( DG );
}
vec3 EnvironmentBRDF( const in vec3 normal, const in vec3 viewDir, const in vec3 specularColor, const in float specularF90, const in float roughness ) {
	float dotNV = saturate( dot( normal, viewDir ) );
	vec2 fab = texture2D( dfgLUT, vec2( roughness, dotNV ) ).rg;
	return specularColor * fab.x + specularF90 * fab.y;
}
#ifdef USE_IRIDESCENCE
void computeMultiscatteringIridescence( const in vec2 fab, const in vec3 specularColor, const in float specularF90, const in float iridescence, const in vec3 iridescenceF0, inout vec3 singleScatter, inout vec3 multiScatter ) {
#else
void computeMultiscattering( const in vec2 fab, const in vec3 specularColor, const in float specularF90, inout vec3 singleScatter, inout vec3 multiScatter ) {
#endif
	#ifdef USE_IRIDESCENCE
		vec3 Fr = mix( specularColor, iridescenceF0, iridescence );
	#else
		vec3 Fr = specularColor;
	#endif
	vec3 FssEss = Fr * fab.x + specularF90 * fab.y;
	float Ess = fab.x + fab.y;
	float Ems = 1.0 - Ess;
	vec3 Favg = Fr + ( 1.0 - Fr ) * 0.047619;	vec3 Fms = FssEss * Favg / ( 1.0 - Ems * Favg );
	singleScatter += FssEss;
	multiScatter += Fms * Ems;
}
#if NUM_RECT_AREA_LIGHTS > 0
	void RE_Direct_RectArea_Physical( const in RectAreaLight rectAreaLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
		vec3 normal = geometryNormal;
		vec3 viewDir = geometryViewDir;
		vec3 position = geometryPosition;
		vec3 lightPos = rectAreaLight.position;
		vec3 halfWidth = rectAreaLight.halfWidth;
		vec3 halfHeight = rectAreaLight.halfHeight;
		vec3 lightColor = rectAreaLight.color;
		float roughness = material.roughness;
		vec3 rectCoords[ 4 ];
		rectCoords[ 0 ] = lightPos + halfWidth - halfHeight;		rectCoords[ 1 ] = lightPos - halfWidth - halfHeight;
		rectCoords[ 2 ] = lightPos - halfWidth + halfHeight;
		rectCoords[ 3 ] = lightPos + halfWidth + halfHeight;
		vec2 uv = LTC_Uv( normal, viewDir, roughness );
		vec4 t1 = texture2D( ltc_1, uv );
		vec4 t2 = texture2D( ltc_2, uv );
		mat3 mInv = mat3(
			vec3( t1.x, 0, t1.y ),
			vec3(    0, 1,    0 ),
			vec3( t1.z, 0, t1.w )
		);
		vec3 fresnel = ( material.specularColorBlended * t2.x + ( material.specularF90 - material.specularColorBlended ) * t2.y );
		reflectedLight.directSpecular += lightColor * fresnel * LTC_Evaluate( normal, viewDir, position, mInv, rectCoords );
		reflectedLight.directDiffuse += lightColor * material.diffuseContribution * LTC_Evaluate( normal, viewDir, position, mat3( 1.0 ), rectCoords );
		#ifdef USE_CLEARCOAT
			vec3 Ncc = geometryClearcoatNormal;
			vec2 uvClearcoat = LTC_Uv( Ncc, viewDir, material.clearcoatRoughness );
			vec4 t1Clearcoat = texture2D( ltc_1, uvClearcoat );
			vec4 t2Clearcoat = texture2D( ltc_2, uvClearcoat );
			mat3 mInvClearcoat = mat3(
				vec3( t1Clearcoat.x, 0, t1Clearcoat.y ),
				vec3(             0, 1,             0 ),
				vec3( t1Clearcoat.z, 0, t1Clearcoat.w )
			);
			vec3 fresnelClearcoat = material.clearcoatF0 * t2Clearcoat.x + ( material.clearcoatF90 - material.clearcoatF0 ) * t2Clearcoat.y;
			clearcoatSpecularDirect += lightColor * fresnelClearcoat * LTC_Evaluate( Ncc, viewDir, position, mInvClearcoat, rectCoords );
		#endif
	}
#endif
void RE_Direct_Physical( const in IncidentLight directLight, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
	float dotNL = saturate( dot( geometryNormal, directLight.direction ) );
	vec3 irradiance = dotNL * directLight.color;
	#ifdef USE_CLEARCOAT
		float dotNLcc = saturate( dot( geometryClearcoatNormal, directLight.direction ) );
		vec3 ccIrradiance = dotNLcc * directLight.color;
		clearcoatSpecularDirect += ccIrradiance * BRDF_GGX_Clearcoat( directLight.direction, geometryViewDir, geometryClearcoatNormal, material );
	#endif
	#ifdef USE_SHEEN
 
 		sheenSpecularDirect += irradiance * BRDF_Sheen( directLight.direction, geometryViewDir, geometryNormal, material.sheenColor, material.sheenRoughness );
 
 		float sheenAlbedoV = IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness );
 		float sheenAlbedoL = IBLSheenBRDF( geometryNormal, directLight.direction, material.sheenRoughness );
 
 		float sheenEnergyComp = 1.0 - max3( material.sheenColor ) * max( sheenAlbedoV, sheenAlbedoL );
 
 		irradiance *= sheenEnergyComp;
 
 	#endif
	vec3 specularBRDF = BRDF_GGX( directLight.direction, geometryViewDir, geometryNormal, material );
	#ifdef USE_RETROREFLECTION
		vec3 retroViewDir = reflect( - geometryViewDir, geometryNormal );
		vec3 retroSpecularBRDF = BRDF_GGX( directLight.direction, retroViewDir, geometryNormal, material );
		specularBRDF = mix( specularBRDF, retroSpecularBRDF, saturate( material.retroreflectivity ) );
	#endif
	reflectedLight.directSpecular += irradiance * specularBRDF * material.multiScatteringCompensation;
	vec3 halfDir = normalize( directLight.direction + geometryViewDir );
	float dotVH = saturate( dot( geometryViewDir, halfDir ) );
	vec3 F = F_Schlick( material.specularColor, material.specularF90, dotVH );
	#ifdef USE_RETROREFLECTION
		vec3 retroHalfDir = normalize( directLight.direction + retroViewDir );
		float dotRetroVH = saturate( dot( retroViewDir, retroHalfDir ) );
		vec3 retroF = F_Schlick( material.specularColor, material.specularF90, dotRetroVH );
		F = mix( F, retroF, saturate( material.retroreflectivity ) );
	#endif
	#ifdef USE_DIFFUSE_ROUGHNESS
		vec3 diffuseBRDF = BRDF_EON( directLight.direction, geometryViewDir, geometryNormal, material.diffuseColor, material.diffuseRoughness ) * ( 1.0 - material.metalness );
	#else
		vec3 diffuseBRDF = BRDF_Lambert( material.diffuseContribution );
	#endif
	reflectedLight.directDiffuse += irradiance * diffuseBRDF * ( 1.0 - F );
}
void RE_IndirectDiffuse_Physical( const in vec3 irradiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight ) {
	vec3 singleScattering = vec3( 0.0 );
	vec3 multiScattering = vec3( 0.0 );
	#ifdef USE_IRIDESCENCE
		computeMultiscatteringIridescence( material.dfg, material.specularColor, material.specularF90, material.iridescence, material.iridescenceF0Dielectric, singleScattering, multiScattering );
	#else
		computeMultiscattering( material.dfg, material.specularColor, material.specularF90, singleScattering, multiScattering );
	#endif
	#ifdef USE_DIFFUSE_ROUGHNESS
		float dotNV = saturate( dot( geometryNormal, geometryViewDir ) );
		vec3 diffuseAlbedo = EON_DirectionalAlbedo( material.diffuseColor, material.diffuseRoughness, dotNV ) * ( 1.0 - material.metalness );
		vec3 diffuse = irradiance * RECIPROCAL_PI * diffuseAlbedo * ( 1.0 - singleScattering - multiScattering );
	#else
		vec3 diffuse = irradiance * BRDF_Lambert( material.diffuseContribution ) * ( 1.0 - singleScattering - multiScattering );
	#endif
	#ifdef USE_SHEEN
		float sheenAlbedo = IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness );
		sheenSpecularIndirect += irradiance * material.sheenColor * sheenAlbedo * RECIPROCAL_PI;
		float sheenEnergyComp = 1.0 - max3( material.sheenColor ) * sheenAlbedo;
		diffuse *= sheenEnergyComp;
	#endif
	reflectedLight.indirectDiffuse += diffuse;
}
void RE_IndirectSpecular_Physical( const in vec3 radiance, const in vec3 irradiance, const in vec3 clearcoatRadiance, const in vec3 geometryPosition, const in vec3 geometryNormal, const in vec3 geometryViewDir, const in vec3 geometryClearcoatNormal, const in PhysicalMaterial material, inout ReflectedLight reflectedLight) {
	#ifdef USE_CLEARCOAT
		clearcoatSpecularIndirect += clearcoatRadiance * EnvironmentBRDF( geometryClearcoatNormal, geometryViewDir, material.clearcoatF0, material.clearcoatF90, material.clearcoatRoughness );
	#endif
	#ifdef USE_SHEEN
		sheenSpecularIndirect += irradiance * material.sheenColor * IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness ) * RECIPROCAL_PI;
 	#endif
	vec3 singleScatteringDielectric = vec3( 0.0 );
	vec3 multiScatteringDielectric = vec3( 0.0 );
	vec3 singleScatteringMetallic = vec3( 0.0 );
	vec3 multiScatteringMetallic = vec3( 0.0 );
	#ifdef USE_IRIDESCENCE
		computeMultiscatteringIridescence( material.dfg, material.specularColor, material.specularF90, material.iridescence, material.iridescenceF0Dielectric, singleScatteringDielectric, multiScatteringDielectric );
		computeMultiscatteringIridescence( material.dfg, material.diffuseColor, material.specularF90, material.iridescence, material.iridescenceF0Metallic, singleScatteringMetallic, multiScatteringMetallic );
	#else
		computeMultiscattering( material.dfg, material.specularColor, material.specularF90, singleScatteringDielectric, multiScatteringDielectric );
		computeMultiscattering( material.dfg, material.diffuseColor, material.specularF90, singleScatteringMetallic, multiScatteringMetallic );
	#endif
	vec3 singleScattering = mix( singleScatteringDielectric, singleScatteringMetallic, material.metalness );
	vec3 multiScattering = mix( multiScatteringDielectric, multiScatteringMetallic, material.metalness );
	vec3 totalScatteringDielectric = singleScatteringDielectric + multiScatteringDielectric;
	#ifdef USE_DIFFUSE_ROUGHNESS
		float dotNV = saturate( dot( geometryNormal, geometryViewDir ) );
		vec3 diffuse = EON_DirectionalAlbedo( material.diffuseColor, material.diffuseRoughness, dotNV ) * ( 1.0 - material.metalness ) * ( 1.0 - totalScatteringDielectric );
	#else
		vec3 diffuse = material.diffuseContribution * ( 1.0 - totalScatteringDielectric );
	#endif
	vec3 cosineWeightedIrradiance = irradiance * RECIPROCAL_PI;
	vec3 indirectSpecular = radiance * singleScattering;
	indirectSpecular += multiScattering * cosineWeightedIrradiance;
	vec3 indirectDiffuse = diffuse * cosineWeightedIrradiance;
	#ifdef USE_SHEEN
		float sheenAlbedo = IBLSheenBRDF( geometryNormal, geometryViewDir, material.sheenRoughness );
		float sheenEnergyComp = 1.0 - max3( material.sheenColor ) * sheenAlbedo;
		indirectSpecular *= sheenEnergyComp;
		indirectDiffuse *= sheenEnergyComp;
	#endif
	reflectedLight.indirectSpecular += indirectSpecular;
	reflectedLight.indirectDiffuse += indirectDiffuse;
}
#define RE_Direct				RE_Direct_Physical
#define RE_Direct_RectArea		RE_Direct_RectArea_Physical
#define RE_IndirectDiffuse		RE_IndirectDiffuse_Physical
#define RE_IndirectSpecular		RE_IndirectSpecular_Physical
float computeSpecularOcclusion( const in float dotNV, const in float ambientOcclusion, const in float roughness ) {
	return saturate( pow( dotNV + ambientOcclusion, exp2( - 16.0 * roughness - 1.0 ) ) - 1.0 + ambientOcclusion );
}`,xm=`
vec3 geometryPosition = - vViewPosition;
vec3 geometryNormal = normal;
vec3 geometryViewDir = ( isOrthographic ) ? vec3( 0, 0, 1 ) : normalize( vViewPosition );
vec3 geometryClearcoatNormal = vec3( 0.0 );
#ifdef USE_CLEARCOAT
	geometryClearcoatNormal = clearcoatNormal;
#endif
#ifdef USE_IRIDESCENCE
	float dotNVi = saturate( dot( normal, geometryViewDir ) );
	if ( material.iridescenceThickness == 0.0 ) {
		material.iridescence = 0.0;
	} else {
		material.iridescence = saturate( material.iridescence );
	}
	if ( material.iridescence > 0.0 ) {
		vec3 iridescenceFresnelDielectric = evalIridescence( 1.0, material.iridescenceIOR, dotNVi, material.iridescenceThickness, material.specularColor );
		vec3 iridescenceFresnelMetallic = evalIridescence( 1.0, material.iridescenceIOR, dotNVi, material.iridescenceThickness, material.diffuseColor );
		material.iridescenceFresnel = mix( iridescenceFresnelDielectric, iridescenceFresnelMetallic, material.metalness );
		material.iridescenceF0Dielectric = Schlick_to_F0( iridescenceFresnelDielectric, 1.0, dotNVi );
		material.iridescenceF0Metallic = Schlick_to_F0( iridescenceFresnelMetallic, 1.0, dotNVi );
	}
#endif
#ifdef STANDARD
	float dotNVms = saturate( dot( geometryNormal, geometryViewDir ) );
	material.dfg = texture2D( dfgLUT, vec2( material.roughness, dotNVms ) ).rg;
	#if ( NUM_SUN_LIGHTS > 0 || NUM_DIR_LIGHTS > 0 || NUM_POINT_LIGHTS > 0 || NUM_SPOT_LIGHTS > 0 )
		float EssMs = material.dfg.x + material.dfg.y;
		material.multiScatteringCompensation = 1.0 + material.specularColorBlended * ( 1.0 / EssMs - 1.0 );
	#endif
#endif
IncidentLight directLight;
#if ( NUM_POINT_LIGHTS > 0 ) && defined( RE_Direct )
	PointLight pointLight;
	#if defined( USE_SHADOWMAP ) && NUM_POINT_LIGHT_SHADOWS > 0
	PointLightShadow pointLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_POINT_LIGHTS; i ++ ) {
		pointLight = pointLights[ i ];
		getPointLightInfo( pointLight, geometryPosition, directLight );
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_POINT_LIGHT_SHADOWS ) && ( defined( SHADOWMAP_TYPE_PCF ) || defined( SHADOWMAP_TYPE_BASIC ) )
		pointLightShadow = pointLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getPointShadow( pointShadowMap[ i ], pointLightShadow.shadowMapSize, pointLightShadow.shadowIntensity, pointLightShadow.shadowBias, pointLightShadow.shadowRadius, vPointShadowCoord[ i ], pointLightShadow.shadowCameraNear, pointLightShadow.shadowCameraFar ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_SPOT_LIGHTS > 0 ) && defined( RE_Direct )
	SpotLight spotLight;
	vec4 spotColor;
	vec3 spotLightCoord;
	bool inSpotLightMap;
	#if defined( USE_SHADOWMAP ) && NUM_SPOT_LIGHT_SHADOWS > 0
	SpotLightShadow spotLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SPOT_LIGHTS; i ++ ) {
		spotLight = spotLights[ i ];
		getSpotLightInfo( spotLight, geometryPosition, directLight );
		#if ( UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS_WITH_MAPS )
		#define SPOT_LIGHT_MAP_INDEX UNROLLED_LOOP_INDEX
		#elif ( UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS )
		#define SPOT_LIGHT_MAP_INDEX NUM_SPOT_LIGHT_MAPS
		#else
		#define SPOT_LIGHT_MAP_INDEX ( UNROLLED_LOOP_INDEX - NUM_SPOT_LIGHT_SHADOWS + NUM_SPOT_LIGHT_SHADOWS_WITH_MAPS )
		#endif
		#if ( SPOT_LIGHT_MAP_INDEX < NUM_SPOT_LIGHT_MAPS )
			spotLightCoord = vSpotLightCoord[ i ].xyz / vSpotLightCoord[ i ].w;
			inSpotLightMap = all( lessThan( abs( spotLightCoord * 2. - 1. ), vec3( 1.0 ) ) );
			spotColor = texture2D( spotLightMap[ SPOT_LIGHT_MAP_INDEX ], spotLightCoord.xy );
			directLight.color = inSpotLightMap ? directLight.color * spotColor.rgb : directLight.color;
		#endif
		#undef SPOT_LIGHT_MAP_INDEX
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS )
		spotLightShadow = spotLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getShadow( spotShadowMap[ i ], spotLightShadow.shadowMapSize, spotLightShadow.shadowIntensity, spotLightShadow.shadowBias, spotLightShadow.shadowRadius, vSpotLightCoord[ i ] ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_SUN_LIGHTS > 0 ) && defined( RE_Direct )
	SunLight sunLight;
	#if defined( USE_SHADOWMAP ) && NUM_SUN_LIGHT_SHADOWS > 0
	SunLightShadow sunLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SUN_LIGHTS; i ++ ) {
		sunLight = sunLights[ i ];
		getSunLightInfo( sunLight, directLight );
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_SUN_LIGHT_SHADOWS )
		sunLightShadow = sunLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getSunShadow( sunShadowMap[ i ], sunLightShadow, UNROLLED_LOOP_INDEX ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_DIR_LIGHTS > 0 ) && defined( RE_Direct )
	DirectionalLight directionalLight;
	#if defined( USE_SHADOWMAP ) && NUM_DIR_LIGHT_SHADOWS > 0
	DirectionalLightShadow directionalLightShadow;
	#endif
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_DIR_LIGHTS; i ++ ) {
		directionalLight = directionalLights[ i ];
		getDirectionalLightInfo( directionalLight, directLight );
		#if defined( USE_SHADOWMAP ) && ( UNROLLED_LOOP_INDEX < NUM_DIR_LIGHT_SHADOWS )
		directionalLightShadow = directionalLightShadows[ i ];
		directLight.color *= ( directLight.visible && receiveShadow ) ? getShadow( directionalShadowMap[ i ], directionalLightShadow.shadowMapSize, directionalLightShadow.shadowIntensity, directionalLightShadow.shadowBias, directionalLightShadow.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0;
		#endif
		RE_Direct( directLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if ( NUM_RECT_AREA_LIGHTS > 0 ) && defined( RE_Direct_RectArea )
	RectAreaLight rectAreaLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_RECT_AREA_LIGHTS; i ++ ) {
		rectAreaLight = rectAreaLights[ i ];
		RE_Direct_RectArea( rectAreaLight, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
	}
	#pragma unroll_loop_end
#endif
#if defined( RE_IndirectDiffuse )
	vec3 iblIrradiance = vec3( 0.0 );
	vec3 irradiance = getAmbientLightIrradiance( ambientLightColor );
	#if defined( USE_LIGHT_PROBES )
		irradiance += getLightProbeIrradiance( lightProbe, geometryNormal );
	#endif
	#if ( NUM_HEMI_LIGHTS > 0 )
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_HEMI_LIGHTS; i ++ ) {
			irradiance += getHemisphereLightIrradiance( hemisphereLights[ i ], geometryNormal );
		}
		#pragma unroll_loop_end
	#endif
	#if NUM_LIGHT_PROBE_GRIDS > 0
		vec3 probeWorldPos = ( ( vec4( geometryPosition, 1.0 ) - viewMatrix[ 3 ] ) * viewMatrix ).xyz;
		vec3 probeWorldNormal = transformNormalByInverseViewMatrix( geometryNormal, viewMatrix );
		int probeGrid = - 1;
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_LIGHT_PROBE_GRIDS; i ++ ) {
			if ( isInsideLightProbeGrid( probeWorldPos, probeWorldNormal, probesMin[ i ], probesMax[ i ], probesResolution[ i ] ) ) probeGrid = UNROLLED_LOOP_INDEX;
		}
		#pragma unroll_loop_end
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_LIGHT_PROBE_GRIDS; i ++ ) {
			if ( probeGrid == UNROLLED_LOOP_INDEX ) irradiance += getLightProbeGridIrradiance( probesSH[ i ], probesMin[ i ], probesMax[ i ], probesResolution[ i ], probeWorldPos, probeWorldNormal );
		}
		#pragma unroll_loop_end
	#endif
#endif
#if defined( RE_IndirectSpecular )
	vec3 radiance = vec3( 0.0 );
	vec3 clearcoatRadiance = vec3( 0.0 );
#endif`,ym=`#if defined( RE_IndirectDiffuse )
	#ifdef USE_LIGHTMAP
		vec4 lightMapTexel = texture2D( lightMap, vLightMapUv );
		vec3 lightMapIrradiance = lightMapTexel.rgb * lightMapIntensity;
		irradiance += lightMapIrradiance;
	#endif
	#if defined( USE_ENVMAP ) && defined( ENVMAP_TYPE_PMREM )
		#if defined( STANDARD ) || defined( LAMBERT ) || defined( PHONG )
			iblIrradiance += getIBLIrradiance( geometryNormal );
		#endif
	#endif
#endif
#if defined( USE_ENVMAP ) && defined( RE_IndirectSpecular )
	#ifdef USE_ANISOTROPY
		vec3 iblRadiance = getIBLAnisotropyRadiance( geometryViewDir, geometryNormal, material.roughness, material.anisotropyB, material.anisotropy );
	#else
		vec3 iblRadiance = getIBLRadiance( geometryViewDir, geometryNormal, material.roughness );
	#endif
	#ifdef USE_RETROREFLECTION
		#ifdef USE_ANISOTROPY
			vec3 retroIBLRadiance = getIBLAnisotropyRetroRadiance( geometryViewDir, geometryNormal, material.roughness, material.anisotropyB, material.anisotropy );
		#else
			vec3 retroIBLRadiance = getIBLRetroRadiance( geometryViewDir, geometryNormal, material.roughness );
		#endif
		iblRadiance = mix( iblRadiance, retroIBLRadiance, saturate( material.retroreflectivity ) );
	#endif
	radiance += iblRadiance;
	#ifdef USE_CLEARCOAT
		clearcoatRadiance += getIBLRadiance( geometryViewDir, geometryClearcoatNormal, material.clearcoatRoughness );
	#endif
#endif`,bm=`#if defined( RE_IndirectDiffuse )
	#if defined( LAMBERT ) || defined( PHONG )
		irradiance += iblIrradiance;
	#endif
	RE_IndirectDiffuse( irradiance, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
#endif
#if defined( RE_IndirectSpecular )
	RE_IndirectSpecular( radiance, iblIrradiance, clearcoatRadiance, geometryPosition, geometryNormal, geometryViewDir, geometryClearcoatNormal, material, reflectedLight );
#endif`,Sm=`#if NUM_LIGHT_PROBE_GRIDS > 0
uniform highp sampler3D probesSH[ NUM_LIGHT_PROBE_GRIDS ];
uniform vec3 probesMin[ NUM_LIGHT_PROBE_GRIDS ];
uniform vec3 probesMax[ NUM_LIGHT_PROBE_GRIDS ];
uniform vec3 probesResolution[ NUM_LIGHT_PROBE_GRIDS ];
bool isInsideLightProbeGrid( vec3 worldPos, vec3 worldNormal, vec3 probesMin, vec3 probesMax, vec3 probesResolution ) {
	vec3 spacing = ( probesMax - probesMin ) / probesResolution;
	vec3 samplePos = worldPos + worldNormal * spacing * 0.5;
	vec3 margin = spacing * 0.01;
	return all( greaterThanEqual( samplePos, probesMin - margin ) ) && all( lessThanEqual( samplePos, probesMax + margin ) );
}
vec3 getLightProbeGridIrradiance( highp sampler3D probesSH, vec3 probesMin, vec3 probesMax, vec3 probesResolution, vec3 worldPos, vec3 worldNormal ) {
	vec3 res = probesResolution;
	vec3 gridRange = probesMax - probesMin;
	vec3 probeSpacing = gridRange / res;
	vec3 samplePos = worldPos + worldNormal * probeSpacing * 0.5;
	vec3 uvw = clamp( ( samplePos - probesMin ) / gridRange, 0.5 / res, 1.0 - 0.5 / res );
	float nz          = res.z;
	float paddedSlices = nz + 2.0;
	float atlasDepth  = 7.0 * paddedSlices;
	float uvZBase     = uvw.z * nz + 1.0;
	vec4 s0 = texture( probesSH, vec3( uvw.xy, ( uvZBase                       ) / atlasDepth ) );
	vec4 s1 = texture( probesSH, vec3( uvw.xy, ( uvZBase +       paddedSlices   ) / atlasDepth ) );
	vec4 s2 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 2.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s3 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 3.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s4 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 4.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s5 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 5.0 * paddedSlices   ) / atlasDepth ) );
	vec4 s6 = texture( probesSH, vec3( uvw.xy, ( uvZBase + 6.0 * paddedSlices   ) / atlasDepth ) );
	vec3 c0 = s0.xyz;
	vec3 c1 = vec3( s0.w, s1.xy );
	vec3 c2 = vec3( s1.zw, s2.x );
	vec3 c3 = s2.yzw;
	vec3 c4 = s3.xyz;
	vec3 c5 = vec3( s3.w, s4.xy );
	vec3 c6 = vec3( s4.zw, s5.x );
	vec3 c7 = s5.yzw;
	vec3 c8 = s6.xyz;
	float x = worldNormal.x, y = worldNormal.y, z = worldNormal.z;
	vec3 result = c0 * 0.886227;
	result += c1 * 2.0 * 0.511664 * y;
	result += c2 * 2.0 * 0.511664 * z;
	result += c3 * 2.0 * 0.511664 * x;
	result += c4 * 2.0 * 0.429043 * x * y;
	result += c5 * 2.0 * 0.429043 * y * z;
	result += c6 * ( 0.743125 * z * z - 0.247708 );
	result += c7 * 2.0 * 0.429043 * x * z;
	result += c8 * 0.429043 * ( x * x - y * y );
	return max( result, vec3( 0.0 ) );
}
#endif`,Mm=`#if defined( USE_LOGARITHMIC_DEPTH_BUFFER )
	gl_FragDepth = vIsPerspective == 0.0 ? gl_FragCoord.z : log2( vFragDepth ) * logDepthBufFC * 0.5;
#endif`,wm=`#if defined( USE_LOGARITHMIC_DEPTH_BUFFER )
	uniform float logDepthBufFC;
	varying float vFragDepth;
	varying float vIsPerspective;
#endif`,Em=`#ifdef USE_LOGARITHMIC_DEPTH_BUFFER
	varying float vFragDepth;
	varying float vIsPerspective;
#endif`,Tm=`#ifdef USE_LOGARITHMIC_DEPTH_BUFFER
	vFragDepth = 1.0 + gl_Position.w;
	vIsPerspective = float( isPerspectiveMatrix( projectionMatrix ) );
#endif`,Am=`#ifdef USE_MAP
	vec4 sampledDiffuseColor = texture2D( map, vMapUv );
	#ifdef DECODE_VIDEO_TEXTURE
		sampledDiffuseColor = sRGBTransferEOTF( sampledDiffuseColor );
	#endif
	diffuseColor *= sampledDiffuseColor;
#endif`,Cm=`#ifdef USE_MAP
	uniform sampler2D map;
#endif`,Rm=`#if defined( USE_MAP ) || defined( USE_ALPHAMAP )
	#if defined( USE_POINTS_UV )
		vec2 uv = vUv;
	#else
		vec2 uv = ( uvTransform * vec3( gl_PointCoord.x, 1.0 - gl_PointCoord.y, 1 ) ).xy;
	#endif
#endif
#ifdef USE_MAP
	diffuseColor *= texture2D( map, uv );
#endif
#ifdef USE_ALPHAMAP
	diffuseColor.a *= texture2D( alphaMap, uv ).g;
#endif`,Pm=`#if defined( USE_POINTS_UV )
	varying vec2 vUv;
#else
	#if defined( USE_MAP ) || defined( USE_ALPHAMAP )
		uniform mat3 uvTransform;
	#endif
#endif
#ifdef USE_MAP
	uniform sampler2D map;
#endif
#ifdef USE_ALPHAMAP
	uniform sampler2D alphaMap;
#endif`,Im=`float metalnessFactor = metalness;
#ifdef USE_METALNESSMAP
	vec4 texelMetalness = texture2D( metalnessMap, vMetalnessMapUv );
	metalnessFactor *= texelMetalness.b;
#endif`,Lm=`#ifdef USE_METALNESSMAP
	uniform sampler2D metalnessMap;
#endif`,Nm=`#ifdef USE_INSTANCING_MORPH
	float morphTargetInfluences[ MORPHTARGETS_COUNT ];
	float morphTargetBaseInfluence = texelFetch( morphTexture, ivec2( 0, gl_InstanceID ), 0 ).r;
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		morphTargetInfluences[i] =  texelFetch( morphTexture, ivec2( i + 1, gl_InstanceID ), 0 ).r;
	}
#endif`,Dm=`#if defined( USE_MORPHCOLORS )
	#if defined( USE_COLOR_ALPHA )
		vColor *= morphTargetBaseInfluence;
	#elif defined( USE_COLOR )
		vColor.rgb *= morphTargetBaseInfluence;
	#endif
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		#if defined( USE_COLOR_ALPHA )
			if ( morphTargetInfluences[ i ] != 0.0 ) vColor += getMorph( gl_VertexID, i, 2 ) * morphTargetInfluences[ i ];
		#elif defined( USE_COLOR )
			if ( morphTargetInfluences[ i ] != 0.0 ) vColor.rgb += getMorph( gl_VertexID, i, 2 ).rgb * morphTargetInfluences[ i ];
		#endif
	}
#endif`,Fm=`#ifdef USE_MORPHNORMALS
	objectNormal *= morphTargetBaseInfluence;
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		if ( morphTargetInfluences[ i ] != 0.0 ) objectNormal += getMorph( gl_VertexID, i, 1 ).xyz * morphTargetInfluences[ i ];
	}
#endif`,Um=`#ifdef USE_MORPHTARGETS
	#ifndef USE_INSTANCING_MORPH
		uniform float morphTargetBaseInfluence;
		uniform float morphTargetInfluences[ MORPHTARGETS_COUNT ];
	#endif
	uniform sampler2DArray morphTargetsTexture;
	uniform ivec2 morphTargetsTextureSize;
	vec4 getMorph( const in int vertexIndex, const in int morphTargetIndex, const in int offset ) {
		int texelIndex = vertexIndex * MORPHTARGETS_TEXTURE_STRIDE + offset;
		int y = texelIndex / morphTargetsTextureSize.x;
		int x = texelIndex - y * morphTargetsTextureSize.x;
		ivec3 morphUV = ivec3( x, y, morphTargetIndex );
		return texelFetch( morphTargetsTexture, morphUV, 0 );
	}
#endif`,Om=`#ifdef USE_MORPHTARGETS
	transformed *= morphTargetBaseInfluence;
	for ( int i = 0; i < MORPHTARGETS_COUNT; i ++ ) {
		if ( morphTargetInfluences[ i ] != 0.0 ) transformed += getMorph( gl_VertexID, i, 0 ).xyz * morphTargetInfluences[ i ];
	}
#endif`,Bm=`float faceDirection = gl_FrontFacing ? 1.0 : - 1.0;
#ifdef FLAT_SHADED
	vec3 fdx = dFdx( vViewPosition );
	vec3 fdy = dFdy( vViewPosition );
	vec3 normal = normalize( cross( fdx, fdy ) );
#else
	vec3 normal = normalize( vNormal );
	#ifdef DOUBLE_SIDED
		normal *= faceDirection;
	#endif
#endif
#if defined( USE_NORMALMAP_TANGENTSPACE ) || defined( USE_CLEARCOAT_NORMALMAP ) || defined( USE_ANISOTROPY )
	#ifdef USE_TANGENT
		mat3 tbn = mat3( normalize( vTangent ), normalize( vBitangent ), normal );
	#else
		mat3 tbn = getTangentFrame( - vViewPosition, normal,
		#if defined( USE_NORMALMAP )
			vNormalMapUv
		#elif defined( USE_CLEARCOAT_NORMALMAP )
			vClearcoatNormalMapUv
		#else
			vUv
		#endif
		);
	#endif
	#ifdef DOUBLE_SIDED
		tbn[0] *= faceDirection;
		tbn[1] *= faceDirection;
	#endif
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	#ifdef USE_TANGENT
		mat3 tbn2 = mat3( normalize( vTangent ), normalize( vBitangent ), normal );
	#else
		mat3 tbn2 = getTangentFrame( - vViewPosition, normal, vClearcoatNormalMapUv );
	#endif
	#ifdef DOUBLE_SIDED
		tbn2[0] *= faceDirection;
		tbn2[1] *= faceDirection;
	#endif
#endif
vec3 nonPerturbedNormal = normal;`,km=`#ifdef USE_NORMALMAP_OBJECTSPACE
	normal = texture2D( normalMap, vNormalMapUv ).xyz * 2.0 - 1.0;
	#ifdef FLIP_SIDED
		normal = - normal;
	#endif
	#ifdef DOUBLE_SIDED
		normal = normal * faceDirection;
	#endif
	normal = normalize( normalMatrix * normal );
#elif defined( USE_NORMALMAP_TANGENTSPACE )
	vec3 mapN = texture2D( normalMap, vNormalMapUv ).xyz * 2.0 - 1.0;
	#if defined( USE_PACKED_NORMALMAP )
		mapN = vec3( mapN.xy, sqrt( saturate( 1.0 - dot( mapN.xy, mapN.xy ) ) ) );
	#endif
	mapN.xy *= normalScale;
	normal = normalize( tbn * mapN );
#elif defined( USE_BUMPMAP )
	normal = perturbNormalArb( - vViewPosition, normal, dHdxy_fwd(), faceDirection );
#endif`,zm=`#ifndef FLAT_SHADED
	varying vec3 vNormal;
	#ifdef USE_TANGENT
		varying vec3 vTangent;
		varying vec3 vBitangent;
	#endif
#endif`,Vm=`#ifndef FLAT_SHADED
	varying vec3 vNormal;
	#ifdef USE_TANGENT
		varying vec3 vTangent;
		varying vec3 vBitangent;
	#endif
#endif`,Gm=`#ifndef FLAT_SHADED
	vNormal = normalize( transformedNormal );
	#ifdef USE_TANGENT
		vTangent = normalize( transformedTangent );
		vBitangent = normalize( cross( vNormal, vTangent ) * tangent.w );
		#ifdef FLIP_SIDED
			vBitangent = - vBitangent;
		#endif
	#endif
#endif`,Hm=`#ifdef USE_NORMALMAP
	uniform sampler2D normalMap;
	uniform vec2 normalScale;
#endif
#ifdef USE_NORMALMAP_OBJECTSPACE
	uniform mat3 normalMatrix;
#endif
#if ! defined ( USE_TANGENT ) && ( defined ( USE_NORMALMAP_TANGENTSPACE ) || defined ( USE_CLEARCOAT_NORMALMAP ) || defined( USE_ANISOTROPY ) )
	mat3 getTangentFrame( vec3 eye_pos, vec3 surf_norm, vec2 uv ) {
		vec3 q0 = dFdx( eye_pos.xyz );
		vec3 q1 = dFdy( eye_pos.xyz );
		vec2 st0 = dFdx( uv.st );
		vec2 st1 = dFdy( uv.st );
		vec3 N = surf_norm;
		vec3 q1perp = cross( q1, N );
		vec3 q0perp = cross( N, q0 );
		vec3 T = q1perp * st0.x + q0perp * st1.x;
		vec3 B = q1perp * st0.y + q0perp * st1.y;
		float det = max( dot( T, T ), dot( B, B ) );
		float scale = ( det == 0.0 ) ? 0.0 : inversesqrt( det );
		return mat3( T * scale, B * scale, N );
	}
#endif`,Wm=`#ifdef USE_CLEARCOAT
	vec3 clearcoatNormal = nonPerturbedNormal;
#endif`,$m=`#ifdef USE_CLEARCOAT_NORMALMAP
	vec3 clearcoatMapN = texture2D( clearcoatNormalMap, vClearcoatNormalMapUv ).xyz * 2.0 - 1.0;
	clearcoatMapN.xy *= clearcoatNormalScale;
	clearcoatNormal = normalize( tbn2 * clearcoatMapN );
#endif`,Xm=`#ifdef USE_CLEARCOATMAP
	uniform sampler2D clearcoatMap;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	uniform sampler2D clearcoatNormalMap;
	uniform vec2 clearcoatNormalScale;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	uniform sampler2D clearcoatRoughnessMap;
#endif`,qm=`#ifdef USE_IRIDESCENCEMAP
	uniform sampler2D iridescenceMap;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	uniform sampler2D iridescenceThicknessMap;
#endif`,Ym=`#ifdef OPAQUE
diffuseColor.a = 1.0;
#endif
#ifdef USE_TRANSMISSION
diffuseColor.a *= material.transmissionAlpha;
#endif
gl_FragColor = vec4( outgoingLight, diffuseColor.a );`,Zm=`vec3 packNormalToRGB( const in vec3 normal ) {
	return normalize( normal ) * 0.5 + 0.5;
}
vec3 unpackRGBToNormal( const in vec3 rgb ) {
	return 2.0 * rgb.xyz - 1.0;
}
const float PackUpscale = 256. / 255.;const float UnpackDownscale = 255. / 256.;const float ShiftRight8 = 1. / 256.;
const float Inv255 = 1. / 255.;
const vec4 PackFactors = vec4( 1.0, 256.0, 256.0 * 256.0, 256.0 * 256.0 * 256.0 );
const vec2 UnpackFactors2 = vec2( UnpackDownscale, 1.0 / PackFactors.g );
const vec3 UnpackFactors3 = vec3( UnpackDownscale / PackFactors.rg, 1.0 / PackFactors.b );
const vec4 UnpackFactors4 = vec4( UnpackDownscale / PackFactors.rgb, 1.0 / PackFactors.a );
vec4 packDepthToRGBA( const in float v ) {
	if( v <= 0.0 )
		return vec4( 0., 0., 0., 0. );
	if( v >= 1.0 )
		return vec4( 1., 1., 1., 1. );
	float vuf;
	float af = modf( v * PackFactors.a, vuf );
	float bf = modf( vuf * ShiftRight8, vuf );
	float gf = modf( vuf * ShiftRight8, vuf );
	return vec4( vuf * Inv255, gf * PackUpscale, bf * PackUpscale, af );
}
vec3 packDepthToRGB( const in float v ) {
	if( v <= 0.0 )
		return vec3( 0., 0., 0. );
	if( v >= 1.0 )
		return vec3( 1., 1., 1. );
	float vuf;
	float bf = modf( v * PackFactors.b, vuf );
	float gf = modf( vuf * ShiftRight8, vuf );
	return vec3( vuf * Inv255, gf * PackUpscale, bf );
}
vec2 packDepthToRG( const in float v ) {
	if( v <= 0.0 )
		return vec2( 0., 0. );
	if( v >= 1.0 )
		return vec2( 1., 1. );
	float vuf;
	float gf = modf( v * 256., vuf );
	return vec2( vuf * Inv255, gf );
}
float unpackRGBAToDepth( const in vec4 v ) {
	return dot( v, UnpackFactors4 );
}
float unpackRGBToDepth( const in vec3 v ) {
	return dot( v, UnpackFactors3 );
}
float unpackRGToDepth( const in vec2 v ) {
	return v.r * UnpackFactors2.r + v.g * UnpackFactors2.g;
}
vec4 pack2HalfToRGBA( const in vec2 v ) {
	vec4 r = vec4( v.x, fract( v.x * 255.0 ), v.y, fract( v.y * 255.0 ) );
	return vec4( r.x - r.y / 255.0, r.y, r.z - r.w / 255.0, r.w );
}
vec2 unpackRGBATo2Half( const in vec4 v ) {
	return vec2( v.x + ( v.y / 255.0 ), v.z + ( v.w / 255.0 ) );
}
float viewZToOrthographicDepth( const in float viewZ, const in float near, const in float far ) {
	return ( viewZ + near ) / ( near - far );
}
float orthographicDepthToViewZ( const in float depth, const in float near, const in float far ) {
	#ifdef USE_REVERSED_DEPTH_BUFFER
	
		return depth * ( far - near ) - far;
	#else
		return depth * ( near - far ) - near;
	#endif
}
float viewZToPerspectiveDepth( const in float viewZ, const in float near, const in float far ) {
	return ( ( near + viewZ ) * far ) / ( ( far - near ) * viewZ );
}
float perspectiveDepthToViewZ( const in float depth, const in float near, const in float far ) {
	
	#ifdef USE_REVERSED_DEPTH_BUFFER
		return ( near * far ) / ( ( near - far ) * depth - near );
	#else
		return ( near * far ) / ( ( far - near ) * depth - far );
	#endif
}`,Jm=`#ifdef PREMULTIPLIED_ALPHA
	gl_FragColor.rgb *= gl_FragColor.a;
#endif`,Km=`vec4 mvPosition = vec4( transformed, 1.0 );
#ifdef USE_BATCHING
	mvPosition = batchingMatrix * mvPosition;
#endif
#ifdef USE_INSTANCING
	mvPosition = instanceMatrix * mvPosition;
#endif
mvPosition = modelViewMatrix * mvPosition;
gl_Position = projectionMatrix * mvPosition;`,jm=`#ifdef DITHERING
	gl_FragColor.rgb = dithering( gl_FragColor.rgb );
#endif`,Qm=`#ifdef DITHERING
	vec3 dithering( vec3 color ) {
		float grid_position = rand( gl_FragCoord.xy );
		vec3 dither_shift_RGB = vec3( 0.25 / 255.0, -0.25 / 255.0, 0.25 / 255.0 );
		dither_shift_RGB = mix( 2.0 * dither_shift_RGB, -2.0 * dither_shift_RGB, grid_position );
		return color + dither_shift_RGB;
	}
#endif`,tg=`float roughnessFactor = roughness;
#ifdef USE_ROUGHNESSMAP
	vec4 texelRoughness = texture2D( roughnessMap, vRoughnessMapUv );
	roughnessFactor *= texelRoughness.g;
#endif`,eg=`#ifdef USE_ROUGHNESSMAP
	uniform sampler2D roughnessMap;
#endif`,ng=`#if NUM_SPOT_LIGHT_COORDS > 0
	varying vec4 vSpotLightCoord[ NUM_SPOT_LIGHT_COORDS ];
#endif
#if NUM_SPOT_LIGHT_MAPS > 0
	uniform sampler2D spotLightMap[ NUM_SPOT_LIGHT_MAPS ];
#endif
#ifdef USE_SHADOWMAP
	#if NUM_SUN_LIGHT_SHADOWS > 0
		#define SUN_LIGHT_CASCADES 2
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform sampler2DShadow sunShadowMap[ NUM_SUN_LIGHT_SHADOWS ];
		#else
			uniform sampler2D sunShadowMap[ NUM_SUN_LIGHT_SHADOWS ];
		#endif
		uniform mat4 sunShadowMatrix[ NUM_SUN_LIGHT_SHADOWS * SUN_LIGHT_CASCADES ];
		uniform vec4 sunShadowCascade[ NUM_SUN_LIGHT_SHADOWS * SUN_LIGHT_CASCADES ];
		varying vec4 vSunShadowWorldPosition;
		varying vec3 vSunShadowWorldNormal;
		struct SunLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform SunLightShadow sunLightShadows[ NUM_SUN_LIGHT_SHADOWS ];
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform sampler2DShadow directionalShadowMap[ NUM_DIR_LIGHT_SHADOWS ];
		#else
			uniform sampler2D directionalShadowMap[ NUM_DIR_LIGHT_SHADOWS ];
		#endif
		varying vec4 vDirectionalShadowCoord[ NUM_DIR_LIGHT_SHADOWS ];
		struct DirectionalLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform DirectionalLightShadow directionalLightShadows[ NUM_DIR_LIGHT_SHADOWS ];
	#endif
	#if NUM_SPOT_LIGHT_SHADOWS > 0
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform sampler2DShadow spotShadowMap[ NUM_SPOT_LIGHT_SHADOWS ];
		#else
			uniform sampler2D spotShadowMap[ NUM_SPOT_LIGHT_SHADOWS ];
		#endif
		struct SpotLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform SpotLightShadow spotLightShadows[ NUM_SPOT_LIGHT_SHADOWS ];
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
		#if defined( SHADOWMAP_TYPE_PCF )
			uniform samplerCubeShadow pointShadowMap[ NUM_POINT_LIGHT_SHADOWS ];
		#elif defined( SHADOWMAP_TYPE_BASIC )
			uniform samplerCube pointShadowMap[ NUM_POINT_LIGHT_SHADOWS ];
		#endif
		varying vec4 vPointShadowCoord[ NUM_POINT_LIGHT_SHADOWS ];
		struct PointLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
			float shadowCameraNear;
			float shadowCameraFar;
		};
		uniform PointLightShadow pointLightShadows[ NUM_POINT_LIGHT_SHADOWS ];
	#endif
	#if defined( SHADOWMAP_TYPE_PCF )
		float interleavedGradientNoise( vec2 position ) {
			return fract( 52.9829189 * fract( dot( position, vec2( 0.06711056, 0.00583715 ) ) ) );
		}
		vec2 vogelDiskSample( int sampleIndex, int samplesCount, float phi ) {
			const float goldenAngle = 2.399963229728653;
			float r = sqrt( ( float( sampleIndex ) + 0.5 ) / float( samplesCount ) );
			float theta = float( sampleIndex ) * goldenAngle + phi;
			return vec2( cos( theta ), sin( theta ) ) * r;
		}
	#endif
	#if defined( SHADOWMAP_TYPE_PCF )
		float getShadow( sampler2DShadow shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord ) {
			float shadow = 1.0;
			shadowCoord.xyz /= shadowCoord.w;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				shadowCoord.z -= shadowBias;
			#else
				shadowCoord.z += shadowBias;
			#endif
			bool inFrustum = shadowCoord.x >= 0.0 && shadowCoord.x <= 1.0 && shadowCoord.y >= 0.0 && shadowCoord.y <= 1.0;
			bool frustumTest = inFrustum && shadowCoord.z <= 1.0;
			if ( frustumTest ) {
				vec2 texelSize = vec2( 1.0 ) / shadowMapSize;
				vec2 radius = shadowRadius * texelSize;
				float phi = interleavedGradientNoise( gl_FragCoord.xy ) * PI2;
				shadow = (
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 0, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 1, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 2, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 3, 5, phi ) * radius, shadowCoord.z ) ) +
					texture( shadowMap, vec3( shadowCoord.xy + vogelDiskSample( 4, 5, phi ) * radius, shadowCoord.z ) )
				) * 0.2;
			}
			return mix( 1.0, shadow, shadowIntensity );
		}
	#elif defined( SHADOWMAP_TYPE_VSM )
		float getShadow( sampler2D shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord ) {
			float shadow = 1.0;
			shadowCoord.xyz /= shadowCoord.w;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				shadowCoord.z -= shadowBias;
			#else
				shadowCoord.z += shadowBias;
			#endif
			bool inFrustum = shadowCoord.x >= 0.0 && shadowCoord.x <= 1.0 && shadowCoord.y >= 0.0 && shadowCoord.y <= 1.0;
			bool frustumTest = inFrustum && shadowCoord.z <= 1.0;
			if ( frustumTest ) {
				vec2 distribution = texture2D( shadowMap, shadowCoord.xy ).rg;
				float mean = distribution.x;
				float variance = distribution.y * distribution.y;
				#ifdef USE_REVERSED_DEPTH_BUFFER
					float hard_shadow = step( mean, shadowCoord.z );
				#else
					float hard_shadow = step( shadowCoord.z, mean );
				#endif
				
				if ( hard_shadow == 1.0 ) {
					shadow = 1.0;
				} else {
					variance = max( variance, 0.0000001 );
					float d = shadowCoord.z - mean;
					float p_max = variance / ( variance + d * d );
					p_max = clamp( ( p_max - 0.3 ) / 0.65, 0.0, 1.0 );
					shadow = max( hard_shadow, p_max );
				}
			}
			return mix( 1.0, shadow, shadowIntensity );
		}
	#else
		float getShadow( sampler2D shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord ) {
			float shadow = 1.0;
			shadowCoord.xyz /= shadowCoord.w;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				shadowCoord.z -= shadowBias;
			#else
				shadowCoord.z += shadowBias;
			#endif
			bool inFrustum = shadowCoord.x >= 0.0 && shadowCoord.x <= 1.0 && shadowCoord.y >= 0.0 && shadowCoord.y <= 1.0;
			bool frustumTest = inFrustum && shadowCoord.z <= 1.0;
			if ( frustumTest ) {
				float depth = texture2D( shadowMap, shadowCoord.xy ).r;
				#ifdef USE_REVERSED_DEPTH_BUFFER
					shadow = step( depth, shadowCoord.z );
				#else
					shadow = step( shadowCoord.z, depth );
				#endif
			}
			return mix( 1.0, shadow, shadowIntensity );
		}
	#endif
	#if NUM_SUN_LIGHT_SHADOWS > 0
		float getSunShadow(
			#if defined( SHADOWMAP_TYPE_PCF )
				sampler2DShadow shadowMap,
			#else
				sampler2D shadowMap,
			#endif
			SunLightShadow sunLightShadow,
			int shadowIndex
		) {
			vec4 shadowWorldPosition = vec4( vSunShadowWorldPosition.xyz + vSunShadowWorldNormal * sunLightShadow.shadowNormalBias, 1.0 );
			float viewDepth = vSunShadowWorldPosition.w;
			int cascadeOffset = shadowIndex * SUN_LIGHT_CASCADES;
			float shadow = 1.0;
			for ( int i = SUN_LIGHT_CASCADES - 1; i >= 0; i -- ) {
				vec4 cascade = sunShadowCascade[ cascadeOffset + i ];
				if ( viewDepth >= cascade.x && viewDepth < cascade.y ) {
					float cascadeShadow = getShadow(
						shadowMap,
						sunLightShadow.shadowMapSize,
						sunLightShadow.shadowIntensity,
						sunLightShadow.shadowBias,
						sunLightShadow.shadowRadius,
						sunShadowMatrix[ cascadeOffset + i ] * shadowWorldPosition
					);
					shadow = mix( cascadeShadow, shadow, smoothstep( cascade.z, cascade.y, viewDepth ) );
				}
			}
			return shadow;
		}
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
	#if defined( SHADOWMAP_TYPE_PCF )
	float getPointShadow( samplerCubeShadow shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord, float shadowCameraNear, float shadowCameraFar ) {
		float shadow = 1.0;
		vec3 lightToPosition = shadowCoord.xyz;
		vec3 bd3D = normalize( lightToPosition );
		vec3 absVec = abs( lightToPosition );
		float viewSpaceZ = max( max( absVec.x, absVec.y ), absVec.z );
		if ( viewSpaceZ - shadowCameraFar <= 0.0 && viewSpaceZ - shadowCameraNear >= 0.0 ) {
			float lightDistance = length( lightToPosition );
			float depthRange = shadowCameraFar - shadowCameraNear;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				float depthA = - shadowCameraNear / depthRange - shadowBias;
				float depthB = shadowCameraNear * shadowCameraFar / ( depthRange * lightDistance );
			#else
				float depthA = shadowCameraFar / depthRange + shadowBias;
				float depthB = - shadowCameraNear * shadowCameraFar / ( depthRange * lightDistance );
			#endif
			float texelSize = shadowRadius / shadowMapSize.x;
			vec3 absDir = abs( bd3D );
			vec3 tangent = absDir.x > absDir.z ? vec3( 0.0, 1.0, 0.0 ) : vec3( 1.0, 0.0, 0.0 );
			tangent = normalize( cross( bd3D, tangent ) );
			vec3 bitangent = cross( bd3D, tangent );
			float phi = interleavedGradientNoise( gl_FragCoord.xy ) * PI2;
			shadow = 0.0;
			for ( int i = 0; i < 5; i ++ ) {
				vec2 offset = vogelDiskSample( i, 5, phi );
				vec3 direction = bd3D + ( tangent * offset.x + bitangent * offset.y ) * texelSize;
				vec3 absDirection = abs( direction );
				float dp = depthA + depthB / max( max( absDirection.x, absDirection.y ), absDirection.z );
				shadow += texture( shadowMap, vec4( direction, dp ) );
			}
			shadow *= 0.2;
		}
		return mix( 1.0, shadow, shadowIntensity );
	}
	#elif defined( SHADOWMAP_TYPE_BASIC )
	float getPointShadow( samplerCube shadowMap, vec2 shadowMapSize, float shadowIntensity, float shadowBias, float shadowRadius, vec4 shadowCoord, float shadowCameraNear, float shadowCameraFar ) {
		float shadow = 1.0;
		vec3 lightToPosition = shadowCoord.xyz;
		vec3 absVec = abs( lightToPosition );
		float viewSpaceZ = max( max( absVec.x, absVec.y ), absVec.z );
		if ( viewSpaceZ - shadowCameraFar <= 0.0 && viewSpaceZ - shadowCameraNear >= 0.0 ) {
			float dp = ( shadowCameraFar * ( viewSpaceZ - shadowCameraNear ) ) / ( viewSpaceZ * ( shadowCameraFar - shadowCameraNear ) );
			dp += shadowBias;
			vec3 bd3D = normalize( lightToPosition );
			float depth = textureCube( shadowMap, bd3D ).r;
			#ifdef USE_REVERSED_DEPTH_BUFFER
				depth = 1.0 - depth;
			#endif
			shadow = step( dp, depth );
		}
		return mix( 1.0, shadow, shadowIntensity );
	}
	#endif
	#endif
#endif`,ig=`#if NUM_SPOT_LIGHT_COORDS > 0
	uniform mat4 spotLightMatrix[ NUM_SPOT_LIGHT_COORDS ];
	varying vec4 vSpotLightCoord[ NUM_SPOT_LIGHT_COORDS ];
#endif
#ifdef USE_SHADOWMAP
	#if NUM_SUN_LIGHT_SHADOWS > 0
		varying vec4 vSunShadowWorldPosition;
		varying vec3 vSunShadowWorldNormal;
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
		uniform mat4 directionalShadowMatrix[ NUM_DIR_LIGHT_SHADOWS ];
		varying vec4 vDirectionalShadowCoord[ NUM_DIR_LIGHT_SHADOWS ];
		struct DirectionalLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform DirectionalLightShadow directionalLightShadows[ NUM_DIR_LIGHT_SHADOWS ];
	#endif
	#if NUM_SPOT_LIGHT_SHADOWS > 0
		struct SpotLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
		};
		uniform SpotLightShadow spotLightShadows[ NUM_SPOT_LIGHT_SHADOWS ];
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
		uniform mat4 pointShadowMatrix[ NUM_POINT_LIGHT_SHADOWS ];
		varying vec4 vPointShadowCoord[ NUM_POINT_LIGHT_SHADOWS ];
		struct PointLightShadow {
			float shadowIntensity;
			float shadowBias;
			float shadowNormalBias;
			float shadowRadius;
			vec2 shadowMapSize;
			float shadowCameraNear;
			float shadowCameraFar;
		};
		uniform PointLightShadow pointLightShadows[ NUM_POINT_LIGHT_SHADOWS ];
	#endif
#endif`,sg=`#if ( defined( USE_SHADOWMAP ) && ( NUM_DIR_LIGHT_SHADOWS > 0 || NUM_SUN_LIGHT_SHADOWS > 0 || NUM_POINT_LIGHT_SHADOWS > 0 ) ) || ( NUM_SPOT_LIGHT_COORDS > 0 )
	#ifdef HAS_NORMAL
		vec3 shadowWorldNormal = transformNormalByInverseViewMatrix( transformedNormal, viewMatrix );
	#else
		vec3 shadowWorldNormal = vec3( 0.0 );
	#endif
	vec4 shadowWorldPosition;
#endif
#if defined( USE_SHADOWMAP )
	#if NUM_SUN_LIGHT_SHADOWS > 0
		vSunShadowWorldPosition = vec4( worldPosition.xyz, - mvPosition.z );
		vSunShadowWorldNormal = shadowWorldNormal;
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_DIR_LIGHT_SHADOWS; i ++ ) {
			shadowWorldPosition = worldPosition + vec4( shadowWorldNormal * directionalLightShadows[ i ].shadowNormalBias, 0 );
			vDirectionalShadowCoord[ i ] = directionalShadowMatrix[ i ] * shadowWorldPosition;
		}
		#pragma unroll_loop_end
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0
		#pragma unroll_loop_start
		for ( int i = 0; i < NUM_POINT_LIGHT_SHADOWS; i ++ ) {
			shadowWorldPosition = worldPosition + vec4( shadowWorldNormal * pointLightShadows[ i ].shadowNormalBias, 0 );
			vPointShadowCoord[ i ] = pointShadowMatrix[ i ] * shadowWorldPosition;
		}
		#pragma unroll_loop_end
	#endif
#endif
#if NUM_SPOT_LIGHT_COORDS > 0
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SPOT_LIGHT_COORDS; i ++ ) {
		shadowWorldPosition = worldPosition;
		#if ( defined( USE_SHADOWMAP ) && UNROLLED_LOOP_INDEX < NUM_SPOT_LIGHT_SHADOWS )
			shadowWorldPosition.xyz += shadowWorldNormal * spotLightShadows[ i ].shadowNormalBias;
		#endif
		vSpotLightCoord[ i ] = spotLightMatrix[ i ] * shadowWorldPosition;
	}
	#pragma unroll_loop_end
#endif`,rg=`float getShadowMask() {
	float shadow = 1.0;
	#ifdef USE_SHADOWMAP
	#if NUM_SUN_LIGHT_SHADOWS > 0
	SunLightShadow sunLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SUN_LIGHT_SHADOWS; i ++ ) {
		sunLight = sunLightShadows[ i ];
		shadow *= receiveShadow ? getSunShadow( sunShadowMap[ i ], sunLight, UNROLLED_LOOP_INDEX ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#if NUM_DIR_LIGHT_SHADOWS > 0
	DirectionalLightShadow directionalLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_DIR_LIGHT_SHADOWS; i ++ ) {
		directionalLight = directionalLightShadows[ i ];
		shadow *= receiveShadow ? getShadow( directionalShadowMap[ i ], directionalLight.shadowMapSize, directionalLight.shadowIntensity, directionalLight.shadowBias, directionalLight.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#if NUM_SPOT_LIGHT_SHADOWS > 0
	SpotLightShadow spotLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_SPOT_LIGHT_SHADOWS; i ++ ) {
		spotLight = spotLightShadows[ i ];
		shadow *= receiveShadow ? getShadow( spotShadowMap[ i ], spotLight.shadowMapSize, spotLight.shadowIntensity, spotLight.shadowBias, spotLight.shadowRadius, vSpotLightCoord[ i ] ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#if NUM_POINT_LIGHT_SHADOWS > 0 && ( defined( SHADOWMAP_TYPE_PCF ) || defined( SHADOWMAP_TYPE_BASIC ) )
	PointLightShadow pointLight;
	#pragma unroll_loop_start
	for ( int i = 0; i < NUM_POINT_LIGHT_SHADOWS; i ++ ) {
		pointLight = pointLightShadows[ i ];
		shadow *= receiveShadow ? getPointShadow( pointShadowMap[ i ], pointLight.shadowMapSize, pointLight.shadowIntensity, pointLight.shadowBias, pointLight.shadowRadius, vPointShadowCoord[ i ], pointLight.shadowCameraNear, pointLight.shadowCameraFar ) : 1.0;
	}
	#pragma unroll_loop_end
	#endif
	#endif
	return shadow;
}`,og=`#ifdef USE_SKINNING
	mat4 boneMatX = getBoneMatrix( skinIndex.x );
	mat4 boneMatY = getBoneMatrix( skinIndex.y );
	mat4 boneMatZ = getBoneMatrix( skinIndex.z );
	mat4 boneMatW = getBoneMatrix( skinIndex.w );
#endif`,ag=`#ifdef USE_SKINNING
	uniform mat4 bindMatrix;
	uniform mat4 bindMatrixInverse;
	uniform highp sampler2D boneTexture;
	mat4 getBoneMatrix( const in float i ) {
		int size = textureSize( boneTexture, 0 ).x;
		int j = int( i ) * 4;
		int x = j % size;
		int y = j / size;
		vec4 v1 = texelFetch( boneTexture, ivec2( x, y ), 0 );
		vec4 v2 = texelFetch( boneTexture, ivec2( x + 1, y ), 0 );
		vec4 v3 = texelFetch( boneTexture, ivec2( x + 2, y ), 0 );
		vec4 v4 = texelFetch( boneTexture, ivec2( x + 3, y ), 0 );
		return mat4( v1, v2, v3, v4 );
	}
#endif`,lg=`#ifdef USE_SKINNING
	vec4 skinVertex = bindMatrix * vec4( transformed, 1.0 );
	vec4 skinned = vec4( 0.0 );
	skinned += boneMatX * skinVertex * skinWeight.x;
	skinned += boneMatY * skinVertex * skinWeight.y;
	skinned += boneMatZ * skinVertex * skinWeight.z;
	skinned += boneMatW * skinVertex * skinWeight.w;
	transformed = ( bindMatrixInverse * skinned ).xyz;
#endif`,cg=`#ifdef USE_SKINNING
	mat4 skinMatrix = mat4( 0.0 );
	skinMatrix += skinWeight.x * boneMatX;
	skinMatrix += skinWeight.y * boneMatY;
	skinMatrix += skinWeight.z * boneMatZ;
	skinMatrix += skinWeight.w * boneMatW;
	skinMatrix = bindMatrixInverse * skinMatrix * bindMatrix;
	objectNormal = vec4( skinMatrix * vec4( objectNormal, 0.0 ) ).xyz;
	#ifdef USE_TANGENT
		objectTangent = vec4( skinMatrix * vec4( objectTangent, 0.0 ) ).xyz;
	#endif
#endif`,hg=`float specularStrength;
#ifdef USE_SPECULARMAP
	vec4 texelSpecular = texture2D( specularMap, vSpecularMapUv );
	specularStrength = texelSpecular.r;
#else
	specularStrength = 1.0;
#endif`,ug=`#ifdef USE_SPECULARMAP
	uniform sampler2D specularMap;
#endif`,dg=`#if defined( TONE_MAPPING )
	gl_FragColor.rgb = toneMapping( gl_FragColor.rgb );
#endif`,fg=`#ifndef saturate
#define saturate( a ) clamp( a, 0.0, 1.0 )
#endif
uniform float toneMappingExposure;
vec3 LinearToneMapping( vec3 color ) {
	return saturate( toneMappingExposure * color );
}
vec3 ReinhardToneMapping( vec3 color ) {
	color *= toneMappingExposure;
	return saturate( color / ( vec3( 1.0 ) + color ) );
}
vec3 CineonToneMapping( vec3 color ) {
	color *= toneMappingExposure;
	color = max( vec3( 0.0 ), color - 0.004 );
	return pow( ( color * ( 6.2 * color + 0.5 ) ) / ( color * ( 6.2 * color + 1.7 ) + 0.06 ), vec3( 2.2 ) );
}
vec3 RRTAndODTFit( vec3 v ) {
	vec3 a = v * ( v + 0.0245786 ) - 0.000090537;
	vec3 b = v * ( 0.983729 * v + 0.4329510 ) + 0.238081;
	return a / b;
}
vec3 ACESFilmicToneMapping( vec3 color ) {
	const mat3 ACESInputMat = mat3(
		vec3( 0.59719, 0.07600, 0.02840 ),		vec3( 0.35458, 0.90834, 0.13383 ),
		vec3( 0.04823, 0.01566, 0.83777 )
	);
	const mat3 ACESOutputMat = mat3(
		vec3(  1.60475, -0.10208, -0.00327 ),		vec3( -0.53108,  1.10813, -0.07276 ),
		vec3( -0.07367, -0.00605,  1.07602 )
	);
	color *= toneMappingExposure / 0.6;
	color = ACESInputMat * color;
	color = RRTAndODTFit( color );
	color = ACESOutputMat * color;
	return saturate( color );
}
const mat3 LINEAR_REC2020_TO_LINEAR_SRGB = mat3(
	vec3( 1.6605, - 0.1246, - 0.0182 ),
	vec3( - 0.5876, 1.1329, - 0.1006 ),
	vec3( - 0.0728, - 0.0083, 1.1187 )
);
const mat3 LINEAR_SRGB_TO_LINEAR_REC2020 = mat3(
	vec3( 0.6274, 0.0691, 0.0164 ),
	vec3( 0.3293, 0.9195, 0.0880 ),
	vec3( 0.0433, 0.0113, 0.8956 )
);
vec3 agxDefaultContrastApprox( vec3 x ) {
	vec3 x2 = x * x;
	vec3 x4 = x2 * x2;
	return + 15.5 * x4 * x2
		- 40.14 * x4 * x
		+ 31.96 * x4
		- 6.868 * x2 * x
		+ 0.4298 * x2
		+ 0.1191 * x
		- 0.00232;
}
vec3 AgXToneMapping( vec3 color ) {
	const mat3 AgXInsetMatrix = mat3(
		vec3( 0.856627153315983, 0.137318972929847, 0.11189821299995 ),
		vec3( 0.0951212405381588, 0.761241990602591, 0.0767994186031903 ),
		vec3( 0.0482516061458583, 0.101439036467562, 0.811302368396859 )
	);
	const mat3 AgXOutsetMatrix = mat3(
		vec3( 1.1271005818144368, - 0.1413297634984383, - 0.14132976349843826 ),
		vec3( - 0.11060664309660323, 1.157823702216272, - 0.11060664309660294 ),
		vec3( - 0.016493938717834573, - 0.016493938717834257, 1.2519364065950405 )
	);
	const float AgxMinEv = - 12.47393;	const float AgxMaxEv = 4.026069;
	color *= toneMappingExposure;
	color = LINEAR_SRGB_TO_LINEAR_REC2020 * color;
	color = AgXInsetMatrix * color;
	color = max( color, 1e-10 );	color = log2( color );
	color = ( color - AgxMinEv ) / ( AgxMaxEv - AgxMinEv );
	color = clamp( color, 0.0, 1.0 );
	color = agxDefaultContrastApprox( color );
	color = AgXOutsetMatrix * color;
	color = pow( max( vec3( 0.0 ), color ), vec3( 2.2 ) );
	color = LINEAR_REC2020_TO_LINEAR_SRGB * color;
	color = clamp( color, 0.0, 1.0 );
	return color;
}
vec3 NeutralToneMapping( vec3 color ) {
	const float StartCompression = 0.8 - 0.04;
	const float Desaturation = 0.15;
	color *= toneMappingExposure;
	float x = min( color.r, min( color.g, color.b ) );
	float offset = x < 0.08 ? x - 6.25 * x * x : 0.04;
	color -= offset;
	float peak = max( color.r, max( color.g, color.b ) );
	if ( peak < StartCompression ) return color;
	float d = 1. - StartCompression;
	float newPeak = 1. - d * d / ( peak + d - StartCompression );
	color *= newPeak / peak;
	float g = 1. - 1. / ( Desaturation * ( peak - newPeak ) + 1. );
	return mix( color, vec3( newPeak ), g );
}
vec3 CustomToneMapping( vec3 color ) { return color; }`,pg=`#ifdef USE_TRANSMISSION
	material.transmission = transmission;
	material.transmissionAlpha = 1.0;
	material.thickness = thickness;
	material.attenuationDistance = attenuationDistance;
	material.attenuationColor = attenuationColor;
	#ifdef USE_TRANSMISSIONMAP
		material.transmission *= texture2D( transmissionMap, vTransmissionMapUv ).r;
	#endif
	#ifdef USE_THICKNESSMAP
		material.thickness *= texture2D( thicknessMap, vThicknessMapUv ).g;
	#endif
	vec3 pos = vWorldPosition;
	vec3 v = normalize( cameraPosition - pos );
	vec3 n = transformNormalByInverseViewMatrix( normal, viewMatrix );
	vec4 transmitted = getIBLVolumeRefraction(
		n, v, material.roughness, material.diffuseContribution, material.specularColorBlended, material.specularF90,
		pos, modelMatrix, viewMatrix, projectionMatrix, material.dispersion, material.ior, material.thickness,
		material.attenuationColor, material.attenuationDistance );
	material.transmissionAlpha = mix( material.transmissionAlpha, transmitted.a, material.transmission );
	totalDiffuse = mix( totalDiffuse, transmitted.rgb, material.transmission );
#endif`,mg=`#ifdef USE_TRANSMISSION
	uniform float transmission;
	uniform float thickness;
	uniform float attenuationDistance;
	uniform vec3 attenuationColor;
	#ifdef USE_TRANSMISSIONMAP
		uniform sampler2D transmissionMap;
	#endif
	#ifdef USE_THICKNESSMAP
		uniform sampler2D thicknessMap;
	#endif
	uniform vec2 transmissionSamplerSize;
	uniform sampler2D transmissionSamplerMap;
	uniform mat4 modelMatrix;
	uniform mat4 projectionMatrix;
	varying vec3 vWorldPosition;
	float w0( float a ) {
		return ( 1.0 / 6.0 ) * ( a * ( a * ( - a + 3.0 ) - 3.0 ) + 1.0 );
	}
	float w1( float a ) {
		return ( 1.0 / 6.0 ) * ( a *  a * ( 3.0 * a - 6.0 ) + 4.0 );
	}
	float w2( float a ){
		return ( 1.0 / 6.0 ) * ( a * ( a * ( - 3.0 * a + 3.0 ) + 3.0 ) + 1.0 );
	}
	float w3( float a ) {
		return ( 1.0 / 6.0 ) * ( a * a * a );
	}
	float g0( float a ) {
		return w0( a ) + w1( a );
	}
	float g1( float a ) {
		return w2( a ) + w3( a );
	}
	float h0( float a ) {
		return - 1.0 + w1( a ) / ( w0( a ) + w1( a ) );
	}
	float h1( float a ) {
		return 1.0 + w3( a ) / ( w2( a ) + w3( a ) );
	}
	vec4 bicubic( sampler2D tex, vec2 uv, vec4 texelSize, float lod ) {
		uv = uv * texelSize.zw + 0.5;
		vec2 iuv = floor( uv );
		vec2 fuv = fract( uv );
		float g0x = g0( fuv.x );
		float g1x = g1( fuv.x );
		float h0x = h0( fuv.x );
		float h1x = h1( fuv.x );
		float h0y = h0( fuv.y );
		float h1y = h1( fuv.y );
		vec2 p0 = ( vec2( iuv.x + h0x, iuv.y + h0y ) - 0.5 ) * texelSize.xy;
		vec2 p1 = ( vec2( iuv.x + h1x, iuv.y + h0y ) - 0.5 ) * texelSize.xy;
		vec2 p2 = ( vec2( iuv.x + h0x, iuv.y + h1y ) - 0.5 ) * texelSize.xy;
		vec2 p3 = ( vec2( iuv.x + h1x, iuv.y + h1y ) - 0.5 ) * texelSize.xy;
		return g0( fuv.y ) * ( g0x * textureLod( tex, p0, lod ) + g1x * textureLod( tex, p1, lod ) ) +
			g1( fuv.y ) * ( g0x * textureLod( tex, p2, lod ) + g1x * textureLod( tex, p3, lod ) );
	}
	vec4 textureBicubic( sampler2D sampler, vec2 uv, float lod ) {
		vec2 fLodSize = vec2( textureSize( sampler, int( lod ) ) );
		vec2 cLodSize = vec2( textureSize( sampler, int( lod + 1.0 ) ) );
		vec2 fLodSizeInv = 1.0 / fLodSize;
		vec2 cLodSizeInv = 1.0 / cLodSize;
		vec4 fSample = bicubic( sampler, uv, vec4( fLodSizeInv, fLodSize ), floor( lod ) );
		vec4 cSample = bicubic( sampler, uv, vec4( cLodSizeInv, cLodSize ), ceil( lod ) );
		return mix( fSample, cSample, fract( lod ) );
	}
	vec3 getVolumeTransmissionRay( const in vec3 n, const in vec3 v, const in float thickness, const in float ior, const in mat4 modelMatrix ) {
		vec3 refractionVector = refract( - v, normalize( n ), 1.0 / ior );
		vec3 modelScale;
		modelScale.x = length( vec3( modelMatrix[ 0 ].xyz ) );
		modelScale.y = length( vec3( modelMatrix[ 1 ].xyz ) );
		modelScale.z = length( vec3( modelMatrix[ 2 ].xyz ) );
		return normalize( refractionVector ) * thickness * modelScale;
	}
	float applyIorToRoughness( const in float roughness, const in float ior ) {
		return roughness * clamp( ior * 2.0 - 2.0, 0.0, 1.0 );
	}
	vec4 getTransmissionSample( const in vec2 fragCoord, const in float roughness, const in float ior ) {
		float lod = log2( transmissionSamplerSize.x ) * applyIorToRoughness( roughness, ior );
		return textureBicubic( transmissionSamplerMap, fragCoord.xy, lod );
	}
	vec3 volumeAttenuation( const in float transmissionDistance, const in vec3 attenuationColor, const in float attenuationDistance ) {
		if ( isinf( attenuationDistance ) ) {
			return vec3( 1.0 );
		} else {
			vec3 attenuationCoefficient = -log( attenuationColor ) / attenuationDistance;
			vec3 transmittance = exp( - attenuationCoefficient * transmissionDistance );			return transmittance;
		}
	}
	vec4 getIBLVolumeRefraction( const in vec3 n, const in vec3 v, const in float roughness, const in vec3 diffuseColor,
		const in vec3 specularColor, const in float specularF90, const in vec3 position, const in mat4 modelMatrix,
		const in mat4 viewMatrix, const in mat4 projMatrix, const in float dispersion, const in float ior, const in float thickness,
		const in vec3 attenuationColor, const in float attenuationDistance ) {
		vec4 transmittedLight;
		vec3 transmittance;
		#ifdef USE_DISPERSION
			float halfSpread = ( ior - 1.0 ) * 0.025 * dispersion;
			vec3 iors = vec3( ior - halfSpread, ior, ior + halfSpread );
			for ( int i = 0; i < 3; i ++ ) {
				vec3 transmissionRay = getVolumeTransmissionRay( n, v, thickness, iors[ i ], modelMatrix );
				vec3 refractedRayExit = position + transmissionRay;
				vec4 ndcPos = projMatrix * viewMatrix * vec4( refractedRayExit, 1.0 );
				vec2 refractionCoords = ndcPos.xy / ndcPos.w;
				refractionCoords += 1.0;
				refractionCoords /= 2.0;
				vec4 transmissionSample = getTransmissionSample( refractionCoords, roughness, iors[ i ] );
				transmittedLight[ i ] = transmissionSample[ i ];
				transmittedLight.a += transmissionSample.a;
				transmittance[ i ] = diffuseColor[ i ] * volumeAttenuation( length( transmissionRay ), attenuationColor, attenuationDistance )[ i ];
			}
			transmittedLight.a /= 3.0;
		#else
			vec3 transmissionRay = getVolumeTransmissionRay( n, v, thickness, ior, modelMatrix );
			vec3 refractedRayExit = position + transmissionRay;
			vec4 ndcPos = projMatrix * viewMatrix * vec4( refractedRayExit, 1.0 );
			vec2 refractionCoords = ndcPos.xy / ndcPos.w;
			refractionCoords += 1.0;
			refractionCoords /= 2.0;
			transmittedLight = getTransmissionSample( refractionCoords, roughness, ior );
			transmittance = diffuseColor * volumeAttenuation( length( transmissionRay ), attenuationColor, attenuationDistance );
		#endif
		vec3 attenuatedColor = transmittance * transmittedLight.rgb;
		vec3 F = EnvironmentBRDF( n, v, specularColor, specularF90, roughness );
		float transmittanceFactor = ( transmittance.r + transmittance.g + transmittance.b ) / 3.0;
		return vec4( ( 1.0 - F ) * attenuatedColor, 1.0 - ( 1.0 - transmittedLight.a ) * transmittanceFactor );
	}
#endif`,gg=`#if defined( USE_UV ) || defined( USE_ANISOTROPY )
	varying vec2 vUv;
#endif
#ifdef USE_MAP
	varying vec2 vMapUv;
#endif
#ifdef USE_ALPHAMAP
	varying vec2 vAlphaMapUv;
#endif
#ifdef USE_LIGHTMAP
	varying vec2 vLightMapUv;
#endif
#ifdef USE_AOMAP
	varying vec2 vAoMapUv;
#endif
#ifdef USE_BUMPMAP
	varying vec2 vBumpMapUv;
#endif
#ifdef USE_NORMALMAP
	varying vec2 vNormalMapUv;
#endif
#ifdef USE_EMISSIVEMAP
	varying vec2 vEmissiveMapUv;
#endif
#ifdef USE_METALNESSMAP
	varying vec2 vMetalnessMapUv;
#endif
#ifdef USE_ROUGHNESSMAP
	varying vec2 vRoughnessMapUv;
#endif
#ifdef USE_DIFFUSE_ROUGHNESSMAP
	varying vec2 vDiffuseRoughnessMapUv;
#endif
#ifdef USE_ANISOTROPYMAP
	varying vec2 vAnisotropyMapUv;
#endif
#ifdef USE_CLEARCOATMAP
	varying vec2 vClearcoatMapUv;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	varying vec2 vClearcoatNormalMapUv;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	varying vec2 vClearcoatRoughnessMapUv;
#endif
#ifdef USE_IRIDESCENCEMAP
	varying vec2 vIridescenceMapUv;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	varying vec2 vIridescenceThicknessMapUv;
#endif
#ifdef USE_SHEEN_COLORMAP
	varying vec2 vSheenColorMapUv;
#endif
#ifdef USE_SHEEN_ROUGHNESSMAP
	varying vec2 vSheenRoughnessMapUv;
#endif
#ifdef USE_SPECULARMAP
	varying vec2 vSpecularMapUv;
#endif
#ifdef USE_SPECULAR_COLORMAP
	varying vec2 vSpecularColorMapUv;
#endif
#ifdef USE_SPECULAR_INTENSITYMAP
	varying vec2 vSpecularIntensityMapUv;
#endif
#ifdef USE_TRANSMISSIONMAP
	uniform mat3 transmissionMapTransform;
	varying vec2 vTransmissionMapUv;
#endif
#ifdef USE_THICKNESSMAP
	uniform mat3 thicknessMapTransform;
	varying vec2 vThicknessMapUv;
#endif`,vg=`#if defined( USE_UV ) || defined( USE_ANISOTROPY )
	varying vec2 vUv;
#endif
#ifdef USE_MAP
	uniform mat3 mapTransform;
	varying vec2 vMapUv;
#endif
#ifdef USE_ALPHAMAP
	uniform mat3 alphaMapTransform;
	varying vec2 vAlphaMapUv;
#endif
#ifdef USE_LIGHTMAP
	uniform mat3 lightMapTransform;
	varying vec2 vLightMapUv;
#endif
#ifdef USE_AOMAP
	uniform mat3 aoMapTransform;
	varying vec2 vAoMapUv;
#endif
#ifdef USE_BUMPMAP
	uniform mat3 bumpMapTransform;
	varying vec2 vBumpMapUv;
#endif
#ifdef USE_NORMALMAP
	uniform mat3 normalMapTransform;
	varying vec2 vNormalMapUv;
#endif
#ifdef USE_DISPLACEMENTMAP
	uniform mat3 displacementMapTransform;
	varying vec2 vDisplacementMapUv;
#endif
#ifdef USE_EMISSIVEMAP
	uniform mat3 emissiveMapTransform;
	varying vec2 vEmissiveMapUv;
#endif
#ifdef USE_METALNESSMAP
	uniform mat3 metalnessMapTransform;
	varying vec2 vMetalnessMapUv;
#endif
#ifdef USE_ROUGHNESSMAP
	uniform mat3 roughnessMapTransform;
	varying vec2 vRoughnessMapUv;
#endif
#ifdef USE_DIFFUSE_ROUGHNESSMAP
	uniform mat3 diffuseRoughnessMapTransform;
	varying vec2 vDiffuseRoughnessMapUv;
#endif
#ifdef USE_ANISOTROPYMAP
	uniform mat3 anisotropyMapTransform;
	varying vec2 vAnisotropyMapUv;
#endif
#ifdef USE_CLEARCOATMAP
	uniform mat3 clearcoatMapTransform;
	varying vec2 vClearcoatMapUv;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	uniform mat3 clearcoatNormalMapTransform;
	varying vec2 vClearcoatNormalMapUv;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	uniform mat3 clearcoatRoughnessMapTransform;
	varying vec2 vClearcoatRoughnessMapUv;
#endif
#ifdef USE_SHEEN_COLORMAP
	uniform mat3 sheenColorMapTransform;
	varying vec2 vSheenColorMapUv;
#endif
#ifdef USE_SHEEN_ROUGHNESSMAP
	uniform mat3 sheenRoughnessMapTransform;
	varying vec2 vSheenRoughnessMapUv;
#endif
#ifdef USE_IRIDESCENCEMAP
	uniform mat3 iridescenceMapTransform;
	varying vec2 vIridescenceMapUv;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	uniform mat3 iridescenceThicknessMapTransform;
	varying vec2 vIridescenceThicknessMapUv;
#endif
#ifdef USE_SPECULARMAP
	uniform mat3 specularMapTransform;
	varying vec2 vSpecularMapUv;
#endif
#ifdef USE_SPECULAR_COLORMAP
	uniform mat3 specularColorMapTransform;
	varying vec2 vSpecularColorMapUv;
#endif
#ifdef USE_SPECULAR_INTENSITYMAP
	uniform mat3 specularIntensityMapTransform;
	varying vec2 vSpecularIntensityMapUv;
#endif
#ifdef USE_TRANSMISSIONMAP
	uniform mat3 transmissionMapTransform;
	varying vec2 vTransmissionMapUv;
#endif
#ifdef USE_THICKNESSMAP
	uniform mat3 thicknessMapTransform;
	varying vec2 vThicknessMapUv;
#endif`,_g=`#if defined( USE_UV ) || defined( USE_ANISOTROPY )
	vUv = vec3( uv, 1 ).xy;
#endif
#ifdef USE_MAP
	vMapUv = ( mapTransform * vec3( MAP_UV, 1 ) ).xy;
#endif
#ifdef USE_ALPHAMAP
	vAlphaMapUv = ( alphaMapTransform * vec3( ALPHAMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_LIGHTMAP
	vLightMapUv = ( lightMapTransform * vec3( LIGHTMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_AOMAP
	vAoMapUv = ( aoMapTransform * vec3( AOMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_BUMPMAP
	vBumpMapUv = ( bumpMapTransform * vec3( BUMPMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_NORMALMAP
	vNormalMapUv = ( normalMapTransform * vec3( NORMALMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_DISPLACEMENTMAP
	vDisplacementMapUv = ( displacementMapTransform * vec3( DISPLACEMENTMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_EMISSIVEMAP
	vEmissiveMapUv = ( emissiveMapTransform * vec3( EMISSIVEMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_METALNESSMAP
	vMetalnessMapUv = ( metalnessMapTransform * vec3( METALNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_ROUGHNESSMAP
	vRoughnessMapUv = ( roughnessMapTransform * vec3( ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_DIFFUSE_ROUGHNESSMAP
	vDiffuseRoughnessMapUv = ( diffuseRoughnessMapTransform * vec3( DIFFUSE_ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_ANISOTROPYMAP
	vAnisotropyMapUv = ( anisotropyMapTransform * vec3( ANISOTROPYMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_CLEARCOATMAP
	vClearcoatMapUv = ( clearcoatMapTransform * vec3( CLEARCOATMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_CLEARCOAT_NORMALMAP
	vClearcoatNormalMapUv = ( clearcoatNormalMapTransform * vec3( CLEARCOAT_NORMALMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_CLEARCOAT_ROUGHNESSMAP
	vClearcoatRoughnessMapUv = ( clearcoatRoughnessMapTransform * vec3( CLEARCOAT_ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_IRIDESCENCEMAP
	vIridescenceMapUv = ( iridescenceMapTransform * vec3( IRIDESCENCEMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_IRIDESCENCE_THICKNESSMAP
	vIridescenceThicknessMapUv = ( iridescenceThicknessMapTransform * vec3( IRIDESCENCE_THICKNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SHEEN_COLORMAP
	vSheenColorMapUv = ( sheenColorMapTransform * vec3( SHEEN_COLORMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SHEEN_ROUGHNESSMAP
	vSheenRoughnessMapUv = ( sheenRoughnessMapTransform * vec3( SHEEN_ROUGHNESSMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SPECULARMAP
	vSpecularMapUv = ( specularMapTransform * vec3( SPECULARMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SPECULAR_COLORMAP
	vSpecularColorMapUv = ( specularColorMapTransform * vec3( SPECULAR_COLORMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_SPECULAR_INTENSITYMAP
	vSpecularIntensityMapUv = ( specularIntensityMapTransform * vec3( SPECULAR_INTENSITYMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_TRANSMISSIONMAP
	vTransmissionMapUv = ( transmissionMapTransform * vec3( TRANSMISSIONMAP_UV, 1 ) ).xy;
#endif
#ifdef USE_THICKNESSMAP
	vThicknessMapUv = ( thicknessMapTransform * vec3( THICKNESSMAP_UV, 1 ) ).xy;
#endif`,xg=`#if defined( USE_ENVMAP ) || defined( DISTANCE ) || defined ( USE_SHADOWMAP ) || defined ( USE_TRANSMISSION ) || NUM_SPOT_LIGHT_COORDS > 0
	vec4 worldPosition = vec4( transformed, 1.0 );
	#ifdef USE_BATCHING
		worldPosition = batchingMatrix * worldPosition;
	#endif
	#ifdef USE_INSTANCING
		worldPosition = instanceMatrix * worldPosition;
	#endif
	worldPosition = modelMatrix * worldPosition;
#endif`,yg=`varying vec2 vUv;
uniform mat3 uvTransform;
void main() {
	vUv = ( uvTransform * vec3( uv, 1 ) ).xy;
	gl_Position = vec4( position.xy, 1.0, 1.0 );
}`,bg=`uniform sampler2D t2D;
uniform float backgroundIntensity;
varying vec2 vUv;
void main() {
	vec4 texColor = texture2D( t2D, vUv );
	#ifdef DECODE_VIDEO_TEXTURE
		texColor = vec4( mix( pow( texColor.rgb * 0.9478672986 + vec3( 0.0521327014 ), vec3( 2.4 ) ), texColor.rgb * 0.0773993808, vec3( lessThanEqual( texColor.rgb, vec3( 0.04045 ) ) ) ), texColor.w );
	#endif
	texColor.rgb *= backgroundIntensity;
	gl_FragColor = texColor;
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,Sg=`varying vec3 vWorldDirection;
#include <common>
void main() {
	vWorldDirection = transformDirection( position, modelMatrix );
	#include <begin_vertex>
	#include <project_vertex>
	gl_Position.z = gl_Position.w;
}`,Mg=`uniform float backgroundBlurriness;
uniform float backgroundIntensity;
uniform mat3 backgroundRotation;
varying vec3 vWorldDirection;
#include <envmap_common_pars_fragment>
void main() {
	#ifdef ENVMAP_TYPE_PMREM
		vec4 texColor = textureLod( envMap, backgroundRotation * vWorldDirection, roughnessToMip( backgroundBlurriness ) );
	#else
		vec4 texColor = textureCube( envMap, backgroundRotation * vWorldDirection );
	#endif
	texColor.rgb *= backgroundIntensity;
	gl_FragColor = texColor;
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,wg=`varying vec3 vWorldDirection;
#include <common>
void main() {
	vWorldDirection = transformDirection( position, modelMatrix );
	#include <begin_vertex>
	#include <project_vertex>
	gl_Position.z = gl_Position.w;
}`,Eg=`uniform samplerCube tCube;
uniform float tFlip;
uniform float opacity;
varying vec3 vWorldDirection;
void main() {
	vec4 texColor = textureCube( tCube, vec3( tFlip * vWorldDirection.x, vWorldDirection.yz ) );
	gl_FragColor = texColor;
	gl_FragColor.a *= opacity;
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,Tg=`#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
varying vec2 vHighPrecisionZW;
void main() {
	#include <uv_vertex>
	#include <batching_vertex>
	#include <skinbase_vertex>
	#include <morphinstance_vertex>
	#ifdef USE_DISPLACEMENTMAP
		#include <beginnormal_vertex>
		#include <morphnormal_vertex>
		#include <skinnormal_vertex>
	#endif
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vHighPrecisionZW = gl_Position.zw;
}`,Ag=`#if DEPTH_PACKING == 3200
	uniform float opacity;
#endif
#include <common>
#include <packing>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
varying vec2 vHighPrecisionZW;
void main() {
	vec4 diffuseColor = vec4( 1.0 );
	#include <clipping_planes_fragment>
	#if DEPTH_PACKING == 3200
		diffuseColor.a = opacity;
	#endif
	#include <map_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <logdepthbuf_fragment>
	#ifdef USE_REVERSED_DEPTH_BUFFER
		float fragCoordZ = vHighPrecisionZW[ 0 ] / vHighPrecisionZW[ 1 ];
	#else
		float fragCoordZ = 0.5 * vHighPrecisionZW[ 0 ] / vHighPrecisionZW[ 1 ] + 0.5;
	#endif
	#if DEPTH_PACKING == 3200
		gl_FragColor = vec4( vec3( 1.0 - fragCoordZ ), opacity );
	#elif DEPTH_PACKING == 3201
		gl_FragColor = packDepthToRGBA( fragCoordZ );
	#elif DEPTH_PACKING == 3202
		gl_FragColor = vec4( packDepthToRGB( fragCoordZ ), 1.0 );
	#elif DEPTH_PACKING == 3203
		gl_FragColor = vec4( packDepthToRG( fragCoordZ ), 0.0, 1.0 );
	#endif
}`,Cg=`#define DISTANCE
varying vec3 vWorldPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <batching_vertex>
	#include <skinbase_vertex>
	#include <morphinstance_vertex>
	#ifdef USE_DISPLACEMENTMAP
		#include <beginnormal_vertex>
		#include <morphnormal_vertex>
		#include <skinnormal_vertex>
	#endif
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <worldpos_vertex>
	#include <clipping_planes_vertex>
	vWorldPosition = worldPosition.xyz;
}`,Rg=`#define DISTANCE
uniform vec3 referencePosition;
uniform float nearDistance;
uniform float farDistance;
varying vec3 vWorldPosition;
#include <common>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( 1.0 );
	#include <clipping_planes_fragment>
	#include <map_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	float dist = length( vWorldPosition - referencePosition );
	dist = ( dist - nearDistance ) / ( farDistance - nearDistance );
	dist = saturate( dist );
	gl_FragColor = vec4( dist, 0.0, 0.0, 1.0 );
}`,Pg=`varying vec3 vWorldDirection;
#include <common>
void main() {
	vWorldDirection = transformDirection( position, modelMatrix );
	#include <begin_vertex>
	#include <project_vertex>
}`,Ig=`uniform sampler2D tEquirect;
varying vec3 vWorldDirection;
#include <common>
void main() {
	vec3 direction = normalize( vWorldDirection );
	vec2 sampleUV = equirectUv( direction );
	gl_FragColor = texture2D( tEquirect, sampleUV );
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
}`,Lg=`uniform float scale;
attribute float lineDistance;
varying float vLineDistance;
#include <common>
#include <uv_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	vLineDistance = scale * lineDistance;
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <fog_vertex>
}`,Ng=`uniform vec3 diffuse;
uniform float opacity;
uniform float dashSize;
uniform float totalSize;
varying float vLineDistance;
#include <common>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <fog_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	if ( mod( vLineDistance, totalSize ) > dashSize ) {
		discard;
	}
	vec3 outgoingLight = vec3( 0.0 );
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	outgoingLight = diffuseColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
}`,Dg=`#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <envmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#if defined ( USE_ENVMAP ) || defined ( USE_SKINNING )
		#include <beginnormal_vertex>
		#include <morphnormal_vertex>
		#include <skinbase_vertex>
		#include <skinnormal_vertex>
		#include <defaultnormal_vertex>
	#endif
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <worldpos_vertex>
	#include <envmap_vertex>
	#include <fog_vertex>
}`,Fg=`uniform vec3 diffuse;
uniform float opacity;
#ifndef FLAT_SHADED
	varying vec3 vNormal;
#endif
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_pars_fragment>
#include <fog_pars_fragment>
#include <specularmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <specularmap_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	#ifdef USE_LIGHTMAP
		vec4 lightMapTexel = texture2D( lightMap, vLightMapUv );
		reflectedLight.indirectDiffuse += lightMapTexel.rgb * lightMapIntensity * RECIPROCAL_PI;
	#else
		reflectedLight.indirectDiffuse += vec3( 1.0 );
	#endif
	#include <aomap_fragment>
	reflectedLight.indirectDiffuse *= diffuseColor.rgb;
	vec3 outgoingLight = reflectedLight.indirectDiffuse;
	#include <envmap_fragment>
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,Ug=`#define LAMBERT
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <envmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <envmap_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,Og=`#define LAMBERT
uniform vec3 diffuse;
uniform vec3 emissive;
uniform float opacity;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_pars_fragment>
#include <envmap_physical_pars_fragment>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_lambert_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <specularmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <specularmap_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_lambert_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 outgoingLight = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse + totalEmissiveRadiance;
	#include <envmap_fragment>
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,Bg=`#define MATCAP
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <color_pars_vertex>
#include <displacementmap_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <fog_vertex>
	vViewPosition = - mvPosition.xyz;
}`,kg=`#define MATCAP
uniform vec3 diffuse;
uniform float opacity;
uniform sampler2D matcap;
varying vec3 vViewPosition;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <fog_pars_fragment>
#include <normal_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	vec3 viewDir = normalize( vViewPosition );
	vec3 x = normalize( vec3( viewDir.z, 0.0, - viewDir.x ) );
	vec3 y = cross( viewDir, x );
	vec2 uv = vec2( dot( x, normal ), dot( y, normal ) ) * 0.495 + 0.5;
	#ifdef USE_MATCAP
		vec4 matcapColor = texture2D( matcap, uv );
	#else
		vec4 matcapColor = vec4( vec3( mix( 0.2, 0.8, uv.y ) ), 1.0 );
	#endif
	vec3 outgoingLight = diffuseColor.rgb * matcapColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,zg=`#define NORMAL
#if defined( FLAT_SHADED ) || defined( USE_BUMPMAP ) || defined( USE_NORMALMAP_TANGENTSPACE )
	varying vec3 vViewPosition;
#endif
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphinstance_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
#if defined( FLAT_SHADED ) || defined( USE_BUMPMAP ) || defined( USE_NORMALMAP_TANGENTSPACE )
	vViewPosition = - mvPosition.xyz;
#endif
}`,Vg=`#define NORMAL
uniform float opacity;
#if defined( FLAT_SHADED ) || defined( USE_BUMPMAP ) || defined( USE_NORMALMAP_TANGENTSPACE )
	varying vec3 vViewPosition;
#endif
#include <uv_pars_fragment>
#include <normal_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( 0.0, 0.0, 0.0, opacity );
	#include <clipping_planes_fragment>
	#include <logdepthbuf_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	gl_FragColor = vec4( normalize( normal ) * 0.5 + 0.5, diffuseColor.a );
	#ifdef OPAQUE
		gl_FragColor.a = 1.0;
	#endif
}`,Gg=`#define PHONG
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <envmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphinstance_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <envmap_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,Hg=`#define PHONG
uniform vec3 diffuse;
uniform vec3 emissive;
uniform vec3 specular;
uniform float shininess;
uniform float opacity;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_pars_fragment>
#include <envmap_physical_pars_fragment>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_phong_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <specularmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <specularmap_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_phong_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 outgoingLight = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse + reflectedLight.directSpecular + reflectedLight.indirectSpecular + totalEmissiveRadiance;
	#include <envmap_fragment>
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,Wg=`#define STANDARD
varying vec3 vViewPosition;
#ifdef USE_TRANSMISSION
	varying vec3 vWorldPosition;
#endif
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
#ifdef USE_TRANSMISSION
	vWorldPosition = worldPosition.xyz;
#endif
}`,$g=`#define STANDARD
#ifdef PHYSICAL
	#define IOR
	#define USE_SPECULAR
#endif
uniform vec3 diffuse;
uniform vec3 emissive;
uniform float roughness;
uniform float metalness;
uniform float opacity;
#ifdef IOR
	uniform float ior;
#endif
#ifdef USE_SPECULAR
	uniform float specularIntensity;
	uniform vec3 specularColor;
	#ifdef USE_SPECULAR_COLORMAP
		uniform sampler2D specularColorMap;
	#endif
	#ifdef USE_SPECULAR_INTENSITYMAP
		uniform sampler2D specularIntensityMap;
	#endif
#endif
#ifdef USE_CLEARCOAT
	uniform float clearcoat;
	uniform float clearcoatRoughness;
#endif
#ifdef USE_DIFFUSE_ROUGHNESS
	uniform float diffuseRoughness;
	#ifdef USE_DIFFUSE_ROUGHNESSMAP
		uniform sampler2D diffuseRoughnessMap;
	#endif
#endif
#ifdef USE_DISPERSION
	uniform float dispersion;
#endif
#ifdef USE_RETROREFLECTION
	uniform float retroreflectivity;
#endif
#ifdef USE_IRIDESCENCE
	uniform float iridescence;
	uniform float iridescenceIOR;
	uniform float iridescenceThicknessMinimum;
	uniform float iridescenceThicknessMaximum;
#endif
#ifdef USE_SHEEN
	uniform vec3 sheenColor;
	uniform float sheenRoughness;
	#ifdef USE_SHEEN_COLORMAP
		uniform sampler2D sheenColorMap;
	#endif
	#ifdef USE_SHEEN_ROUGHNESSMAP
		uniform sampler2D sheenRoughnessMap;
	#endif
#endif
#ifdef USE_ANISOTROPY
	uniform vec2 anisotropyVector;
	#ifdef USE_ANISOTROPYMAP
		uniform sampler2D anisotropyMap;
	#endif
#endif
varying vec3 vViewPosition;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <iridescence_fragment>
#include <envmap_common_pars_fragment>
#include <envmap_physical_pars_fragment>
#include <fog_pars_fragment>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_physical_pars_fragment>
#include <transmission_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <clearcoat_pars_fragment>
#include <iridescence_pars_fragment>
#include <roughnessmap_pars_fragment>
#include <metalnessmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <roughnessmap_fragment>
	#include <metalnessmap_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <clearcoat_normal_fragment_begin>
	#include <clearcoat_normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_physical_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 totalDiffuse = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse;
	vec3 totalSpecular = reflectedLight.directSpecular + reflectedLight.indirectSpecular;
	#include <transmission_fragment>
	vec3 outgoingLight = totalDiffuse + totalSpecular + totalEmissiveRadiance;
	#ifdef USE_SHEEN
 
		outgoingLight = outgoingLight + sheenSpecularDirect + sheenSpecularIndirect;
 
 	#endif
	#ifdef USE_CLEARCOAT
		float dotNVcc = saturate( dot( geometryClearcoatNormal, geometryViewDir ) );
		vec3 Fcc = F_Schlick( material.clearcoatF0, material.clearcoatF90, dotNVcc );
		outgoingLight = outgoingLight * ( 1.0 - material.clearcoat * Fcc ) + ( clearcoatSpecularDirect + clearcoatSpecularIndirect ) * material.clearcoat;
	#endif
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,Xg=`#define TOON
varying vec3 vViewPosition;
#include <common>
#include <batching_pars_vertex>
#include <uv_pars_vertex>
#include <displacementmap_pars_vertex>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <normal_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <shadowmap_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <normal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <displacementmap_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	vViewPosition = - mvPosition.xyz;
	#include <worldpos_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,qg=`#define TOON
uniform vec3 diffuse;
uniform vec3 emissive;
uniform float opacity;
#include <common>
#include <dithering_pars_fragment>
#include <color_pars_fragment>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <aomap_pars_fragment>
#include <lightmap_pars_fragment>
#include <emissivemap_pars_fragment>
#include <gradientmap_pars_fragment>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <normal_pars_fragment>
#include <lights_toon_pars_fragment>
#include <shadowmap_pars_fragment>
#include <bumpmap_pars_fragment>
#include <normalmap_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	ReflectedLight reflectedLight = ReflectedLight( vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ), vec3( 0.0 ) );
	vec3 totalEmissiveRadiance = emissive;
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <color_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	#include <normal_fragment_begin>
	#include <normal_fragment_maps>
	#include <emissivemap_fragment>
	#include <lights_toon_fragment>
	#include <lights_fragment_begin>
	#include <lights_fragment_maps>
	#include <lights_fragment_end>
	#include <aomap_fragment>
	vec3 outgoingLight = reflectedLight.directDiffuse + reflectedLight.indirectDiffuse + totalEmissiveRadiance;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
	#include <dithering_fragment>
}`,Yg=`uniform float size;
uniform float scale;
#include <common>
#include <color_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
#ifdef USE_POINTS_UV
	varying vec2 vUv;
	uniform mat3 uvTransform;
#endif
void main() {
	#ifdef USE_POINTS_UV
		vUv = ( uvTransform * vec3( uv, 1 ) ).xy;
	#endif
	#include <color_vertex>
	#include <morphinstance_vertex>
	#include <morphcolor_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <project_vertex>
	gl_PointSize = size;
	#ifdef USE_SIZEATTENUATION
		bool isPerspective = isPerspectiveMatrix( projectionMatrix );
		if ( isPerspective ) gl_PointSize *= ( scale / - mvPosition.z );
	#endif
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <worldpos_vertex>
	#include <fog_vertex>
}`,Zg=`uniform vec3 diffuse;
uniform float opacity;
#include <common>
#include <color_pars_fragment>
#include <map_particle_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <fog_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	vec3 outgoingLight = vec3( 0.0 );
	#include <logdepthbuf_fragment>
	#include <map_particle_fragment>
	#include <color_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	outgoingLight = diffuseColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
}`,Jg=`#include <common>
#include <batching_pars_vertex>
#include <fog_pars_vertex>
#include <morphtarget_pars_vertex>
#include <skinning_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <shadowmap_pars_vertex>
void main() {
	#include <batching_vertex>
	#include <beginnormal_vertex>
	#include <morphinstance_vertex>
	#include <morphnormal_vertex>
	#include <skinbase_vertex>
	#include <skinnormal_vertex>
	#include <defaultnormal_vertex>
	#include <begin_vertex>
	#include <morphtarget_vertex>
	#include <skinning_vertex>
	#include <project_vertex>
	#include <logdepthbuf_vertex>
	#include <worldpos_vertex>
	#include <shadowmap_vertex>
	#include <fog_vertex>
}`,Kg=`uniform vec3 color;
uniform float opacity;
#include <common>
#include <fog_pars_fragment>
#include <bsdfs>
#include <lights_pars_begin>
#include <logdepthbuf_pars_fragment>
#include <shadowmap_pars_fragment>
#include <shadowmask_pars_fragment>
void main() {
	#include <logdepthbuf_fragment>
	gl_FragColor = vec4( color, opacity * ( 1.0 - getShadowMask() ) );
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
	#include <premultiplied_alpha_fragment>
}`,jg=`uniform float rotation;
uniform vec2 center;
#include <common>
#include <uv_pars_vertex>
#include <fog_pars_vertex>
#include <logdepthbuf_pars_vertex>
#include <clipping_planes_pars_vertex>
void main() {
	#include <uv_vertex>
	vec4 mvPosition = modelViewMatrix[ 3 ];
	vec2 scale = vec2( length( modelMatrix[ 0 ].xyz ), length( modelMatrix[ 1 ].xyz ) );
	#ifndef USE_SIZEATTENUATION
		bool isPerspective = isPerspectiveMatrix( projectionMatrix );
		if ( isPerspective ) scale *= - mvPosition.z;
	#endif
	vec2 alignedPosition = ( position.xy - ( center - vec2( 0.5 ) ) ) * scale;
	vec2 rotatedPosition;
	rotatedPosition.x = cos( rotation ) * alignedPosition.x - sin( rotation ) * alignedPosition.y;
	rotatedPosition.y = sin( rotation ) * alignedPosition.x + cos( rotation ) * alignedPosition.y;
	mvPosition.xy += rotatedPosition;
	gl_Position = projectionMatrix * mvPosition;
	#include <logdepthbuf_vertex>
	#include <clipping_planes_vertex>
	#include <fog_vertex>
}`,Qg=`uniform vec3 diffuse;
uniform float opacity;
#include <common>
#include <uv_pars_fragment>
#include <map_pars_fragment>
#include <alphamap_pars_fragment>
#include <alphatest_pars_fragment>
#include <alphahash_pars_fragment>
#include <fog_pars_fragment>
#include <logdepthbuf_pars_fragment>
#include <clipping_planes_pars_fragment>
void main() {
	vec4 diffuseColor = vec4( diffuse, opacity );
	#include <clipping_planes_fragment>
	vec3 outgoingLight = vec3( 0.0 );
	#include <logdepthbuf_fragment>
	#include <map_fragment>
	#include <alphamap_fragment>
	#include <alphatest_fragment>
	#include <alphahash_fragment>
	outgoingLight = diffuseColor.rgb;
	#include <opaque_fragment>
	#include <tonemapping_fragment>
	#include <colorspace_fragment>
	#include <fog_fragment>
}`,Bt={alphahash_fragment:bp,alphahash_pars_fragment:Sp,alphamap_fragment:Mp,alphamap_pars_fragment:wp,alphatest_fragment:Ep,alphatest_pars_fragment:Tp,aomap_fragment:Ap,aomap_pars_fragment:Cp,batching_pars_vertex:Rp,batching_vertex:Pp,begin_vertex:Ip,beginnormal_vertex:Lp,bsdfs:Np,iridescence_fragment:Dp,bumpmap_pars_fragment:Fp,clipping_planes_fragment:Up,clipping_planes_pars_fragment:Op,clipping_planes_pars_vertex:Bp,clipping_planes_vertex:kp,color_fragment:zp,color_pars_fragment:Vp,color_pars_vertex:Gp,color_vertex:Hp,common:Wp,defaultnormal_vertex:$p,displacementmap_pars_vertex:Xp,displacementmap_vertex:qp,emissivemap_fragment:Yp,emissivemap_pars_fragment:Zp,colorspace_fragment:Jp,colorspace_pars_fragment:Kp,envmap_fragment:jp,envmap_common_pars_fragment:Qp,envmap_pars_fragment:tm,envmap_pars_vertex:em,envmap_physical_pars_fragment:dm,envmap_vertex:nm,fog_vertex:im,fog_pars_vertex:sm,fog_fragment:rm,fog_pars_fragment:om,gradientmap_pars_fragment:am,lightmap_pars_fragment:lm,lights_lambert_fragment:cm,lights_lambert_pars_fragment:hm,lights_pars_begin:um,lights_toon_fragment:fm,lights_toon_pars_fragment:pm,lights_phong_fragment:mm,lights_phong_pars_fragment:gm,lights_physical_fragment:vm,lights_physical_pars_fragment:_m,lights_fragment_begin:xm,lights_fragment_maps:ym,lights_fragment_end:bm,lightprobes_pars_fragment:Sm,logdepthbuf_fragment:Mm,logdepthbuf_pars_fragment:wm,logdepthbuf_pars_vertex:Em,logdepthbuf_vertex:Tm,map_fragment:Am,map_pars_fragment:Cm,map_particle_fragment:Rm,map_particle_pars_fragment:Pm,metalnessmap_fragment:Im,metalnessmap_pars_fragment:Lm,morphinstance_vertex:Nm,morphcolor_vertex:Dm,morphnormal_vertex:Fm,morphtarget_pars_vertex:Um,morphtarget_vertex:Om,normal_fragment_begin:Bm,normal_fragment_maps:km,normal_pars_fragment:zm,normal_pars_vertex:Vm,normal_vertex:Gm,normalmap_pars_fragment:Hm,clearcoat_normal_fragment_begin:Wm,clearcoat_normal_fragment_maps:$m,clearcoat_pars_fragment:Xm,iridescence_pars_fragment:qm,opaque_fragment:Ym,packing:Zm,premultiplied_alpha_fragment:Jm,project_vertex:Km,dithering_fragment:jm,dithering_pars_fragment:Qm,roughnessmap_fragment:tg,roughnessmap_pars_fragment:eg,shadowmap_pars_fragment:ng,shadowmap_pars_vertex:ig,shadowmap_vertex:sg,shadowmask_pars_fragment:rg,skinbase_vertex:og,skinning_pars_vertex:ag,skinning_vertex:lg,skinnormal_vertex:cg,specularmap_fragment:hg,specularmap_pars_fragment:ug,tonemapping_fragment:dg,tonemapping_pars_fragment:fg,transmission_fragment:pg,transmission_pars_fragment:mg,uv_pars_fragment:gg,uv_pars_vertex:vg,uv_vertex:_g,worldpos_vertex:xg,background_vert:yg,background_frag:bg,backgroundCube_vert:Sg,backgroundCube_frag:Mg,cube_vert:wg,cube_frag:Eg,depth_vert:Tg,depth_frag:Ag,distance_vert:Cg,distance_frag:Rg,equirect_vert:Pg,equirect_frag:Ig,linedashed_vert:Lg,linedashed_frag:Ng,meshbasic_vert:Dg,meshbasic_frag:Fg,meshlambert_vert:Ug,meshlambert_frag:Og,meshmatcap_vert:Bg,meshmatcap_frag:kg,meshnormal_vert:zg,meshnormal_frag:Vg,meshphong_vert:Gg,meshphong_frag:Hg,meshphysical_vert:Wg,meshphysical_frag:$g,meshtoon_vert:Xg,meshtoon_frag:qg,points_vert:Yg,points_frag:Zg,shadow_vert:Jg,shadow_frag:Kg,sprite_vert:jg,sprite_frag:Qg},mt={common:{diffuse:{value:new Xt(16777215)},opacity:{value:1},map:{value:null},mapTransform:{value:new Lt},alphaMap:{value:null},alphaMapTransform:{value:new Lt},alphaTest:{value:0}},specularmap:{specularMap:{value:null},specularMapTransform:{value:new Lt}},envmap:{envMap:{value:null},envMapRotation:{value:new Lt},reflectivity:{value:1},ior:{value:1.5},refractionRatio:{value:.98},dfgLUT:{value:null}},aomap:{aoMap:{value:null},aoMapIntensity:{value:1},aoMapTransform:{value:new Lt}},lightmap:{lightMap:{value:null},lightMapIntensity:{value:1},lightMapTransform:{value:new Lt}},bumpmap:{bumpMap:{value:null},bumpMapTransform:{value:new Lt},bumpScale:{value:1}},normalmap:{normalMap:{value:null},normalMapTransform:{value:new Lt},normalScale:{value:new Wt(1,1)}},displacementmap:{displacementMap:{value:null},displacementMapTransform:{value:new Lt},displacementScale:{value:1},displacementBias:{value:0}},emissivemap:{emissiveMap:{value:null},emissiveMapTransform:{value:new Lt}},metalnessmap:{metalnessMap:{value:null},metalnessMapTransform:{value:new Lt}},roughnessmap:{roughnessMap:{value:null},roughnessMapTransform:{value:new Lt}},gradientmap:{gradientMap:{value:null}},fog:{fogDensity:{value:25e-5},fogNear:{value:1},fogFar:{value:2e3},fogColor:{value:new Xt(16777215)}},lights:{ambientLightColor:{value:[]},lightProbe:{value:[]},sunLights:{value:[],properties:{direction:{},color:{}}},sunLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{}}},sunShadowMatrix:{value:[]},sunShadowCascade:{value:[]},directionalLights:{value:[],properties:{direction:{},color:{}}},directionalLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{}}},directionalShadowMatrix:{value:[]},spotLights:{value:[],properties:{color:{},position:{},direction:{},distance:{},coneCos:{},penumbraCos:{},decay:{}}},spotLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{}}},spotLightMap:{value:[]},spotLightMatrix:{value:[]},pointLights:{value:[],properties:{color:{},position:{},decay:{},distance:{}}},pointLightShadows:{value:[],properties:{shadowIntensity:1,shadowBias:{},shadowNormalBias:{},shadowRadius:{},shadowMapSize:{},shadowCameraNear:{},shadowCameraFar:{}}},pointShadowMatrix:{value:[]},hemisphereLights:{value:[],properties:{direction:{},skyColor:{},groundColor:{}}},rectAreaLights:{value:[],properties:{color:{},position:{},width:{},height:{}}},ltc_1:{value:null},ltc_2:{value:null},probesSH:{value:[]},probesMin:{value:[]},probesMax:{value:[]},probesResolution:{value:[]}},points:{diffuse:{value:new Xt(16777215)},opacity:{value:1},size:{value:1},scale:{value:1},map:{value:null},alphaMap:{value:null},alphaMapTransform:{value:new Lt},alphaTest:{value:0},uvTransform:{value:new Lt}},sprite:{diffuse:{value:new Xt(16777215)},opacity:{value:1},center:{value:new Wt(.5,.5)},rotation:{value:0},map:{value:null},mapTransform:{value:new Lt},alphaMap:{value:null},alphaMapTransform:{value:new Lt},alphaTest:{value:0}}},Rn={basic:{uniforms:Le([mt.common,mt.specularmap,mt.envmap,mt.aomap,mt.lightmap,mt.fog]),vertexShader:Bt.meshbasic_vert,fragmentShader:Bt.meshbasic_frag},lambert:{uniforms:Le([mt.common,mt.specularmap,mt.envmap,mt.aomap,mt.lightmap,mt.emissivemap,mt.bumpmap,mt.normalmap,mt.displacementmap,mt.fog,mt.lights,{emissive:{value:new Xt(0)},envMapIntensity:{value:1}}]),vertexShader:Bt.meshlambert_vert,fragmentShader:Bt.meshlambert_frag},phong:{uniforms:Le([mt.common,mt.specularmap,mt.envmap,mt.aomap,mt.lightmap,mt.emissivemap,mt.bumpmap,mt.normalmap,mt.displacementmap,mt.fog,mt.lights,{emissive:{value:new Xt(0)},specular:{value:new Xt(1118481)},shininess:{value:30},envMapIntensity:{value:1}}]),vertexShader:Bt.meshphong_vert,fragmentShader:Bt.meshphong_frag},standard:{uniforms:Le([mt.common,mt.envmap,mt.aomap,mt.lightmap,mt.emissivemap,mt.bumpmap,mt.normalmap,mt.displacementmap,mt.roughnessmap,mt.metalnessmap,mt.fog,mt.lights,{emissive:{value:new Xt(0)},roughness:{value:1},metalness:{value:0},envMapIntensity:{value:1}}]),vertexShader:Bt.meshphysical_vert,fragmentShader:Bt.meshphysical_frag},toon:{uniforms:Le([mt.common,mt.aomap,mt.lightmap,mt.emissivemap,mt.bumpmap,mt.normalmap,mt.displacementmap,mt.gradientmap,mt.fog,mt.lights,{emissive:{value:new Xt(0)}}]),vertexShader:Bt.meshtoon_vert,fragmentShader:Bt.meshtoon_frag},matcap:{uniforms:Le([mt.common,mt.bumpmap,mt.normalmap,mt.displacementmap,mt.fog,{matcap:{value:null}}]),vertexShader:Bt.meshmatcap_vert,fragmentShader:Bt.meshmatcap_frag},points:{uniforms:Le([mt.points,mt.fog]),vertexShader:Bt.points_vert,fragmentShader:Bt.points_frag},dashed:{uniforms:Le([mt.common,mt.fog,{scale:{value:1},dashSize:{value:1},totalSize:{value:2}}]),vertexShader:Bt.linedashed_vert,fragmentShader:Bt.linedashed_frag},depth:{uniforms:Le([mt.common,mt.displacementmap]),vertexShader:Bt.depth_vert,fragmentShader:Bt.depth_frag},normal:{uniforms:Le([mt.common,mt.bumpmap,mt.normalmap,mt.displacementmap,{opacity:{value:1}}]),vertexShader:Bt.meshnormal_vert,fragmentShader:Bt.meshnormal_frag},sprite:{uniforms:Le([mt.sprite,mt.fog]),vertexShader:Bt.sprite_vert,fragmentShader:Bt.sprite_frag},background:{uniforms:{uvTransform:{value:new Lt},t2D:{value:null},backgroundIntensity:{value:1}},vertexShader:Bt.background_vert,fragmentShader:Bt.background_frag},backgroundCube:{uniforms:{envMap:{value:null},backgroundBlurriness:{value:0},backgroundIntensity:{value:1},backgroundRotation:{value:new Lt}},vertexShader:Bt.backgroundCube_vert,fragmentShader:Bt.backgroundCube_frag},cube:{uniforms:{tCube:{value:null},tFlip:{value:-1},opacity:{value:1}},vertexShader:Bt.cube_vert,fragmentShader:Bt.cube_frag},equirect:{uniforms:{tEquirect:{value:null}},vertexShader:Bt.equirect_vert,fragmentShader:Bt.equirect_frag},distance:{uniforms:Le([mt.common,mt.displacementmap,{referencePosition:{value:new B},nearDistance:{value:1},farDistance:{value:1e3}}]),vertexShader:Bt.distance_vert,fragmentShader:Bt.distance_frag},shadow:{uniforms:Le([mt.lights,mt.fog,{color:{value:new Xt(0)},opacity:{value:1}}]),vertexShader:Bt.shadow_vert,fragmentShader:Bt.shadow_frag}};Rn.physical={uniforms:Le([Rn.standard.uniforms,{clearcoat:{value:0},clearcoatMap:{value:null},clearcoatMapTransform:{value:new Lt},clearcoatNormalMap:{value:null},clearcoatNormalMapTransform:{value:new Lt},clearcoatNormalScale:{value:new Wt(1,1)},clearcoatRoughness:{value:0},clearcoatRoughnessMap:{value:null},clearcoatRoughnessMapTransform:{value:new Lt},diffuseRoughness:{value:0},diffuseRoughnessMap:{value:null},diffuseRoughnessMapTransform:{value:new Lt},dispersion:{value:0},retroreflectivity:{value:0},iridescence:{value:0},iridescenceMap:{value:null},iridescenceMapTransform:{value:new Lt},iridescenceIOR:{value:1.3},iridescenceThicknessMinimum:{value:100},iridescenceThicknessMaximum:{value:400},iridescenceThicknessMap:{value:null},iridescenceThicknessMapTransform:{value:new Lt},sheen:{value:0},sheenColor:{value:new Xt(0)},sheenColorMap:{value:null},sheenColorMapTransform:{value:new Lt},sheenRoughness:{value:1},sheenRoughnessMap:{value:null},sheenRoughnessMapTransform:{value:new Lt},transmission:{value:0},transmissionMap:{value:null},transmissionMapTransform:{value:new Lt},transmissionSamplerSize:{value:new Wt},transmissionSamplerMap:{value:null},thickness:{value:0},thicknessMap:{value:null},thicknessMapTransform:{value:new Lt},attenuationDistance:{value:0},attenuationColor:{value:new Xt(0)},specularColor:{value:new Xt(1,1,1)},specularColorMap:{value:null},specularColorMapTransform:{value:new Lt},specularIntensity:{value:1},specularIntensityMap:{value:null},specularIntensityMapTransform:{value:new Lt},anisotropyVector:{value:new Wt},anisotropyMap:{value:null},anisotropyMapTransform:{value:new Lt}}]),vertexShader:Bt.meshphysical_vert,fragmentShader:Bt.meshphysical_frag};var ga={r:0,b:0,g:0},t0=new te,id=new Lt;id.set(-1,0,0,0,1,0,0,0,1);function e0(i,t,e,n,s,r){let o=new Xt(0),a=s===!0?0:1,c,l,h=null,u=0,d=null;function f(M){let w=M.isScene===!0?M.background:null;if(w&&w.isTexture){let S=M.backgroundBlurriness>0;w=t.get(w,S)}return w}function g(M){let w=!1,S=f(M);S===null?p(o,a):S&&S.isColor&&(p(S,1),w=!0);let C=i.xr.getEnvironmentBlendMode();C==="additive"?e.buffers.color.setClear(0,0,0,1,r):C==="alpha-blend"&&e.buffers.color.setClear(0,0,0,0,r),(i.autoClear||w)&&(e.buffers.depth.setTest(!0),e.buffers.depth.setMask(!0),e.buffers.color.setMask(!0),i.clear(i.autoClearColor,i.autoClearDepth,i.autoClearStencil))}function x(M,w){let S=f(w);S&&S.isCubeTexture?(l===void 0&&(l=new Ge(new cs(1,1,1),new Tn({name:"BackgroundCubeMaterial",uniforms:Ni(Rn.backgroundCube.uniforms),vertexShader:Rn.backgroundCube.vertexShader,fragmentShader:Rn.backgroundCube.fragmentShader,side:Be,depthTest:!1,depthWrite:!1,fog:!1,allowOverride:!1})),l.geometry.deleteAttribute("normal"),l.geometry.deleteAttribute("uv"),l.onBeforeRender=function(C,E,v){this.matrixWorld.copyPosition(v.matrixWorld)},Object.defineProperty(l.material,"envMap",{get:function(){return this.uniforms.envMap.value}}),n.update(l)),l.material.uniforms.envMap.value=S,l.material.uniforms.backgroundBlurriness.value=w.backgroundBlurriness,l.material.uniforms.backgroundIntensity.value=w.backgroundIntensity,l.material.uniforms.backgroundRotation.value.setFromMatrix4(t0.makeRotationFromEuler(w.backgroundRotation)).transpose(),S.isRenderTargetTexture===!1&&l.material.uniforms.backgroundRotation.value.premultiply(id),l.material.toneMapped=Gt.getTransfer(S.colorSpace)!==Yt,(h!==S||u!==S.version||d!==i.toneMapping)&&(l.material.needsUpdate=!0,h=S,u=S.version,d=i.toneMapping),l.layers.enableAll(),M.unshift(l,l.geometry,l.material,0,0,null)):S&&S.isTexture&&(c===void 0&&(c=new Ge(new Xs(2,2),new Tn({name:"BackgroundMaterial",uniforms:Ni(Rn.background.uniforms),vertexShader:Rn.background.vertexShader,fragmentShader:Rn.background.fragmentShader,side:hi,depthTest:!1,depthWrite:!1,fog:!1,allowOverride:!1})),c.geometry.deleteAttribute("normal"),Object.defineProperty(c.material,"map",{get:function(){return this.uniforms.t2D.value}}),n.update(c)),c.material.uniforms.t2D.value=S,c.material.uniforms.backgroundIntensity.value=w.backgroundIntensity,c.material.toneMapped=Gt.getTransfer(S.colorSpace)!==Yt,S.matrixAutoUpdate===!0&&S.updateMatrix(),c.material.uniforms.uvTransform.value.copy(S.matrix),(h!==S||u!==S.version||d!==i.toneMapping)&&(c.material.needsUpdate=!0,h=S,u=S.version,d=i.toneMapping),c.layers.enableAll(),M.unshift(c,c.geometry,c.material,0,0,null))}function p(M,w){M.getRGB(ga,cc(i)),e.buffers.color.setClear(ga.r,ga.g,ga.b,w,r)}function m(){l!==void 0&&(l.geometry.dispose(),l.material.dispose(),l=void 0),c!==void 0&&(c.geometry.dispose(),c.material.dispose(),c=void 0)}return{getClearColor:function(){return o},setClearColor:function(M,w=1){o.set(M),a=w,p(o,a)},getClearAlpha:function(){return a},setClearAlpha:function(M){a=M,p(o,a)},render:g,addToRenderList:x,dispose:m}}function n0(i,t){let e=i.getParameter(i.MAX_VERTEX_ATTRIBS),n={},s=d(null),r=s,o=!1;function a(D,O,H,L,$){let Z=!1,A=u(D,L,H,O);r!==A&&(r=A,l(r.object)),Z=f(D,L,H,$),Z&&g(D,L,H,$),$!==null&&t.update($,i.ELEMENT_ARRAY_BUFFER),(Z||o)&&(o=!1,S(D,O,H,L),$!==null&&i.bindBuffer(i.ELEMENT_ARRAY_BUFFER,t.get($).buffer))}function c(){return i.createVertexArray()}function l(D){return i.bindVertexArray(D)}function h(D){return i.deleteVertexArray(D)}function u(D,O,H,L){let $=L.wireframe===!0,Z=n[O.id];Z===void 0&&(Z={},n[O.id]=Z);let A=D.isInstancedMesh===!0?D.id:0,tt=Z[A];tt===void 0&&(tt={},Z[A]=tt);let k=tt[H.id];k===void 0&&(k={},tt[H.id]=k);let q=k[$];return q===void 0&&(q=d(c()),k[$]=q),q}function d(D){let O=[],H=[],L=[];for(let $=0;$<e;$++)O[$]=0,H[$]=0,L[$]=0;return{geometry:null,program:null,wireframe:!1,newAttributes:O,enabledAttributes:H,attributeDivisors:L,object:D,attributes:{},index:null}}function f(D,O,H,L){let $=r.attributes,Z=O.attributes,A=0,tt=H.getAttributes();for(let k in tt)if(tt[k].location>=0){let J=$[k],gt=Z[k];if(gt===void 0&&(k==="instanceMatrix"&&D.instanceMatrix&&(gt=D.instanceMatrix),k==="instanceColor"&&D.instanceColor&&(gt=D.instanceColor)),J===void 0||J.attribute!==gt||gt&&J.data!==gt.data)return!0;A++}return r.attributesNum!==A||r.index!==L}function g(D,O,H,L){let $={},Z=O.attributes,A=0,tt=H.getAttributes();for(let k in tt)if(tt[k].location>=0){let J=Z[k];J===void 0&&(k==="instanceMatrix"&&D.instanceMatrix&&(J=D.instanceMatrix),k==="instanceColor"&&D.instanceColor&&(J=D.instanceColor));let gt={};gt.attribute=J,J&&J.data&&(gt.data=J.data),$[k]=gt,A++}r.attributes=$,r.attributesNum=A,r.index=L}function x(){let D=r.newAttributes;for(let O=0,H=D.length;O<H;O++)D[O]=0}function p(D){m(D,0)}function m(D,O){let H=r.newAttributes,L=r.enabledAttributes,$=r.attributeDivisors;H[D]=1,L[D]===0&&(i.enableVertexAttribArray(D),L[D]=1),$[D]!==O&&(i.vertexAttribDivisor(D,O),$[D]=O)}function M(){let D=r.newAttributes,O=r.enabledAttributes;for(let H=0,L=O.length;H<L;H++)O[H]!==D[H]&&(i.disableVertexAttribArray(H),O[H]=0)}function w(D,O,H,L,$,Z,A){A===!0?i.vertexAttribIPointer(D,O,H,$,Z):i.vertexAttribPointer(D,O,H,L,$,Z)}function S(D,O,H,L){x();let $=L.attributes,Z=H.getAttributes(),A=O.defaultAttributeValues;for(let tt in Z){let k=Z[tt];if(k.location>=0){let q=$[tt];if(q===void 0&&(tt==="instanceMatrix"&&D.instanceMatrix&&(q=D.instanceMatrix),tt==="instanceColor"&&D.instanceColor&&(q=D.instanceColor)),q!==void 0){let J=q.normalized,gt=q.itemSize,Pt=t.get(q);if(Pt===void 0)continue;let X=Pt.buffer,rt=Pt.type,xt=Pt.bytesPerElement,Et=rt===i.INT||rt===i.UNSIGNED_INT||q.gpuType===Do;if(q.isInterleavedBufferAttribute){let vt=q.data,Ft=vt.isInterleavedBuffer===!0?vt.stride:vt.itemSize,he=q.offset;if(vt.isInstancedInterleavedBuffer||vt.isInstancedBufferAttribute){for(let Ct=0;Ct<k.locationSize;Ct++)m(k.location+Ct,vt.meshPerAttribute);D.isInstancedMesh!==!0&&L._maxInstanceCount===void 0&&(L._maxInstanceCount=vt.meshPerAttribute*vt.count)}else for(let Ct=0;Ct<k.locationSize;Ct++)p(k.location+Ct);i.bindBuffer(i.ARRAY_BUFFER,X);for(let Ct=0;Ct<k.locationSize;Ct++)w(k.location+Ct,gt/k.locationSize,rt,J,Ft*xt,(he+gt/k.locationSize*Ct)*xt,Et)}else{if(q.isInstancedBufferAttribute){for(let vt=0;vt<k.locationSize;vt++)m(k.location+vt,q.meshPerAttribute);D.isInstancedMesh!==!0&&L._maxInstanceCount===void 0&&(L._maxInstanceCount=q.meshPerAttribute*q.count)}else for(let vt=0;vt<k.locationSize;vt++)p(k.location+vt);i.bindBuffer(i.ARRAY_BUFFER,X);for(let vt=0;vt<k.locationSize;vt++)w(k.location+vt,gt/k.locationSize,rt,J,gt*xt,gt/k.locationSize*vt*xt,Et)}}else if(A!==void 0){let J=A[tt];if(J!==void 0)switch(J.length){case 2:i.vertexAttrib2fv(k.location,J);break;case 3:i.vertexAttrib3fv(k.location,J);break;case 4:i.vertexAttrib4fv(k.location,J);break;default:i.vertexAttrib1fv(k.location,J)}}}}M()}function C(){U();for(let D in n){let O=n[D];for(let H in O){let L=O[H];for(let $ in L){let Z=L[$];for(let A in Z)h(Z[A].object),delete Z[A];delete L[$]}}delete n[D]}}function E(D){if(n[D.id]===void 0)return;let O=n[D.id];for(let H in O){let L=O[H];for(let $ in L){let Z=L[$];for(let A in Z)h(Z[A].object),delete Z[A];delete L[$]}}delete n[D.id]}function v(D){for(let O in n){let H=n[O];for(let L in H){let $=H[L];if($[D.id]===void 0)continue;let Z=$[D.id];for(let A in Z)h(Z[A].object),delete Z[A];delete $[D.id]}}}function b(D){for(let O in n){let H=n[O],L=D.isInstancedMesh===!0?D.id:0,$=H[L];if($!==void 0){for(let Z in $){let A=$[Z];for(let tt in A)h(A[tt].object),delete A[tt];delete $[Z]}delete H[L],Object.keys(H).length===0&&delete n[O]}}}function U(){I(),o=!0,r!==s&&(r=s,l(r.object))}function I(){s.geometry=null,s.program=null,s.wireframe=!1}return{setup:a,reset:U,resetDefaultState:I,dispose:C,releaseStatesOfGeometry:E,releaseStatesOfObject:b,releaseStatesOfProgram:v,initAttributes:x,enableAttribute:p,disableUnusedAttributes:M}}function i0(i,t,e){let n;function s(c){n=c}function r(c,l){i.drawArrays(n,c,l),e.update(l,n,1)}function o(c,l,h){h!==0&&(i.drawArraysInstanced(n,c,l,h),e.update(l,n,h))}function a(c,l,h){if(h===0)return;t.get("WEBGL_multi_draw").multiDrawArraysWEBGL(n,c,0,l,0,h);let d=0;for(let f=0;f<h;f++)d+=l[f];e.update(d,n,1)}this.setMode=s,this.render=r,this.renderInstances=o,this.renderMultiDraw=a}function s0(i,t,e,n){let s;function r(){if(s!==void 0)return s;if(t.has("EXT_texture_filter_anisotropic")===!0){let v=t.get("EXT_texture_filter_anisotropic");s=i.getParameter(v.MAX_TEXTURE_MAX_ANISOTROPY_EXT)}else s=0;return s}function o(v){return!(v!==Ke&&n.convert(v)!==i.getParameter(i.IMPLEMENTATION_COLOR_READ_FORMAT))}function a(v){let b=v===pn&&(t.has("EXT_color_buffer_half_float")||t.has("EXT_color_buffer_float"));return!(v!==Ze&&v!==Je&&!b&&n.convert(v)!==i.getParameter(i.IMPLEMENTATION_COLOR_READ_TYPE))}function c(v){if(v==="highp"){if(i.getShaderPrecisionFormat(i.VERTEX_SHADER,i.HIGH_FLOAT).precision>0&&i.getShaderPrecisionFormat(i.FRAGMENT_SHADER,i.HIGH_FLOAT).precision>0)return"highp";v="mediump"}return v==="mediump"&&i.getShaderPrecisionFormat(i.VERTEX_SHADER,i.MEDIUM_FLOAT).precision>0&&i.getShaderPrecisionFormat(i.FRAGMENT_SHADER,i.MEDIUM_FLOAT).precision>0?"mediump":"lowp"}let l=e.precision!==void 0?e.precision:"highp",h=c(l);h!==l&&(Rt("WebGLRenderer:",l,"not supported, using",h,"instead."),l=h);let u=e.reversedDepthBuffer===!0&&t.has("EXT_clip_control"),d=e.logarithmicDepthBuffer===!0&&u===!1;e.reversedDepthBuffer===!0&&u===!1&&Rt("WebGLRenderer: Unable to use reversed depth buffer due to missing EXT_clip_control extension. Fallback to default depth buffer."),e.logarithmicDepthBuffer===!0&&u===!0&&Rt("WebGLRenderer: Logarithmic depth buffer is ignored when reversed depth buffer is enabled.");let f=i.getParameter(i.MAX_TEXTURE_IMAGE_UNITS),g=i.getParameter(i.MAX_VERTEX_TEXTURE_IMAGE_UNITS),x=i.getParameter(i.MAX_TEXTURE_SIZE),p=i.getParameter(i.MAX_CUBE_MAP_TEXTURE_SIZE),m=i.getParameter(i.MAX_VERTEX_ATTRIBS),M=i.getParameter(i.MAX_VERTEX_UNIFORM_VECTORS),w=i.getParameter(i.MAX_VARYING_VECTORS),S=i.getParameter(i.MAX_FRAGMENT_UNIFORM_VECTORS),C=i.getParameter(i.MAX_SAMPLES),E=i.getParameter(i.SAMPLES);return{isWebGL2:!0,getMaxAnisotropy:r,getMaxPrecision:c,textureFormatReadable:o,textureTypeReadable:a,precision:l,logarithmicDepthBuffer:d,reversedDepthBuffer:u,maxTextures:f,maxVertexTextures:g,maxTextureSize:x,maxCubemapSize:p,maxAttributes:m,maxVertexUniforms:M,maxVaryings:w,maxFragmentUniforms:S,maxSamples:C,samples:E}}function r0(i){let t=this,e=null,n=0,s=!1,r=!1,o=new dn,a=new Lt,c={value:null,needsUpdate:!1};this.uniform=c,this.numPlanes=0,this.numIntersection=0,this.init=function(u,d){let f=u.length!==0||d||n!==0||s;return s=d,n=u.length,f},this.beginShadows=function(){r=!0,h(null)},this.endShadows=function(){r=!1},this.setGlobalState=function(u,d){e=h(u,d,0)},this.setState=function(u,d,f){let g=u.clippingPlanes,x=u.clipIntersection,p=u.clipShadows,m=i.get(u);if(!s||g===null||g.length===0||r&&!p)r?h(null):l();else{let M=r?0:n,w=M*4,S=m.clippingState||null;c.value=S,S=h(g,d,w,f);for(let C=0;C!==w;++C)S[C]=e[C];m.clippingState=S,this.numIntersection=x?this.numPlanes:0,this.numPlanes+=M}};function l(){c.value!==e&&(c.value=e,c.needsUpdate=n>0),t.numPlanes=n,t.numIntersection=0}function h(u,d,f,g){let x=u!==null?u.length:0,p=null;if(x!==0){if(p=c.value,g!==!0||p===null){let m=f+x*4,M=d.matrixWorldInverse;a.getNormalMatrix(M),(p===null||p.length<m)&&(p=new Float32Array(m));for(let w=0,S=f;w!==x;++w,S+=4)o.copy(u[w]).applyMatrix4(M,a),o.normal.toArray(p,S),p[S+3]=o.constant}c.value=p,c.needsUpdate=!0}return t.numPlanes=x,t.numIntersection=0,p}}var lr=class extends qe{constructor(t=1,e={}){super(t,t,e),this.isWebGLCubeRenderTarget=!0;let n={width:t,height:t,depth:1},s=[n,n,n,n,n,n];this.texture=new Hs(s),this._setTextureOptions(e),this.texture.isRenderTargetTexture=!0}fromEquirectangularTexture(t,e){this.texture.type=e.type,this.texture.colorSpace=e.colorSpace,this.texture.generateMipmaps=e.generateMipmaps,this.texture.minFilter=e.minFilter,this.texture.magFilter=e.magFilter;let n={uniforms:{tEquirect:{value:null}},vertexShader:`

				varying vec3 vWorldDirection;

				vec3 transformDirection( in vec3 dir, in mat4 matrix ) {

					return normalize( ( matrix * vec4( dir, 0.0 ) ).xyz );

				}

				void main() {

					vWorldDirection = transformDirection( position, modelMatrix );

					#include <begin_vertex>
					#include <project_vertex>

				}
			`,fragmentShader:`

				uniform sampler2D tEquirect;

				varying vec3 vWorldDirection;

				#include <common>

				void main() {

					vec3 direction = normalize( vWorldDirection );

					vec2 sampleUV = equirectUv( direction );

					gl_FragColor = texture2D( tEquirect, sampleUV );

				}
			`},s=new cs(5,5,5),r=new Tn({name:"CubemapFromEquirect",uniforms:Ni(n.uniforms),vertexShader:n.vertexShader,fragmentShader:n.fragmentShader,side:Be,blending:Ri});r.uniforms.tEquirect.value=e;let o=new Ge(s,r),a=e.minFilter;return e.minFilter===Vn&&(e.minFilter=Ue),new ds(1,10,this).update(t,o),e.minFilter=a,o.geometry.dispose(),o.material.dispose(),this}clear(t,e=!0,n=!0,s=!0){let r=t.getRenderTarget();for(let o=0;o<6;o++)t.setRenderTarget(this,o),t.clear(e,n,s);t.setRenderTarget(r)}},Fu=256,o0=3,a0=20,sd=256,rd=16,l0=3,c0=new B,h0=new Xt,_a=class i{constructor(t){this._renderer=t,this._cubeSize=0,this._sourceTarget=null,this._cubeCamera=new ds(1,10,null),this._boxMesh=new Ge(new cs(5,5,5),null),this._cubemapMaterial=null,this._equirectMaterial=null,this._blurMaterial=null,this._ggxMaterial=null,this._integrationMaterial=null}fromScene(t,e=0,n=.1,s=100,r={}){let{size:o=256,position:a=c0}=r,c=this._renderer;this._setSize(o);let l=this._allocateTarget(),h=this._getSourceTarget(!0);e>0&&(h.texture.mipmapsAutoUpdate=!1);let u=c.autoClear,d=c.autoClearColor,f=c.autoClearDepth,g=c.autoClearStencil,x=t.background;c.autoClear=!0,c.autoClearColor=!0,c.autoClearDepth=!0,c.autoClearStencil=!0,x===null&&(t.background=c.getClearColor(h0));let p=new ds(n,s,h);return p.position.copy(a),p.update(c,t),c.autoClear=u,c.autoClearColor=d,c.autoClearDepth=f,c.autoClearStencil=g,t.background=x,e>0&&(h.texture.mipmapsAutoUpdate=!0,this._blur(l,e)),this._applyPMREM(l),l}fromEquirectangular(t,e=null){return this._fromTexture(t,e)}fromCubemap(t,e=null){return this._fromTexture(t,e)}compileCubemapShader(){this._cubemapMaterial===null&&(this._cubemapMaterial=Bu(),this._compileMaterial(this._cubemapMaterial))}compileEquirectangularShader(){this._equirectMaterial===null&&(this._equirectMaterial=Ou(),this._compileMaterial(this._equirectMaterial))}dispose(){this._sourceTarget!==null&&this._sourceTarget.dispose(),this._cubemapMaterial!==null&&this._cubemapMaterial.dispose(),this._equirectMaterial!==null&&this._equirectMaterial.dispose(),this._blurMaterial!==null&&this._blurMaterial.dispose(),this._ggxMaterial!==null&&this._ggxMaterial.dispose(),this._integrationMaterial!==null&&this._integrationMaterial.dispose(),this._boxMesh.geometry.dispose()}static lodToRoughness(t,e){return e>0?1-Math.sqrt(1-t/e):0}_setSize(t){this._cubeSize=Math.max(Fu,Pu(t))}_fromTexture(t,e){t.mapping===Ii||t.mapping===ms?this._setSize(t.image.length===0?Fu:t.image[0].width||t.image[0].image.width):this._setSize(t.image.width/4);let n=e||this._allocateTarget();return this._textureToCubemap(t),this._applyPMREM(n),n}_allocateTarget(){let t=this._cubeSize,e=Uu(t,!1,!1),n=Math.log2(t)-o0;for(let s=0;s<=n;s++)e.texture.mipmaps.push({width:t>>s,height:t>>s});return e.texture.name="PMREM",e.texture.isPMREMTexture=!0,e}_getSourceTarget(t=!1){let e=this._cubeSize,n=this._sourceTarget;return(n===null||n.width!==e||t&&n.depthBuffer===!1)&&(n!==null&&n.dispose(),this._sourceTarget=Uu(e,!0,t)),this._sourceTarget}_compileMaterial(t){this._boxMesh.material=t,this._renderer.compile(this._boxMesh,this._cubeCamera.children[0])}_renderCube(t,e,n){let s=this._boxMesh,r=this._cubeCamera;s.material=n,r.renderTarget=t,r.activeMipmapLevel=e;let o=t.width>>e;t.viewport.set(0,0,o,o),r.update(this._renderer,s),t.viewport.set(0,0,t.width,t.height)}_textureToCubemap(t){let e;t.mapping===Ii||t.mapping===ms?(this._cubemapMaterial===null&&(this._cubemapMaterial=Bu()),e=this._cubemapMaterial,e.uniforms.flipEnvMap.value=t.isRenderTargetTexture===!1?-1:1):(this._equirectMaterial===null&&(this._equirectMaterial=Ou()),e=this._equirectMaterial),e.uniforms.envMap.value=t,this._renderCube(this._getSourceTarget(),0,e)}_applyPMREM(t){this._ggxMaterial===null&&(this._ggxMaterial=u0(),this._integrationMaterial=d0());let e=this._cubeSize,n=t.texture.mipmaps.length-1,s=this._ggxMaterial.uniforms;s.envMap.value=this._sourceTarget.texture;let r=this._integrationMaterial.uniforms;r.envMap.value=this._sourceTarget.texture,r.sourceLod.value=Math.log2(e/rd);for(let o=0;o<=n;o++){let a=i.lodToRoughness(o,n);if(o>n-l0)r.roughness.value=a,this._renderCube(t,o,this._integrationMaterial);else{let c=a>0?Math.log2(e)+.5*Math.log2(6/(sd*Math.pow(a,4)))+.5:0;s.roughness.value=a,s.lodBias.value=c,this._renderCube(t,o,this._ggxMaterial)}}}_blur(t,e){this._blurMaterial===null&&(this._blurMaterial=f0());let n=this._blurMaterial,s=n.uniforms,r=this._sourceTarget;s.sigma.value=Math.min(e,Math.PI)/Math.SQRT2,s.envMap.value=r.texture,this._renderCube(t,0,n),s.envMap.value=t.texture,this._renderCube(r,0,n)}};function Uu(i,t,e){return new lr(i,{minFilter:Vn,generateMipmaps:t,type:pn,colorSpace:Ds,depthBuffer:e})}function cr(i,t,e){return new Tn({name:i,uniforms:t,vertexShader:Bt.cube_vert,fragmentShader:e,side:Be,blending:Ri,depthTest:!1,depthWrite:!1})}function u0(){return cr("PMREMGGXConvolution",{envMap:{value:null},roughness:{value:0},lodBias:{value:0}},`

		#define GGX_SAMPLES ${sd}u

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float roughness;
		uniform float lodBias;

		#include <common>

		// Van der Corput radical inverse
		float radicalInverse_VdC( uint bits ) {

			bits = ( bits << 16u ) | ( bits >> 16u );
			bits = ( ( bits & 0x55555555u ) << 1u ) | ( ( bits & 0xAAAAAAAAu ) >> 1u );
			bits = ( ( bits & 0x33333333u ) << 2u ) | ( ( bits & 0xCCCCCCCCu ) >> 2u );
			bits = ( ( bits & 0x0F0F0F0Fu ) << 4u ) | ( ( bits & 0xF0F0F0F0u ) >> 4u );
			bits = ( ( bits & 0x00FF00FFu ) << 8u ) | ( ( bits & 0xFF00FF00u ) >> 8u );
			return float( bits ) * 2.3283064365386963e-10; // / 0x100000000

		}

		// Hammersley sequence
		vec2 hammersley( uint i, uint N ) {

			return vec2( float( i ) / float( N ), radicalInverse_VdC( i ) );

		}

		void main() {

			vec3 N = normalize( vWorldDirection );

			// For very low roughness, just sample the environment directly
			if ( roughness < 0.001 ) {

				gl_FragColor = vec4( textureLod( envMap, N, 0.0 ).rgb, 1.0 );
				return;

			}

			float alpha = roughness * roughness;
			float alpha2 = alpha * alpha;

			// Tangent space basis for VNDF sampling
			vec3 up = abs( N.z ) < 0.999 ? vec3( 0.0, 0.0, 1.0 ) : vec3( 1.0, 0.0, 0.0 );
			vec3 tangent = normalize( cross( up, N ) );
			vec3 bitangent = cross( N, tangent );

			vec3 prefilteredColor = vec3( 0.0 );
			float totalWeight = 0.0;

			for ( uint i = 0u; i < GGX_SAMPLES; i ++ ) {

				vec2 Xi = hammersley( i, GGX_SAMPLES );

				// With V = N, sample the reflected direction directly.
				float invQ = 1.0 / ( 1.0 - Xi.x + alpha2 * Xi.x );
				float NdotL = ( 1.0 - Xi.x - alpha2 * Xi.x ) * invQ;

				if ( NdotL > 0.0 ) {

					float phi = 2.0 * PI * Xi.y;
					float sinTheta = 2.0 * alpha * sqrt( Xi.x * ( 1.0 - Xi.x ) ) * invQ;
					vec3 L = N * NdotL + ( tangent * cos( phi ) + bitangent * sin( phi ) ) * sinTheta;

					// Match the source mip to the sample's solid angle. The terms
					// independent of the sample are precomputed in lodBias.
					float d = alpha2 * invQ;
					float lod = max( log2( d ) + lodBias, 0.0 );

					// Weight by NdotL for the split-sum approximation
					prefilteredColor += textureLod( envMap, L, lod ).rgb * NdotL;
					totalWeight += NdotL;

				}

			}

			gl_FragColor = vec4( prefilteredColor / totalWeight, 1.0 );

		}
	`)}function d0(){return cr("PMREMGGXIntegration",{envMap:{value:null},roughness:{value:0},sourceLod:{value:0},sourceSize:{value:rd}},`

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float roughness;
		uniform float sourceLod;
		uniform int sourceSize;

		void main() {

			vec3 N = normalize( vWorldDirection );

			float alpha = roughness * roughness;
			float alpha2 = alpha * alpha;

			float texelSize = 2.0 / float( sourceSize );

			vec3 prefilteredColor = vec3( 0.0 );
			float totalWeight = 0.0;

			// Pair opposite texels: only the one in N's hemisphere contributes.
			for ( int face = 0; face < 3; face ++ ) {

				for ( int y = 0; y < sourceSize; y ++ ) {

					for ( int x = 0; x < sourceSize; x ++ ) {

						vec2 uv = ( vec2( x, y ) + 0.5 ) * texelSize - 1.0;
						vec3 texelDirection = face == 0 ? vec3( 1.0, uv ) : ( face == 1 ? vec3( uv.x, 1.0, uv.y ) : vec3( uv, 1.0 ) );

						float invDistance = inversesqrt( 1.0 + dot( uv, uv ) );
						float NdotL = dot( N, texelDirection );
						texelDirection *= NdotL < 0.0 ? - 1.0 : 1.0;
						NdotL = abs( NdotL ) * invDistance;

						// With V = N, NdotH squared is ( 1 + NdotL ) / 2. Common factors
						// in the GGX distribution and texel solid angle cancel when normalized.
						float d = 1.0 + alpha2 + ( alpha2 - 1.0 ) * NdotL;
						float weight = NdotL * invDistance * invDistance * invDistance / ( d * d );

						prefilteredColor += textureLod( envMap, texelDirection, sourceLod ).rgb * weight;
						totalWeight += weight;

					}

				}

			}

			gl_FragColor = vec4( prefilteredColor / totalWeight, 1.0 );

		}
	`)}function f0(){return cr("PMREMSphericalGaussianBlur",{envMap:{value:null},sigma:{value:0}},`

		#define SAMPLES ${a0}
		#define GOLDEN_ANGLE 2.39996322973

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float sigma;

		#include <common>

		void main() {

			vec3 outputDirection = normalize( vWorldDirection );

			vec3 up = abs( outputDirection.z ) < 0.999 ? vec3( 0.0, 0.0, 1.0 ) : vec3( 1.0, 0.0, 0.0 );
			vec3 tangent = normalize( cross( up, outputDirection ) );
			vec3 bitangent = cross( outputDirection, tangent );

			// Truncate the kernel at three standard deviations or at the antipode.
			float thetaMax = min( 3.0 * sigma, PI );
			float truncation = 1.0 - exp( - 0.5 * thetaMax * thetaMax / ( sigma * sigma ) );

			vec3 accumColor = vec3( 0.0 );
			float accumWeight = 0.0;

			for ( int i = 0; i < SAMPLES; i ++ ) {

				// Stratified inverse-CDF sampling of the Gaussian, placed on a golden-angle spiral.
				float stratum = ( float( i ) + 0.5 ) / float( SAMPLES );
				float theta = sigma * sqrt( - 2.0 * log( 1.0 - stratum * truncation ) );
				float phi = float( i ) * GOLDEN_ANGLE;

				vec3 offset = cos( phi ) * tangent + sin( phi ) * bitangent;
				vec3 sampleDirection = cos( theta ) * outputDirection + sin( theta ) * offset;

				// Correct the planar sample density to solid angle.
				float weight = sin( theta ) / theta;

				accumColor += weight * textureLod( envMap, sampleDirection, 0.0 ).rgb;
				accumWeight += weight;

			}

			gl_FragColor = vec4( accumColor / accumWeight, 1.0 );

		}
	`)}function Ou(){return cr("PMREMEquirectangularToCubemap",{envMap:{value:null}},`

		varying vec3 vWorldDirection;

		uniform sampler2D envMap;

		#include <common>

		void main() {

			// Average four subpixel samples to preserve small, bright features.
			vec3 direction = normalize( vWorldDirection );
			vec3 dx = dFdx( direction ) * 0.25;
			vec3 dy = dFdy( direction ) * 0.25;

			vec3 color = textureLod( envMap, equirectUv( normalize( direction - dx - dy ) ), 0.0 ).rgb;
			color += textureLod( envMap, equirectUv( normalize( direction + dx - dy ) ), 0.0 ).rgb;
			color += textureLod( envMap, equirectUv( normalize( direction - dx + dy ) ), 0.0 ).rgb;
			color += textureLod( envMap, equirectUv( normalize( direction + dx + dy ) ), 0.0 ).rgb;
			gl_FragColor = vec4( color * 0.25, 1.0 );

		}
	`)}function Bu(){return cr("PMREMCubemapToCubemap",{envMap:{value:null},flipEnvMap:{value:-1}},`

		varying vec3 vWorldDirection;

		uniform samplerCube envMap;
		uniform float flipEnvMap;

		void main() {

			gl_FragColor = vec4( textureCube( envMap, vec3( flipEnvMap * vWorldDirection.x, vWorldDirection.yz ) ).rgb, 1.0 );

		}
	`)}function p0(i){let t=new WeakMap,e=new WeakMap,n=null;function s(d,f=!1){return d==null?null:f?o(d):r(d)}function r(d){if(d&&d.isTexture){let f=d.mapping;if(f===Io||f===Lo)if(t.has(d)){let g=t.get(d).texture;return a(g,d.mapping)}else{let g=d.image;if(g&&g.height>0){let x=new lr(g.height);return x.fromEquirectangularTexture(i,d),t.set(d,x),d.addEventListener("dispose",l),a(x.texture,d.mapping)}else return null}}return d}function o(d){if(d&&d.isTexture&&d.isPMREMTexture!==!0){let f=d.mapping,g=f===Io||f===Lo,x=f===Ii||f===ms;if(g||x){let p=e.get(d),m=p!==void 0?p.texture.pmremVersion:0;if(d.isRenderTargetTexture&&d.pmremVersion!==m)return n===null&&(n=new _a(i)),p=g?n.fromEquirectangular(d,p):n.fromCubemap(d,p),p.texture.pmremVersion=d.pmremVersion,e.set(d,p),p.texture;if(p!==void 0)return p.texture;{let M=d.image;return g&&M&&M.height>0||x&&M&&c(M)?(n===null&&(n=new _a(i)),p=g?n.fromEquirectangular(d):n.fromCubemap(d),p.texture.pmremVersion=d.pmremVersion,e.set(d,p),d.addEventListener("dispose",h),p.texture):null}}}return d}function a(d,f){return f===Io?d.mapping=Ii:f===Lo&&(d.mapping=ms),d}function c(d){let f=0,g=6;for(let x=0;x<g;x++)d[x]!==void 0&&f++;return f===g}function l(d){let f=d.target;f.removeEventListener("dispose",l);let g=t.get(f);g!==void 0&&(t.delete(f),g.dispose())}function h(d){let f=d.target;f.removeEventListener("dispose",h);let g=e.get(f);g!==void 0&&(e.delete(f),g.dispose())}function u(){t=new WeakMap,e=new WeakMap,n!==null&&(n.dispose(),n=null)}return{get:s,dispose:u}}function m0(i){let t={};function e(n){if(t[n]!==void 0)return t[n];let s=i.getExtension(n);return t[n]=s,s}return{has:function(n){return e(n)!==null},init:function(){e("EXT_color_buffer_float"),e("WEBGL_clip_cull_distance"),e("OES_texture_float_linear"),e("EXT_color_buffer_half_float"),e("WEBGL_multisampled_render_to_texture"),e("WEBGL_render_shared_exponent")},get:function(n){let s=e(n);return s===null&&Ls("WebGLRenderer: "+n+" extension not supported."),s}}}function g0(i,t,e,n){let s={},r=new WeakMap,o=new FinalizationRegistry(g=>delete s[g]);function a(g){c(g.target)}function c(g){g.index!==null&&t.remove(g.index);for(let p in g.attributes)t.remove(g.attributes[p]);g.removeEventListener("dispose",a),delete s[g.id],o.unregister(g);let x=r.get(g);x&&(t.remove(x),r.delete(g)),n.releaseStatesOfGeometry(g),g.isInstancedBufferGeometry===!0&&delete g._maxInstanceCount,e.memory.geometries--}function l(g,x){return s[x.id]!==void 0||(x.addEventListener("dispose",a),s[x.id]=new WeakRef(x),o.register(x,x.id,x),e.memory.geometries++),x}function h(g){let x=g.attributes;for(let p in x)t.update(x[p],i.ARRAY_BUFFER)}function u(g){let x=g.index,p=g.attributes.position,m=0;if(p===void 0)return;let M=x!==null?x.array.length:p.array.length/3-1,w=p.count>=65535?Gs:Vs,S=new w(Math.ceil(M/3)*6,1),C=S.array;if(x!==null){let v=x.array;m=x.version;for(let b=0,U=0;b<M;b+=3){let I=v[b+0],D=v[b+1],O=v[b+2];C[U++]=I,C[U++]=D,C[U++]=D,C[U++]=O,C[U++]=O,C[U++]=I}}else{m=p.version;for(let v=0,b=0;v<M;v+=3){let U=v+0,I=v+1,D=v+2;C[b++]=U,C[b++]=I,C[b++]=I,C[b++]=D,C[b++]=D,C[b++]=U}}S.version=m;let E=r.get(g);E&&t.remove(E),r.set(g,S)}function d(g){let x=r.get(g);if(x){let p=g.index;p!==null&&x.version<p.version&&u(g)}else u(g);return r.get(g)}function f(){for(let g in s){let x=s[g].deref();x!==void 0&&c(x)}}return{get:l,update:h,getWireframeAttribute:d,dispose:f}}function v0(i,t,e){let n;function s(u){n=u}let r,o;function a(u){r=u.type,o=u.bytesPerElement}function c(u,d){i.drawElements(n,d,r,u*o),e.update(d,n,1)}function l(u,d,f){f!==0&&(i.drawElementsInstanced(n,d,r,u*o,f),e.update(d,n,f))}function h(u,d,f){if(f===0)return;t.get("WEBGL_multi_draw").multiDrawElementsWEBGL(n,d,0,r,u,0,f);let x=0;for(let p=0;p<f;p++)x+=d[p];e.update(x,n,1)}this.setMode=s,this.setIndex=a,this.render=c,this.renderInstances=l,this.renderMultiDraw=h}function _0(i){let t={geometries:0,textures:0},e={frame:0,calls:0,triangles:0,points:0,lines:0};function n(r,o,a){switch(e.calls++,o){case i.TRIANGLES:e.triangles+=a*(r/3);break;case i.LINES:e.lines+=a*(r/2);break;case i.LINE_STRIP:e.lines+=a*(r-1);break;case i.LINE_LOOP:e.lines+=a*r;break;case i.POINTS:e.points+=a*r;break;default:It("WebGLInfo: Unknown draw mode:",o);break}}function s(){e.calls=0,e.triangles=0,e.points=0,e.lines=0}return{memory:t,render:e,programs:null,autoReset:!0,reset:s,update:n}}function x0(i,t,e){let n=new WeakMap,s=new ie;function r(o,a,c){let l=o.morphTargetInfluences,h=a.morphAttributes.position||a.morphAttributes.normal||a.morphAttributes.color,u=h!==void 0?h.length:0,d=n.get(a);if(d===void 0||d.count!==u){let U=function(){v.dispose(),n.delete(a),a.removeEventListener("dispose",U)};d!==void 0&&d.texture.dispose();let f=a.morphAttributes.position!==void 0,g=a.morphAttributes.normal!==void 0,x=a.morphAttributes.color!==void 0,p=a.morphAttributes.position||[],m=a.morphAttributes.normal||[],M=a.morphAttributes.color||[],w=0;f===!0&&(w=1),g===!0&&(w=2),x===!0&&(w=3);let S=a.attributes.position.count*w,C=1;S>t.maxTextureSize&&(C=Math.ceil(S/t.maxTextureSize),S=t.maxTextureSize);let E=new Float32Array(S*C*4*u),v=new Bs(E,S,C,u);v.type=Je,v.needsUpdate=!0;let b=w*4;for(let I=0;I<u;I++){let D=p[I],O=m[I],H=M[I],L=S*C*4*I;for(let $=0;$<D.count;$++){let Z=$*b;f===!0&&(s.fromBufferAttribute(D,$),E[L+Z+0]=s.x,E[L+Z+1]=s.y,E[L+Z+2]=s.z,E[L+Z+3]=0),g===!0&&(s.fromBufferAttribute(O,$),E[L+Z+4]=s.x,E[L+Z+5]=s.y,E[L+Z+6]=s.z,E[L+Z+7]=0),x===!0&&(s.fromBufferAttribute(H,$),E[L+Z+8]=s.x,E[L+Z+9]=s.y,E[L+Z+10]=s.z,E[L+Z+11]=H.itemSize===4?s.w:1)}}d={count:u,texture:v,size:new Wt(S,C)},n.set(a,d),a.addEventListener("dispose",U)}if(o.isInstancedMesh===!0&&o.morphTexture!==null)c.getUniforms().setValue(i,"morphTexture",o.morphTexture,e);else{let f=0;for(let x=0;x<l.length;x++)f+=l[x];let g=a.morphTargetsRelative?1:1-f;c.getUniforms().setValue(i,"morphTargetBaseInfluence",g),c.getUniforms().setValue(i,"morphTargetInfluences",l)}c.getUniforms().setValue(i,"morphTargetsTexture",d.texture,e),c.getUniforms().setValue(i,"morphTargetsTextureSize",d.size)}return{update:r}}function y0(i,t,e,n,s){let r=new WeakMap;function o(l){let h=s.render.frame,u=l.geometry,d=t.get(l,u);if(r.get(d)!==h&&(t.update(d),r.set(d,h)),l.isInstancedMesh&&(l.hasEventListener("dispose",c)===!1&&l.addEventListener("dispose",c),r.get(l)!==h&&(e.update(l.instanceMatrix,i.ARRAY_BUFFER),l.instanceColor!==null&&e.update(l.instanceColor,i.ARRAY_BUFFER),r.set(l,h))),l.isSkinnedMesh){let f=l.skeleton;r.get(f)!==h&&(f.update(),r.set(f,h))}return d}function a(){r=new WeakMap}function c(l){let h=l.target;h.removeEventListener("dispose",c),n.releaseStatesOfObject(h),e.remove(h.instanceMatrix),h.instanceColor!==null&&e.remove(h.instanceColor)}return{update:o,dispose:a}}var b0={[Gl]:"LINEAR_TONE_MAPPING",[Hl]:"REINHARD_TONE_MAPPING",[Wl]:"CINEON_TONE_MAPPING",[$l]:"ACES_FILMIC_TONE_MAPPING",[ql]:"AGX_TONE_MAPPING",[Yl]:"NEUTRAL_TONE_MAPPING",[Xl]:"CUSTOM_TONE_MAPPING"};function S0(i,t,e,n,s,r){let o=new qe(t,e,{type:i,depthBuffer:s,stencilBuffer:r,samples:n?4:0,storeMultisampledDepthBuffer:!1,storeMultisampledStencilBuffer:!1,resolveDepthBuffer:!1,resolveStencilBuffer:!1}),a=null,c=null,l=null,h=new Ae;h.setAttribute("position",new Se([-1,3,0,-1,-1,0,3,-1,0],3)),h.setAttribute("uv",new Se([0,2,0,0,2,0],2));let u=new hs({uniforms:{tDiffuse:{value:null}},vertexShader:`
			precision highp float;

			uniform mat4 modelViewMatrix;
			uniform mat4 projectionMatrix;

			attribute vec3 position;
			attribute vec2 uv;

			varying vec2 vUv;

			void main() {
				vUv = uv;
				gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
			}`,fragmentShader:`
			precision highp float;

			uniform sampler2D tDiffuse;

			varying vec2 vUv;

			#include <tonemapping_pars_fragment>
			#include <colorspace_pars_fragment>

			void main() {
				gl_FragColor = texture2D( tDiffuse, vUv );

				#ifdef LINEAR_TONE_MAPPING
					gl_FragColor.rgb = LinearToneMapping( gl_FragColor.rgb );
				#elif defined( REINHARD_TONE_MAPPING )
					gl_FragColor.rgb = ReinhardToneMapping( gl_FragColor.rgb );
				#elif defined( CINEON_TONE_MAPPING )
					gl_FragColor.rgb = CineonToneMapping( gl_FragColor.rgb );
				#elif defined( ACES_FILMIC_TONE_MAPPING )
					gl_FragColor.rgb = ACESFilmicToneMapping( gl_FragColor.rgb );
				#elif defined( AGX_TONE_MAPPING )
					gl_FragColor.rgb = AgXToneMapping( gl_FragColor.rgb );
				#elif defined( NEUTRAL_TONE_MAPPING )
					gl_FragColor.rgb = NeutralToneMapping( gl_FragColor.rgb );
				#elif defined( CUSTOM_TONE_MAPPING )
					gl_FragColor.rgb = CustomToneMapping( gl_FragColor.rgb );
				#endif

				#ifdef SRGB_TRANSFER
					gl_FragColor = sRGBTransferOETF( gl_FragColor );
				#endif
			}`,depthTest:!1,depthWrite:!1}),d=new Ge(h,u),f=new us(-1,1,1,-1,0,1),g=null,x=null,p=!1,m,M=null,w=[],S=!1;this.setSize=function(C,E){o.setSize(C,E),a!==null&&a.setSize(C,E),c!==null&&c.setSize(C,E);for(let v=0;v<w.length;v++){let b=w[v];b.setSize&&b.setSize(C,E)}},this.setEffects=function(C){w=C,S=w.length>0&&w[0].isRenderPass===!0;let E=o.width,v=o.height;w.length>0&&a===null&&(a=new qe(E,v,{type:pn,depthBuffer:!1,stencilBuffer:!1}),c=new qe(E,v,{type:pn,depthBuffer:!1,stencilBuffer:!1}));let b=s===!0&&w.some(U=>U.needsDepthTexture===!0);b!==(o.depthTexture!==null)&&(b===!0&&l===null&&(l=new zn(E,v),r===!0&&(l.format=Gn,l.type=Li)),o.dispose(),o.depthTexture=b?l:null,o.resolveDepthBuffer=b,o.storeMultisampledDepthBuffer=b);for(let U=0;U<w.length;U++){let I=w[U];I.setSize&&I.setSize(E,v),b&&I.needsDepthTexture===!0&&I.setDepthTexture&&I.setDepthTexture(l)}},this.begin=function(C,E){if(p||C.toneMapping===An&&w.length===0)return!1;if(M=E,E!==null){let v=E.width,b=E.height;(o.width!==v||o.height!==b)&&this.setSize(v,b)}return S===!1&&C.setRenderTarget(o),m=C.toneMapping,C.toneMapping=An,!0},this.hasRenderPass=function(){return S},this.end=function(C,E){C.toneMapping=m,p=!0;let v=o,b=a;for(let U=0;U<w.length;U++){let I=w[U];I.enabled!==!1&&(I.render(C,b,v,E),I.needsSwap!==!1&&(v=b,b=b===a?c:a))}if(g!==C.outputColorSpace||x!==C.toneMapping){g=C.outputColorSpace,x=C.toneMapping,u.defines={},Gt.getTransfer(g)===Yt&&(u.defines.SRGB_TRANSFER="");let U=b0[x];U&&(u.defines[U]=""),u.needsUpdate=!0}u.uniforms.tDiffuse.value=v.texture,C.setRenderTarget(M),C.render(d,f),M=null,p=!1},this.isCompositing=function(){return p},this.dispose=function(){o.dispose(),a!==null&&a.dispose(),c!==null&&c.dispose(),h.dispose(),u.dispose()}}var od=new Ve,ad=new zn(1,1),ld=new Ws(1),cd=new Bs,hd=new po,ud=new Hs,ku=[],zu=[],Vu=new Float32Array(16),Gu=new Float32Array(9),Hu=new Float32Array(4);function _s(i,t,e){let n=i[0];if(n<=0||n>0)return i;let s=t*e,r=ku[s];if(r===void 0&&(r=new Float32Array(s),ku[s]=r),t!==0){n.toArray(r,0);for(let o=1,a=0;o!==t;++o)a+=e,i[o].toArray(r,a)}return r}function ge(i,t){if(i.length!==t.length)return!1;for(let e=0,n=i.length;e<n;e++)if(i[e]!==t[e])return!1;return!0}function ve(i,t){for(let e=0,n=t.length;e<n;e++)i[e]=t[e]}function ya(i,t){let e=zu[t];e===void 0&&(e=new Int32Array(t),zu[t]=e);for(let n=0;n!==t;++n)e[n]=i.allocateTextureUnit();return e}function M0(i,t){let e=this.cache;e[0]!==t&&(i.uniform1f(this.addr,t),e[0]=t)}function w0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y)&&(i.uniform2f(this.addr,t.x,t.y),e[0]=t.x,e[1]=t.y);else{if(ge(e,t))return;i.uniform2fv(this.addr,t),ve(e,t)}}function E0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z)&&(i.uniform3f(this.addr,t.x,t.y,t.z),e[0]=t.x,e[1]=t.y,e[2]=t.z);else if(t.r!==void 0)(e[0]!==t.r||e[1]!==t.g||e[2]!==t.b)&&(i.uniform3f(this.addr,t.r,t.g,t.b),e[0]=t.r,e[1]=t.g,e[2]=t.b);else{if(ge(e,t))return;i.uniform3fv(this.addr,t),ve(e,t)}}function T0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z||e[3]!==t.w)&&(i.uniform4f(this.addr,t.x,t.y,t.z,t.w),e[0]=t.x,e[1]=t.y,e[2]=t.z,e[3]=t.w);else{if(ge(e,t))return;i.uniform4fv(this.addr,t),ve(e,t)}}function A0(i,t){let e=this.cache,n=t.elements;if(n===void 0){if(ge(e,t))return;i.uniformMatrix2fv(this.addr,!1,t),ve(e,t)}else{if(ge(e,n))return;Hu.set(n),i.uniformMatrix2fv(this.addr,!1,Hu),ve(e,n)}}function C0(i,t){let e=this.cache,n=t.elements;if(n===void 0){if(ge(e,t))return;i.uniformMatrix3fv(this.addr,!1,t),ve(e,t)}else{if(ge(e,n))return;Gu.set(n),i.uniformMatrix3fv(this.addr,!1,Gu),ve(e,n)}}function R0(i,t){let e=this.cache,n=t.elements;if(n===void 0){if(ge(e,t))return;i.uniformMatrix4fv(this.addr,!1,t),ve(e,t)}else{if(ge(e,n))return;Vu.set(n),i.uniformMatrix4fv(this.addr,!1,Vu),ve(e,n)}}function P0(i,t){let e=this.cache;e[0]!==t&&(i.uniform1i(this.addr,t),e[0]=t)}function I0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y)&&(i.uniform2i(this.addr,t.x,t.y),e[0]=t.x,e[1]=t.y);else{if(ge(e,t))return;i.uniform2iv(this.addr,t),ve(e,t)}}function L0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z)&&(i.uniform3i(this.addr,t.x,t.y,t.z),e[0]=t.x,e[1]=t.y,e[2]=t.z);else{if(ge(e,t))return;i.uniform3iv(this.addr,t),ve(e,t)}}function N0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z||e[3]!==t.w)&&(i.uniform4i(this.addr,t.x,t.y,t.z,t.w),e[0]=t.x,e[1]=t.y,e[2]=t.z,e[3]=t.w);else{if(ge(e,t))return;i.uniform4iv(this.addr,t),ve(e,t)}}function D0(i,t){let e=this.cache;e[0]!==t&&(i.uniform1ui(this.addr,t),e[0]=t)}function F0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y)&&(i.uniform2ui(this.addr,t.x,t.y),e[0]=t.x,e[1]=t.y);else{if(ge(e,t))return;i.uniform2uiv(this.addr,t),ve(e,t)}}function U0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z)&&(i.uniform3ui(this.addr,t.x,t.y,t.z),e[0]=t.x,e[1]=t.y,e[2]=t.z);else{if(ge(e,t))return;i.uniform3uiv(this.addr,t),ve(e,t)}}function O0(i,t){let e=this.cache;if(t.x!==void 0)(e[0]!==t.x||e[1]!==t.y||e[2]!==t.z||e[3]!==t.w)&&(i.uniform4ui(this.addr,t.x,t.y,t.z,t.w),e[0]=t.x,e[1]=t.y,e[2]=t.z,e[3]=t.w);else{if(ge(e,t))return;i.uniform4uiv(this.addr,t),ve(e,t)}}function ba(i){return i.version===0&&(i.compareFunction=oc,i.needsUpdate=!0),i}function B0(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s);let r;this.type===i.SAMPLER_2D_SHADOW?r=ba(ad):r=od,e.setTexture2D(t||r,s)}function k0(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s),e.setTexture3D(t||hd,s)}function z0(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s);let r;this.type===i.SAMPLER_CUBE_SHADOW?r=ba(ld):r=ud,e.setTextureCube(t||r,s)}function V0(i,t,e){let n=this.cache,s=e.allocateTextureUnit();n[0]!==s&&(i.uniform1i(this.addr,s),n[0]=s),e.setTexture2DArray(t||cd,s)}function G0(i){switch(i){case 5126:return M0;case 35664:return w0;case 35665:return E0;case 35666:return T0;case 35674:return A0;case 35675:return C0;case 35676:return R0;case 5124:case 35670:return P0;case 35667:case 35671:return I0;case 35668:case 35672:return L0;case 35669:case 35673:return N0;case 5125:return D0;case 36294:return F0;case 36295:return U0;case 36296:return O0;case 35678:case 36198:case 36298:case 36306:case 35682:return B0;case 35679:case 36299:case 36307:return k0;case 35680:case 36300:case 36308:case 36293:return z0;case 36289:case 36303:case 36311:case 36292:return V0}}function H0(i,t){i.uniform1fv(this.addr,t)}function W0(i,t){let e=_s(t,this.size,2);i.uniform2fv(this.addr,e)}function $0(i,t){let e=_s(t,this.size,3);i.uniform3fv(this.addr,e)}function X0(i,t){let e=_s(t,this.size,4);i.uniform4fv(this.addr,e)}function q0(i,t){let e=_s(t,this.size,4);i.uniformMatrix2fv(this.addr,!1,e)}function Y0(i,t){let e=_s(t,this.size,9);i.uniformMatrix3fv(this.addr,!1,e)}function Z0(i,t){let e=_s(t,this.size,16);i.uniformMatrix4fv(this.addr,!1,e)}function J0(i,t){i.uniform1iv(this.addr,t)}function K0(i,t){i.uniform2iv(this.addr,t)}function j0(i,t){i.uniform3iv(this.addr,t)}function Q0(i,t){i.uniform4iv(this.addr,t)}function tv(i,t){i.uniform1uiv(this.addr,t)}function ev(i,t){i.uniform2uiv(this.addr,t)}function nv(i,t){i.uniform3uiv(this.addr,t)}function iv(i,t){i.uniform4uiv(this.addr,t)}function sv(i,t,e){let n=this.cache,s=t.length,r=ya(e,s);ge(n,r)||(i.uniform1iv(this.addr,r),ve(n,r));let o;this.type===i.SAMPLER_2D_SHADOW?o=ba(ad):o=od;for(let a=0;a!==s;++a)e.setTexture2D(t[a]||o,r[a])}function rv(i,t,e){let n=this.cache,s=t.length,r=ya(e,s);ge(n,r)||(i.uniform1iv(this.addr,r),ve(n,r));for(let o=0;o!==s;++o)e.setTexture3D(t[o]||hd,r[o])}function ov(i,t,e){let n=this.cache,s=t.length,r=ya(e,s);ge(n,r)||(i.uniform1iv(this.addr,r),ve(n,r));let o;this.type===i.SAMPLER_CUBE_SHADOW?o=ba(ld):o=ud;for(let a=0;a!==s;++a)e.setTextureCube(t[a]||o,r[a])}function av(i,t,e){let n=this.cache,s=t.length,r=ya(e,s);ge(n,r)||(i.uniform1iv(this.addr,r),ve(n,r));for(let o=0;o!==s;++o)e.setTexture2DArray(t[o]||cd,r[o])}function lv(i){switch(i){case 5126:return H0;case 35664:return W0;case 35665:return $0;case 35666:return X0;case 35674:return q0;case 35675:return Y0;case 35676:return Z0;case 5124:case 35670:return J0;case 35667:case 35671:return K0;case 35668:case 35672:return j0;case 35669:case 35673:return Q0;case 5125:return tv;case 36294:return ev;case 36295:return nv;case 36296:return iv;case 35678:case 36198:case 36298:case 36306:case 35682:return sv;case 35679:case 36299:case 36307:return rv;case 35680:case 36300:case 36308:case 36293:return ov;case 36289:case 36303:case 36311:case 36292:return av}}var mc=class{constructor(t,e,n){this.id=t,this.addr=n,this.cache=[],this.type=e.type,this.setValue=G0(e.type)}},gc=class{constructor(t,e,n){this.id=t,this.addr=n,this.cache=[],this.type=e.type,this.size=e.size,this.setValue=lv(e.type)}},vc=class{constructor(t){this.id=t,this.seq=[],this.map={}}setValue(t,e,n){let s=this.seq;for(let r=0,o=s.length;r!==o;++r){let a=s[r];a.setValue(t,e[a.id],n)}}},fc=/(\w+)(\])?(\[|\.)?/g;function Wu(i,t){i.seq.push(t),i.map[t.id]=t}function cv(i,t,e){let n=i.name,s=n.length;for(fc.lastIndex=0;;){let r=fc.exec(n),o=fc.lastIndex,a=r[1],c=r[2]==="]",l=r[3];if(c&&(a=a|0),l===void 0||l==="["&&o+2===s){Wu(e,l===void 0?new mc(a,i,t):new gc(a,i,t));break}else{let u=e.map[a];u===void 0&&(u=new vc(a),Wu(e,u)),e=u}}}var vs=class{constructor(t,e){this.seq=[],this.map={};let n=t.getProgramParameter(e,t.ACTIVE_UNIFORMS);for(let o=0;o<n;++o){let a=t.getActiveUniform(e,o),c=t.getUniformLocation(e,a.name);cv(a,c,this)}let s=[],r=[];for(let o of this.seq)o.type===t.SAMPLER_2D_SHADOW||o.type===t.SAMPLER_CUBE_SHADOW||o.type===t.SAMPLER_2D_ARRAY_SHADOW?s.push(o):r.push(o);s.length>0&&(this.seq=s.concat(r))}setValue(t,e,n,s){let r=this.map[e];r!==void 0&&r.setValue(t,n,s)}setOptional(t,e,n){let s=e[n];s!==void 0&&this.setValue(t,n,s)}static upload(t,e,n,s){for(let r=0,o=e.length;r!==o;++r){let a=e[r],c=n[a.id];c.needsUpdate!==!1&&a.setValue(t,c.value,s)}}static seqWithValue(t,e){let n=[];for(let s=0,r=t.length;s!==r;++s){let o=t[s];o.id in e&&n.push(o)}return n}};function $u(i,t,e){let n=i.createShader(t);return i.shaderSource(n,e),i.compileShader(n),n}var hv=37297,uv=0;function dv(i,t){let e=i.split(`
`),n=[],s=Math.max(t-6,0),r=Math.min(t+6,e.length);for(let o=s;o<r;o++){let a=o+1;n.push(`${a===t?">":" "} ${a}: ${e[o]}`)}return n.join(`
`)}var Xu=new Lt;function fv(i){Gt._getMatrix(Xu,Gt.workingColorSpace,i);let t=`mat3( ${Xu.elements.map(e=>e.toFixed(4))} )`;switch(Gt.getTransfer(i)){case Fs:return[t,"LinearTransferOETF"];case Yt:return[t,"sRGBTransferOETF"];default:return Rt("WebGLProgram: Unsupported color space: ",i),[t,"LinearTransferOETF"]}}function qu(i,t,e){let n=i.getShaderParameter(t,i.COMPILE_STATUS),r=(i.getShaderInfoLog(t)||"").trim();if(n&&r==="")return"";let o=/ERROR: 0:(\d+)/.exec(r);if(o){let a=parseInt(o[1]);return e.toUpperCase()+`

`+r+`

`+dv(i.getShaderSource(t),a)}else return r}function pv(i,t){let e=fv(t);return[`vec4 ${i}( vec4 value ) {`,`	return ${e[1]}( vec4( ${e[0]} * value.rgb, value.a ) );`,"}"].join(`
`)}var mv={[Gl]:"Linear",[Hl]:"Reinhard",[Wl]:"Cineon",[$l]:"ACESFilmic",[ql]:"AgX",[Yl]:"Neutral",[Xl]:"Custom"};function gv(i,t){let e=mv[t];return e===void 0?(Rt("WebGLProgram: Unsupported toneMapping:",t),"vec3 "+i+"( vec3 color ) { return LinearToneMapping( color ); }"):"vec3 "+i+"( vec3 color ) { return "+e+"ToneMapping( color ); }"}var va=new B;function vv(){Gt.getLuminanceCoefficients(va);let i=va.x.toFixed(4),t=va.y.toFixed(4),e=va.z.toFixed(4);return["float luminance( const in vec3 rgb ) {",`	const vec3 weights = vec3( ${i}, ${t}, ${e} );`,"	return dot( weights, rgb );","}"].join(`
`)}function _v(i){return[i.extensionClipCullDistance?"#extension GL_ANGLE_clip_cull_distance : require":"",i.extensionMultiDraw?"#extension GL_ANGLE_multi_draw : require":""].filter(ar).join(`
`)}function xv(i){let t=[];for(let e in i){let n=i[e];n!==!1&&t.push("#define "+e+" "+n)}return t.join(`
`)}function yv(i,t){let e={},n=i.getProgramParameter(t,i.ACTIVE_ATTRIBUTES);for(let s=0;s<n;s++){let r=i.getActiveAttrib(t,s),o=r.name,a=1;r.type===i.FLOAT_MAT2&&(a=2),r.type===i.FLOAT_MAT3&&(a=3),r.type===i.FLOAT_MAT4&&(a=4),e[o]={type:r.type,location:i.getAttribLocation(t,o),locationSize:a}}return e}function ar(i){return i!==""}function Yu(i,t){let e=t.numSpotLightShadows+t.numSpotLightMaps-t.numSpotLightShadowsWithMaps;return i.replace(/NUM_SUN_LIGHTS/g,t.numSunLights).replace(/NUM_DIR_LIGHTS/g,t.numDirLights).replace(/NUM_SPOT_LIGHTS/g,t.numSpotLights).replace(/NUM_SPOT_LIGHT_MAPS/g,t.numSpotLightMaps).replace(/NUM_SPOT_LIGHT_COORDS/g,e).replace(/NUM_RECT_AREA_LIGHTS/g,t.numRectAreaLights).replace(/NUM_POINT_LIGHTS/g,t.numPointLights).replace(/NUM_HEMI_LIGHTS/g,t.numHemiLights).replace(/NUM_SUN_LIGHT_SHADOWS/g,t.numSunLightShadows).replace(/NUM_DIR_LIGHT_SHADOWS/g,t.numDirLightShadows).replace(/NUM_SPOT_LIGHT_SHADOWS_WITH_MAPS/g,t.numSpotLightShadowsWithMaps).replace(/NUM_SPOT_LIGHT_SHADOWS/g,t.numSpotLightShadows).replace(/NUM_POINT_LIGHT_SHADOWS/g,t.numPointLightShadows).replace(/NUM_LIGHT_PROBE_GRIDS/g,t.numLightProbeGrids)}function Zu(i,t){return i.replace(/NUM_CLIPPING_PLANES/g,t.numClippingPlanes).replace(/UNION_CLIPPING_PLANES/g,t.numClippingPlanes-t.numClipIntersection)}var bv=/^[ \t]*#include +<([\w\d./]+)>/gm;function _c(i){return i.replace(bv,Sv)}function Sv(i,t){let e=Bt[t];if(e===void 0)throw new Error("THREE.WebGLProgram: Can not resolve #include <"+t+">");return _c(e)}var Mv=/#pragma unroll_loop_start\s+for\s*\(\s*int\s+i\s*=\s*(\d+)\s*;\s*i\s*<\s*(\d+)\s*;\s*i\s*\+\+\s*\)\s*{([\s\S]+?)}\s+#pragma unroll_loop_end/g;function Ju(i){return i.replace(Mv,wv)}function wv(i,t,e,n){let s="";for(let r=parseInt(t);r<parseInt(e);r++)s+=n.replace(/\[\s*i\s*\]/g,"[ "+r+" ]").replace(/UNROLLED_LOOP_INDEX/g,r);return s}function Ku(i){let t=`precision ${i.precision} float;
	precision ${i.precision} int;
	precision ${i.precision} sampler2D;
	precision ${i.precision} samplerCube;
	precision ${i.precision} sampler3D;
	precision ${i.precision} sampler2DArray;
	precision ${i.precision} sampler2DShadow;
	precision ${i.precision} samplerCubeShadow;
	precision ${i.precision} sampler2DArrayShadow;
	precision ${i.precision} isampler2D;
	precision ${i.precision} isampler3D;
	precision ${i.precision} isamplerCube;
	precision ${i.precision} isampler2DArray;
	precision ${i.precision} usampler2D;
	precision ${i.precision} usampler3D;
	precision ${i.precision} usamplerCube;
	precision ${i.precision} usampler2DArray;
	`;return i.precision==="highp"?t+=`
#define HIGH_PRECISION`:i.precision==="mediump"?t+=`
#define MEDIUM_PRECISION`:i.precision==="lowp"&&(t+=`
#define LOW_PRECISION`),t}var Ev={[Js]:"SHADOWMAP_TYPE_PCF",[fs]:"SHADOWMAP_TYPE_VSM"};function Tv(i){return Ev[i.shadowMapType]||"SHADOWMAP_TYPE_BASIC"}var Av={[ms]:"ENVMAP_MODE_REFRACTION"};function Cv(i){return i.envMap===!1?"ENVMAP_MODE_REFLECTION":Av[i.envMapMode]||"ENVMAP_MODE_REFLECTION"}var Rv={[Vl]:"ENVMAP_BLENDING_MULTIPLY",[pu]:"ENVMAP_BLENDING_MIX",[mu]:"ENVMAP_BLENDING_ADD"};function Pv(i){return i.envMap===!1?"ENVMAP_BLENDING_NONE":Rv[i.combine]||"ENVMAP_BLENDING_NONE"}function Iv(i,t,e,n){let s=i.getContext(),r=e.defines,o=e.vertexShader,a=e.fragmentShader,c=Tv(e),l=e.envMapPMREM===!0?"ENVMAP_TYPE_PMREM":"ENVMAP_TYPE_CUBE",h=Cv(e),u=Pv(e),d=_v(e),f=xv(r),g=s.createProgram(),x,p,m=e.glslVersion?"#version "+e.glslVersion+`
`:"";e.isRawShaderMaterial?(x=["#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f].filter(ar).join(`
`),x.length>0&&(x+=`
`),p=["#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f].filter(ar).join(`
`),p.length>0&&(p+=`
`)):(x=[Ku(e),"#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f,e.extensionClipCullDistance?"#define USE_CLIP_DISTANCE":"",e.batching?"#define USE_BATCHING":"",e.batchingColor?"#define USE_BATCHING_COLOR":"",e.instancing?"#define USE_INSTANCING":"",e.instancingColor?"#define USE_INSTANCING_COLOR":"",e.instancingMorph?"#define USE_INSTANCING_MORPH":"",e.useFog&&e.fog?"#define USE_FOG":"",e.useFog&&e.fogExp2?"#define FOG_EXP2":"",e.map?"#define USE_MAP":"",e.envMap?"#define USE_ENVMAP":"",e.envMap?"#define "+h:"",e.lightMap?"#define USE_LIGHTMAP":"",e.aoMap?"#define USE_AOMAP":"",e.bumpMap?"#define USE_BUMPMAP":"",e.normalMap?"#define USE_NORMALMAP":"",e.normalMapObjectSpace?"#define USE_NORMALMAP_OBJECTSPACE":"",e.normalMapTangentSpace?"#define USE_NORMALMAP_TANGENTSPACE":"",e.displacementMap?"#define USE_DISPLACEMENTMAP":"",e.emissiveMap?"#define USE_EMISSIVEMAP":"",e.anisotropy?"#define USE_ANISOTROPY":"",e.anisotropyMap?"#define USE_ANISOTROPYMAP":"",e.clearcoatMap?"#define USE_CLEARCOATMAP":"",e.clearcoatRoughnessMap?"#define USE_CLEARCOAT_ROUGHNESSMAP":"",e.clearcoatNormalMap?"#define USE_CLEARCOAT_NORMALMAP":"",e.diffuseRoughnessMap?"#define USE_DIFFUSE_ROUGHNESSMAP":"",e.iridescenceMap?"#define USE_IRIDESCENCEMAP":"",e.iridescenceThicknessMap?"#define USE_IRIDESCENCE_THICKNESSMAP":"",e.specularMap?"#define USE_SPECULARMAP":"",e.specularColorMap?"#define USE_SPECULAR_COLORMAP":"",e.specularIntensityMap?"#define USE_SPECULAR_INTENSITYMAP":"",e.roughnessMap?"#define USE_ROUGHNESSMAP":"",e.metalnessMap?"#define USE_METALNESSMAP":"",e.alphaMap?"#define USE_ALPHAMAP":"",e.alphaHash?"#define USE_ALPHAHASH":"",e.transmission?"#define USE_TRANSMISSION":"",e.transmissionMap?"#define USE_TRANSMISSIONMAP":"",e.thicknessMap?"#define USE_THICKNESSMAP":"",e.sheenColorMap?"#define USE_SHEEN_COLORMAP":"",e.sheenRoughnessMap?"#define USE_SHEEN_ROUGHNESSMAP":"",e.mapUv?"#define MAP_UV "+e.mapUv:"",e.alphaMapUv?"#define ALPHAMAP_UV "+e.alphaMapUv:"",e.lightMapUv?"#define LIGHTMAP_UV "+e.lightMapUv:"",e.aoMapUv?"#define AOMAP_UV "+e.aoMapUv:"",e.emissiveMapUv?"#define EMISSIVEMAP_UV "+e.emissiveMapUv:"",e.bumpMapUv?"#define BUMPMAP_UV "+e.bumpMapUv:"",e.normalMapUv?"#define NORMALMAP_UV "+e.normalMapUv:"",e.displacementMapUv?"#define DISPLACEMENTMAP_UV "+e.displacementMapUv:"",e.metalnessMapUv?"#define METALNESSMAP_UV "+e.metalnessMapUv:"",e.roughnessMapUv?"#define ROUGHNESSMAP_UV "+e.roughnessMapUv:"",e.anisotropyMapUv?"#define ANISOTROPYMAP_UV "+e.anisotropyMapUv:"",e.clearcoatMapUv?"#define CLEARCOATMAP_UV "+e.clearcoatMapUv:"",e.clearcoatNormalMapUv?"#define CLEARCOAT_NORMALMAP_UV "+e.clearcoatNormalMapUv:"",e.clearcoatRoughnessMapUv?"#define CLEARCOAT_ROUGHNESSMAP_UV "+e.clearcoatRoughnessMapUv:"",e.diffuseRoughnessMapUv?"#define DIFFUSE_ROUGHNESSMAP_UV "+e.diffuseRoughnessMapUv:"",e.iridescenceMapUv?"#define IRIDESCENCEMAP_UV "+e.iridescenceMapUv:"",e.iridescenceThicknessMapUv?"#define IRIDESCENCE_THICKNESSMAP_UV "+e.iridescenceThicknessMapUv:"",e.sheenColorMapUv?"#define SHEEN_COLORMAP_UV "+e.sheenColorMapUv:"",e.sheenRoughnessMapUv?"#define SHEEN_ROUGHNESSMAP_UV "+e.sheenRoughnessMapUv:"",e.specularMapUv?"#define SPECULARMAP_UV "+e.specularMapUv:"",e.specularColorMapUv?"#define SPECULAR_COLORMAP_UV "+e.specularColorMapUv:"",e.specularIntensityMapUv?"#define SPECULAR_INTENSITYMAP_UV "+e.specularIntensityMapUv:"",e.transmissionMapUv?"#define TRANSMISSIONMAP_UV "+e.transmissionMapUv:"",e.thicknessMapUv?"#define THICKNESSMAP_UV "+e.thicknessMapUv:"",e.vertexTangents&&e.flatShading===!1?"#define USE_TANGENT":"",e.vertexNormals?"#define HAS_NORMAL":"",e.vertexColors?"#define USE_COLOR":"",e.vertexAlphas?"#define USE_COLOR_ALPHA":"",e.vertexUv1s?"#define USE_UV1":"",e.vertexUv2s?"#define USE_UV2":"",e.vertexUv3s?"#define USE_UV3":"",e.pointsUvs?"#define USE_POINTS_UV":"",e.flatShading?"#define FLAT_SHADED":"",e.skinning?"#define USE_SKINNING":"",e.morphTargets?"#define USE_MORPHTARGETS":"",e.morphNormals&&e.flatShading===!1?"#define USE_MORPHNORMALS":"",e.morphColors?"#define USE_MORPHCOLORS":"",e.morphTargetsCount>0?"#define MORPHTARGETS_TEXTURE_STRIDE "+e.morphTextureStride:"",e.morphTargetsCount>0?"#define MORPHTARGETS_COUNT "+e.morphTargetsCount:"",e.doubleSided?"#define DOUBLE_SIDED":"",e.flipSided?"#define FLIP_SIDED":"",e.shadowMapEnabled?"#define USE_SHADOWMAP":"",e.shadowMapEnabled?"#define "+c:"",e.sizeAttenuation?"#define USE_SIZEATTENUATION":"",e.numLightProbes>0?"#define USE_LIGHT_PROBES":"",e.logarithmicDepthBuffer?"#define USE_LOGARITHMIC_DEPTH_BUFFER":"",e.reversedDepthBuffer?"#define USE_REVERSED_DEPTH_BUFFER":"","uniform mat4 modelMatrix;","uniform mat4 modelViewMatrix;","uniform mat4 projectionMatrix;","uniform mat4 viewMatrix;","uniform mat3 normalMatrix;","uniform vec3 cameraPosition;","uniform bool isOrthographic;","#ifdef USE_INSTANCING","	attribute mat4 instanceMatrix;","#endif","#ifdef USE_INSTANCING_COLOR","	attribute vec3 instanceColor;","#endif","#ifdef USE_INSTANCING_MORPH","	uniform sampler2D morphTexture;","#endif","attribute vec3 position;","attribute vec3 normal;","attribute vec2 uv;","#ifdef USE_UV1","	attribute vec2 uv1;","#endif","#ifdef USE_UV2","	attribute vec2 uv2;","#endif","#ifdef USE_UV3","	attribute vec2 uv3;","#endif","#ifdef USE_TANGENT","	attribute vec4 tangent;","#endif","#if defined( USE_COLOR_ALPHA )","	attribute vec4 color;","#elif defined( USE_COLOR )","	attribute vec3 color;","#endif","#ifdef USE_SKINNING","	attribute vec4 skinIndex;","	attribute vec4 skinWeight;","#endif",`
`].filter(ar).join(`
`),p=[Ku(e),"#define SHADER_TYPE "+e.shaderType,"#define SHADER_NAME "+e.shaderName,f,e.useFog&&e.fog?"#define USE_FOG":"",e.useFog&&e.fogExp2?"#define FOG_EXP2":"",e.alphaToCoverage?"#define ALPHA_TO_COVERAGE":"",e.map?"#define USE_MAP":"",e.matcap?"#define USE_MATCAP":"",e.envMap?"#define USE_ENVMAP":"",e.envMap?"#define "+l:"",e.envMap?"#define "+h:"",e.envMap?"#define "+u:"",e.envMapPMREM?"#define ENVMAP_MAX_LOD "+e.envMapMaxLod+".0":"",e.envMapPMREM?"#define ENVMAP_SIZE "+e.envMapSize+".0":"",e.lightMap?"#define USE_LIGHTMAP":"",e.aoMap?"#define USE_AOMAP":"",e.bumpMap?"#define USE_BUMPMAP":"",e.normalMap?"#define USE_NORMALMAP":"",e.normalMapObjectSpace?"#define USE_NORMALMAP_OBJECTSPACE":"",e.normalMapTangentSpace?"#define USE_NORMALMAP_TANGENTSPACE":"",e.packedNormalMap?"#define USE_PACKED_NORMALMAP":"",e.emissiveMap?"#define USE_EMISSIVEMAP":"",e.anisotropy?"#define USE_ANISOTROPY":"",e.anisotropyMap?"#define USE_ANISOTROPYMAP":"",e.clearcoat?"#define USE_CLEARCOAT":"",e.clearcoatMap?"#define USE_CLEARCOATMAP":"",e.clearcoatRoughnessMap?"#define USE_CLEARCOAT_ROUGHNESSMAP":"",e.clearcoatNormalMap?"#define USE_CLEARCOAT_NORMALMAP":"",e.diffuseRoughness?"#define USE_DIFFUSE_ROUGHNESS":"",e.diffuseRoughnessMap?"#define USE_DIFFUSE_ROUGHNESSMAP":"",e.dispersion?"#define USE_DISPERSION":"",e.retroreflection?"#define USE_RETROREFLECTION":"",e.iridescence?"#define USE_IRIDESCENCE":"",e.iridescenceMap?"#define USE_IRIDESCENCEMAP":"",e.iridescenceThicknessMap?"#define USE_IRIDESCENCE_THICKNESSMAP":"",e.specularMap?"#define USE_SPECULARMAP":"",e.specularColorMap?"#define USE_SPECULAR_COLORMAP":"",e.specularIntensityMap?"#define USE_SPECULAR_INTENSITYMAP":"",e.roughnessMap?"#define USE_ROUGHNESSMAP":"",e.metalnessMap?"#define USE_METALNESSMAP":"",e.alphaMap?"#define USE_ALPHAMAP":"",e.alphaTest?"#define USE_ALPHATEST":"",e.alphaHash?"#define USE_ALPHAHASH":"",e.sheen?"#define USE_SHEEN":"",e.sheenColorMap?"#define USE_SHEEN_COLORMAP":"",e.sheenRoughnessMap?"#define USE_SHEEN_ROUGHNESSMAP":"",e.transmission?"#define USE_TRANSMISSION":"",e.transmissionMap?"#define USE_TRANSMISSIONMAP":"",e.thicknessMap?"#define USE_THICKNESSMAP":"",e.vertexTangents&&e.flatShading===!1?"#define USE_TANGENT":"",e.vertexColors||e.instancingColor?"#define USE_COLOR":"",e.vertexAlphas||e.batchingColor?"#define USE_COLOR_ALPHA":"",e.vertexUv1s?"#define USE_UV1":"",e.vertexUv2s?"#define USE_UV2":"",e.vertexUv3s?"#define USE_UV3":"",e.pointsUvs?"#define USE_POINTS_UV":"",e.gradientMap?"#define USE_GRADIENTMAP":"",e.flatShading?"#define FLAT_SHADED":"",e.doubleSided?"#define DOUBLE_SIDED":"",e.flipSided?"#define FLIP_SIDED":"",e.shadowMapEnabled?"#define USE_SHADOWMAP":"",e.shadowMapEnabled?"#define "+c:"",e.premultipliedAlpha?"#define PREMULTIPLIED_ALPHA":"",e.numLightProbes>0?"#define USE_LIGHT_PROBES":"",e.decodeVideoTexture?"#define DECODE_VIDEO_TEXTURE":"",e.decodeVideoTextureEmissive?"#define DECODE_VIDEO_TEXTURE_EMISSIVE":"",e.logarithmicDepthBuffer?"#define USE_LOGARITHMIC_DEPTH_BUFFER":"",e.reversedDepthBuffer?"#define USE_REVERSED_DEPTH_BUFFER":"","uniform mat4 viewMatrix;","uniform vec3 cameraPosition;","uniform bool isOrthographic;",e.toneMapping!==An?"#define TONE_MAPPING":"",e.toneMapping!==An?Bt.tonemapping_pars_fragment:"",e.toneMapping!==An?gv("toneMapping",e.toneMapping):"",e.dithering?"#define DITHERING":"",e.opaque?"#define OPAQUE":"",Bt.colorspace_pars_fragment,pv("linearToOutputTexel",e.outputColorSpace),vv(),e.useDepthPacking?"#define DEPTH_PACKING "+e.depthPacking:"",`
`].filter(ar).join(`
`)),o=_c(o),o=Yu(o,e),o=Zu(o,e),a=_c(a),a=Yu(a,e),a=Zu(a,e),o=Ju(o),a=Ju(a),e.isRawShaderMaterial!==!0&&(m=`#version 300 es
`,x=[d,"#define attribute in","#define varying out","#define texture2D texture"].join(`
`)+`
`+x,p=["#define varying in",e.glslVersion===sr?"":"layout(location = 0) out highp vec4 pc_fragColor;",e.glslVersion===sr?"":"#define gl_FragColor pc_fragColor","#define gl_FragDepthEXT gl_FragDepth","#define texture2D texture","#define textureCube texture","#define texture2DProj textureProj","#define texture2DLodEXT textureLod","#define texture2DProjLodEXT textureProjLod","#define textureCubeLodEXT textureLod","#define texture2DGradEXT textureGrad","#define texture2DProjGradEXT textureProjGrad","#define textureCubeGradEXT textureGrad"].join(`
`)+`
`+p);let M=m+x+o,w=m+p+a,S=$u(s,s.VERTEX_SHADER,M),C=$u(s,s.FRAGMENT_SHADER,w);s.attachShader(g,S),s.attachShader(g,C),e.index0AttributeName!==void 0?s.bindAttribLocation(g,0,e.index0AttributeName):e.hasPositionAttribute===!0&&s.bindAttribLocation(g,0,"position"),s.linkProgram(g);function E(I){if(i.debug.checkShaderErrors){let D=s.getProgramInfoLog(g)||"",O=s.getShaderInfoLog(S)||"",H=s.getShaderInfoLog(C)||"",L=D.trim(),$=O.trim(),Z=H.trim(),A=!0,tt=!0;if(s.getProgramParameter(g,s.LINK_STATUS)===!1)if(A=!1,typeof i.debug.onShaderError=="function")i.debug.onShaderError(s,g,S,C);else{let k=qu(s,S,"vertex"),q=qu(s,C,"fragment");It("WebGLProgram: Shader Error "+s.getError()+" - VALIDATE_STATUS "+s.getProgramParameter(g,s.VALIDATE_STATUS)+`

Material Name: `+I.name+`
Material Type: `+I.type+`

Program Info Log: `+L+`
`+k+`
`+q)}else L!==""?Rt("WebGLProgram: Program Info Log:",L):($===""||Z==="")&&(tt=!1);tt&&(I.diagnostics={runnable:A,programLog:L,vertexShader:{log:$,prefix:x},fragmentShader:{log:Z,prefix:p}})}s.deleteShader(S),s.deleteShader(C),v=new vs(s,g),b=yv(s,g)}let v;this.getUniforms=function(){return v===void 0&&E(this),v};let b;this.getAttributes=function(){return b===void 0&&E(this),b};let U=e.rendererExtensionParallelShaderCompile===!1;return this.isReady=function(){return U===!1&&(U=s.getProgramParameter(g,hv)),U},this.destroy=function(){n.releaseStatesOfProgram(this),s.deleteProgram(g),this.program=void 0},this.type=e.shaderType,this.name=e.shaderName,this.id=uv++,this.cacheKey=t,this.usedTimes=1,this.program=g,this.vertexShader=S,this.fragmentShader=C,this}var Lv=0,xc=class{constructor(){this.shaderCache=new Map,this.materialCache=new Map}update(t,e,n){let s=this._getShaderCacheForMaterial(t);return s.has(e)===!1&&(s.add(e),e.usedTimes++),s.has(n)===!1&&(s.add(n),n.usedTimes++),this}remove(t){let e=this.materialCache.get(t);for(let n of e)n.usedTimes--,n.usedTimes===0&&this.shaderCache.delete(n.code);return this.materialCache.delete(t),this}getVertexShaderStage(t){return this._getShaderStage(t.vertexShader)}getFragmentShaderStage(t){return this._getShaderStage(t.fragmentShader)}dispose(){this.shaderCache.clear(),this.materialCache.clear()}_getShaderCacheForMaterial(t){let e=this.materialCache,n=e.get(t);return n===void 0&&(n=new Set,e.set(t,n)),n}_getShaderStage(t){let e=this.shaderCache,n=e.get(t);return n===void 0&&(n=new yc(t),e.set(t,n)),n}},yc=class{constructor(t){this.id=Lv++,this.code=t,this.usedTimes=0}};function Nv(i){return i===ui||i===nr||i===ir}function Dv(i,t,e,n,s,r){let o=new ks,a=new xc,c=new Set,l=[],h=new Map,u=n.logarithmicDepthBuffer,d={MeshDepthMaterial:"depth",MeshDistanceMaterial:"distance",MeshNormalMaterial:"normal",MeshBasicMaterial:"basic",MeshLambertMaterial:"lambert",MeshPhongMaterial:"phong",MeshToonMaterial:"toon",MeshStandardMaterial:"physical",MeshPhysicalMaterial:"physical",MeshMatcapMaterial:"matcap",LineBasicMaterial:"basic",LineDashedMaterial:"dashed",PointsMaterial:"points",ShadowMaterial:"shadow",SpriteMaterial:"sprite"};function f(v){return c.add(v),v===0?"uv":`uv${v}`}function g(v,b,U,I,D,O){let H=I.fog,L=D.geometry,$=v.isMeshStandardMaterial||v.isMeshLambertMaterial||v.isMeshPhongMaterial?I.environment:null,Z=v.isMeshStandardMaterial||v.isMeshLambertMaterial&&!v.envMap||v.isMeshPhongMaterial&&!v.envMap,A=t.get(v.envMap||$,Z),tt=d[v.type],k=n.precision;v.precision!==null&&(k=n.getMaxPrecision(v.precision),k!==v.precision&&Rt("WebGLProgram.getParameters:",v.precision,"not supported, using",k,"instead."));let q=L.morphAttributes.position||L.morphAttributes.normal||L.morphAttributes.color,J=q!==void 0?q.length:0,gt=0;L.morphAttributes.position!==void 0&&(gt=1),L.morphAttributes.normal!==void 0&&(gt=2),L.morphAttributes.color!==void 0&&(gt=3);let Pt,X,rt,xt;if(tt){let pt=Rn[tt];Pt=pt.vertexShader,X=pt.fragmentShader}else{Pt=v.vertexShader,X=v.fragmentShader;let pt=a.getVertexShaderStage(v),Kt=a.getFragmentShaderStage(v);a.update(v,pt,Kt),rt=pt.id,xt=Kt.id}let Et=i.getRenderTarget(),vt=i.state.buffers.depth.getReversed(),Ft=D.isInstancedMesh===!0,he=D.isBatchedMesh===!0,Ct=!!v.map,Jt=!!v.matcap,jt=!!A,kt=jt&&A.isPMREMTexture===!0,we=!!v.aoMap,pe=!!v.lightMap,ze=!!v.bumpMap&&v.wireframe===!1,ae=!!v.normalMap,vn=!!v.displacementMap,_e=!!v.emissiveMap,je=!!v.metalnessMap,Qe=!!v.roughnessMap,tn=v.anisotropy>0,F=v.clearcoat>0,en=v.diffuseRoughness>0,se=v.dispersion>0,re=v.retroreflectivity>0,ft=v.iridescence>0,me=v.sheen>0,At=v.transmission>0,Nt=tn&&!!v.anisotropyMap,T=F&&!!v.clearcoatMap,_=F&&!!v.clearcoatNormalMap,V=F&&!!v.clearcoatRoughnessMap,nt=en&&!!v.diffuseRoughnessMap,et=ft&&!!v.iridescenceMap,ot=ft&&!!v.iridescenceThicknessMap,ut=me&&!!v.sheenColorMap,K=me&&!!v.sheenRoughnessMap,j=!!v.specularMap,lt=!!v.specularColorMap,P=!!v.specularIntensityMap,Q=At&&!!v.transmissionMap,Y=At&&!!v.thicknessMap,ct=!!v.gradientMap,st=!!v.alphaMap,at=v.alphaTest>0,wt=!!v.alphaHash,Ot=!!v.extensions,it=An;v.toneMapped&&(Et===null||Et.isXRRenderTarget===!0)&&(it=i.toneMapping);let Tt=kt?A.isCompressedCubeTexture?A.image[0].mipmaps:A.mipmaps:null,Ut={shaderID:tt,shaderType:v.type,shaderName:v.name,vertexShader:Pt,fragmentShader:X,defines:v.defines,customVertexShaderID:rt,customFragmentShaderID:xt,isRawShaderMaterial:v.isRawShaderMaterial===!0,glslVersion:v.glslVersion,precision:k,batching:he,batchingColor:he&&D._colorsTexture!==null,instancing:Ft,instancingColor:Ft&&D.instanceColor!==null,instancingMorph:Ft&&D.morphTexture!==null,outputColorSpace:Et===null?i.outputColorSpace:Et.isXRRenderTarget===!0?Et.texture.colorSpace:Gt.workingColorSpace,alphaToCoverage:!!v.alphaToCoverage,map:Ct,matcap:Jt,envMap:jt,envMapMode:jt&&A.mapping,envMapPMREM:kt,envMapMaxLod:kt?Tt.length-1:null,envMapSize:kt?Tt[0].width:null,aoMap:we,lightMap:pe,bumpMap:ze,normalMap:ae,displacementMap:vn,emissiveMap:_e,normalMapObjectSpace:ae&&v.normalMapType===_u,normalMapTangentSpace:ae&&v.normalMapType===ic,packedNormalMap:ae&&v.normalMapType===ic&&Nv(v.normalMap.format),metalnessMap:je,roughnessMap:Qe,anisotropy:tn,anisotropyMap:Nt,clearcoat:F,clearcoatMap:T,clearcoatNormalMap:_,clearcoatRoughnessMap:V,diffuseRoughness:en,diffuseRoughnessMap:nt,dispersion:se,retroreflection:re,iridescence:ft,iridescenceMap:et,iridescenceThicknessMap:ot,sheen:me,sheenColorMap:ut,sheenRoughnessMap:K,specularMap:j,specularColorMap:lt,specularIntensityMap:P,transmission:At,transmissionMap:Q,thicknessMap:Y,gradientMap:ct,opaque:v.transparent===!1&&v.blending===ps&&v.alphaToCoverage===!1,alphaMap:st,alphaTest:at,alphaHash:wt,combine:v.combine,mapUv:Ct&&f(v.map.channel),aoMapUv:we&&f(v.aoMap.channel),lightMapUv:pe&&f(v.lightMap.channel),bumpMapUv:ze&&f(v.bumpMap.channel),normalMapUv:ae&&f(v.normalMap.channel),displacementMapUv:vn&&f(v.displacementMap.channel),emissiveMapUv:_e&&f(v.emissiveMap.channel),metalnessMapUv:je&&f(v.metalnessMap.channel),roughnessMapUv:Qe&&f(v.roughnessMap.channel),anisotropyMapUv:Nt&&f(v.anisotropyMap.channel),clearcoatMapUv:T&&f(v.clearcoatMap.channel),clearcoatNormalMapUv:_&&f(v.clearcoatNormalMap.channel),clearcoatRoughnessMapUv:V&&f(v.clearcoatRoughnessMap.channel),diffuseRoughnessMapUv:nt&&f(v.diffuseRoughnessMap.channel),iridescenceMapUv:et&&f(v.iridescenceMap.channel),iridescenceThicknessMapUv:ot&&f(v.iridescenceThicknessMap.channel),sheenColorMapUv:ut&&f(v.sheenColorMap.channel),sheenRoughnessMapUv:K&&f(v.sheenRoughnessMap.channel),specularMapUv:j&&f(v.specularMap.channel),specularColorMapUv:lt&&f(v.specularColorMap.channel),specularIntensityMapUv:P&&f(v.specularIntensityMap.channel),transmissionMapUv:Q&&f(v.transmissionMap.channel),thicknessMapUv:Y&&f(v.thicknessMap.channel),alphaMapUv:st&&f(v.alphaMap.channel),vertexTangents:!!L.attributes.tangent&&(ae||tn),vertexNormals:!!L.attributes.normal,vertexColors:v.vertexColors,vertexAlphas:v.vertexColors===!0&&!!L.attributes.color&&L.attributes.color.itemSize===4,pointsUvs:D.isPoints===!0&&!!L.attributes.uv&&(Ct||st),fog:!!H,useFog:v.fog===!0,fogExp2:!!H&&H.isFogExp2,flatShading:v.wireframe===!1&&(v.flatShading===!0||L.attributes.normal===void 0&&ae===!1&&(v.isMeshLambertMaterial||v.isMeshPhongMaterial||v.isMeshStandardMaterial||v.isMeshPhysicalMaterial)),sizeAttenuation:v.sizeAttenuation===!0,logarithmicDepthBuffer:u,reversedDepthBuffer:vt,skinning:D.isSkinnedMesh===!0,hasPositionAttribute:L.attributes.position!==void 0,morphTargets:L.morphAttributes.position!==void 0,morphNormals:L.morphAttributes.normal!==void 0,morphColors:L.morphAttributes.color!==void 0,morphTargetsCount:J,morphTextureStride:gt,numSunLights:b.sun.length,numDirLights:b.directional.length,numPointLights:b.point.length,numSpotLights:b.spot.length,numSpotLightMaps:b.spotLightMap.length,numRectAreaLights:b.rectArea.length,numHemiLights:b.hemi.length,numSunLightShadows:b.sunShadowMap.length,numDirLightShadows:b.directionalShadowMap.length,numPointLightShadows:b.pointShadowMap.length,numSpotLightShadows:b.spotShadowMap.length,numSpotLightShadowsWithMaps:b.numSpotLightShadowsWithMaps,numLightProbes:b.numLightProbes,numLightProbeGrids:O.filter(pt=>pt.texture!==null).length,numClippingPlanes:r.numPlanes,numClipIntersection:r.numIntersection,dithering:v.dithering,shadowMapEnabled:i.shadowMap.enabled&&U.length>0,shadowMapType:i.shadowMap.type,toneMapping:it,decodeVideoTexture:Ct&&v.map.isVideoTexture===!0&&Gt.getTransfer(v.map.colorSpace)===Yt,decodeVideoTextureEmissive:_e&&v.emissiveMap.isVideoTexture===!0&&Gt.getTransfer(v.emissiveMap.colorSpace)===Yt,premultipliedAlpha:v.premultipliedAlpha,doubleSided:v.side===He,flipSided:v.side===Be,useDepthPacking:v.depthPacking>=0,depthPacking:v.depthPacking||0,index0AttributeName:v.index0AttributeName,extensionClipCullDistance:Ot&&v.extensions.clipCullDistance===!0&&e.has("WEBGL_clip_cull_distance"),extensionMultiDraw:(Ot&&v.extensions.multiDraw===!0||he)&&e.has("WEBGL_multi_draw"),rendererExtensionParallelShaderCompile:e.has("KHR_parallel_shader_compile"),customProgramCacheKey:v.customProgramCacheKey()};return Ut.vertexUv1s=c.has(1),Ut.vertexUv2s=c.has(2),Ut.vertexUv3s=c.has(3),c.clear(),Ut}function x(v){let b=[];if(v.shaderID?b.push(v.shaderID):(b.push(v.customVertexShaderID),b.push(v.customFragmentShaderID)),v.defines!==void 0)for(let U in v.defines)b.push(U),b.push(v.defines[U]);return v.isRawShaderMaterial===!1&&(p(b,v),m(b,v),b.push(i.outputColorSpace)),b.push(v.customProgramCacheKey),b.join()}function p(v,b){v.push(b.precision),v.push(b.outputColorSpace),v.push(b.envMapMode),v.push(b.envMapPMREM),v.push(b.envMapMaxLod),v.push(b.envMapSize),v.push(b.mapUv),v.push(b.alphaMapUv),v.push(b.lightMapUv),v.push(b.aoMapUv),v.push(b.bumpMapUv),v.push(b.normalMapUv),v.push(b.displacementMapUv),v.push(b.emissiveMapUv),v.push(b.metalnessMapUv),v.push(b.roughnessMapUv),v.push(b.anisotropyMapUv),v.push(b.clearcoatMapUv),v.push(b.clearcoatNormalMapUv),v.push(b.clearcoatRoughnessMapUv),v.push(b.diffuseRoughnessMapUv),v.push(b.iridescenceMapUv),v.push(b.iridescenceThicknessMapUv),v.push(b.sheenColorMapUv),v.push(b.sheenRoughnessMapUv),v.push(b.specularMapUv),v.push(b.specularColorMapUv),v.push(b.specularIntensityMapUv),v.push(b.transmissionMapUv),v.push(b.thicknessMapUv),v.push(b.combine),v.push(b.fogExp2),v.push(b.sizeAttenuation),v.push(b.morphTargetsCount),v.push(b.numSunLights),v.push(b.numDirLights),v.push(b.numPointLights),v.push(b.numSpotLights),v.push(b.numSpotLightMaps),v.push(b.numHemiLights),v.push(b.numRectAreaLights),v.push(b.numSunLightShadows),v.push(b.numDirLightShadows),v.push(b.numPointLightShadows),v.push(b.numSpotLightShadows),v.push(b.numSpotLightShadowsWithMaps),v.push(b.numLightProbes),v.push(b.numLightProbeGrids),v.push(b.shadowMapType),v.push(b.toneMapping),v.push(b.numClippingPlanes),v.push(b.numClipIntersection),v.push(b.depthPacking)}function m(v,b){o.disableAll(),b.instancing&&o.enable(0),b.instancingColor&&o.enable(1),b.instancingMorph&&o.enable(2),b.matcap&&o.enable(3),b.envMap&&o.enable(4),b.normalMapObjectSpace&&o.enable(5),b.normalMapTangentSpace&&o.enable(6),b.clearcoat&&o.enable(7),b.iridescence&&o.enable(8),b.alphaTest&&o.enable(9),b.vertexColors&&o.enable(10),b.vertexAlphas&&o.enable(11),b.vertexUv1s&&o.enable(12),b.vertexUv2s&&o.enable(13),b.vertexUv3s&&o.enable(14),b.vertexTangents&&o.enable(15),b.anisotropy&&o.enable(16),b.alphaHash&&o.enable(17),b.batching&&o.enable(18),b.dispersion&&o.enable(19),b.retroreflection&&o.enable(24),b.diffuseRoughness&&o.enable(25),b.batchingColor&&o.enable(20),b.gradientMap&&o.enable(21),b.packedNormalMap&&o.enable(22),b.vertexNormals&&o.enable(23),v.push(o.mask),o.disableAll(),b.fog&&o.enable(0),b.useFog&&o.enable(1),b.flatShading&&o.enable(2),b.logarithmicDepthBuffer&&o.enable(3),b.reversedDepthBuffer&&o.enable(4),b.skinning&&o.enable(5),b.morphTargets&&o.enable(6),b.morphNormals&&o.enable(7),b.morphColors&&o.enable(8),b.premultipliedAlpha&&o.enable(9),b.shadowMapEnabled&&o.enable(10),b.doubleSided&&o.enable(11),b.flipSided&&o.enable(12),b.useDepthPacking&&o.enable(13),b.dithering&&o.enable(14),b.transmission&&o.enable(15),b.sheen&&o.enable(16),b.opaque&&o.enable(17),b.pointsUvs&&o.enable(18),b.decodeVideoTexture&&o.enable(19),b.decodeVideoTextureEmissive&&o.enable(20),b.alphaToCoverage&&o.enable(21),b.numLightProbeGrids>0&&o.enable(22),b.hasPositionAttribute&&o.enable(23),v.push(o.mask)}function M(v){let b=d[v.type],U;if(b){let I=Rn[b];U=Lu.clone(I.uniforms)}else U=v.uniforms;return U}function w(v,b){let U=h.get(b);return U!==void 0?++U.usedTimes:(U=new Iv(i,b,v,s),l.push(U),h.set(b,U)),U}function S(v){if(--v.usedTimes===0){let b=l.indexOf(v);l[b]=l[l.length-1],l.pop(),h.delete(v.cacheKey),v.destroy()}}function C(v){a.remove(v)}function E(){a.dispose()}return{getParameters:g,getProgramCacheKey:x,getUniforms:M,acquireProgram:w,releaseProgram:S,releaseShaderCache:C,programs:l,dispose:E}}function Fv(){let i=new WeakMap;function t(o){return i.has(o)}function e(o){let a=i.get(o);return a===void 0&&(a={},i.set(o,a)),a}function n(o){i.delete(o)}function s(o,a,c){i.get(o)[a]=c}function r(){i=new WeakMap}return{has:t,get:e,remove:n,update:s,dispose:r}}function Uv(i,t){return i.groupOrder!==t.groupOrder?i.groupOrder-t.groupOrder:i.renderOrder!==t.renderOrder?i.renderOrder-t.renderOrder:i.material.id!==t.material.id?i.material.id-t.material.id:i.materialVariant!==t.materialVariant?i.materialVariant-t.materialVariant:i.z!==t.z?i.z-t.z:i.id-t.id}function ju(i,t){return i.groupOrder!==t.groupOrder?i.groupOrder-t.groupOrder:i.renderOrder!==t.renderOrder?i.renderOrder-t.renderOrder:i.z!==t.z?t.z-i.z:i.id-t.id}function Qu(){let i=[],t=0,e=[],n=[],s=[];function r(){t=0,e.length=0,n.length=0,s.length=0}function o(d){let f=0;return d.isInstancedMesh&&(f+=2),d.isSkinnedMesh&&(f+=1),f}function a(d,f,g,x,p,m){let M=i[t];return M===void 0?(M={id:d.id,object:d,geometry:f,material:g,materialVariant:o(d),groupOrder:x,renderOrder:d.renderOrder,z:p,group:m},i[t]=M):(M.id=d.id,M.object=d,M.geometry=f,M.material=g,M.materialVariant=o(d),M.groupOrder=x,M.renderOrder=d.renderOrder,M.z=p,M.group=m),t++,M}function c(d,f,g,x,p,m,M){M.reversedDepth===!0&&(p=-p);let w=a(d,f,g,x,p,m);g.transmission>0?n.push(w):g.transparent===!0?s.push(w):e.push(w)}function l(d,f,g,x,p,m){let M=a(d,f,g,x,p,m);g.transmission>0?n.unshift(M):g.transparent===!0?s.unshift(M):e.unshift(M)}function h(d,f){e.length>1&&e.sort(d||Uv),n.length>1&&n.sort(f||ju),s.length>1&&s.sort(f||ju)}function u(){for(let d=t,f=i.length;d<f;d++){let g=i[d];if(g.id===null)break;g.id=null,g.object=null,g.geometry=null,g.material=null,g.group=null}}return{opaque:e,transmissive:n,transparent:s,init:r,push:c,unshift:l,finish:u,sort:h}}function Ov(){let i=new WeakMap;function t(n,s){let r=i.get(n),o;return r===void 0?(o=new Qu,i.set(n,[o])):s>=r.length?(o=new Qu,r.push(o)):o=r[s],o}function e(){i=new WeakMap}return{get:t,dispose:e}}function Bv(){let i={};return{get:function(t){if(i[t.id]!==void 0)return i[t.id];let e;switch(t.type){case"SunLight":case"DirectionalLight":e={direction:new B,color:new Xt};break;case"SpotLight":e={position:new B,direction:new B,color:new Xt,distance:0,coneCos:0,penumbraCos:0,decay:0};break;case"PointLight":e={position:new B,color:new Xt,distance:0,decay:0};break;case"HemisphereLight":e={direction:new B,skyColor:new Xt,groundColor:new Xt};break;case"RectAreaLight":e={color:new Xt,position:new B,halfWidth:new B,halfHeight:new B};break}return i[t.id]=e,e}}}function kv(){let i={};return{get:function(t){if(i[t.id]!==void 0)return i[t.id];let e;switch(t.type){case"SunLight":case"DirectionalLight":e={shadowIntensity:1,shadowBias:0,shadowNormalBias:0,shadowRadius:1,shadowMapSize:new Wt};break;case"SpotLight":e={shadowIntensity:1,shadowBias:0,shadowNormalBias:0,shadowRadius:1,shadowMapSize:new Wt};break;case"PointLight":e={shadowIntensity:1,shadowBias:0,shadowNormalBias:0,shadowRadius:1,shadowMapSize:new Wt,shadowCameraNear:1,shadowCameraFar:1e3};break}return i[t.id]=e,e}}}var zv=0;function Vv(i,t){return(t.castShadow?2:0)-(i.castShadow?2:0)+(t.map?1:0)-(i.map?1:0)}function Gv(i){let t=new Bv,e=kv(),n={version:0,hash:{sunLength:-1,directionalLength:-1,pointLength:-1,spotLength:-1,rectAreaLength:-1,hemiLength:-1,numSunShadows:-1,numDirectionalShadows:-1,numPointShadows:-1,numSpotShadows:-1,numSpotMaps:-1,numLightProbes:-1},ambient:[0,0,0],probe:[],sun:[],sunShadow:[],sunShadowMap:[],sunShadowMatrix:[],sunShadowCascade:[],directional:[],directionalShadow:[],directionalShadowMap:[],directionalShadowMatrix:[],spot:[],spotLightMap:[],spotShadow:[],spotShadowMap:[],spotLightMatrix:[],rectArea:[],rectAreaLTC1:null,rectAreaLTC2:null,point:[],pointShadow:[],pointShadowMap:[],pointShadowMatrix:[],hemi:[],numSpotLightShadowsWithMaps:0,numLightProbes:0};for(let l=0;l<9;l++)n.probe.push(new B);let s=new B,r=new te,o=new te;function a(l){let h=0,u=0,d=0;for(let O=0;O<9;O++)n.probe[O].set(0,0,0);let f=0,g=0,x=0,p=0,m=0,M=0,w=0,S=0,C=0,E=0,v=0,b=0,U=0,I=0;l.sort(Vv);for(let O=0,H=l.length;O<H;O++){let L=l[O],$=L.color,Z=L.intensity,A=L.distance,tt=null;if(L.shadow&&L.shadow.map&&(L.shadow.map.texture.format===ui?tt=L.shadow.map.texture:tt=L.shadow.map.depthTexture||L.shadow.map.texture),L.isAmbientLight)h+=$.r*Z,u+=$.g*Z,d+=$.b*Z;else if(L.isLightProbe){for(let k=0;k<9;k++)n.probe[k].addScaledVector(L.sh.coefficients[k],Z);I++}else if(L.isSunLight){let k=t.get(L);if(k.color.copy(L.color).multiplyScalar(L.intensity),L.castShadow){let q=L.shadow,J=e.get(L);J.shadowIntensity=q.intensity,J.shadowBias=q.bias,J.shadowNormalBias=q.normalBias,J.shadowRadius=q.radius,J.shadowMapSize.copy(q.mapSize).multiply(q.getFrameExtents()),n.sunShadow[g]=J,n.sunShadowMap[g]=tt;let gt=q.getViewportCount();for(let Pt=0;Pt<gt;Pt++)n.sunShadowMatrix[x+Pt]=q.getMatrix(Pt),n.sunShadowCascade[x+Pt]=q._cascadeData[Pt];x+=gt,g++}n.sun[f]=k,f++}else if(L.isDirectionalLight){let k=t.get(L);if(k.color.copy(L.color).multiplyScalar(L.intensity),L.castShadow){let q=L.shadow,J=e.get(L);J.shadowIntensity=q.intensity,J.shadowBias=q.bias,J.shadowNormalBias=q.normalBias,J.shadowRadius=q.radius,J.shadowMapSize=q.mapSize,n.directionalShadow[p]=J,n.directionalShadowMap[p]=tt,n.directionalShadowMatrix[p]=L.shadow.matrix,C++}n.directional[p]=k,p++}else if(L.isSpotLight){let k=t.get(L);k.position.setFromMatrixPosition(L.matrixWorld),k.color.copy($).multiplyScalar(Z),k.distance=A,k.coneCos=Math.cos(L.angle),k.penumbraCos=Math.cos(L.angle*(1-L.penumbra)),k.decay=L.decay,n.spot[M]=k;let q=L.shadow;if(L.map&&(n.spotLightMap[b]=L.map,b++,q.updateMatrices(L),L.castShadow&&U++),n.spotLightMatrix[M]=q.matrix,L.castShadow){let J=e.get(L);J.shadowIntensity=q.intensity,J.shadowBias=q.bias,J.shadowNormalBias=q.normalBias,J.shadowRadius=q.radius,J.shadowMapSize=q.mapSize,n.spotShadow[M]=J,n.spotShadowMap[M]=tt,v++}M++}else if(L.isRectAreaLight){let k=t.get(L);k.color.copy($).multiplyScalar(Z),k.halfWidth.set(L.width*.5,0,0),k.halfHeight.set(0,L.height*.5,0),n.rectArea[w]=k,w++}else if(L.isPointLight){let k=t.get(L);if(k.color.copy(L.color).multiplyScalar(L.intensity),k.distance=L.distance,k.decay=L.decay,L.castShadow){let q=L.shadow,J=e.get(L);J.shadowIntensity=q.intensity,J.shadowBias=q.bias,J.shadowNormalBias=q.normalBias,J.shadowRadius=q.radius,J.shadowMapSize=q.mapSize,J.shadowCameraNear=q.camera.near,J.shadowCameraFar=q.camera.far,n.pointShadow[m]=J,n.pointShadowMap[m]=tt,n.pointShadowMatrix[m]=L.shadow.matrix,E++}n.point[m]=k,m++}else if(L.isHemisphereLight){let k=t.get(L);k.skyColor.copy(L.color).multiplyScalar(Z),k.groundColor.copy(L.groundColor).multiplyScalar(Z),n.hemi[S]=k,S++}}w>0&&(i.has("OES_texture_float_linear")===!0?(n.rectAreaLTC1=mt.LTC_FLOAT_1,n.rectAreaLTC2=mt.LTC_FLOAT_2):(n.rectAreaLTC1=mt.LTC_HALF_1,n.rectAreaLTC2=mt.LTC_HALF_2)),n.ambient[0]=h,n.ambient[1]=u,n.ambient[2]=d;let D=n.hash;(D.sunLength!==f||D.directionalLength!==p||D.pointLength!==m||D.spotLength!==M||D.rectAreaLength!==w||D.hemiLength!==S||D.numSunShadows!==g||D.numDirectionalShadows!==C||D.numPointShadows!==E||D.numSpotShadows!==v||D.numSpotMaps!==b||D.numLightProbes!==I)&&(n.sun.length=f,n.directional.length=p,n.spot.length=M,n.rectArea.length=w,n.point.length=m,n.hemi.length=S,n.sunShadow.length=g,n.sunShadowMap.length=g,n.sunShadowMatrix.length=x,n.sunShadowCascade.length=x,n.directionalShadow.length=C,n.directionalShadowMap.length=C,n.directionalShadowMatrix.length=C,n.pointShadow.length=E,n.pointShadowMap.length=E,n.pointShadowMatrix.length=E,n.spotShadow.length=v,n.spotShadowMap.length=v,n.spotLightMatrix.length=v+b-U,n.spotLightMap.length=b,n.numSpotLightShadowsWithMaps=U,n.numLightProbes=I,D.sunLength=f,D.directionalLength=p,D.pointLength=m,D.spotLength=M,D.rectAreaLength=w,D.hemiLength=S,D.numSunShadows=g,D.numDirectionalShadows=C,D.numPointShadows=E,D.numSpotShadows=v,D.numSpotMaps=b,D.numLightProbes=I,n.version=zv++)}function c(l,h){let u=0,d=0,f=0,g=0,x=0,p=0,m=h.matrixWorldInverse;for(let M=0,w=l.length;M<w;M++){let S=l[M];if(S.isSunLight){let C=n.sun[u];C.direction.setFromMatrixPosition(S.matrixWorld),C.direction.transformDirection(m),u++}else if(S.isDirectionalLight){let C=n.directional[d];C.direction.setFromMatrixPosition(S.matrixWorld),s.setFromMatrixPosition(S.target.matrixWorld),C.direction.sub(s),C.direction.transformDirection(m),d++}else if(S.isSpotLight){let C=n.spot[g];C.position.setFromMatrixPosition(S.matrixWorld),C.position.applyMatrix4(m),C.direction.setFromMatrixPosition(S.matrixWorld),s.setFromMatrixPosition(S.target.matrixWorld),C.direction.sub(s),C.direction.transformDirection(m),g++}else if(S.isRectAreaLight){let C=n.rectArea[x];C.position.setFromMatrixPosition(S.matrixWorld),C.position.applyMatrix4(m),o.identity(),r.copy(S.matrixWorld),r.premultiply(m),o.extractRotation(r),C.halfWidth.set(S.width*.5,0,0),C.halfHeight.set(0,S.height*.5,0),C.halfWidth.applyMatrix4(o),C.halfHeight.applyMatrix4(o),x++}else if(S.isPointLight){let C=n.point[f];C.position.setFromMatrixPosition(S.matrixWorld),C.position.applyMatrix4(m),f++}else if(S.isHemisphereLight){let C=n.hemi[p];C.direction.setFromMatrixPosition(S.matrixWorld),C.direction.transformDirection(m),p++}}}return{setup:a,setupView:c,state:n}}function td(i){let t=new Gv(i),e=[],n=[],s=[];function r(u){h.camera=u,e.length=0,n.length=0,s.length=0}function o(u){u.isLightProbeGrid?s.push(u):e.push(u)}function a(u){n.push(u)}function c(){t.setup(e),s.sort((u,d)=>u.priority-d.priority||u.id-d.id)}function l(u){t.setupView(e,u)}let h={lightsArray:e,shadowsArray:n,lightProbeGridArray:s,camera:null,lights:t,transmissionRenderTarget:{},textureUnits:0};return{init:r,state:h,setupLights:c,setupLightsView:l,pushLight:o,pushShadow:a}}function Hv(i){let t=new WeakMap;function e(s,r=0){let o=t.get(s),a;return o===void 0?(a=new td(i),t.set(s,[a])):r>=o.length?(a=new td(i),o.push(a)):a=o[r],a}function n(){t=new WeakMap}return{get:e,dispose:n}}var Wv=`void main() {
	gl_Position = vec4( position, 1.0 );
}`,$v=`uniform sampler2D shadow_pass;
uniform vec2 resolution;
uniform float radius;
void main() {
	const float samples = float( VSM_SAMPLES );
	float mean = 0.0;
	float squared_mean = 0.0;
	float uvStride = samples <= 1.0 ? 0.0 : 2.0 / ( samples - 1.0 );
	float uvStart = samples <= 1.0 ? 0.0 : - 1.0;
	for ( float i = 0.0; i < samples; i ++ ) {
		float uvOffset = uvStart + i * uvStride;
		#ifdef HORIZONTAL_PASS
			vec2 distribution = texture2D( shadow_pass, ( gl_FragCoord.xy + vec2( uvOffset, 0.0 ) * radius ) / resolution ).rg;
			mean += distribution.x;
			squared_mean += distribution.y * distribution.y + distribution.x * distribution.x;
		#else
			float depth = texture2D( shadow_pass, ( gl_FragCoord.xy + vec2( 0.0, uvOffset ) * radius ) / resolution ).r;
			mean += depth;
			squared_mean += depth * depth;
		#endif
	}
	mean = mean / samples;
	squared_mean = squared_mean / samples;
	float std_dev = sqrt( max( 0.0, squared_mean - mean * mean ) );
	gl_FragColor = vec4( mean, std_dev, 0.0, 1.0 );
}`,Xv=[new B(1,0,0),new B(-1,0,0),new B(0,1,0),new B(0,-1,0),new B(0,0,1),new B(0,0,-1)],qv=[new B(0,-1,0),new B(0,-1,0),new B(0,0,1),new B(0,0,-1),new B(0,-1,0),new B(0,-1,0)],ed=new te,or=new B,pc=new B;function Yv(i,t,e){let n=new Ci,s=new Wt,r=new Wt,o=new ie,a=new _o,c=new xo,l={},h=e.maxTextureSize,u={[hi]:Be,[Be]:hi,[He]:He},d=new Tn({defines:{VSM_SAMPLES:8},uniforms:{shadow_pass:{value:null},resolution:{value:new Wt},radius:{value:4}},vertexShader:Wv,fragmentShader:$v}),f=d.clone();f.defines.HORIZONTAL_PASS=1;let g=new Ae;g.setAttribute("position",new oe(new Float32Array([-1,-1,.5,3,-1,.5,-1,3,.5]),3));let x=new Ge(g,d),p=this;this.enabled=!1,this.autoUpdate=!0,this.needsUpdate=!1,this.type=Js;let m=this.type;this.render=function(E,v,b){if(p.enabled===!1||p.autoUpdate===!1&&p.needsUpdate===!1||E.length===0)return;this.type===Zh&&(Rt("WebGLShadowMap: PCFSoftShadowMap has been removed. Using PCFShadowMap instead."),this.type=Js);let U=i.getRenderTarget(),I=i.getActiveCubeFace(),D=i.getActiveMipmapLevel(),O=i.state;O.setBlending(Ri),O.buffers.depth.getReversed()===!0?O.buffers.color.setClear(0,0,0,0):O.buffers.color.setClear(1,1,1,1),O.buffers.depth.setTest(!0),O.setScissorTest(!1);let H=m!==this.type;H&&v.traverse(function(L){L.material&&(Array.isArray(L.material)?L.material.forEach($=>$.needsUpdate=!0):L.material.needsUpdate=!0)});for(let L=0,$=E.length;L<$;L++){let Z=E[L],A=Z.shadow;if(A===void 0){Rt("WebGLShadowMap:",Z,"has no shadow.");continue}if(A.autoUpdate===!1&&A.needsUpdate===!1)continue;s.copy(A.mapSize);let tt=A.getFrameExtents();s.multiply(tt),r.copy(A.mapSize),(s.x>h||s.y>h)&&(s.x>h&&(r.x=Math.floor(h/tt.x),s.x=r.x*tt.x,A.mapSize.x=r.x),s.y>h&&(r.y=Math.floor(h/tt.y),s.y=r.y*tt.y,A.mapSize.y=r.y));let k=i.state.buffers.depth.getReversed();if(A.camera._reversedDepth=k,A.map===null||H===!0){if(A.map!==null&&(A.map.depthTexture!==null&&(A.map.depthTexture.dispose(),A.map.depthTexture=null),A.map.dispose()),this.type===fs){if(Z.isPointLight){Rt("WebGLShadowMap: VSM shadow maps are not supported for PointLights. Use PCF or BasicShadowMap instead.");continue}A.map=new qe(s.x,s.y,{format:ui,type:pn,minFilter:Ue,magFilter:Ue,generateMipmaps:!1}),A.map.texture.name=Z.name+".shadowMap",A.map.depthTexture=new zn(s.x,s.y,Je),A.map.depthTexture.name=Z.name+".shadowMapDepth",A.map.depthTexture.format=kn,A.map.depthTexture.compareFunction=null,A.map.depthTexture.minFilter=fe,A.map.depthTexture.magFilter=fe}else Z.isPointLight?(A.map=new lr(s.x),A.map.depthTexture=new Ws(s.x,fn)):(A.map=new qe(s.x,s.y),A.map.depthTexture=new zn(s.x,s.y,fn)),A.map.depthTexture.name=Z.name+".shadowMap",A.map.depthTexture.format=kn,this.type===Js?(A.map.depthTexture.compareFunction=k?rc:sc,A.map.depthTexture.minFilter=Ue,A.map.depthTexture.magFilter=Ue):(A.map.depthTexture.compareFunction=null,A.map.depthTexture.minFilter=fe,A.map.depthTexture.magFilter=fe);A.camera.updateProjectionMatrix()}A.map.isWebGLCubeRenderTarget!==!0&&(A.map.width!==s.x||A.map.height!==s.y)&&A.map.setSize(s.x,s.y);let q=A.map.isWebGLCubeRenderTarget?6:A.getViewportCount();Z.isPointLight!==!0&&A.updateMatrices(Z,b);let J=(A.camera.layers.mask&4294967294)!==0?A.camera.layers:b.layers;for(let gt=0;gt<q;gt++){let Pt=A.getCamera(gt);if(Z.isPointLight){let X=A.camera,rt=A.matrix,xt=Z.distance||X.far;xt!==X.far&&(X.far=xt,X.updateProjectionMatrix()),or.setFromMatrixPosition(Z.matrixWorld),X.position.copy(or),pc.copy(X.position),pc.add(Xv[gt]),X.up.copy(qv[gt]),X.lookAt(pc),X.updateMatrixWorld(),rt.makeTranslation(-or.x,-or.y,-or.z),ed.multiplyMatrices(X.projectionMatrix,X.matrixWorldInverse),A._frustum.setFromProjectionMatrix(ed,X.coordinateSystem,X.reversedDepth)}if(A.map.isWebGLCubeRenderTarget)i.setRenderTarget(A.map,gt),i.clear();else{gt===0&&(i.setRenderTarget(A.map),i.clear());let X=A.getViewport(gt);o.set(r.x*X.x,r.y*X.y,r.x*X.z,r.y*X.w),O.viewport(o)}n=A.getFrustum(gt),S(v,b,Pt,Z,J,this.type)}A.isPointLightShadow!==!0&&this.type===fs&&M(A,b),A.needsUpdate=!1}m=this.type,p.needsUpdate=!1,i.setRenderTarget(U,I,D)};function M(E,v){let b=t.update(x);d.defines.VSM_SAMPLES!==E.blurSamples&&(d.defines.VSM_SAMPLES=E.blurSamples,f.defines.VSM_SAMPLES=E.blurSamples,d.needsUpdate=!0,f.needsUpdate=!0),E.mapPass===null?E.mapPass=new qe(s.x,s.y,{format:ui,type:pn}):(E.mapPass.width!==E.map.width||E.mapPass.height!==E.map.height)&&E.mapPass.setSize(E.map.width,E.map.height),d.uniforms.shadow_pass.value=E.map.depthTexture,d.uniforms.resolution.value.set(E.map.width,E.map.height),d.uniforms.radius.value=E.radius,i.setRenderTarget(E.mapPass),i.clear(),i.renderBufferDirect(v,null,b,d,x,null),f.uniforms.shadow_pass.value=E.mapPass.texture,f.uniforms.resolution.value.set(E.map.width,E.map.height),f.uniforms.radius.value=E.radius,i.setRenderTarget(E.map),i.clear(),i.renderBufferDirect(v,null,b,f,x,null)}function w(E,v,b,U){let I=null,D=b.isPointLight===!0?E.customDistanceMaterial:E.customDepthMaterial;if(D!==void 0)I=D;else if(I=b.isPointLight===!0?c:a,i.localClippingEnabled&&v.clipShadows===!0&&Array.isArray(v.clippingPlanes)&&v.clippingPlanes.length!==0||v.displacementMap&&v.displacementScale!==0||v.alphaMap&&v.alphaTest>0||v.map&&v.alphaTest>0||v.alphaToCoverage===!0){let O=I.uuid,H=v.uuid,L=l[O];L===void 0&&(L={},l[O]=L);let $=L[H];$===void 0&&($=I.clone(),L[H]=$,v.addEventListener("dispose",C)),I=$}if(I.visible=v.visible,I.wireframe=v.wireframe,U===fs?I.side=v.shadowSide!==null?v.shadowSide:v.side:I.side=v.shadowSide!==null?v.shadowSide:u[v.side],I.alphaMap=v.alphaMap,I.alphaTest=v.alphaToCoverage===!0?.5:v.alphaTest,I.map=v.map,I.clipShadows=v.clipShadows,I.clippingPlanes=v.clippingPlanes,I.clipIntersection=v.clipIntersection,I.displacementMap=v.displacementMap,I.displacementScale=v.displacementScale,I.displacementBias=v.displacementBias,I.wireframeLinewidth=v.wireframeLinewidth,I.linewidth=v.linewidth,b.isPointLight===!0&&I.isMeshDistanceMaterial===!0){let O=i.properties.get(I);O.light=b}return I}function S(E,v,b,U,I,D){if(E.visible===!1)return;if(E.layers.test(I)&&(E.isMesh||E.isLine||E.isPoints)&&(E.castShadow||E.receiveShadow&&D===fs)&&(!E.frustumCulled||E.intersectsFrustum(n))){E.modelViewMatrix.multiplyMatrices(b.matrixWorldInverse,E.matrixWorld);let L=t.update(E),$=E.material;if(Array.isArray($)){let Z=L.groups;for(let A=0,tt=Z.length;A<tt;A++){let k=Z[A],q=$[k.materialIndex];if(q&&q.visible){let J=w(E,q,U,D);E.onBeforeShadow(i,E,v,b,L,J,k),i.renderBufferDirect(b,null,L,J,E,k),E.onAfterShadow(i,E,v,b,L,J,k)}}}else if($.visible){let Z=w(E,$,U,D);E.onBeforeShadow(i,E,v,b,L,Z,null),i.renderBufferDirect(b,null,L,Z,E,null),E.onAfterShadow(i,E,v,b,L,Z,null)}}let H=E.children;for(let L=0,$=H.length;L<$;L++)S(H[L],v,b,U,I,D)}function C(E){E.target.removeEventListener("dispose",C);for(let b in l){let U=l[b],I=E.target.uuid;I in U&&(U[I].dispose(),delete U[I])}}}function Zv(i,t){function e(){let P=!1,Q=new ie,Y=null,ct=new ie(0,0,0,0);return{setMask:function(st){Y!==st&&!P&&(i.colorMask(st,st,st,st),Y=st)},setLocked:function(st){P=st},setClear:function(st,at,wt,Ot,it){it===!0&&(st*=Ot,at*=Ot,wt*=Ot),Q.set(st,at,wt,Ot),ct.equals(Q)===!1&&(i.clearColor(st,at,wt,Ot),ct.copy(Q))},reset:function(){P=!1,Y=null,ct.set(-1,0,0,0)}}}function n(){let P=!1,Q=!1,Y=null,ct=null,st=null;return{setReversed:function(at){if(Q!==at){let wt=t.get("EXT_clip_control");at?wt.clipControlEXT(wt.LOWER_LEFT_EXT,wt.ZERO_TO_ONE_EXT):wt.clipControlEXT(wt.LOWER_LEFT_EXT,wt.NEGATIVE_ONE_TO_ONE_EXT),Q=at;let Ot=st;st=null,this.setClear(Ot)}},getReversed:function(){return Q},setTest:function(at){at?vt(i.DEPTH_TEST):Ft(i.DEPTH_TEST)},setMask:function(at){Y!==at&&!P&&(i.depthMask(at),Y=at)},setFunc:function(at){if(Q&&(at=Ru[at]),ct!==at){switch(at){case to:i.depthFunc(i.NEVER);break;case eo:i.depthFunc(i.ALWAYS);break;case no:i.depthFunc(i.LESS);break;case is:i.depthFunc(i.LEQUAL);break;case io:i.depthFunc(i.EQUAL);break;case so:i.depthFunc(i.GEQUAL);break;case ro:i.depthFunc(i.GREATER);break;case oo:i.depthFunc(i.NOTEQUAL);break;default:i.depthFunc(i.LEQUAL)}ct=at}},setLocked:function(at){P=at},setClear:function(at){st!==at&&(st=at,Q&&(at=1-at),i.clearDepth(at))},reset:function(){P=!1,Y=null,ct=null,st=null,Q=!1}}}function s(){let P=!1,Q=null,Y=null,ct=null,st=null,at=null,wt=null,Ot=null,it=null;return{setTest:function(Tt){P||(Tt?vt(i.STENCIL_TEST):Ft(i.STENCIL_TEST))},setMask:function(Tt){Q!==Tt&&!P&&(i.stencilMask(Tt),Q=Tt)},setFunc:function(Tt,Ut,pt){(Y!==Tt||ct!==Ut||st!==pt)&&(i.stencilFunc(Tt,Ut,pt),Y=Tt,ct=Ut,st=pt)},setOp:function(Tt,Ut,pt){(at!==Tt||wt!==Ut||Ot!==pt)&&(i.stencilOp(Tt,Ut,pt),at=Tt,wt=Ut,Ot=pt)},setLocked:function(Tt){P=Tt},setClear:function(Tt){it!==Tt&&(i.clearStencil(Tt),it=Tt)},reset:function(){P=!1,Q=null,Y=null,ct=null,st=null,at=null,wt=null,Ot=null,it=null}}}let r=new e,o=new n,a=new s,c={},l=new WeakMap,h={},u={},d={},f=new WeakMap,g=[],x=null,p=!1,m=null,M=null,w=null,S=null,C=null,E=null,v=null,b=new Xt(0,0,0),U=0,I=!1,D=null,O=null,H=null,L=null,$=null,Z=i.getParameter(i.MAX_COMBINED_TEXTURE_IMAGE_UNITS),A=!1,tt=0,k=i.getParameter(i.VERSION);k.indexOf("WebGL")!==-1?(tt=parseFloat(/^WebGL (\d)/.exec(k)[1]),A=tt>=1):k.indexOf("OpenGL ES")!==-1&&(tt=parseFloat(/^OpenGL ES (\d)/.exec(k)[1]),A=tt>=2);let q=null,J={},gt=i.getParameter(i.SCISSOR_BOX),Pt=i.getParameter(i.VIEWPORT),X=new ie().fromArray(gt),rt=new ie().fromArray(Pt);function xt(P,Q,Y,ct){let st=new Uint8Array(4),at=i.createTexture();i.bindTexture(P,at),i.texParameteri(P,i.TEXTURE_MIN_FILTER,i.NEAREST),i.texParameteri(P,i.TEXTURE_MAG_FILTER,i.NEAREST);for(let wt=0;wt<Y;wt++)P===i.TEXTURE_3D||P===i.TEXTURE_2D_ARRAY?i.texImage3D(Q,0,i.RGBA,1,1,ct,0,i.RGBA,i.UNSIGNED_BYTE,st):i.texImage2D(Q+wt,0,i.RGBA,1,1,0,i.RGBA,i.UNSIGNED_BYTE,st);return at}let Et={};Et[i.TEXTURE_2D]=xt(i.TEXTURE_2D,i.TEXTURE_2D,1),Et[i.TEXTURE_CUBE_MAP]=xt(i.TEXTURE_CUBE_MAP,i.TEXTURE_CUBE_MAP_POSITIVE_X,6),Et[i.TEXTURE_2D_ARRAY]=xt(i.TEXTURE_2D_ARRAY,i.TEXTURE_2D_ARRAY,1,1),Et[i.TEXTURE_3D]=xt(i.TEXTURE_3D,i.TEXTURE_3D,1,1),r.setClear(0,0,0,1),o.setClear(1),a.setClear(0),vt(i.DEPTH_TEST),o.setFunc(is),ze(!1),ae(Fl),vt(i.CULL_FACE),we(Ri);function vt(P){h[P]!==!0&&(i.enable(P),h[P]=!0)}function Ft(P){h[P]!==!1&&(i.disable(P),h[P]=!1)}function he(P,Q){return d[P]!==Q?(i.bindFramebuffer(P,Q),d[P]=Q,P===i.DRAW_FRAMEBUFFER&&(d[i.FRAMEBUFFER]=Q),P===i.FRAMEBUFFER&&(d[i.DRAW_FRAMEBUFFER]=Q),!0):!1}function Ct(P,Q){let Y=g,ct=!1;if(P){Y=f.get(Q),Y===void 0&&(Y=[],f.set(Q,Y));let st=P.textures;if(Y.length!==st.length||Y[0]!==i.COLOR_ATTACHMENT0){for(let at=0,wt=st.length;at<wt;at++)Y[at]=i.COLOR_ATTACHMENT0+at;Y.length=st.length,ct=!0}}else Y[0]!==i.BACK&&(Y[0]=i.BACK,ct=!0);ct&&i.drawBuffers(Y)}function Jt(P){return x!==P?(i.useProgram(P),x=P,!0):!1}let jt={[Pi]:i.FUNC_ADD,[Kh]:i.FUNC_SUBTRACT,[jh]:i.FUNC_REVERSE_SUBTRACT};jt[Qh]=i.MIN,jt[tu]=i.MAX;let kt={[eu]:i.ZERO,[nu]:i.ONE,[iu]:i.SRC_COLOR,[kl]:i.SRC_ALPHA,[cu]:i.SRC_ALPHA_SATURATE,[au]:i.DST_COLOR,[ru]:i.DST_ALPHA,[su]:i.ONE_MINUS_SRC_COLOR,[zl]:i.ONE_MINUS_SRC_ALPHA,[lu]:i.ONE_MINUS_DST_COLOR,[ou]:i.ONE_MINUS_DST_ALPHA,[hu]:i.CONSTANT_COLOR,[uu]:i.ONE_MINUS_CONSTANT_COLOR,[du]:i.CONSTANT_ALPHA,[fu]:i.ONE_MINUS_CONSTANT_ALPHA};function we(P,Q,Y,ct,st,at,wt,Ot,it,Tt){if(P===Ri){p===!0&&(Ft(i.BLEND),p=!1);return}if(p===!1&&(vt(i.BLEND),p=!0),P!==Jh){if(P!==m||Tt!==I){if((M!==Pi||C!==Pi)&&(i.blendEquation(i.FUNC_ADD),M=Pi,C=Pi),Tt)switch(P){case ps:i.blendFuncSeparate(i.ONE,i.ONE_MINUS_SRC_ALPHA,i.ONE,i.ONE_MINUS_SRC_ALPHA);break;case Ul:i.blendFunc(i.ONE,i.ONE);break;case Ol:i.blendFuncSeparate(i.ZERO,i.ONE_MINUS_SRC_COLOR,i.ZERO,i.ONE);break;case Bl:i.blendFuncSeparate(i.DST_COLOR,i.ONE_MINUS_SRC_ALPHA,i.ZERO,i.ONE);break;default:It("WebGLState: Invalid blending: ",P);break}else switch(P){case ps:i.blendFuncSeparate(i.SRC_ALPHA,i.ONE_MINUS_SRC_ALPHA,i.ONE,i.ONE_MINUS_SRC_ALPHA);break;case Ul:i.blendFuncSeparate(i.SRC_ALPHA,i.ONE,i.ONE,i.ONE);break;case Ol:It("WebGLState: SubtractiveBlending requires material.premultipliedAlpha = true");break;case Bl:It("WebGLState: MultiplyBlending requires material.premultipliedAlpha = true");break;default:It("WebGLState: Invalid blending: ",P);break}w=null,S=null,E=null,v=null,b.set(0,0,0),U=0,m=P,I=Tt}return}st=st||Q,at=at||Y,wt=wt||ct,(Q!==M||st!==C)&&(i.blendEquationSeparate(jt[Q],jt[st]),M=Q,C=st),(Y!==w||ct!==S||at!==E||wt!==v)&&(i.blendFuncSeparate(kt[Y],kt[ct],kt[at],kt[wt]),w=Y,S=ct,E=at,v=wt),(Ot.equals(b)===!1||it!==U)&&(i.blendColor(Ot.r,Ot.g,Ot.b,it),b.copy(Ot),U=it),m=P,I=!1}function pe(P,Q){P.side===He?Ft(i.CULL_FACE):vt(i.CULL_FACE);let Y=P.side===Be;Q&&(Y=!Y),ze(Y),P.blending===ps&&P.transparent===!1?we(Ri):we(P.blending,P.blendEquation,P.blendSrc,P.blendDst,P.blendEquationAlpha,P.blendSrcAlpha,P.blendDstAlpha,P.blendColor,P.blendAlpha,P.premultipliedAlpha),o.setFunc(P.depthFunc),o.setTest(P.depthTest),o.setMask(P.depthWrite),r.setMask(P.colorWrite);let ct=P.stencilWrite;a.setTest(ct),ct&&(a.setMask(P.stencilWriteMask),a.setFunc(P.stencilFunc,P.stencilRef,P.stencilFuncMask),a.setOp(P.stencilFail,P.stencilZFail,P.stencilZPass)),_e(P.polygonOffset,P.polygonOffsetFactor,P.polygonOffsetUnits),P.alphaToCoverage===!0?vt(i.SAMPLE_ALPHA_TO_COVERAGE):Ft(i.SAMPLE_ALPHA_TO_COVERAGE)}function ze(P){D!==P&&(P?i.frontFace(i.CW):i.frontFace(i.CCW),D=P)}function ae(P){P!==qh?(vt(i.CULL_FACE),P!==O&&(P===Fl?i.cullFace(i.BACK):P===Yh?i.cullFace(i.FRONT):i.cullFace(i.FRONT_AND_BACK))):Ft(i.CULL_FACE),O=P}function vn(P){P!==H&&(A&&i.lineWidth(P),H=P)}function _e(P,Q,Y){P?(vt(i.POLYGON_OFFSET_FILL),(L!==Q||$!==Y)&&(L=Q,$=Y,o.getReversed()&&(Q=-Q,Y=-Y),i.polygonOffset(Q,Y))):Ft(i.POLYGON_OFFSET_FILL)}function je(P){P?vt(i.SCISSOR_TEST):Ft(i.SCISSOR_TEST)}function Qe(P){P===void 0&&(P=i.TEXTURE0+Z-1),q!==P&&(i.activeTexture(P),q=P)}function tn(P,Q,Y){Y===void 0&&(q===null?Y=i.TEXTURE0+Z-1:Y=q);let ct=J[Y];ct===void 0&&(ct={type:void 0,texture:void 0},J[Y]=ct),(ct.type!==P||ct.texture!==Q)&&(q!==Y&&(i.activeTexture(Y),q=Y),i.bindTexture(P,Q||Et[P]),ct.type=P,ct.texture=Q)}function F(){let P=J[q];P!==void 0&&P.type!==void 0&&(i.bindTexture(P.type,null),P.type=void 0,P.texture=void 0)}function en(){try{i.compressedTexImage2D(...arguments)}catch(P){It("WebGLState:",P)}}function se(){try{i.compressedTexImage3D(...arguments)}catch(P){It("WebGLState:",P)}}function re(){try{i.texSubImage2D(...arguments)}catch(P){It("WebGLState:",P)}}function ft(){try{i.texSubImage3D(...arguments)}catch(P){It("WebGLState:",P)}}function me(){try{i.compressedTexSubImage2D(...arguments)}catch(P){It("WebGLState:",P)}}function At(){try{i.compressedTexSubImage3D(...arguments)}catch(P){It("WebGLState:",P)}}function Nt(){try{i.texStorage2D(...arguments)}catch(P){It("WebGLState:",P)}}function T(){try{i.texStorage3D(...arguments)}catch(P){It("WebGLState:",P)}}function _(){try{i.texImage2D(...arguments)}catch(P){It("WebGLState:",P)}}function V(){try{i.texImage3D(...arguments)}catch(P){It("WebGLState:",P)}}function nt(P){return u[P]!==void 0?u[P]:i.getParameter(P)}function et(P,Q){u[P]!==Q&&(i.pixelStorei(P,Q),u[P]=Q)}function ot(P){X.equals(P)===!1&&(i.scissor(P.x,P.y,P.z,P.w),X.copy(P))}function ut(P){rt.equals(P)===!1&&(i.viewport(P.x,P.y,P.z,P.w),rt.copy(P))}function K(P,Q){let Y=l.get(Q);Y===void 0&&(Y=new WeakMap,l.set(Q,Y));let ct=Y.get(P);ct===void 0&&(ct=i.getUniformBlockIndex(Q,P.name),i.uniformBlockBinding(Q,ct,ct),Y.set(P,ct))}function j(P,Q,Y){let st=l.get(Q).get(P);c[st]!==Y&&(i.bindBufferBase(i.UNIFORM_BUFFER,st,Y),c[st]=Y)}function lt(){i.disable(i.BLEND),i.disable(i.CULL_FACE),i.disable(i.DEPTH_TEST),i.disable(i.POLYGON_OFFSET_FILL),i.disable(i.SCISSOR_TEST),i.disable(i.STENCIL_TEST),i.disable(i.SAMPLE_ALPHA_TO_COVERAGE),i.blendEquation(i.FUNC_ADD),i.blendFunc(i.ONE,i.ZERO),i.blendFuncSeparate(i.ONE,i.ZERO,i.ONE,i.ZERO),i.blendColor(0,0,0,0),i.colorMask(!0,!0,!0,!0),i.clearColor(0,0,0,0),i.depthMask(!0),i.depthFunc(i.LESS),o.setReversed(!1),i.clearDepth(1),i.stencilMask(4294967295),i.stencilFunc(i.ALWAYS,0,4294967295),i.stencilOp(i.KEEP,i.KEEP,i.KEEP),i.clearStencil(0),i.cullFace(i.BACK),i.frontFace(i.CCW),i.polygonOffset(0,0),i.activeTexture(i.TEXTURE0),i.bindFramebuffer(i.FRAMEBUFFER,null),i.bindFramebuffer(i.DRAW_FRAMEBUFFER,null),i.bindFramebuffer(i.READ_FRAMEBUFFER,null),i.useProgram(null),i.lineWidth(1),i.scissor(0,0,i.canvas.width,i.canvas.height),i.viewport(0,0,i.canvas.width,i.canvas.height),i.pixelStorei(i.PACK_ALIGNMENT,4),i.pixelStorei(i.UNPACK_ALIGNMENT,4),i.pixelStorei(i.UNPACK_FLIP_Y_WEBGL,!1),i.pixelStorei(i.UNPACK_PREMULTIPLY_ALPHA_WEBGL,!1),i.pixelStorei(i.UNPACK_COLORSPACE_CONVERSION_WEBGL,i.BROWSER_DEFAULT_WEBGL),i.pixelStorei(i.PACK_ROW_LENGTH,0),i.pixelStorei(i.PACK_SKIP_PIXELS,0),i.pixelStorei(i.PACK_SKIP_ROWS,0),i.pixelStorei(i.UNPACK_ROW_LENGTH,0),i.pixelStorei(i.UNPACK_IMAGE_HEIGHT,0),i.pixelStorei(i.UNPACK_SKIP_PIXELS,0),i.pixelStorei(i.UNPACK_SKIP_ROWS,0),i.pixelStorei(i.UNPACK_SKIP_IMAGES,0),h={},u={},q=null,J={},d={},c={},f=new WeakMap,g=[],x=null,p=!1,m=null,M=null,w=null,S=null,C=null,E=null,v=null,b=new Xt(0,0,0),U=0,I=!1,D=null,O=null,H=null,L=null,$=null,X.set(0,0,i.canvas.width,i.canvas.height),rt.set(0,0,i.canvas.width,i.canvas.height),r.reset(),o.reset(),a.reset()}return{buffers:{color:r,depth:o,stencil:a},enable:vt,disable:Ft,bindFramebuffer:he,drawBuffers:Ct,useProgram:Jt,setBlending:we,setMaterial:pe,setFlipSided:ze,setCullFace:ae,setLineWidth:vn,setPolygonOffset:_e,setScissorTest:je,activeTexture:Qe,bindTexture:tn,unbindTexture:F,compressedTexImage2D:en,compressedTexImage3D:se,texImage2D:_,texImage3D:V,pixelStorei:et,getParameter:nt,updateUBOMapping:K,uniformBlockBinding:j,texStorage2D:Nt,texStorage3D:T,texSubImage2D:re,texSubImage3D:ft,compressedTexSubImage2D:me,compressedTexSubImage3D:At,scissor:ot,viewport:ut,reset:lt}}function Jv(i,t,e,n,s,r,o){let a=t.has("WEBGL_multisampled_render_to_texture")?t.get("WEBGL_multisampled_render_to_texture"):null,c=typeof navigator>"u"?!1:/OculusBrowser/g.test(navigator.userAgent),l=new Wt,h=new WeakMap,u=new Set,d,f=new WeakMap,g=new Set,x=new FinalizationRegistry(T=>g.delete(T)),p=!1;try{p=typeof OffscreenCanvas<"u"&&new OffscreenCanvas(1,1).getContext("2d")!==null}catch{}function m(T,_){return p?new OffscreenCanvas(T,_):Os("canvas")}function M(T,_,V){let nt=1,et=Nt(T);if((et.width>V||et.height>V)&&(nt=V/Math.max(et.width,et.height)),nt<1)if(typeof HTMLImageElement<"u"&&T instanceof HTMLImageElement||typeof HTMLCanvasElement<"u"&&T instanceof HTMLCanvasElement||typeof ImageBitmap<"u"&&T instanceof ImageBitmap||typeof VideoFrame<"u"&&T instanceof VideoFrame){let ot=Math.floor(nt*et.width),ut=Math.floor(nt*et.height);d===void 0&&(d=m(ot,ut));let K=_?m(ot,ut):d;return K.width=ot,K.height=ut,K.getContext("2d").drawImage(T,0,0,ot,ut),Rt("WebGLRenderer: Texture has been resized from ("+et.width+"x"+et.height+") to ("+ot+"x"+ut+")."),K}else return"data"in T&&Rt("WebGLRenderer: Image in DataTexture is too big ("+et.width+"x"+et.height+")."),T;return T}function w(T){return T.generateMipmaps}function S(T){i.generateMipmap(T)}function C(T){return T.isWebGLCubeRenderTarget?i.TEXTURE_CUBE_MAP:T.isWebGL3DRenderTarget?i.TEXTURE_3D:T.isWebGLArrayRenderTarget||T.isCompressedArrayTexture?i.TEXTURE_2D_ARRAY:i.TEXTURE_2D}function E(T,_,V,nt,et,ot=!1){if(T!==null){if(i[T]!==void 0)return i[T];Rt("WebGLRenderer: Attempt to use non-existing WebGL internal format '"+T+"'")}let ut;nt&&(ut=t.get("EXT_texture_norm16"),ut||Rt("WebGLRenderer: Unable to use normalized textures without EXT_texture_norm16 extension"));let K=_;if(_===i.RED&&(V===i.FLOAT&&(K=i.R32F),V===i.HALF_FLOAT&&(K=i.R16F),V===i.UNSIGNED_BYTE&&(K=i.R8),V===i.UNSIGNED_SHORT&&ut&&(K=ut.R16_EXT),V===i.SHORT&&ut&&(K=ut.R16_SNORM_EXT)),_===i.RED_INTEGER&&(V===i.UNSIGNED_BYTE&&(K=i.R8UI),V===i.UNSIGNED_SHORT&&(K=i.R16UI),V===i.UNSIGNED_INT&&(K=i.R32UI),V===i.BYTE&&(K=i.R8I),V===i.SHORT&&(K=i.R16I),V===i.INT&&(K=i.R32I)),_===i.RG&&(V===i.FLOAT&&(K=i.RG32F),V===i.HALF_FLOAT&&(K=i.RG16F),V===i.UNSIGNED_BYTE&&(K=i.RG8),V===i.UNSIGNED_SHORT&&ut&&(K=ut.RG16_EXT),V===i.SHORT&&ut&&(K=ut.RG16_SNORM_EXT)),_===i.RG_INTEGER&&(V===i.UNSIGNED_BYTE&&(K=i.RG8UI),V===i.UNSIGNED_SHORT&&(K=i.RG16UI),V===i.UNSIGNED_INT&&(K=i.RG32UI),V===i.BYTE&&(K=i.RG8I),V===i.SHORT&&(K=i.RG16I),V===i.INT&&(K=i.RG32I)),_===i.RGB_INTEGER&&(V===i.UNSIGNED_BYTE&&(K=i.RGB8UI),V===i.UNSIGNED_SHORT&&(K=i.RGB16UI),V===i.UNSIGNED_INT&&(K=i.RGB32UI),V===i.BYTE&&(K=i.RGB8I),V===i.SHORT&&(K=i.RGB16I),V===i.INT&&(K=i.RGB32I)),_===i.RGBA_INTEGER&&(V===i.UNSIGNED_BYTE&&(K=i.RGBA8UI),V===i.UNSIGNED_SHORT&&(K=i.RGBA16UI),V===i.UNSIGNED_INT&&(K=i.RGBA32UI),V===i.BYTE&&(K=i.RGBA8I),V===i.SHORT&&(K=i.RGBA16I),V===i.INT&&(K=i.RGBA32I)),_===i.RGB&&(V===i.UNSIGNED_SHORT&&ut&&(K=ut.RGB16_EXT),V===i.SHORT&&ut&&(K=ut.RGB16_SNORM_EXT),V===i.UNSIGNED_INT_5_9_9_9_REV&&(K=i.RGB9_E5),V===i.UNSIGNED_INT_10F_11F_11F_REV&&(K=i.R11F_G11F_B10F)),_===i.RGBA){let j=ot?Fs:Gt.getTransfer(et);V===i.FLOAT&&(K=i.RGBA32F),V===i.HALF_FLOAT&&(K=i.RGBA16F),V===i.UNSIGNED_BYTE&&(K=j===Yt?i.SRGB8_ALPHA8:i.RGBA8),V===i.UNSIGNED_SHORT&&ut&&(K=ut.RGBA16_EXT),V===i.SHORT&&ut&&(K=ut.RGBA16_SNORM_EXT),V===i.UNSIGNED_SHORT_4_4_4_4&&(K=i.RGBA4),V===i.UNSIGNED_SHORT_5_5_5_1&&(K=i.RGB5_A1)}return(K===i.R16F||K===i.R32F||K===i.RG16F||K===i.RG32F||K===i.RGBA16F||K===i.RGBA32F)&&t.get("EXT_color_buffer_float"),K}function v(T,_){let V;return T?_===null||_===fn||_===Li?V=i.DEPTH24_STENCIL8:_===Je?V=i.DEPTH32F_STENCIL8:_===gs&&(V=i.DEPTH24_STENCIL8,Rt("DepthTexture: 16 bit depth attachment is not supported with stencil. Using 24-bit attachment.")):_===null||_===fn||_===Li?V=i.DEPTH_COMPONENT24:_===Je?V=i.DEPTH_COMPONENT32F:_===gs&&(V=i.DEPTH_COMPONENT16),V}function b(T,_){return w(T)===!0||T.isFramebufferTexture&&T.minFilter!==fe&&T.minFilter!==Ue?Math.log2(Math.max(_.width,_.height))+1:T.mipmaps.length>0?T.mipmaps.length:T.isCompressedTexture&&Array.isArray(T.image)?_.mipmaps.length:1}function U(T){let _=new WeakRef(T);n.get(T).__ref=_,g.add(_),x.register(T,_,_)}function I(T){let _=n.get(T).__ref;_!==void 0&&(g.delete(_),x.unregister(_))}function D(T){H(T.target)}function O(T){L(T.target)}function H(T){T.removeEventListener("dispose",D),I(T),Z(T),T.isVideoTexture&&h.delete(T),T.isHTMLTexture&&u.delete(T)}function L(T){T.removeEventListener("dispose",O),I(T),tt(T)}function $(){for(let T of g){let _=T.deref();_!==void 0&&(_.isRenderTarget===!0?L(_):H(_))}g.clear(),u.clear()}function Z(T){let _=n.get(T);if(_.__webglInit===void 0)return;let V=T.source,nt=f.get(V);if(nt){let et=nt[_.__cacheKey];et.usedTimes--,et.usedTimes===0&&A(T),Object.keys(nt).length===0&&f.delete(V)}n.remove(T)}function A(T){let _=n.get(T);i.deleteTexture(_.__webglTexture);let V=T.source,nt=f.get(V);delete nt[_.__cacheKey],o.memory.textures--}function tt(T){let _=n.get(T);_.__depthDisposeCallback&&_.__depthDisposeCallback();let V=T.depthTexture;if(V&&V.renderTarget===T&&H(V),T.isWebGLCubeRenderTarget)for(let et=0;et<6;et++){if(Array.isArray(_.__webglFramebuffer[et]))for(let ot=0;ot<_.__webglFramebuffer[et].length;ot++)i.deleteFramebuffer(_.__webglFramebuffer[et][ot]);else i.deleteFramebuffer(_.__webglFramebuffer[et]);_.__webglDepthbuffer&&i.deleteRenderbuffer(_.__webglDepthbuffer[et])}else{if(Array.isArray(_.__webglFramebuffer))for(let et=0;et<_.__webglFramebuffer.length;et++)i.deleteFramebuffer(_.__webglFramebuffer[et]);else i.deleteFramebuffer(_.__webglFramebuffer);if(_.__webglDepthbuffer&&i.deleteRenderbuffer(_.__webglDepthbuffer),_.__webglMultisampledFramebuffer&&i.deleteFramebuffer(_.__webglMultisampledFramebuffer),_.__webglColorRenderbuffer)for(let et=0;et<_.__webglColorRenderbuffer.length;et++)_.__webglColorRenderbuffer[et]&&i.deleteRenderbuffer(_.__webglColorRenderbuffer[et]);_.__webglDepthRenderbuffer&&i.deleteRenderbuffer(_.__webglDepthRenderbuffer)}let nt=T.textures;for(let et=0,ot=nt.length;et<ot;et++){let ut=n.get(nt[et]);ut.__webglTexture&&(i.deleteTexture(ut.__webglTexture),o.memory.textures--),n.remove(nt[et])}n.remove(T)}let k=0;function q(){k=0}function J(){return k}function gt(T){k=T}function Pt(){let T=k;return T>=s.maxTextures&&Rt("WebGLTextures: Trying to use "+(T+1)+" texture units while this GPU supports only "+s.maxTextures),k+=1,T}function X(T){let _=[];return _.push(T.wrapS),_.push(T.wrapT),_.push(T.wrapR||0),_.push(T.magFilter),_.push(T.minFilter),_.push(T.anisotropy),_.push(T.internalFormat),_.push(T.format),_.push(T.type),_.push(T.generateMipmaps),_.push(T.mipmapsAutoUpdate),_.push(T.premultiplyAlpha),_.push(T.flipY),_.push(T.unpackAlignment),_.push(T.colorSpace),_.join()}function rt(T,_){let V=n.get(T);if(T.isVideoTexture&&me(T),T.isRenderTargetTexture===!1&&T.isExternalTexture!==!0&&T.version>0&&V.__version!==T.version){let nt=T.image;if(nt===null)Rt("WebGLRenderer: Texture marked for update but no image data found.");else if(nt.complete===!1)Rt("WebGLRenderer: Texture marked for update but image is incomplete");else{pe(V,T,_);return}}else T.isExternalTexture&&(V.__webglTexture=T.sourceTexture?T.sourceTexture:null);e.bindTexture(i.TEXTURE_2D,V.__webglTexture,i.TEXTURE0+_)}function xt(T,_){let V=n.get(T);if(T.isRenderTargetTexture===!1&&T.version>0&&V.__version!==T.version){pe(V,T,_);return}else T.isExternalTexture&&(V.__webglTexture=T.sourceTexture?T.sourceTexture:null);e.bindTexture(i.TEXTURE_2D_ARRAY,V.__webglTexture,i.TEXTURE0+_)}function Et(T,_){let V=n.get(T);if(T.isRenderTargetTexture===!1&&T.version>0&&V.__version!==T.version){pe(V,T,_);return}e.bindTexture(i.TEXTURE_3D,V.__webglTexture,i.TEXTURE0+_)}function vt(T,_){let V=n.get(T);if(T.version>0&&V.__version!==T.version){ze(V,T,_);return}e.bindTexture(i.TEXTURE_CUBE_MAP,V.__webglTexture,i.TEXTURE0+_)}let Ft={[ao]:i.REPEAT,[wn]:i.CLAMP_TO_EDGE,[lo]:i.MIRRORED_REPEAT},he={[fe]:i.NEAREST,[gu]:i.NEAREST_MIPMAP_NEAREST,[Ks]:i.NEAREST_MIPMAP_LINEAR,[Ue]:i.LINEAR,[No]:i.LINEAR_MIPMAP_NEAREST,[Vn]:i.LINEAR_MIPMAP_LINEAR},Ct={[yu]:i.NEVER,[oc]:i.ALWAYS,[bu]:i.LESS,[sc]:i.LEQUAL,[Su]:i.EQUAL,[rc]:i.GEQUAL,[Mu]:i.GREATER,[wu]:i.NOTEQUAL};function Jt(T,_){if(_.type===Je&&t.has("OES_texture_float_linear")===!1&&(_.magFilter===Ue||_.magFilter===No||_.magFilter===Ks||_.magFilter===Vn||_.minFilter===Ue||_.minFilter===No||_.minFilter===Ks||_.minFilter===Vn)&&Rt("WebGLRenderer: Unable to use linear filtering with floating point textures. OES_texture_float_linear not supported on this device."),i.texParameteri(T,i.TEXTURE_WRAP_S,Ft[_.wrapS]),i.texParameteri(T,i.TEXTURE_WRAP_T,Ft[_.wrapT]),(T===i.TEXTURE_3D||T===i.TEXTURE_2D_ARRAY)&&i.texParameteri(T,i.TEXTURE_WRAP_R,Ft[_.wrapR]),i.texParameteri(T,i.TEXTURE_MAG_FILTER,he[_.magFilter]),i.texParameteri(T,i.TEXTURE_MIN_FILTER,he[_.minFilter]),_.compareFunction&&(i.texParameteri(T,i.TEXTURE_COMPARE_MODE,i.COMPARE_REF_TO_TEXTURE),i.texParameteri(T,i.TEXTURE_COMPARE_FUNC,Ct[_.compareFunction])),t.has("EXT_texture_filter_anisotropic")===!0){if(_.magFilter===fe||_.minFilter!==Ks&&_.minFilter!==Vn||_.type===Je&&t.has("OES_texture_float_linear")===!1)return;if(_.anisotropy>1||n.get(_).__currentAnisotropy){let V=t.get("EXT_texture_filter_anisotropic");i.texParameterf(T,V.TEXTURE_MAX_ANISOTROPY_EXT,Math.min(_.anisotropy,s.getMaxAnisotropy())),n.get(_).__currentAnisotropy=_.anisotropy}}}function jt(T,_){let V=!1;T.__webglInit===void 0&&(T.__webglInit=!0,_.addEventListener("dispose",D),U(_));let nt=_.source,et=f.get(nt);et===void 0&&(et={},f.set(nt,et));let ot=X(_);if(ot!==T.__cacheKey){et[ot]===void 0&&(et[ot]={texture:i.createTexture(),usedTimes:0},o.memory.textures++,V=!0),et[ot].usedTimes++;let ut=et[T.__cacheKey];ut!==void 0&&(et[T.__cacheKey].usedTimes--,ut.usedTimes===0&&A(_)),T.__cacheKey=ot,T.__webglTexture=et[ot].texture}return V}function kt(T,_,V){return Math.floor(Math.floor(T/V)/_)}function we(T,_,V,nt){let ot=T.updateRanges;if(ot.length===0)e.texSubImage2D(i.TEXTURE_2D,0,0,0,_.width,_.height,V,nt,_.data);else{ot.sort((P,Q)=>P.start-Q.start);let ut=0;for(let P=1;P<ot.length;P++){let Q=ot[ut],Y=ot[P],ct=Q.start+Q.count,st=kt(Y.start,_.width,4),at=kt(Q.start,_.width,4);Y.start<=ct+1&&st===at&&kt(Y.start+Y.count-1,_.width,4)===st?Q.count=Math.max(Q.count,Y.start+Y.count-Q.start):(++ut,ot[ut]=Y)}ot.length=ut+1;let K=e.getParameter(i.UNPACK_ROW_LENGTH),j=e.getParameter(i.UNPACK_SKIP_PIXELS),lt=e.getParameter(i.UNPACK_SKIP_ROWS);e.pixelStorei(i.UNPACK_ROW_LENGTH,_.width);for(let P=0,Q=ot.length;P<Q;P++){let Y=ot[P],ct=Math.floor(Y.start/4),st=Math.ceil(Y.count/4),at=ct%_.width,wt=Math.floor(ct/_.width),Ot=st,it=1;e.pixelStorei(i.UNPACK_SKIP_PIXELS,at),e.pixelStorei(i.UNPACK_SKIP_ROWS,wt),e.texSubImage2D(i.TEXTURE_2D,0,at,wt,Ot,it,V,nt,_.data)}T.clearUpdateRanges(),e.pixelStorei(i.UNPACK_ROW_LENGTH,K),e.pixelStorei(i.UNPACK_SKIP_PIXELS,j),e.pixelStorei(i.UNPACK_SKIP_ROWS,lt)}}function pe(T,_,V){let nt=i.TEXTURE_2D;(_.isDataArrayTexture||_.isCompressedArrayTexture)&&(nt=i.TEXTURE_2D_ARRAY),_.isData3DTexture&&(nt=i.TEXTURE_3D);let et=jt(T,_),ot=_.source;e.bindTexture(nt,T.__webglTexture,i.TEXTURE0+V);let ut=n.get(ot);if(ot.version!==ut.__version||et===!0){if(e.activeTexture(i.TEXTURE0+V),(typeof ImageBitmap<"u"&&_.image instanceof ImageBitmap)===!1){let it=Gt.getPrimaries(Gt.workingColorSpace),Tt=_.colorSpace===Hn?null:Gt.getPrimaries(_.colorSpace),Ut=_.colorSpace===Hn||it===Tt?i.NONE:i.BROWSER_DEFAULT_WEBGL;e.pixelStorei(i.UNPACK_FLIP_Y_WEBGL,_.flipY),e.pixelStorei(i.UNPACK_PREMULTIPLY_ALPHA_WEBGL,_.premultiplyAlpha),e.pixelStorei(i.UNPACK_COLORSPACE_CONVERSION_WEBGL,Ut)}e.pixelStorei(i.UNPACK_ALIGNMENT,_.unpackAlignment);let j=M(_.image,!1,s.maxTextureSize);j=At(_,j);let lt=r.convert(_.format,_.colorSpace),P=r.convert(_.type),Q=E(_.internalFormat,lt,P,_.normalized,_.colorSpace,_.isVideoTexture);Jt(nt,_);let Y,ct=_.mipmaps,st=_.isVideoTexture!==!0,at=ut.__version===void 0||et===!0,wt=ot.dataReady,Ot=b(_,j);if(_.isDepthTexture)Q=v(_.format===Gn,_.type),at&&(st?e.texStorage2D(i.TEXTURE_2D,1,Q,j.width,j.height):e.texImage2D(i.TEXTURE_2D,0,Q,j.width,j.height,0,lt,P,null));else if(_.isDataTexture)if(ct.length>0){st&&at&&e.texStorage2D(i.TEXTURE_2D,Ot,Q,ct[0].width,ct[0].height);for(let it=0,Tt=ct.length;it<Tt;it++)Y=ct[it],st?wt&&e.texSubImage2D(i.TEXTURE_2D,it,0,0,Y.width,Y.height,lt,P,Y.data):e.texImage2D(i.TEXTURE_2D,it,Q,Y.width,Y.height,0,lt,P,Y.data);_.generateMipmaps=!1}else st?(at&&e.texStorage2D(i.TEXTURE_2D,Ot,Q,j.width,j.height),wt&&we(_,j,lt,P)):e.texImage2D(i.TEXTURE_2D,0,Q,j.width,j.height,0,lt,P,j.data);else if(_.isCompressedTexture)if(_.isCompressedArrayTexture){st&&at&&e.texStorage3D(i.TEXTURE_2D_ARRAY,Ot,Q,ct[0].width,ct[0].height,j.depth);for(let it=0,Tt=ct.length;it<Tt;it++)if(Y=ct[it],_.format!==Ke)if(lt!==null)if(st){if(wt)if(_.layerUpdates.size>0){let Ut=dc(Y.width,Y.height,_.format,_.type);for(let pt of _.layerUpdates){let Kt=Y.data.subarray(pt*Ut/Y.data.BYTES_PER_ELEMENT,(pt+1)*Ut/Y.data.BYTES_PER_ELEMENT);e.compressedTexSubImage3D(i.TEXTURE_2D_ARRAY,it,0,0,pt,Y.width,Y.height,1,lt,Kt)}}else e.compressedTexSubImage3D(i.TEXTURE_2D_ARRAY,it,0,0,0,Y.width,Y.height,j.depth,lt,Y.data)}else e.compressedTexImage3D(i.TEXTURE_2D_ARRAY,it,Q,Y.width,Y.height,j.depth,0,Y.data,0,0);else Rt("WebGLRenderer: Attempt to load unsupported compressed texture format in .uploadTexture()");else st?wt&&e.texSubImage3D(i.TEXTURE_2D_ARRAY,it,0,0,0,Y.width,Y.height,j.depth,lt,P,Y.data):e.texImage3D(i.TEXTURE_2D_ARRAY,it,Q,Y.width,Y.height,j.depth,0,lt,P,Y.data);_.layerUpdates.size>0&&_.clearLayerUpdates()}else{st&&at&&e.texStorage2D(i.TEXTURE_2D,Ot,Q,ct[0].width,ct[0].height);for(let it=0,Tt=ct.length;it<Tt;it++)Y=ct[it],_.format!==Ke?lt!==null?st?wt&&e.compressedTexSubImage2D(i.TEXTURE_2D,it,0,0,Y.width,Y.height,lt,Y.data):e.compressedTexImage2D(i.TEXTURE_2D,it,Q,Y.width,Y.height,0,Y.data):Rt("WebGLRenderer: Attempt to load unsupported compressed texture format in .uploadTexture()"):st?wt&&e.texSubImage2D(i.TEXTURE_2D,it,0,0,Y.width,Y.height,lt,P,Y.data):e.texImage2D(i.TEXTURE_2D,it,Q,Y.width,Y.height,0,lt,P,Y.data)}else if(_.isDataArrayTexture)if(st){if(at&&e.texStorage3D(i.TEXTURE_2D_ARRAY,Ot,Q,j.width,j.height,j.depth),wt)if(_.layerUpdates.size>0){let it=dc(j.width,j.height,_.format,_.type);for(let Tt of _.layerUpdates){let Ut=j.data.subarray(Tt*it/j.data.BYTES_PER_ELEMENT,(Tt+1)*it/j.data.BYTES_PER_ELEMENT);e.texSubImage3D(i.TEXTURE_2D_ARRAY,0,0,0,Tt,j.width,j.height,1,lt,P,Ut)}_.clearLayerUpdates()}else e.texSubImage3D(i.TEXTURE_2D_ARRAY,0,0,0,0,j.width,j.height,j.depth,lt,P,j.data)}else e.texImage3D(i.TEXTURE_2D_ARRAY,0,Q,j.width,j.height,j.depth,0,lt,P,j.data);else if(_.isData3DTexture)st?(at&&e.texStorage3D(i.TEXTURE_3D,Ot,Q,j.width,j.height,j.depth),wt&&e.texSubImage3D(i.TEXTURE_3D,0,0,0,0,j.width,j.height,j.depth,lt,P,j.data)):e.texImage3D(i.TEXTURE_3D,0,Q,j.width,j.height,j.depth,0,lt,P,j.data);else if(_.isFramebufferTexture){if(at)if(st)e.texStorage2D(i.TEXTURE_2D,Ot,Q,j.width,j.height);else{let it=j.width,Tt=j.height;for(let Ut=0;Ut<Ot;Ut++)e.texImage2D(i.TEXTURE_2D,Ut,Q,it,Tt,0,lt,P,null),it>>=1,Tt>>=1}}else if(_.isHTMLTexture){if("texElementImage2D"in i){let it=i.canvas;if(it.hasAttribute("layoutsubtree")||it.setAttribute("layoutsubtree","true"),j.parentNode!==it){it.appendChild(j),u.add(_),it.onpaint=Tt=>{let Ut=Tt.changedElements;for(let pt of u)Ut.includes(pt.image)&&(pt.needsUpdate=!0)},it.requestPaint();return}if(i.texElementImage2D.length===3)i.texElementImage2D(i.TEXTURE_2D,i.RGBA8,j);else{let Ut=i.RGBA,pt=i.RGBA,Kt=i.UNSIGNED_BYTE;i.texElementImage2D(i.TEXTURE_2D,0,Ut,pt,Kt,j)}i.texParameteri(i.TEXTURE_2D,i.TEXTURE_MIN_FILTER,i.LINEAR),i.texParameteri(i.TEXTURE_2D,i.TEXTURE_WRAP_S,i.CLAMP_TO_EDGE),i.texParameteri(i.TEXTURE_2D,i.TEXTURE_WRAP_T,i.CLAMP_TO_EDGE)}}else if(ct.length>0){if(st&&at){let it=Nt(ct[0]);e.texStorage2D(i.TEXTURE_2D,Ot,Q,it.width,it.height)}for(let it=0,Tt=ct.length;it<Tt;it++)Y=ct[it],st?wt&&e.texSubImage2D(i.TEXTURE_2D,it,0,0,lt,P,Y):e.texImage2D(i.TEXTURE_2D,it,Q,lt,P,Y);_.generateMipmaps=!1}else if(st){if(at){let it=Nt(j);e.texStorage2D(i.TEXTURE_2D,Ot,Q,it.width,it.height)}wt&&e.texSubImage2D(i.TEXTURE_2D,0,0,0,lt,P,j)}else e.texImage2D(i.TEXTURE_2D,0,Q,lt,P,j);w(_)&&_.mipmapsAutoUpdate===!0&&S(nt),ut.__version=ot.version,_.onUpdate&&_.onUpdate(_)}T.__version=_.version}function ze(T,_,V){if(_.image.length!==6)return;let nt=jt(T,_),et=_.source;e.bindTexture(i.TEXTURE_CUBE_MAP,T.__webglTexture,i.TEXTURE0+V);let ot=n.get(et);if(et.version!==ot.__version||nt===!0){e.activeTexture(i.TEXTURE0+V);let ut=Gt.getPrimaries(Gt.workingColorSpace),K=_.colorSpace===Hn?null:Gt.getPrimaries(_.colorSpace),j=_.colorSpace===Hn||ut===K?i.NONE:i.BROWSER_DEFAULT_WEBGL;e.pixelStorei(i.UNPACK_FLIP_Y_WEBGL,_.flipY),e.pixelStorei(i.UNPACK_PREMULTIPLY_ALPHA_WEBGL,_.premultiplyAlpha),e.pixelStorei(i.UNPACK_ALIGNMENT,_.unpackAlignment),e.pixelStorei(i.UNPACK_COLORSPACE_CONVERSION_WEBGL,j);let lt=_.isCompressedTexture||_.image[0].isCompressedTexture,P=_.image[0]&&_.image[0].isDataTexture,Q=[];for(let pt=0;pt<6;pt++)!lt&&!P?Q[pt]=M(_.image[pt],!0,s.maxCubemapSize):Q[pt]=P?_.image[pt].image:_.image[pt],Q[pt]=At(_,Q[pt]);let Y=Q[0],ct=r.convert(_.format,_.colorSpace),st=r.convert(_.type),at=E(_.internalFormat,ct,st,_.normalized,_.colorSpace),wt=_.isVideoTexture!==!0,Ot=ot.__version===void 0||nt===!0,it=et.dataReady,Tt=b(_,Y);Jt(i.TEXTURE_CUBE_MAP,_);let Ut;if(_.isDepthTexture){if(at=v(_.format===Gn,_.type),Ot)if(wt)e.texStorage2D(i.TEXTURE_CUBE_MAP,1,at,Y.width,Y.height);else for(let pt=0;pt<6;pt++)e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,0,at,Y.width,Y.height,0,ct,st,null)}else if(lt){wt&&Ot&&e.texStorage2D(i.TEXTURE_CUBE_MAP,Tt,at,Y.width,Y.height);for(let pt=0;pt<6;pt++){Ut=Q[pt].mipmaps;for(let Kt=0;Kt<Ut.length;Kt++){let xe=Ut[Kt];_.format!==Ke?ct!==null?wt?it&&e.compressedTexSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt,0,0,xe.width,xe.height,ct,xe.data):e.compressedTexImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt,at,xe.width,xe.height,0,xe.data):Rt("WebGLRenderer: Attempt to load unsupported compressed texture format in .setTextureCube()"):wt?it&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt,0,0,xe.width,xe.height,ct,st,xe.data):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt,at,xe.width,xe.height,0,ct,st,xe.data)}}}else{if(Ut=_.mipmaps,wt&&Ot){Ut.length>0&&Tt++;let pt=Nt(Q[0]);e.texStorage2D(i.TEXTURE_CUBE_MAP,Tt,at,pt.width,pt.height)}for(let pt=0;pt<6;pt++)if(P){wt?it&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,0,0,0,Q[pt].width,Q[pt].height,ct,st,Q[pt].data):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,0,at,Q[pt].width,Q[pt].height,0,ct,st,Q[pt].data);for(let Kt=0;Kt<Ut.length;Kt++){let Yn=Ut[Kt].image[pt].image;wt?it&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt+1,0,0,Yn.width,Yn.height,ct,st,Yn.data):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt+1,at,Yn.width,Yn.height,0,ct,st,Yn.data)}}else{wt?it&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,0,0,0,ct,st,Q[pt]):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,0,at,ct,st,Q[pt]);for(let Kt=0;Kt<Ut.length;Kt++){let xe=Ut[Kt];wt?it&&e.texSubImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt+1,0,0,ct,st,xe.image[pt]):e.texImage2D(i.TEXTURE_CUBE_MAP_POSITIVE_X+pt,Kt+1,at,ct,st,xe.image[pt])}}}w(_)&&_.mipmapsAutoUpdate===!0&&S(i.TEXTURE_CUBE_MAP),ot.__version=et.version,_.onUpdate&&_.onUpdate(_)}T.__version=_.version}function ae(T,_,V,nt,et,ot){let ut=r.convert(V.format,V.colorSpace),K=r.convert(V.type),j=E(V.internalFormat,ut,K,V.normalized,V.colorSpace),lt=n.get(_),P=n.get(V);if(P.__renderTarget=_,!lt.__hasExternalTextures){let Q=Math.max(1,_.width>>ot),Y=Math.max(1,_.height>>ot);et===i.TEXTURE_3D||et===i.TEXTURE_2D_ARRAY?e.texImage3D(et,ot,j,Q,Y,_.depth,0,ut,K,null):e.texImage2D(et,ot,j,Q,Y,0,ut,K,null)}e.bindFramebuffer(i.FRAMEBUFFER,T),ft(_)?a.framebufferTexture2DMultisampleEXT(i.FRAMEBUFFER,nt,et,P.__webglTexture,0,re(_)):(et===i.TEXTURE_2D||et>=i.TEXTURE_CUBE_MAP_POSITIVE_X&&et<=i.TEXTURE_CUBE_MAP_NEGATIVE_Z)&&i.framebufferTexture2D(i.FRAMEBUFFER,nt,et,P.__webglTexture,ot),e.bindFramebuffer(i.FRAMEBUFFER,null)}function vn(T,_,V){if(i.bindRenderbuffer(i.RENDERBUFFER,T),_.depthBuffer){let nt=_.depthTexture,et=nt&&nt.isDepthTexture?nt.type:null,ot=v(_.stencilBuffer,et),ut=_.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT;ft(_)?a.renderbufferStorageMultisampleEXT(i.RENDERBUFFER,re(_),ot,_.width,_.height):V?i.renderbufferStorageMultisample(i.RENDERBUFFER,re(_),ot,_.width,_.height):i.renderbufferStorage(i.RENDERBUFFER,ot,_.width,_.height),i.framebufferRenderbuffer(i.FRAMEBUFFER,ut,i.RENDERBUFFER,T)}else{let nt=_.textures;for(let et=0;et<nt.length;et++){let ot=nt[et],ut=r.convert(ot.format,ot.colorSpace),K=r.convert(ot.type),j=E(ot.internalFormat,ut,K,ot.normalized,ot.colorSpace);ft(_)?a.renderbufferStorageMultisampleEXT(i.RENDERBUFFER,re(_),j,_.width,_.height):V?i.renderbufferStorageMultisample(i.RENDERBUFFER,re(_),j,_.width,_.height):i.renderbufferStorage(i.RENDERBUFFER,j,_.width,_.height)}}i.bindRenderbuffer(i.RENDERBUFFER,null)}function _e(T,_,V){let nt=_.isWebGLCubeRenderTarget===!0;if(e.bindFramebuffer(i.FRAMEBUFFER,T),!(_.depthTexture&&_.depthTexture.isDepthTexture))throw new Error("THREE.WebGLTextures: renderTarget.depthTexture must be an instance of THREE.DepthTexture.");let et=n.get(_.depthTexture);et.__renderTarget=_;let ot=nt?_.depthTexture.image[0]:_.depthTexture.image;(!et.__webglTexture||ot.width!==_.width||ot.height!==_.height)&&(ot.width=_.width,ot.height=_.height,_.depthTexture.needsUpdate=!0),nt?vt(_.depthTexture,0):rt(_.depthTexture,0);let ut=et.__webglTexture,K=re(_),j=nt?i.TEXTURE_CUBE_MAP_POSITIVE_X+V:i.TEXTURE_2D,lt=_.depthTexture.format===Gn?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT;if(_.depthTexture.format===kn)ft(_)?a.framebufferTexture2DMultisampleEXT(i.FRAMEBUFFER,lt,j,ut,0,K):i.framebufferTexture2D(i.FRAMEBUFFER,lt,j,ut,0);else if(_.depthTexture.format===Gn)ft(_)?a.framebufferTexture2DMultisampleEXT(i.FRAMEBUFFER,lt,j,ut,0,K):i.framebufferTexture2D(i.FRAMEBUFFER,lt,j,ut,0);else throw new Error("THREE.WebGLTextures: Unknown depthTexture format.")}function je(T){let _=n.get(T),V=T.isWebGLCubeRenderTarget===!0;if(_.__boundDepthTexture!==T.depthTexture){let nt=T.depthTexture;if(_.__depthDisposeCallback&&_.__depthDisposeCallback(),nt){let et=()=>{delete _.__boundDepthTexture,delete _.__depthDisposeCallback,nt.removeEventListener("dispose",et)};nt.addEventListener("dispose",et),_.__depthDisposeCallback=et}_.__boundDepthTexture=nt}if(T.depthTexture&&!_.__autoAllocateDepthBuffer)if(V)for(let nt=0;nt<6;nt++)_e(_.__webglFramebuffer[nt],T,nt);else T.texture.mipmaps.length>0?_e(_.__webglFramebuffer[0],T,0):_e(_.__webglFramebuffer,T,0);else if(V){_.__webglDepthbuffer=[];for(let nt=0;nt<6;nt++)if(e.bindFramebuffer(i.FRAMEBUFFER,_.__webglFramebuffer[nt]),_.__webglDepthbuffer[nt]===void 0)_.__webglDepthbuffer[nt]=i.createRenderbuffer(),vn(_.__webglDepthbuffer[nt],T,!1);else{let et=T.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT,ot=_.__webglDepthbuffer[nt];i.bindRenderbuffer(i.RENDERBUFFER,ot),i.framebufferRenderbuffer(i.FRAMEBUFFER,et,i.RENDERBUFFER,ot)}}else if(T.texture.mipmaps.length>0?e.bindFramebuffer(i.FRAMEBUFFER,_.__webglFramebuffer[0]):e.bindFramebuffer(i.FRAMEBUFFER,_.__webglFramebuffer),_.__webglDepthbuffer===void 0)_.__webglDepthbuffer=i.createRenderbuffer(),vn(_.__webglDepthbuffer,T,!1);else{let et=T.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT,ot=_.__webglDepthbuffer;i.bindRenderbuffer(i.RENDERBUFFER,ot),i.framebufferRenderbuffer(i.FRAMEBUFFER,et,i.RENDERBUFFER,ot)}e.bindFramebuffer(i.FRAMEBUFFER,null)}function Qe(T,_,V){let nt=n.get(T);_!==void 0&&ae(nt.__webglFramebuffer,T,T.texture,i.COLOR_ATTACHMENT0,i.TEXTURE_2D,0),V!==void 0&&je(T)}function tn(T){let _=T.texture,V=n.get(T),nt=n.get(_);T.addEventListener("dispose",O),U(T);let et=T.textures,ot=T.isWebGLCubeRenderTarget===!0,ut=et.length>1;if(ut||(nt.__webglTexture===void 0&&(nt.__webglTexture=i.createTexture()),nt.__version=_.version,o.memory.textures++),ot){V.__webglFramebuffer=[];for(let K=0;K<6;K++)if(_.mipmaps.length>0){V.__webglFramebuffer[K]=[];for(let j=0;j<_.mipmaps.length;j++)V.__webglFramebuffer[K][j]=i.createFramebuffer()}else V.__webglFramebuffer[K]=i.createFramebuffer()}else{if(_.mipmaps.length>0){V.__webglFramebuffer=[];for(let K=0;K<_.mipmaps.length;K++)V.__webglFramebuffer[K]=i.createFramebuffer()}else V.__webglFramebuffer=i.createFramebuffer();if(ut)for(let K=0,j=et.length;K<j;K++){let lt=n.get(et[K]);lt.__webglTexture===void 0&&(lt.__webglTexture=i.createTexture(),o.memory.textures++)}if(T.samples>0&&ft(T)===!1){V.__webglMultisampledFramebuffer=i.createFramebuffer(),V.__webglColorRenderbuffer=[],e.bindFramebuffer(i.FRAMEBUFFER,V.__webglMultisampledFramebuffer);for(let K=0;K<et.length;K++){let j=et[K];V.__webglColorRenderbuffer[K]=i.createRenderbuffer(),i.bindRenderbuffer(i.RENDERBUFFER,V.__webglColorRenderbuffer[K]);let lt=r.convert(j.format,j.colorSpace),P=r.convert(j.type),Q=E(j.internalFormat,lt,P,j.normalized,j.colorSpace,T.isXRRenderTarget===!0),Y=re(T);i.renderbufferStorageMultisample(i.RENDERBUFFER,Y,Q,T.width,T.height),i.framebufferRenderbuffer(i.FRAMEBUFFER,i.COLOR_ATTACHMENT0+K,i.RENDERBUFFER,V.__webglColorRenderbuffer[K])}i.bindRenderbuffer(i.RENDERBUFFER,null),T.depthBuffer&&(V.__webglDepthRenderbuffer=i.createRenderbuffer(),vn(V.__webglDepthRenderbuffer,T,!0)),e.bindFramebuffer(i.FRAMEBUFFER,null)}}if(ot){e.bindTexture(i.TEXTURE_CUBE_MAP,nt.__webglTexture),Jt(i.TEXTURE_CUBE_MAP,_);for(let K=0;K<6;K++)if(_.mipmaps.length>0)for(let j=0;j<_.mipmaps.length;j++)ae(V.__webglFramebuffer[K][j],T,_,i.COLOR_ATTACHMENT0,i.TEXTURE_CUBE_MAP_POSITIVE_X+K,j);else ae(V.__webglFramebuffer[K],T,_,i.COLOR_ATTACHMENT0,i.TEXTURE_CUBE_MAP_POSITIVE_X+K,0);w(_)?S(i.TEXTURE_CUBE_MAP):_.mipmaps.length>0&&i.texParameteri(i.TEXTURE_CUBE_MAP,i.TEXTURE_MAX_LEVEL,_.mipmaps.length-1),e.unbindTexture()}else if(ut){for(let K=0,j=et.length;K<j;K++){let lt=et[K],P=n.get(lt),Q=i.TEXTURE_2D;(T.isWebGL3DRenderTarget||T.isWebGLArrayRenderTarget)&&(Q=T.isWebGL3DRenderTarget?i.TEXTURE_3D:i.TEXTURE_2D_ARRAY),e.bindTexture(Q,P.__webglTexture),Jt(Q,lt),ae(V.__webglFramebuffer,T,lt,i.COLOR_ATTACHMENT0+K,Q,0),w(lt)&&S(Q)}e.unbindTexture()}else{let K=i.TEXTURE_2D;if((T.isWebGL3DRenderTarget||T.isWebGLArrayRenderTarget)&&(K=T.isWebGL3DRenderTarget?i.TEXTURE_3D:i.TEXTURE_2D_ARRAY),e.bindTexture(K,nt.__webglTexture),Jt(K,_),_.mipmaps.length>0)for(let j=0;j<_.mipmaps.length;j++)ae(V.__webglFramebuffer[j],T,_,i.COLOR_ATTACHMENT0,K,j);else ae(V.__webglFramebuffer,T,_,i.COLOR_ATTACHMENT0,K,0);w(_)?S(K):_.mipmaps.length>0&&i.texParameteri(K,i.TEXTURE_MAX_LEVEL,_.mipmaps.length-1),e.unbindTexture()}T.depthBuffer&&je(T)}function F(T){let _=T.textures;for(let V=0,nt=_.length;V<nt;V++){let et=_[V];if(w(et)&&et.mipmapsAutoUpdate===!0){let ot=C(T),ut=n.get(et).__webglTexture;e.bindTexture(ot,ut),S(ot),e.unbindTexture()}}}let en=[];function se(T){if(T.samples>0){if(ft(T)===!1){let _=T.textures,V=T.width,nt=T.height,et=i.COLOR_BUFFER_BIT,ot=T.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT,ut=n.get(T),K=_.length>1;if(K)for(let lt=0;lt<_.length;lt++)e.bindFramebuffer(i.FRAMEBUFFER,ut.__webglMultisampledFramebuffer),i.framebufferRenderbuffer(i.FRAMEBUFFER,i.COLOR_ATTACHMENT0+lt,i.RENDERBUFFER,null),e.bindFramebuffer(i.FRAMEBUFFER,ut.__webglFramebuffer),i.framebufferTexture2D(i.DRAW_FRAMEBUFFER,i.COLOR_ATTACHMENT0+lt,i.TEXTURE_2D,null,0);e.bindFramebuffer(i.READ_FRAMEBUFFER,ut.__webglMultisampledFramebuffer),T.texture.mipmaps.length>0?e.bindFramebuffer(i.DRAW_FRAMEBUFFER,ut.__webglFramebuffer[0]):e.bindFramebuffer(i.DRAW_FRAMEBUFFER,ut.__webglFramebuffer);for(let lt=0;lt<_.length;lt++){if(T.resolveDepthBuffer&&(T.depthBuffer&&(et|=i.DEPTH_BUFFER_BIT),T.stencilBuffer&&T.resolveStencilBuffer&&(et|=i.STENCIL_BUFFER_BIT)),K){i.framebufferRenderbuffer(i.READ_FRAMEBUFFER,i.COLOR_ATTACHMENT0,i.RENDERBUFFER,ut.__webglColorRenderbuffer[lt]);let P=n.get(_[lt]).__webglTexture;i.framebufferTexture2D(i.DRAW_FRAMEBUFFER,i.COLOR_ATTACHMENT0,i.TEXTURE_2D,P,0)}i.blitFramebuffer(0,0,V,nt,0,0,V,nt,et,i.NEAREST),c===!0&&(en.length=0,en.push(i.COLOR_ATTACHMENT0+lt),T.depthBuffer&&T.storeMultisampledDepthBuffer===!1&&en.push(ot),i.invalidateFramebuffer(i.READ_FRAMEBUFFER,en))}if(e.bindFramebuffer(i.READ_FRAMEBUFFER,null),e.bindFramebuffer(i.DRAW_FRAMEBUFFER,null),K)for(let lt=0;lt<_.length;lt++){e.bindFramebuffer(i.FRAMEBUFFER,ut.__webglMultisampledFramebuffer),i.framebufferRenderbuffer(i.FRAMEBUFFER,i.COLOR_ATTACHMENT0+lt,i.RENDERBUFFER,ut.__webglColorRenderbuffer[lt]);let P=n.get(_[lt]).__webglTexture;e.bindFramebuffer(i.FRAMEBUFFER,ut.__webglFramebuffer),i.framebufferTexture2D(i.DRAW_FRAMEBUFFER,i.COLOR_ATTACHMENT0+lt,i.TEXTURE_2D,P,0)}e.bindFramebuffer(i.DRAW_FRAMEBUFFER,ut.__webglMultisampledFramebuffer)}else if(T.depthBuffer&&T.storeMultisampledDepthBuffer===!1&&c){let _=T.stencilBuffer?i.DEPTH_STENCIL_ATTACHMENT:i.DEPTH_ATTACHMENT;i.invalidateFramebuffer(i.DRAW_FRAMEBUFFER,[_])}}}function re(T){return Math.min(s.maxSamples,T.samples)}function ft(T){let _=n.get(T);return T.samples>0&&t.has("WEBGL_multisampled_render_to_texture")===!0&&_.__useRenderToTexture!==!1}function me(T){let _=o.render.frame;h.get(T)!==_&&(h.set(T,_),T.update())}function At(T,_){let V=T.colorSpace,nt=T.format,et=T.type;return T.isCompressedTexture===!0||T.isVideoTexture===!0||V!==Ds&&V!==Hn&&(Gt.getTransfer(V)===Yt?(nt!==Ke||et!==Ze)&&Rt("WebGLTextures: sRGB encoded textures have to use RGBAFormat and UnsignedByteType."):It("WebGLTextures: Unsupported texture color space:",V)),_}function Nt(T){return typeof HTMLImageElement<"u"&&T instanceof HTMLImageElement?(l.width=T.naturalWidth||T.width,l.height=T.naturalHeight||T.height):typeof VideoFrame<"u"&&T instanceof VideoFrame?(l.width=T.displayWidth,l.height=T.displayHeight):(l.width=T.width,l.height=T.height),l}this.allocateTextureUnit=Pt,this.resetTextureUnits=q,this.getTextureUnits=J,this.setTextureUnits=gt,this.setTexture2D=rt,this.setTexture2DArray=xt,this.setTexture3D=Et,this.setTextureCube=vt,this.rebindTextures=Qe,this.setupRenderTarget=tn,this.updateRenderTargetMipmap=F,this.updateMultisampleRenderTarget=se,this.setupDepthRenderbuffer=je,this.setupFrameBufferTexture=ae,this.useMultisampledRTT=ft,this.dispose=$}function Kv(i,t){function e(n,s=Hn){let r,o=Gt.getTransfer(s);if(n===Ze)return i.UNSIGNED_BYTE;if(n===Fo)return i.UNSIGNED_SHORT_4_4_4_4;if(n===Uo)return i.UNSIGNED_SHORT_5_5_5_1;if(n===jl)return i.UNSIGNED_INT_5_9_9_9_REV;if(n===Ql)return i.UNSIGNED_INT_10F_11F_11F_REV;if(n===Jl)return i.BYTE;if(n===Kl)return i.SHORT;if(n===gs)return i.UNSIGNED_SHORT;if(n===Do)return i.INT;if(n===fn)return i.UNSIGNED_INT;if(n===Je)return i.FLOAT;if(n===pn)return i.HALF_FLOAT;if(n===tc)return i.ALPHA;if(n===ec)return i.RGB;if(n===Ke)return i.RGBA;if(n===kn)return i.DEPTH_COMPONENT;if(n===Gn)return i.DEPTH_STENCIL;if(n===nc)return i.RED;if(n===Oo)return i.RED_INTEGER;if(n===ui)return i.RG;if(n===Bo)return i.RG_INTEGER;if(n===ko)return i.RGBA_INTEGER;if(n===js||n===Qs||n===tr||n===er)if(o===Yt)if(r=t.get("WEBGL_compressed_texture_s3tc_srgb"),r!==null){if(n===js)return r.COMPRESSED_SRGB_S3TC_DXT1_EXT;if(n===Qs)return r.COMPRESSED_SRGB_ALPHA_S3TC_DXT1_EXT;if(n===tr)return r.COMPRESSED_SRGB_ALPHA_S3TC_DXT3_EXT;if(n===er)return r.COMPRESSED_SRGB_ALPHA_S3TC_DXT5_EXT}else return null;else if(r=t.get("WEBGL_compressed_texture_s3tc"),r!==null){if(n===js)return r.COMPRESSED_RGB_S3TC_DXT1_EXT;if(n===Qs)return r.COMPRESSED_RGBA_S3TC_DXT1_EXT;if(n===tr)return r.COMPRESSED_RGBA_S3TC_DXT3_EXT;if(n===er)return r.COMPRESSED_RGBA_S3TC_DXT5_EXT}else return null;if(n===zo||n===Vo||n===Go||n===Ho)if(r=t.get("WEBGL_compressed_texture_pvrtc"),r!==null){if(n===zo)return r.COMPRESSED_RGB_PVRTC_4BPPV1_IMG;if(n===Vo)return r.COMPRESSED_RGB_PVRTC_2BPPV1_IMG;if(n===Go)return r.COMPRESSED_RGBA_PVRTC_4BPPV1_IMG;if(n===Ho)return r.COMPRESSED_RGBA_PVRTC_2BPPV1_IMG}else return null;if(n===Wo||n===$o||n===Xo||n===qo||n===Yo||n===nr||n===Zo)if(r=t.get("WEBGL_compressed_texture_etc"),r!==null){if(n===Wo||n===$o)return o===Yt?r.COMPRESSED_SRGB8_ETC2:r.COMPRESSED_RGB8_ETC2;if(n===Xo)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ETC2_EAC:r.COMPRESSED_RGBA8_ETC2_EAC;if(n===qo)return r.COMPRESSED_R11_EAC;if(n===Yo)return r.COMPRESSED_SIGNED_R11_EAC;if(n===nr)return r.COMPRESSED_RG11_EAC;if(n===Zo)return r.COMPRESSED_SIGNED_RG11_EAC}else return null;if(n===Jo||n===Ko||n===jo||n===Qo||n===ta||n===ea||n===na||n===ia||n===sa||n===ra||n===oa||n===aa||n===la||n===ca)if(r=t.get("WEBGL_compressed_texture_astc"),r!==null){if(n===Jo)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_4x4_KHR:r.COMPRESSED_RGBA_ASTC_4x4_KHR;if(n===Ko)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_5x4_KHR:r.COMPRESSED_RGBA_ASTC_5x4_KHR;if(n===jo)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_5x5_KHR:r.COMPRESSED_RGBA_ASTC_5x5_KHR;if(n===Qo)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_6x5_KHR:r.COMPRESSED_RGBA_ASTC_6x5_KHR;if(n===ta)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_6x6_KHR:r.COMPRESSED_RGBA_ASTC_6x6_KHR;if(n===ea)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_8x5_KHR:r.COMPRESSED_RGBA_ASTC_8x5_KHR;if(n===na)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_8x6_KHR:r.COMPRESSED_RGBA_ASTC_8x6_KHR;if(n===ia)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_8x8_KHR:r.COMPRESSED_RGBA_ASTC_8x8_KHR;if(n===sa)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x5_KHR:r.COMPRESSED_RGBA_ASTC_10x5_KHR;if(n===ra)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x6_KHR:r.COMPRESSED_RGBA_ASTC_10x6_KHR;if(n===oa)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x8_KHR:r.COMPRESSED_RGBA_ASTC_10x8_KHR;if(n===aa)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_10x10_KHR:r.COMPRESSED_RGBA_ASTC_10x10_KHR;if(n===la)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_12x10_KHR:r.COMPRESSED_RGBA_ASTC_12x10_KHR;if(n===ca)return o===Yt?r.COMPRESSED_SRGB8_ALPHA8_ASTC_12x12_KHR:r.COMPRESSED_RGBA_ASTC_12x12_KHR}else return null;if(n===ha||n===ua||n===da)if(r=t.get("EXT_texture_compression_bptc"),r!==null){if(n===ha)return o===Yt?r.COMPRESSED_SRGB_ALPHA_BPTC_UNORM_EXT:r.COMPRESSED_RGBA_BPTC_UNORM_EXT;if(n===ua)return r.COMPRESSED_RGB_BPTC_SIGNED_FLOAT_EXT;if(n===da)return r.COMPRESSED_RGB_BPTC_UNSIGNED_FLOAT_EXT}else return null;if(n===fa||n===pa||n===ir||n===ma)if(r=t.get("EXT_texture_compression_rgtc"),r!==null){if(n===fa)return r.COMPRESSED_RED_RGTC1_EXT;if(n===pa)return r.COMPRESSED_SIGNED_RED_RGTC1_EXT;if(n===ir)return r.COMPRESSED_RED_GREEN_RGTC2_EXT;if(n===ma)return r.COMPRESSED_SIGNED_RED_GREEN_RGTC2_EXT}else return null;return n===Li?i.UNSIGNED_INT_24_8:i[n]!==void 0?i[n]:null}return{convert:e}}var jv=`
void main() {

	gl_Position = vec4( position, 1.0 );

}`,Qv=`
uniform sampler2DArray depthColor;
uniform float depthWidth;
uniform float depthHeight;

void main() {

	vec2 coord = vec2( gl_FragCoord.x / depthWidth, gl_FragCoord.y / depthHeight );

	if ( coord.x >= 1.0 ) {

		gl_FragDepth = texture( depthColor, vec3( coord.x - 1.0, coord.y, 1 ) ).r;

	} else {

		gl_FragDepth = texture( depthColor, vec3( coord.x, coord.y, 0 ) ).r;

	}

}`,bc=class{constructor(){this.texture=null,this.mesh=null,this.depthNear=0,this.depthFar=0}init(t,e){if(this.texture===null){let n=new $s(t.texture);(t.depthNear!==e.depthNear||t.depthFar!==e.depthFar)&&(this.depthNear=t.depthNear,this.depthFar=t.depthFar),this.texture=n}}getMesh(t){if(this.texture!==null&&this.mesh===null){let e=t.cameras[0].viewport,n=new Tn({vertexShader:jv,fragmentShader:Qv,uniforms:{depthColor:{value:this.texture},depthWidth:{value:e.z},depthHeight:{value:e.w}}});this.mesh=new Ge(new Xs(20,20),n)}return this.mesh}reset(){this.texture=null,this.mesh=null}getDepthTexture(){return this.texture}},Sc=class extends En{constructor(t,e){super();let n=this,s=null,r=1,o=null,a="local-floor",c=1,l=null,h=null,u=null,d=null,f=null,g=null,x=typeof XRWebGLBinding<"u",p=new bc,m={},M=e.getContextAttributes(),w=null,S=null,C=[],E=[],v=new Wt,b=null,U=null,I=new Fe;I.viewport=new ie;let D=new Fe;D.viewport=new ie;let O=[I,D],H=new Po,L=null,$=null;this.cameraAutoUpdate=!0,this.enabled=!1,this.isPresenting=!1,this.getController=function(X){let rt=C[X];return rt===void 0&&(rt=new os,C[X]=rt),rt.getTargetRaySpace()},this.getControllerGrip=function(X){let rt=C[X];return rt===void 0&&(rt=new os,C[X]=rt),rt.getGripSpace()},this.getHand=function(X){let rt=C[X];return rt===void 0&&(rt=new os,C[X]=rt),rt.getHandSpace()};function Z(X){let rt=E.indexOf(X.inputSource);if(rt===-1)return;let xt=C[rt];xt!==void 0&&(xt.update(X.inputSource,X.frame,l||o),xt.dispatchEvent({type:X.type,data:X.inputSource}))}function A(){s.removeEventListener("select",Z),s.removeEventListener("selectstart",Z),s.removeEventListener("selectend",Z),s.removeEventListener("squeeze",Z),s.removeEventListener("squeezestart",Z),s.removeEventListener("squeezeend",Z),s.removeEventListener("end",A),s.removeEventListener("inputsourceschange",tt);for(let X=0;X<C.length;X++){let rt=E[X];rt!==null&&(E[X]=null,C[X].disconnect(rt))}L=null,$=null,p.reset();for(let X in m)delete m[X];if(t.setRenderTarget(w),f=null,d=null,u=null,s=null,S=null,Pt.stop(),n.isPresenting=!1,t.setPixelRatio(b),t.setSize(v.width,v.height,!1),U!==null){let X=U.camera;X.fov=U.fov,X.zoom=U.zoom,X.updateProjectionMatrix(),U=null}n.dispatchEvent({type:"sessionend"})}this.setFramebufferScaleFactor=function(X){r=X,n.isPresenting===!0&&Rt("WebXRManager: Cannot change framebuffer scale while presenting.")},this.setReferenceSpaceType=function(X){a=X,n.isPresenting===!0&&Rt("WebXRManager: Cannot change reference space type while presenting.")},this.getReferenceSpace=function(){return l||o},this.setReferenceSpace=function(X){l=X},this.getBaseLayer=function(){return d!==null?d:f},this.getBinding=function(){return u===null&&x&&(u=new XRWebGLBinding(s,e)),u},this.getFrame=function(){return g},this.getSession=function(){return s},this.setSession=async function(X){if(s=X,s!==null){if(w=t.getRenderTarget(),s.addEventListener("select",Z),s.addEventListener("selectstart",Z),s.addEventListener("selectend",Z),s.addEventListener("squeeze",Z),s.addEventListener("squeezestart",Z),s.addEventListener("squeezeend",Z),s.addEventListener("end",A),s.addEventListener("inputsourceschange",tt),M.xrCompatible!==!0&&await e.makeXRCompatible(),b=t.getPixelRatio(),t.getSize(v),x&&"createProjectionLayer"in XRWebGLBinding.prototype){let xt=null,Et=null,vt=null;M.depth&&(vt=M.stencil?e.DEPTH24_STENCIL8:e.DEPTH_COMPONENT24,xt=M.stencil?Gn:kn,Et=M.stencil?Li:fn);let Ft={colorFormat:e.RGBA8,depthFormat:vt,scaleFactor:r};u=this.getBinding(),d=u.createProjectionLayer(Ft),s.updateRenderState({layers:[d]}),t.setPixelRatio(1),t.setSize(d.textureWidth,d.textureHeight,!1),S=new qe(d.textureWidth,d.textureHeight,{format:Ke,type:Ze,depthTexture:new zn(d.textureWidth,d.textureHeight,Et,void 0,void 0,void 0,void 0,void 0,void 0,xt),stencilBuffer:M.stencil,colorSpace:t.outputColorSpace,samples:M.antialias?4:0,resolveDepthBuffer:d.ignoreDepthValues===!1,resolveStencilBuffer:d.ignoreDepthValues===!1,storeMultisampledDepthBuffer:d.ignoreDepthValues===!1,storeMultisampledStencilBuffer:d.ignoreDepthValues===!1})}else{let xt={antialias:M.antialias,alpha:!0,depth:M.depth,stencil:M.stencil,framebufferScaleFactor:r};f=new XRWebGLLayer(s,e,xt),s.updateRenderState({baseLayer:f}),t.setPixelRatio(1),t.setSize(f.framebufferWidth,f.framebufferHeight,!1),S=new qe(f.framebufferWidth,f.framebufferHeight,{format:Ke,type:Ze,colorSpace:t.outputColorSpace,stencilBuffer:M.stencil,resolveDepthBuffer:f.ignoreDepthValues===!1,resolveStencilBuffer:f.ignoreDepthValues===!1,storeMultisampledDepthBuffer:f.ignoreDepthValues===!1,storeMultisampledStencilBuffer:f.ignoreDepthValues===!1})}S.isXRRenderTarget=!0,this.setFoveation(c),l=null,o=await s.requestReferenceSpace(a),Pt.setContext(s),Pt.start(),n.isPresenting=!0,n.dispatchEvent({type:"sessionstart"})}},this.getEnvironmentBlendMode=function(){if(s!==null)return s.environmentBlendMode},this.getDepthTexture=function(){return p.getDepthTexture()};function tt(X){for(let rt=0;rt<X.removed.length;rt++){let xt=X.removed[rt],Et=E.indexOf(xt);Et>=0&&(E[Et]=null,C[Et].disconnect(xt))}for(let rt=0;rt<X.added.length;rt++){let xt=X.added[rt],Et=E.indexOf(xt);if(Et===-1){for(let Ft=0;Ft<C.length;Ft++)if(Ft>=E.length){E.push(xt),Et=Ft;break}else if(E[Ft]===null){E[Ft]=xt,Et=Ft;break}if(Et===-1)break}let vt=C[Et];vt&&vt.connect(xt)}}function k(X,rt){rt===null?X.matrixWorld.copy(X.matrix):X.matrixWorld.multiplyMatrices(rt.matrixWorld,X.matrix),X.matrixWorldInverse.copy(X.matrixWorld).invert()}this.updateCamera=function(X){if(s===null)return;let rt=X.near,xt=X.far;p.texture!==null&&(p.depthNear>0&&(rt=p.depthNear),p.depthFar>0&&(xt=p.depthFar)),H.near=D.near=I.near=rt,H.far=D.far=I.far=xt,(L!==H.near||$!==H.far)&&(s.updateRenderState({depthNear:H.near,depthFar:H.far}),L=H.near,$=H.far),H.layers.mask=X.layers.mask|6,I.layers.mask=H.layers.mask&-5,D.layers.mask=H.layers.mask&-3;let Et=X.parent,vt=H.cameras;k(H,Et);for(let Ft=0;Ft<vt.length;Ft++)k(vt[Ft],Et);H.projectionMatrix.copy(I.projectionMatrix),H.projectionMatrixInverse.copy(I.projectionMatrixInverse),U===null&&X.isPerspectiveCamera&&(U={camera:X,fov:X.fov,zoom:X.zoom}),q(X,H,Et)};function q(X,rt,xt){xt===null?X.matrix.copy(rt.matrixWorld):(X.matrix.copy(xt.matrixWorld),X.matrix.invert(),X.matrix.multiply(rt.matrixWorld)),X.matrix.decompose(X.position,X.quaternion,X.scale),X.updateMatrixWorld(!0),X.projectionMatrix.copy(rt.projectionMatrix),X.projectionMatrixInverse.copy(rt.projectionMatrixInverse),X.isPerspectiveCamera&&(X.fov=ho*2*Math.atan(1/X.projectionMatrix.elements[5]),X.zoom=1)}this.getCamera=function(){return H},this.getFoveation=function(){if(!(d===null&&f===null))return c},this.setFoveation=function(X){c=X,d!==null&&(d.fixedFoveation=X),f!==null&&f.fixedFoveation!==void 0&&(f.fixedFoveation=X)},this.hasDepthSensing=function(){return p.texture!==null},this.getDepthSensingMesh=function(){return p.getMesh(H)},this.getCameraTexture=function(X){return m[X]};let J=null;function gt(X,rt){if(h=rt.getViewerPose(l||o),g=rt,h!==null){let xt=h.views;f!==null&&(t.setRenderTargetFramebuffer(S,f.framebuffer),t.setRenderTarget(S));let Et=!1;xt.length!==H.cameras.length&&(H.cameras.length=0,Et=!0);for(let Ct=0;Ct<xt.length;Ct++){let Jt=xt[Ct],jt=null;if(f!==null)jt=f.getViewport(Jt);else{let we=u.getViewSubImage(d,Jt);jt=we.viewport,Ct===0&&(t.setRenderTargetTextures(S,we.colorTexture,we.depthStencilTexture),t.setRenderTarget(S))}let kt=O[Ct];kt===void 0&&(kt=new Fe,kt.layers.enable(Ct),kt.viewport=new ie,O[Ct]=kt),kt.matrix.fromArray(Jt.transform.matrix),kt.matrix.decompose(kt.position,kt.quaternion,kt.scale),kt.projectionMatrix.fromArray(Jt.projectionMatrix),kt.projectionMatrixInverse.copy(kt.projectionMatrix).invert(),kt.viewport.set(jt.x,jt.y,jt.width,jt.height),Ct===0&&(H.matrix.copy(kt.matrix),H.matrix.decompose(H.position,H.quaternion,H.scale)),Et===!0&&H.cameras.push(kt)}let vt=s.enabledFeatures;if(vt&&vt.includes("depth-sensing")&&s.depthUsage=="gpu-optimized"&&x){u=n.getBinding();let Ct=u.getDepthInformation(xt[0]);Ct&&Ct.isValid&&Ct.texture&&p.init(Ct,s.renderState)}if(vt&&vt.includes("camera-access")&&x){t.state.unbindTexture(),u=n.getBinding();for(let Ct=0;Ct<xt.length;Ct++){let Jt=xt[Ct].camera;if(Jt){let jt=m[Jt];jt||(jt=new $s,m[Jt]=jt);let kt=u.getCameraImage(Jt);jt.sourceTexture=kt}}}}for(let xt=0;xt<C.length;xt++){let Et=E[xt],vt=C[xt];Et!==null&&vt!==void 0&&vt.update(Et,rt,l||o)}J&&J(X,rt),rt.detectedPlanes&&n.dispatchEvent({type:"planesdetected",data:rt}),g=null}let Pt=new nd;Pt.setAnimationLoop(gt),this.setAnimationLoop=function(X){J=X},this.dispose=function(){}}},t_=new te,dd=new Lt;dd.set(-1,0,0,0,1,0,0,0,1);function e_(i,t){function e(p,m){p.matrixAutoUpdate===!0&&p.updateMatrix(),m.value.copy(p.matrix)}function n(p,m){m.color.getRGB(p.fogColor.value,cc(i)),m.isFog?(p.fogNear.value=m.near,p.fogFar.value=m.far):m.isFogExp2&&(p.fogDensity.value=m.density)}function s(p,m,M,w,S){m.isNodeMaterial?m.uniformsNeedUpdate=!1:m.isMeshBasicMaterial?r(p,m):m.isMeshLambertMaterial?(r(p,m),m.envMap&&(p.envMapIntensity.value=m.envMapIntensity)):m.isMeshToonMaterial?(r(p,m),u(p,m)):m.isMeshPhongMaterial?(r(p,m),h(p,m),m.envMap&&(p.envMapIntensity.value=m.envMapIntensity)):m.isMeshStandardMaterial?(r(p,m),d(p,m),m.isMeshPhysicalMaterial&&f(p,m,S)):m.isMeshMatcapMaterial?(r(p,m),g(p,m)):m.isMeshDepthMaterial?r(p,m):m.isMeshDistanceMaterial?(r(p,m),x(p,m)):m.isMeshNormalMaterial?r(p,m):m.isLineBasicMaterial?(o(p,m),m.isLineDashedMaterial&&a(p,m)):m.isPointsMaterial?c(p,m,M,w):m.isSpriteMaterial?l(p,m):m.isShadowMaterial?(p.color.value.copy(m.color),p.opacity.value=m.opacity):m.isShaderMaterial&&(m.uniformsNeedUpdate=!1)}function r(p,m){p.opacity.value=m.opacity,m.color&&p.diffuse.value.copy(m.color),m.emissive&&p.emissive.value.copy(m.emissive).multiplyScalar(m.emissiveIntensity),m.map&&(p.map.value=m.map,e(m.map,p.mapTransform)),m.alphaMap&&(p.alphaMap.value=m.alphaMap,e(m.alphaMap,p.alphaMapTransform)),m.bumpMap&&(p.bumpMap.value=m.bumpMap,e(m.bumpMap,p.bumpMapTransform),p.bumpScale.value=m.bumpScale,m.side===Be&&(p.bumpScale.value*=-1)),m.normalMap&&(p.normalMap.value=m.normalMap,e(m.normalMap,p.normalMapTransform),p.normalScale.value.copy(m.normalScale),m.side===Be&&p.normalScale.value.negate()),m.displacementMap&&(p.displacementMap.value=m.displacementMap,e(m.displacementMap,p.displacementMapTransform),p.displacementScale.value=m.displacementScale,p.displacementBias.value=m.displacementBias),m.emissiveMap&&(p.emissiveMap.value=m.emissiveMap,e(m.emissiveMap,p.emissiveMapTransform)),m.specularMap&&(p.specularMap.value=m.specularMap,e(m.specularMap,p.specularMapTransform)),m.alphaTest>0&&(p.alphaTest.value=m.alphaTest);let M=t.get(m),w=M.envMap,S=M.envMapRotation;w&&(p.envMap.value=w,p.envMapRotation.value.setFromMatrix4(t_.makeRotationFromEuler(S)).transpose(),w.isCubeTexture&&w.isRenderTargetTexture===!1&&p.envMapRotation.value.premultiply(dd),p.reflectivity.value=m.reflectivity,p.ior.value=m.ior,p.refractionRatio.value=m.refractionRatio),m.lightMap&&(p.lightMap.value=m.lightMap,p.lightMapIntensity.value=m.lightMapIntensity,e(m.lightMap,p.lightMapTransform)),m.aoMap&&(p.aoMap.value=m.aoMap,p.aoMapIntensity.value=m.aoMapIntensity,e(m.aoMap,p.aoMapTransform))}function o(p,m){p.diffuse.value.copy(m.color),p.opacity.value=m.opacity,m.map&&(p.map.value=m.map,e(m.map,p.mapTransform))}function a(p,m){p.dashSize.value=m.dashSize,p.totalSize.value=m.dashSize+m.gapSize,p.scale.value=m.scale}function c(p,m,M,w){p.diffuse.value.copy(m.color),p.opacity.value=m.opacity,p.size.value=m.size*M,p.scale.value=w*.5,m.map&&(p.map.value=m.map,e(m.map,p.uvTransform)),m.alphaMap&&(p.alphaMap.value=m.alphaMap,e(m.alphaMap,p.alphaMapTransform)),m.alphaTest>0&&(p.alphaTest.value=m.alphaTest)}function l(p,m){p.diffuse.value.copy(m.color),p.opacity.value=m.opacity,p.rotation.value=m.rotation,m.map&&(p.map.value=m.map,e(m.map,p.mapTransform)),m.alphaMap&&(p.alphaMap.value=m.alphaMap,e(m.alphaMap,p.alphaMapTransform)),m.alphaTest>0&&(p.alphaTest.value=m.alphaTest)}function h(p,m){p.specular.value.copy(m.specular),p.shininess.value=Math.max(m.shininess,1e-4)}function u(p,m){m.gradientMap&&(p.gradientMap.value=m.gradientMap)}function d(p,m){p.metalness.value=m.metalness,m.metalnessMap&&(p.metalnessMap.value=m.metalnessMap,e(m.metalnessMap,p.metalnessMapTransform)),p.roughness.value=m.roughness,m.roughnessMap&&(p.roughnessMap.value=m.roughnessMap,e(m.roughnessMap,p.roughnessMapTransform)),m.envMap&&(p.envMapIntensity.value=m.envMapIntensity)}function f(p,m,M){p.ior.value=m.ior,m.diffuseRoughness>0&&(p.diffuseRoughness.value=m.diffuseRoughness,m.diffuseRoughnessMap&&(p.diffuseRoughnessMap.value=m.diffuseRoughnessMap,e(m.diffuseRoughnessMap,p.diffuseRoughnessMapTransform))),m.sheen>0&&(p.sheenColor.value.copy(m.sheenColor).multiplyScalar(m.sheen),p.sheenRoughness.value=m.sheenRoughness,m.sheenColorMap&&(p.sheenColorMap.value=m.sheenColorMap,e(m.sheenColorMap,p.sheenColorMapTransform)),m.sheenRoughnessMap&&(p.sheenRoughnessMap.value=m.sheenRoughnessMap,e(m.sheenRoughnessMap,p.sheenRoughnessMapTransform))),m.clearcoat>0&&(p.clearcoat.value=m.clearcoat,p.clearcoatRoughness.value=m.clearcoatRoughness,m.clearcoatMap&&(p.clearcoatMap.value=m.clearcoatMap,e(m.clearcoatMap,p.clearcoatMapTransform)),m.clearcoatRoughnessMap&&(p.clearcoatRoughnessMap.value=m.clearcoatRoughnessMap,e(m.clearcoatRoughnessMap,p.clearcoatRoughnessMapTransform)),m.clearcoatNormalMap&&(p.clearcoatNormalMap.value=m.clearcoatNormalMap,e(m.clearcoatNormalMap,p.clearcoatNormalMapTransform),p.clearcoatNormalScale.value.copy(m.clearcoatNormalScale),m.side===Be&&p.clearcoatNormalScale.value.negate())),m.dispersion>0&&(p.dispersion.value=m.dispersion),m.retroreflectivity>0&&(p.retroreflectivity.value=m.retroreflectivity),m.iridescence>0&&(p.iridescence.value=m.iridescence,p.iridescenceIOR.value=m.iridescenceIOR,p.iridescenceThicknessMinimum.value=m.iridescenceThicknessMinimum,p.iridescenceThicknessMaximum.value=m.iridescenceThicknessMaximum,m.iridescenceMap&&(p.iridescenceMap.value=m.iridescenceMap,e(m.iridescenceMap,p.iridescenceMapTransform)),m.iridescenceThicknessMap&&(p.iridescenceThicknessMap.value=m.iridescenceThicknessMap,e(m.iridescenceThicknessMap,p.iridescenceThicknessMapTransform))),m.transmission>0&&(p.transmission.value=m.transmission,p.transmissionSamplerMap.value=M.texture,p.transmissionSamplerSize.value.set(M.width,M.height),m.transmissionMap&&(p.transmissionMap.value=m.transmissionMap,e(m.transmissionMap,p.transmissionMapTransform)),p.thickness.value=m.thickness,m.thicknessMap&&(p.thicknessMap.value=m.thicknessMap,e(m.thicknessMap,p.thicknessMapTransform)),p.attenuationDistance.value=m.attenuationDistance,p.attenuationColor.value.copy(m.attenuationColor)),m.anisotropy>0&&(p.anisotropyVector.value.set(m.anisotropy*Math.cos(m.anisotropyRotation),m.anisotropy*Math.sin(m.anisotropyRotation)),m.anisotropyMap&&(p.anisotropyMap.value=m.anisotropyMap,e(m.anisotropyMap,p.anisotropyMapTransform))),p.specularIntensity.value=m.specularIntensity,p.specularColor.value.copy(m.specularColor),m.specularColorMap&&(p.specularColorMap.value=m.specularColorMap,e(m.specularColorMap,p.specularColorMapTransform)),m.specularIntensityMap&&(p.specularIntensityMap.value=m.specularIntensityMap,e(m.specularIntensityMap,p.specularIntensityMapTransform))}function g(p,m){m.matcap&&(p.matcap.value=m.matcap)}function x(p,m){let M=t.get(m).light;p.referencePosition.value.setFromMatrixPosition(M.matrixWorld),p.nearDistance.value=M.shadow.camera.near,p.farDistance.value=M.shadow.camera.far}return{refreshFogUniforms:n,refreshMaterialUniforms:s}}function n_(i,t,e,n){let s={},r={};function o(M,w){let S=w.program;n.uniformBlockBinding(M,S,s[M.id])}function a(M,w){let S=s[M.id];S===void 0&&(g(M),S=c(M),s[M.id]=S,M.addEventListener("dispose",p));let C=w.program;n.updateUBOMapping(M,C);let E=t.render.frame;r[M.id]!==E&&(l(M),r[M.id]=E)}function c(M){let w=i.createBuffer(),S=M.__size,C=M.usage;return i.bindBuffer(i.UNIFORM_BUFFER,w),i.bufferData(i.UNIFORM_BUFFER,S,C),i.bindBuffer(i.UNIFORM_BUFFER,null),w}function l(M){let w=s[M.id],S=M.uniforms,C=M.__cache;i.bindBuffer(i.UNIFORM_BUFFER,w);for(let E=0,v=S.length;E<v;E++){let b=S[E];if(Array.isArray(b))for(let U=0,I=b.length;U<I;U++)h(b[U],E,U,C);else h(b,E,0,C)}i.bindBuffer(i.UNIFORM_BUFFER,null)}function h(M,w,S,C){if(d(M,w,S,C)===!0){let E=M.__offset,v=M.value;if(Array.isArray(v)){let b=0;for(let U=0;U<v.length;U++){let I=v[U],D=x(I,!0);u(I,M.__data,b),b+=D.storage/Float32Array.BYTES_PER_ELEMENT}}else u(v,M.__data,0);i.bufferSubData(i.UNIFORM_BUFFER,E,M.__data)}}function u(M,w,S){typeof M=="number"||typeof M=="boolean"?w[S]=M:M.isMatrix3?(w[S]=M.elements[0],w[S+1]=M.elements[1],w[S+2]=M.elements[2],w[S+3]=0,w[S+4]=M.elements[3],w[S+5]=M.elements[4],w[S+6]=M.elements[5],w[S+7]=0,w[S+8]=M.elements[6],w[S+9]=M.elements[7],w[S+10]=M.elements[8],w[S+11]=0):ArrayBuffer.isView(M)?w.set(M.subarray(0,w.length-S),S):M.toArray(w,S)}function d(M,w,S,C){let E=M.value,v=w+"_"+S;if(Array.isArray(E)){C[v]===void 0&&(C[v]=[]);let b=C[v],U=!1;for(let I=0;I<E.length;I++)f(E[I],b,I)===!0&&(U=!0);return U}return f(E,C,v)}function f(M,w,S){if(w[S]===void 0)return typeof M=="number"||typeof M=="boolean"?w[S]=M:ArrayBuffer.isView(M)?w[S]=M.slice():w[S]=M.clone(),!0;{let C=w[S];if(typeof M=="number"||typeof M=="boolean"){if(C!==M)return w[S]=M,!0}else{if(ArrayBuffer.isView(M))return!0;if(C.equals(M)===!1)return C.copy(M),!0}}return!1}function g(M){let w=M.uniforms,S=0,C=16;for(let v=0,b=w.length;v<b;v++){let U=Array.isArray(w[v])?w[v]:[w[v]];for(let I=0,D=U.length;I<D;I++){let O=U[I],H=Array.isArray(O.value)?O.value:[O.value],L=Array.isArray(w[v])||Array.isArray(O.value),$=S;for(let A=0,tt=H.length;A<tt;A++){let k=H[A],q=x(k,L),J=S%C,gt=J%q.boundary,Pt=J+gt;S+=gt,Pt!==0&&C-Pt<q.storage&&(S+=C-Pt),A===0&&($=S),S+=q.storage}let Z=O.type==="int"?Int32Array:O.type==="uint"?Uint32Array:Float32Array;O.__data=new Z((S-$)/Float32Array.BYTES_PER_ELEMENT),O.__offset=$}}let E=S%C;return E>0&&(S+=C-E),M.__size=S,M.__cache={},this}function x(M,w){let S={boundary:0,storage:0};return typeof M=="number"||typeof M=="boolean"?(S.boundary=4,S.storage=4):M.isVector2?(S.boundary=8,S.storage=8):M.isVector3||M.isColor?(S.boundary=16,S.storage=12):M.isVector4?(S.boundary=16,S.storage=16):M.isMatrix3?(S.boundary=16,S.storage=48):M.isMatrix4?(S.boundary=16,S.storage=64):M.isTexture?Rt("WebGLRenderer: Texture samplers can not be part of an uniforms group."):ArrayBuffer.isView(M)?(S.boundary=16,S.storage=M.byteLength):Rt("WebGLRenderer: Unsupported uniform value type.",M),w===!0&&(S.boundary=16,S.storage=Math.ceil(S.storage/16)*16),S}function p(M){let w=M.target;w.removeEventListener("dispose",p),i.deleteBuffer(s[w.id]),delete s[w.id],delete r[w.id]}function m(){for(let M in s)i.deleteBuffer(s[M]);s={},r={}}return{bind:o,update:a,dispose:m}}var i_=new Uint16Array([12469,15057,12620,14925,13266,14620,13807,14376,14323,13990,14545,13625,14713,13328,14840,12882,14931,12528,14996,12233,15039,11829,15066,11525,15080,11295,15085,10976,15082,10705,15073,10495,13880,14564,13898,14542,13977,14430,14158,14124,14393,13732,14556,13410,14702,12996,14814,12596,14891,12291,14937,11834,14957,11489,14958,11194,14943,10803,14921,10506,14893,10278,14858,9960,14484,14039,14487,14025,14499,13941,14524,13740,14574,13468,14654,13106,14743,12678,14818,12344,14867,11893,14889,11509,14893,11180,14881,10751,14852,10428,14812,10128,14765,9754,14712,9466,14764,13480,14764,13475,14766,13440,14766,13347,14769,13070,14786,12713,14816,12387,14844,11957,14860,11549,14868,11215,14855,10751,14825,10403,14782,10044,14729,9651,14666,9352,14599,9029,14967,12835,14966,12831,14963,12804,14954,12723,14936,12564,14917,12347,14900,11958,14886,11569,14878,11247,14859,10765,14828,10401,14784,10011,14727,9600,14660,9289,14586,8893,14508,8533,15111,12234,15110,12234,15104,12216,15092,12156,15067,12010,15028,11776,14981,11500,14942,11205,14902,10752,14861,10393,14812,9991,14752,9570,14682,9252,14603,8808,14519,8445,14431,8145,15209,11449,15208,11451,15202,11451,15190,11438,15163,11384,15117,11274,15055,10979,14994,10648,14932,10343,14871,9936,14803,9532,14729,9218,14645,8742,14556,8381,14461,8020,14365,7603,15273,10603,15272,10607,15267,10619,15256,10631,15231,10614,15182,10535,15118,10389,15042,10167,14963,9787,14883,9447,14800,9115,14710,8665,14615,8318,14514,7911,14411,7507,14279,7198,15314,9675,15313,9683,15309,9712,15298,9759,15277,9797,15229,9773,15166,9668,15084,9487,14995,9274,14898,8910,14800,8539,14697,8234,14590,7790,14479,7409,14367,7067,14178,6621,15337,8619,15337,8631,15333,8677,15325,8769,15305,8871,15264,8940,15202,8909,15119,8775,15022,8565,14916,8328,14804,8009,14688,7614,14569,7287,14448,6888,14321,6483,14088,6171,15350,7402,15350,7419,15347,7480,15340,7613,15322,7804,15287,7973,15229,8057,15148,8012,15046,7846,14933,7611,14810,7357,14682,7069,14552,6656,14421,6316,14251,5948,14007,5528,15356,5942,15356,5977,15353,6119,15348,6294,15332,6551,15302,6824,15249,7044,15171,7122,15070,7050,14949,6861,14818,6611,14679,6349,14538,6067,14398,5651,14189,5311,13935,4958,15359,4123,15359,4153,15356,4296,15353,4646,15338,5160,15311,5508,15263,5829,15188,6042,15088,6094,14966,6001,14826,5796,14678,5543,14527,5287,14377,4985,14133,4586,13869,4257,15360,1563,15360,1642,15358,2076,15354,2636,15341,3350,15317,4019,15273,4429,15203,4732,15105,4911,14981,4932,14836,4818,14679,4621,14517,4386,14359,4156,14083,3795,13808,3437,15360,122,15360,137,15358,285,15355,636,15344,1274,15322,2177,15281,2765,15215,3223,15120,3451,14995,3569,14846,3567,14681,3466,14511,3305,14344,3121,14037,2800,13753,2467,15360,0,15360,1,15359,21,15355,89,15346,253,15325,479,15287,796,15225,1148,15133,1492,15008,1749,14856,1882,14685,1886,14506,1783,14324,1608,13996,1398,13702,1183]),Cn=null;function s_(){return Cn===null&&(Cn=new ls(i_,16,16,ui,pn),Cn.name="DFG_LUT",Cn.minFilter=Ue,Cn.magFilter=Ue,Cn.wrapS=wn,Cn.wrapT=wn,Cn.generateMipmaps=!1,Cn.needsUpdate=!0),Cn}var xa=class{constructor(t={}){let{canvas:e=Tu(),context:n=null,depth:s=!0,stencil:r=!1,alpha:o=!1,antialias:a=!1,premultipliedAlpha:c=!0,preserveDrawingBuffer:l=!1,powerPreference:h="default",failIfMajorPerformanceCaveat:u=!1,reversedDepthBuffer:d=!1,outputBufferType:f=Ze}=t;this.isWebGLRenderer=!0;let g;if(n!==null){if(typeof WebGLRenderingContext<"u"&&n instanceof WebGLRenderingContext)throw new Error("THREE.WebGLRenderer: WebGL 1 is not supported since r163.");g=n.getContextAttributes().alpha}else g=o;let x=f,p=new Set([ko,Bo,Oo]),m=new Set([Ze,fn,gs,Li,Fo,Uo]),M=new Uint32Array(4),w=new Int32Array(4),S={textures:[],min:[],max:[],resolution:[]},C=null,E=null,v=[],b=[],U=null;this.domElement=e,this.debug={checkShaderErrors:!0,diagnostics:{keywords:!1},onShaderError:null},this.autoClear=!0,this.autoClearColor=!0,this.autoClearDepth=!0,this.autoClearStencil=!0,this.sortObjects=!0,this.clippingPlanes=[],this.localClippingEnabled=!1,this.toneMapping=An,this.toneMappingExposure=1,this.transmissionResolutionScale=1;let I=this,D=!1,O=null,H=null,L=null,$=null;this._outputColorSpace=Xe;let Z=0,A=0,tt=null,k=-1,q=null,J=new ie,gt=new ie,Pt=null,X=new Xt(0),rt=0,xt=e.width,Et=e.height,vt=1,Ft=null,he=null,Ct=new ie(0,0,xt,Et),Jt=new ie(0,0,xt,Et),jt=!1,kt=new Ci,we=new vo,pe=!1,ze=!1,ae=new te,vn=new B,_e=new ie,je={background:null,fog:null,environment:null,overrideMaterial:null,isScene:!0},Qe=!1;function tn(){return tt===null?vt:1}let F=n;function en(y,N){return e.getContext(y,N)}let se,re,ft,me,At,Nt,T,_,V,nt,et,ot,ut,K,j,lt,P,Q,Y,ct,st,at,wt;try{let y={alpha:!0,depth:s,stencil:r,antialias:a,premultipliedAlpha:c,preserveDrawingBuffer:l,powerPreference:h,failIfMajorPerformanceCaveat:u};if("setAttribute"in e&&e.setAttribute("data-engine",`three.js r${"187"}`),e.addEventListener("webglcontextlost",Tt,!1),e.addEventListener("webglcontextrestored",Ut,!1),e.addEventListener("webglcontextcreationerror",pt,!1),F===null){let N="webgl2";if(F=en(N,y),F===null)throw en(N)?new Error("THREE.WebGLRenderer: Error creating WebGL context with your selected attributes."):new Error("THREE.WebGLRenderer: Error creating WebGL context.")}Ot()}catch(y){throw e.removeEventListener("webglcontextlost",Tt,!1),e.removeEventListener("webglcontextrestored",Ut,!1),e.removeEventListener("webglcontextcreationerror",pt,!1),It("WebGLRenderer: "+y.message),y}function Ot(){se=new m0(F),se.init(),st=new Kv(F,se),re=new s0(F,se,t,st),ft=new Zv(F,se),re.reversedDepthBuffer&&d&&ft.buffers.depth.setReversed(!0),H=F.createFramebuffer(),L=F.createFramebuffer(),$=F.createFramebuffer(),me=new _0(F),At=new Fv,Nt=new Jv(F,se,ft,At,re,st,me),T=new p0(I),_=new yp(F),at=new n0(F,_),V=new g0(F,_,me,at),nt=new y0(F,V,_,at,me),Q=new x0(F,re,Nt),j=new r0(At),et=new Dv(I,T,se,re,at,j),ot=new e_(I,At),ut=new Ov,K=new Hv(se),P=new e0(I,T,ft,nt,g,c),lt=new Yv(I,nt,re),wt=new n_(F,me,re,ft),Y=new i0(F,se,me),ct=new v0(F,se,me),me.programs=et.programs,I.capabilities=re,I.extensions=se,I.properties=At,I.renderLists=ut,I.shadowMap=lt,I.state=ft,I.info=me}x!==Ze&&(U=new S0(x,e.width,e.height,a,s,r));let it=new Sc(I,F);this.xr=it,this.getContext=function(){return F},this.getContextAttributes=function(){return F.getContextAttributes()},this.forceContextLoss=function(){let y=se.get("WEBGL_lose_context");y&&y.loseContext()},this.forceContextRestore=function(){let y=se.get("WEBGL_lose_context");y&&y.restoreContext()},this.getPixelRatio=function(){return vt},this.setPixelRatio=function(y){y!==void 0&&(vt=y,this.setSize(xt,Et,!1))},this.getSize=function(y){return y.set(xt,Et)},this.setSize=function(y,N,W=!0){if(it.isPresenting){Rt("WebGLRenderer: Can't change size while VR device is presenting.");return}xt=y,Et=N,e.width=Math.floor(y*vt),e.height=Math.floor(N*vt),W===!0&&(e.style.width=y+"px",e.style.height=N+"px"),U!==null&&U.setSize(e.width,e.height),this.setViewport(0,0,y,N)},this.getDrawingBufferSize=function(y){return y.set(xt*vt,Et*vt).floor()},this.setDrawingBufferSize=function(y,N,W){xt=y,Et=N,vt=W,e.width=Math.floor(y*W),e.height=Math.floor(N*W),this.setViewport(0,0,y,N)},this.setEffects=function(y){if(x===Ze){It("WebGLRenderer: setEffects() requires outputBufferType set to HalfFloatType or FloatType.");return}if(y){for(let N=0;N<y.length;N++)if(y[N].isOutputPass===!0){Rt("WebGLRenderer: OutputPass is not needed in setEffects(). Tone mapping and color space conversion are applied automatically.");break}}U.setEffects(y||[])},this.getCurrentViewport=function(y){return y.copy(J)},this.getViewport=function(y){return y.copy(Ct)},this.setViewport=function(y,N,W,z){y.isVector4?Ct.set(y.x,y.y,y.z,y.w):Ct.set(y,N,W,z),ft.viewport(J.copy(Ct).multiplyScalar(tn()).round())},this.getScissor=function(y){return y.copy(Jt)},this.setScissor=function(y,N,W,z){y.isVector4?Jt.set(y.x,y.y,y.z,y.w):Jt.set(y,N,W,z),ft.scissor(gt.copy(Jt).multiplyScalar(tn()).round())},this.getScissorTest=function(){return jt},this.setScissorTest=function(y){ft.setScissorTest(jt=y)},this.setOpaqueSort=function(y){Ft=y},this.setTransparentSort=function(y){he=y},this.getClearColor=function(y){return y.copy(P.getClearColor())},this.setClearColor=function(){P.setClearColor(...arguments)},this.getClearAlpha=function(){return P.getClearAlpha()},this.setClearAlpha=function(){P.setClearAlpha(...arguments)},this.clear=function(y=!0,N=!0,W=!0){let z=0;if(y){let G=!1;if(tt!==null){let dt=tt.texture.format;G=p.has(dt)}if(G){let dt=tt.texture.type,yt=m.has(dt),ht=P.getClearColor(),_t=P.getClearAlpha(),Mt=ht.r,Dt=ht.g,zt=ht.b;yt?(M[0]=Mt,M[1]=Dt,M[2]=zt,M[3]=_t,F.clearBufferuiv(F.COLOR,0,M)):(w[0]=Mt,w[1]=Dt,w[2]=zt,w[3]=_t,F.clearBufferiv(F.COLOR,0,w))}else z|=F.COLOR_BUFFER_BIT}N&&(z|=F.DEPTH_BUFFER_BIT,this.state.buffers.depth.setMask(!0)),W&&(z|=F.STENCIL_BUFFER_BIT,this.state.buffers.stencil.setMask(4294967295)),z!==0&&F.clear(z)},this.clearColor=function(){this.clear(!0,!1,!1)},this.clearDepth=function(){this.clear(!1,!0,!1)},this.clearStencil=function(){this.clear(!1,!1,!0)},this.setNodesHandler=function(y){y.setRenderer(this),O=y},this.dispose=function(){e.removeEventListener("webglcontextlost",Tt,!1),e.removeEventListener("webglcontextrestored",Ut,!1),e.removeEventListener("webglcontextcreationerror",pt,!1),P.dispose(),ut.dispose(),K.dispose(),Nt.dispose(),At.dispose(),T.dispose(),nt.dispose(),V.dispose(),at.dispose(),wt.dispose(),et.dispose(),it.dispose(),it.removeEventListener("sessionstart",Vc),it.removeEventListener("sessionend",Gc),vi.stop()};function Tt(y){y.preventDefault(),ac("WebGLRenderer: Context Lost."),D=!0}function Ut(){ac("WebGLRenderer: Context Restored."),D=!1;let y=me.autoReset,N=lt.enabled,W=lt.autoUpdate,z=lt.needsUpdate,G=lt.type;Ot(),me.autoReset=y,lt.enabled=N,lt.autoUpdate=W,lt.needsUpdate=z,lt.type=G}function pt(y){It("WebGLRenderer: A WebGL context could not be created. Reason: ",y.statusMessage)}function Kt(y){let N=y.target;N.removeEventListener("dispose",Kt),xe(N)}function xe(y){Yn(y),At.remove(y)}function Yn(y){let N=At.get(y).programs;N!==void 0&&(N.forEach(function(W){et.releaseProgram(W)}),y.isShaderMaterial&&et.releaseShaderCache(y))}this.renderBufferDirect=function(y,N,W,z,G,dt){N===null&&(N=je);let yt=G.isMesh&&G.matrixWorld.determinantAffine()<0,ht=nf(y,N,W,z,G);ft.setMaterial(z,yt);let _t=W.index,Mt=1;if(z.wireframe===!0){if(_t=V.getWireframeAttribute(W),_t===void 0)return;Mt=2}let Dt=W.drawRange,zt=W.attributes.position,bt=Dt.start*Mt,Vt=(Dt.start+Dt.count)*Mt;dt!==null&&(bt=Math.max(bt,dt.start*Mt),Vt=Math.min(Vt,(dt.start+dt.count)*Mt)),_t!==null?(bt=Math.max(bt,0),Vt=Math.min(Vt,_t.count)):zt!=null&&(bt=Math.max(bt,0),Vt=Math.min(Vt,zt.count));let ue=Vt-bt;if(ue<0||ue===1/0)return;at.setup(G,z,ht,W,_t);let ee,Qt=Y;if(_t!==null&&(ee=_.get(_t),Qt=ct,Qt.setIndex(ee)),G.isMesh)z.wireframe===!0?(ft.setLineWidth(z.wireframeLinewidth*tn()),Qt.setMode(F.LINES)):Qt.setMode(F.TRIANGLES);else if(G.isLine){let Ce=z.linewidth;Ce===void 0&&(Ce=1),ft.setLineWidth(Ce*tn()),G.isLineSegments?Qt.setMode(F.LINES):G.isLineLoop?Qt.setMode(F.LINE_LOOP):Qt.setMode(F.LINE_STRIP)}else G.isPoints?Qt.setMode(F.POINTS):G.isSprite&&Qt.setMode(F.TRIANGLES);if(G.isBatchedMesh)if(se.get("WEBGL_multi_draw"))Qt.renderMultiDraw(G._multiDrawStarts,G._multiDrawCounts,G._multiDrawCount);else{let Ce=G._multiDrawStarts,St=G._multiDrawCounts,De=G._multiDrawCount,qt=_t?_.get(_t).bytesPerElement:1,_i=At.get(z).currentProgram.getUniforms();for(let Re=0;Re<De;Re++)_i.setValue(F,"_gl_DrawID",Re),Qt.render(Ce[Re]/qt,St[Re])}else if(G.isInstancedMesh)Qt.renderInstances(bt,ue,G.count);else if(W.isInstancedBufferGeometry){let Ce=W._maxInstanceCount!==void 0?W._maxInstanceCount:1/0,St=Math.min(W.instanceCount,Ce);Qt.renderInstances(bt,ue,St)}else Qt.render(bt,ue)};function zc(y,N,W,z){O!==null&&y.isNodeMaterial&&O.setObject(z,y),pe===!0&&j.setState(y,W,!1),y.transparent===!0&&y.side===He&&y.forceSinglePass===!1?(y.side=Be,y.needsUpdate=!0,Ms(y,N,z),y.side=hi,y.needsUpdate=!0,Ms(y,N,z),y.side=He):Ms(y,N,z)}this.compile=function(y,N,W=null){W===null&&(W=y),O!==null&&O.renderStart(y,N,W),E=K.get(W),E.init(N),b.push(E),W.traverseVisible(function(G){G.isLight&&G.layers.test(N.layers)&&(E.pushLight(G),G.castShadow&&E.pushShadow(G))}),y!==W&&y.traverseVisible(function(G){G.isLight&&G.layers.test(N.layers)&&(E.pushLight(G),G.castShadow&&E.pushShadow(G))}),E.setupLights(),O!==null&&O.updateLights(E.state.lightsArray),ze=this.localClippingEnabled,pe=j.init(this.clippingPlanes,ze),pe===!0&&j.setGlobalState(this.clippingPlanes,N),O!==null&&lt.render(E.state.shadowsArray,W,N);let z=new Set;return y.traverse(function(G){if(!(G.isMesh||G.isPoints||G.isLine||G.isSprite))return;let dt=G.material;if(dt)if(Array.isArray(dt))for(let yt=0;yt<dt.length;yt++){let ht=dt[yt];zc(ht,W,N,G),z.add(ht)}else zc(dt,W,N,G),z.add(dt)}),E=b.pop(),O!==null&&O.renderEnd(),z},this.compileAsync=function(y,N,W=null){let z=this.compile(y,N,W);return new Promise(G=>{function dt(){if(z.forEach(function(yt){let _t=At.get(yt).currentProgram;(_t===void 0||_t.isReady())&&z.delete(yt)}),z.size===0){G(y);return}setTimeout(dt,10)}se.get("KHR_parallel_shader_compile")!==null?dt():setTimeout(dt,10)})};let ja=null;function tf(y){ja&&ja(y)}function Vc(){vi.stop()}function Gc(){vi.start()}let vi=new nd;vi.setAnimationLoop(tf),typeof self<"u"&&vi.setContext(self),this.setAnimationLoop=function(y){ja=y,it.setAnimationLoop(y),y===null?vi.stop():vi.start()},it.addEventListener("sessionstart",Vc),it.addEventListener("sessionend",Gc),this.render=function(y,N){if(N!==void 0&&N.isCamera!==!0){It("WebGLRenderer.render: camera is not an instance of THREE.Camera.");return}if(D===!0)return;O!==null&&O.renderStart(y,N);let W=it.enabled===!0&&it.isPresenting===!0,z=U!==null&&(tt===null||W)&&U.begin(I,tt);if(y.matrixWorldAutoUpdate===!0&&y.updateMatrixWorld(),N.parent===null&&N.matrixWorldAutoUpdate===!0&&N.updateMatrixWorld(),it.enabled===!0&&it.isPresenting===!0&&(U===null||U.isCompositing()===!1)&&(it.cameraAutoUpdate===!0&&it.updateCamera(N),N=it.getCamera()),y.isScene===!0&&y.onBeforeRender(I,y,N,tt),E=K.get(y,b.length),E.init(N),E.state.textureUnits=Nt.getTextureUnits(),b.push(E),ae.multiplyMatrices(N.projectionMatrix,N.matrixWorldInverse),N.isArrayCamera?we.setFromArrayCamera(N):kt.setFromProjectionMatrix(ae,sn,N.reversedDepth),ze=this.localClippingEnabled,pe=j.init(this.clippingPlanes,ze),C=ut.get(y,v.length),C.init(),v.push(C),this.info.render.frame++,it.enabled===!0&&it.isPresenting===!0){let yt=I.xr.getDepthSensingMesh();yt!==null&&Qa(yt,N,-1/0,I.sortObjects)}Qa(y,N,0,I.sortObjects),C.finish(),O!==null&&O.updateLights(E.state.lightsArray),I.sortObjects===!0&&C.sort(Ft,he),Qe=it.enabled===!1||it.isPresenting===!1||it.hasDepthSensing()===!1,Qe&&P.addToRenderList(C,y),this.info.autoReset===!0&&this.info.reset(),pe===!0&&j.beginShadows();let G=E.state.shadowsArray;if(lt.render(G,y,N),pe===!0&&j.endShadows(),(z&&U.hasRenderPass())===!1){let yt=C.opaque,ht=C.transmissive;if(E.setupLights(),N.isArrayCamera){let _t=N.cameras;if(ht.length>0)for(let Mt=0,Dt=_t.length;Mt<Dt;Mt++){let zt=_t[Mt];Wc(yt,ht,y,zt)}Qe&&P.render(y);for(let Mt=0,Dt=_t.length;Mt<Dt;Mt++){let zt=_t[Mt];Hc(C,y,zt,zt.viewport)}}else ht.length>0&&Wc(yt,ht,y,N),Qe&&P.render(y),Hc(C,y,N)}tt!==null&&A===0&&(Nt.updateMultisampleRenderTarget(tt),Nt.updateRenderTargetMipmap(tt)),z&&U.end(I),y.isScene===!0&&y.onAfterRender(I,y,N),at.resetDefaultState(),k=-1,q=null,b.pop(),b.length>0?(E=b[b.length-1],Nt.setTextureUnits(E.state.textureUnits),pe===!0&&j.setGlobalState(I.clippingPlanes,E.state.camera)):E=null,v.pop(),v.length>0?C=v[v.length-1]:C=null,O!==null&&O.renderEnd()};function Qa(y,N,W,z){if(y.visible===!1)return;if(y.layers.test(N.layers)){if(y.isGroup)W=y.renderOrder;else if(y.isLOD)y.autoUpdate===!0&&y.update(N);else if(y.isLight)E.pushLight(y),y.castShadow&&E.pushShadow(y);else if(y.isSprite){let yt=N.isArrayCamera?we:kt;if(!y.frustumCulled||y.intersectsFrustum(yt)){z&&_e.setFromMatrixPosition(y.matrixWorld).applyMatrix4(ae);let ht=nt.update(y),_t=y.material;_t.visible&&C.push(y,ht,_t,W,_e.z,null,N)}}else if(y.isMesh||y.isLine||y.isPoints){let yt=N.isArrayCamera?we:kt;if(!y.frustumCulled||y.intersectsFrustum(yt)){let ht=nt.update(y),_t=y.material;if(z&&(y.boundingSphere!==void 0?(y.boundingSphere===null&&y.computeBoundingSphere(),_e.copy(y.boundingSphere.center)):(ht.boundingSphere===null&&ht.computeBoundingSphere(),_e.copy(ht.boundingSphere.center)),_e.applyMatrix4(y.matrixWorld).applyMatrix4(ae)),Array.isArray(_t)){let Mt=ht.groups;for(let Dt=0,zt=Mt.length;Dt<zt;Dt++){let bt=Mt[Dt],Vt=_t[bt.materialIndex];Vt&&Vt.visible&&C.push(y,ht,Vt,W,_e.z,bt,N)}}else _t.visible&&C.push(y,ht,_t,W,_e.z,null,N)}}}let dt=y.children;for(let yt=0,ht=dt.length;yt<ht;yt++)Qa(dt[yt],N,W,z)}function Hc(y,N,W,z){let{opaque:G,transmissive:dt,transparent:yt}=y;E.setupLightsView(W),pe===!0&&j.setGlobalState(I.clippingPlanes,W),z&&ft.viewport(J.copy(z)),G.length>0&&br(G,N,W),dt.length>0&&br(dt,N,W),yt.length>0&&br(yt,N,W),ft.buffers.depth.setTest(!0),ft.buffers.depth.setMask(!0),ft.buffers.color.setMask(!0),ft.setPolygonOffset(!1)}function Wc(y,N,W,z){if((W.isScene===!0?W.overrideMaterial:null)!==null)return;if(E.state.transmissionRenderTarget[z.id]===void 0){let bt=se.has("EXT_color_buffer_half_float")||se.has("EXT_color_buffer_float");E.state.transmissionRenderTarget[z.id]=new qe(1,1,{generateMipmaps:!0,type:bt?pn:Ze,minFilter:Vn,samples:Math.max(4,re.samples),stencilBuffer:r,resolveDepthBuffer:!1,resolveStencilBuffer:!1,storeMultisampledDepthBuffer:!1,storeMultisampledStencilBuffer:!1,colorSpace:Gt.workingColorSpace})}let dt=E.state.transmissionRenderTarget[z.id],yt=z.viewport||J;dt.setSize(yt.z*I.transmissionResolutionScale,yt.w*I.transmissionResolutionScale);let ht=I.getRenderTarget(),_t=I.getActiveCubeFace(),Mt=I.getActiveMipmapLevel();I.setRenderTarget(dt),I.getClearColor(X),rt=I.getClearAlpha(),rt<1&&I.setClearColor(16777215,.5),I.clear(),Qe&&P.render(W);let Dt=I.toneMapping;I.toneMapping=An;let zt=z.viewport;if(z.viewport!==void 0&&(z.viewport=void 0),E.setupLightsView(z),pe===!0&&j.setGlobalState(I.clippingPlanes,z),br(y,W,z),Nt.updateMultisampleRenderTarget(dt),Nt.updateRenderTargetMipmap(dt),se.has("WEBGL_multisampled_render_to_texture")===!1){let bt=!1;for(let Vt=0,ue=N.length;Vt<ue;Vt++){let ee=N[Vt],{object:Qt,geometry:Ce,material:St,group:De}=ee;if(St.side===He&&Qt.layers.test(z.layers)){let qt=St.side;St.side=Be,St.needsUpdate=!0,$c(Qt,W,z,Ce,St,De),St.side=qt,St.needsUpdate=!0,bt=!0}}bt===!0&&(Nt.updateMultisampleRenderTarget(dt),Nt.updateRenderTargetMipmap(dt))}I.setRenderTarget(ht,_t,Mt),I.setClearColor(X,rt),zt!==void 0&&(z.viewport=zt),I.toneMapping=Dt}function br(y,N,W){let z=N.isScene===!0?N.overrideMaterial:null;for(let G=0,dt=y.length;G<dt;G++){let yt=y[G],{object:ht,geometry:_t,group:Mt}=yt,Dt=yt.material;Dt.allowOverride===!0&&z!==null&&(Dt=z),ht.layers.test(W.layers)&&$c(ht,N,W,_t,Dt,Mt)}}function $c(y,N,W,z,G,dt){O!==null&&G.isNodeMaterial&&O.setObject(y,G),y.onBeforeRender(I,N,W,z,G,dt),y.modelViewMatrix.multiplyMatrices(W.matrixWorldInverse,y.matrixWorld),y.normalMatrix.getNormalMatrix(y.modelViewMatrix),G.onBeforeRender(I,N,W,z,y,dt),G.transparent===!0&&G.side===He&&G.forceSinglePass===!1?(G.side=Be,G.needsUpdate=!0,I.renderBufferDirect(W,N,z,G,y,dt),G.side=hi,G.needsUpdate=!0,I.renderBufferDirect(W,N,z,G,y,dt),G.side=He):I.renderBufferDirect(W,N,z,G,y,dt),y.onAfterRender(I,N,W,z,G,dt)}function Xc(y){let N=0;for(let W of y)W.texture!==null&&N++;return N}function Ms(y,N,W){N.isScene!==!0&&(N=je);let z=At.get(y),G=E.state.lights,dt=E.state.shadowsArray,yt=G.state.version,ht=et.getParameters(y,G.state,dt,N,W,E.state.lightProbeGridArray),_t=et.getProgramCacheKey(ht),Mt=z.programs;z.environment=y.isMeshStandardMaterial||y.isMeshLambertMaterial||y.isMeshPhongMaterial?N.environment:null,z.fog=N.fog;let Dt=y.isMeshStandardMaterial||y.isMeshLambertMaterial&&!y.envMap||y.isMeshPhongMaterial&&!y.envMap;z.envMap=T.get(y.envMap||z.environment,Dt),z.envMapRotation=z.environment!==null&&y.envMap===null?N.environmentRotation:y.envMapRotation,Mt===void 0&&(y.addEventListener("dispose",Kt),Mt=new Map,z.programs=Mt,z.programVariants=new Map);let zt=Mt.get(_t);if(zt!==void 0){if(z.currentProgram===zt&&z.lightsStateVersion===yt)return Yc(y,ht),zt}else ht.uniforms=et.getUniforms(y),O!==null&&y.isNodeMaterial&&O.build(y,W,ht),y.onBeforeCompile(ht,I),zt=et.acquireProgram(ht,_t),Mt.set(_t,zt),z.uniforms=ht.uniforms;let bt=z.uniforms;return(!y.isShaderMaterial&&!y.isRawShaderMaterial||y.clipping===!0)&&(bt.clippingPlanes=j.uniform),Yc(y,ht),z.needsLights=rf(y),z.lightsStateVersion=yt,z.needsLights&&(bt.ambientLightColor.value=G.state.ambient,bt.lightProbe.value=G.state.probe,bt.sunLights.value=G.state.sun,bt.sunLightShadows.value=G.state.sunShadow,bt.directionalLights.value=G.state.directional,bt.directionalLightShadows.value=G.state.directionalShadow,bt.spotLights.value=G.state.spot,bt.spotLightShadows.value=G.state.spotShadow,bt.rectAreaLights.value=G.state.rectArea,bt.ltc_1.value=G.state.rectAreaLTC1,bt.ltc_2.value=G.state.rectAreaLTC2,bt.pointLights.value=G.state.point,bt.pointLightShadows.value=G.state.pointShadow,bt.hemisphereLights.value=G.state.hemi,bt.sunShadowMatrix.value=G.state.sunShadowMatrix,bt.sunShadowCascade.value=G.state.sunShadowCascade,bt.directionalShadowMatrix.value=G.state.directionalShadowMatrix,bt.spotLightMatrix.value=G.state.spotLightMatrix,bt.spotLightMap.value=G.state.spotLightMap,bt.pointShadowMatrix.value=G.state.pointShadowMatrix),z.numLightProbeGrids=Xc(E.state.lightProbeGridArray),z.currentProgram=zt,z.uniformsList=null,zt}function ef(y,N,W,z,G){let dt=At.get(y),yt=dt.currentProgram.id+","+z+","+G,ht=dt.programVariants.get(yt);return ht===void 0?(ht=Ms(y,N,W),dt.programVariants.set(yt,ht)):(dt.currentProgram=ht,dt.uniformsList=null,dt.outputColorSpace=z,dt.toneMapping=G),ht}function qc(y){if(y.uniformsList===null){let N=y.currentProgram.getUniforms();y.uniformsList=vs.seqWithValue(N.seq,y.uniforms)}return y.uniformsList}function Yc(y,N){let W=At.get(y);W.outputColorSpace=N.outputColorSpace,W.batching=N.batching,W.batchingColor=N.batchingColor,W.instancing=N.instancing,W.instancingColor=N.instancingColor,W.instancingMorph=N.instancingMorph,W.skinning=N.skinning,W.morphTargets=N.morphTargets,W.morphNormals=N.morphNormals,W.morphColors=N.morphColors,W.morphTargetsCount=N.morphTargetsCount,W.numClippingPlanes=N.numClippingPlanes,W.numIntersection=N.numClipIntersection,W.vertexAlphas=N.vertexAlphas,W.vertexTangents=N.vertexTangents,W.toneMapping=N.toneMapping}function nf(y,N,W,z,G){N.isScene!==!0&&(N=je),Nt.resetTextureUnits();let dt=N.fog,yt=z.isMeshStandardMaterial||z.isMeshLambertMaterial||z.isMeshPhongMaterial?N.environment:null,ht=tt===null?I.outputColorSpace:tt.isXRRenderTarget===!0?tt.texture.colorSpace:Gt.workingColorSpace,_t=z.isMeshStandardMaterial||z.isMeshLambertMaterial&&!z.envMap||z.isMeshPhongMaterial&&!z.envMap,Mt=T.get(z.envMap||yt,_t),Dt=z.vertexColors===!0&&!!W.attributes.color&&W.attributes.color.itemSize===4,zt=!!W.attributes.tangent&&(!!z.normalMap||z.anisotropy>0),bt=!!W.morphAttributes.position,Vt=!!W.morphAttributes.normal,ue=!!W.morphAttributes.color,ee=An;z.toneMapped&&(tt===null||tt.isXRRenderTarget===!0)&&(ee=I.toneMapping);let Qt=W.morphAttributes.position||W.morphAttributes.normal||W.morphAttributes.color,Ce=Qt!==void 0?Qt.length:0,St=At.get(z),De=E.state.lights;if(pe===!0&&(ze===!0||y!==q)){let le=y===q&&z.id===k;j.setState(z,y,le)}let qt=!1,_i=!1;z.version===St.__version?St.needsLights&&St.lightsStateVersion!==De.state.version||G.isBatchedMesh&&St.batching===!1||!G.isBatchedMesh&&St.batching===!0||G.isBatchedMesh&&St.batchingColor===!0&&G._colorsTexture===null||G.isBatchedMesh&&St.batchingColor===!1&&G._colorsTexture!==null||G.isInstancedMesh&&St.instancing===!1||!G.isInstancedMesh&&St.instancing===!0||G.isSkinnedMesh&&St.skinning===!1||!G.isSkinnedMesh&&St.skinning===!0||G.isInstancedMesh&&St.instancingColor===!0&&G.instanceColor===null||G.isInstancedMesh&&St.instancingColor===!1&&G.instanceColor!==null||G.isInstancedMesh&&St.instancingMorph===!0&&G.morphTexture===null||G.isInstancedMesh&&St.instancingMorph===!1&&G.morphTexture!==null||St.envMap!==Mt||z.fog===!0&&St.fog!==dt||St.numClippingPlanes!==void 0&&(St.numClippingPlanes!==j.numPlanes||St.numIntersection!==j.numIntersection)||St.vertexAlphas!==Dt||St.vertexTangents!==zt||St.morphTargets!==bt||St.morphNormals!==Vt||St.morphColors!==ue||St.morphTargetsCount!==Ce||St.numLightProbeGrids!==Xc(E.state.lightProbeGridArray)?qt=!0:(St.outputColorSpace!==ht||St.toneMapping!==ee)&&(_i=!0):(qt=!0,St.__version=z.version);let Re=St.currentProgram;(qt===!0||_i===!0)&&(Re=_i===!0?ef(z,N,G,ht,ee):Ms(z,N,G),O&&z.isNodeMaterial&&O.onUpdateProgram(z,Re,St));let Sr=!1,Zn=!1,xi=!1,$t=Re.getUniforms(),Ee=St.uniforms;if(ft.useProgram(Re.program)&&(Sr=!0,Zn=!0,xi=!0),z.id!==k&&(k=z.id,Zn=!0),Sr||q!==y){ft.buffers.depth.getReversed()&&y.reversedDepth!==!0&&(y._reversedDepth=!0,y.updateProjectionMatrix()),$t.setValue(F,"projectionMatrix",y.projectionMatrix),$t.setValue(F,"viewMatrix",y.matrixWorldInverse);let ye=$t.map.cameraPosition;ye!==void 0&&ye.setValue(F,vn.setFromMatrixPosition(y.matrixWorld)),re.logarithmicDepthBuffer&&$t.setValue(F,"logDepthBufFC",2/(Math.log(y.far+1)/Math.LN2)),(z.isMeshPhongMaterial||z.isMeshToonMaterial||z.isMeshLambertMaterial||z.isMeshBasicMaterial||z.isMeshStandardMaterial||z.isShaderMaterial)&&$t.setValue(F,"isOrthographic",y.isOrthographicCamera===!0),q!==y&&(q=y,Zn=!0,xi=!0)}if(St.needsLights&&(De.state.sunShadowMap.length>0&&$t.setValue(F,"sunShadowMap",De.state.sunShadowMap,Nt),De.state.directionalShadowMap.length>0&&$t.setValue(F,"directionalShadowMap",De.state.directionalShadowMap,Nt),De.state.spotShadowMap.length>0&&$t.setValue(F,"spotShadowMap",De.state.spotShadowMap,Nt),De.state.pointShadowMap.length>0&&$t.setValue(F,"pointShadowMap",De.state.pointShadowMap,Nt)),G.isSkinnedMesh){$t.setOptional(F,G,"bindMatrix"),$t.setOptional(F,G,"bindMatrixInverse");let le=G.skeleton;le&&(le.boneTexture===null&&le.computeBoneTexture(),$t.setValue(F,"boneTexture",le.boneTexture,Nt))}G.isBatchedMesh&&($t.setOptional(F,G,"batchingTexture"),$t.setValue(F,"batchingTexture",G._matricesTexture,Nt),$t.setOptional(F,G,"batchingIdTexture"),$t.setValue(F,"batchingIdTexture",G._indirectTexture,Nt),$t.setOptional(F,G,"batchingColorTexture"),G._colorsTexture!==null&&$t.setValue(F,"batchingColorTexture",G._colorsTexture,Nt));let an=W.morphAttributes;if((an.position!==void 0||an.normal!==void 0||an.color!==void 0)&&Q.update(G,W,Re),(Zn||St.receiveShadow!==G.receiveShadow)&&(St.receiveShadow=G.receiveShadow,$t.setValue(F,"receiveShadow",G.receiveShadow)),(z.isMeshStandardMaterial||z.isMeshLambertMaterial||z.isMeshPhongMaterial)&&z.envMap===null&&N.environment!==null&&(Ee.envMapIntensity.value=N.environmentIntensity),Ee.dfgLUT!==void 0&&(Ee.dfgLUT.value=s_()),Zn){if($t.setValue(F,"toneMappingExposure",I.toneMappingExposure),St.needsLights&&sf(Ee,xi),dt&&z.fog===!0&&ot.refreshFogUniforms(Ee,dt),ot.refreshMaterialUniforms(Ee,z,vt,Et,E.state.transmissionRenderTarget[y.id]),St.needsLights&&St.numLightProbeGrids>0){let le=S,ye=0;for(let In of E.state.lightProbeGridArray)In.texture!==null&&(le.textures[ye]=In.texture,le.min[ye]=In.boundingBox.min,le.max[ye]=In.boundingBox.max,le.resolution[ye]=In.resolution,ye++);for(let In in le)le[In].length=ye;Ee.probesSH.value=le.textures,Ee.probesMin.value=le.min,Ee.probesMax.value=le.max,Ee.probesResolution.value=le.resolution}vs.upload(F,qc(St),Ee,Nt)}if(z.isShaderMaterial&&z.uniformsNeedUpdate===!0&&(vs.upload(F,qc(St),Ee,Nt),z.uniformsNeedUpdate=!1),z.isSpriteMaterial&&$t.setValue(F,"center",G.center),$t.setValue(F,"modelViewMatrix",G.modelViewMatrix),$t.setValue(F,"normalMatrix",G.normalMatrix),$t.setValue(F,"modelMatrix",G.matrixWorld),z.uniformsGroups!==void 0){let le=z.uniformsGroups;for(let ye=0,In=le.length;ye<In;ye++){let Jc=le[ye];wt.update(Jc,Re),wt.bind(Jc,Re)}}return Re}function sf(y,N){y.ambientLightColor.needsUpdate=N,y.lightProbe.needsUpdate=N,y.sunLights.needsUpdate=N,y.sunLightShadows.needsUpdate=N,y.directionalLights.needsUpdate=N,y.directionalLightShadows.needsUpdate=N,y.pointLights.needsUpdate=N,y.pointLightShadows.needsUpdate=N,y.spotLights.needsUpdate=N,y.spotLightShadows.needsUpdate=N,y.rectAreaLights.needsUpdate=N,y.hemisphereLights.needsUpdate=N}function rf(y){return y.isMeshLambertMaterial||y.isMeshToonMaterial||y.isMeshPhongMaterial||y.isMeshStandardMaterial||y.isShadowMaterial||y.isShaderMaterial&&y.lights===!0}this.getActiveCubeFace=function(){return Z},this.getActiveMipmapLevel=function(){return A},this.getRenderTarget=function(){return tt},this.setRenderTargetTextures=function(y,N,W){let z=At.get(y);z.__autoAllocateDepthBuffer=y.resolveDepthBuffer===!1,z.__autoAllocateDepthBuffer===!1&&(z.__useRenderToTexture=!1),At.get(y.texture).__webglTexture=N,At.get(y.depthTexture).__webglTexture=z.__autoAllocateDepthBuffer?void 0:W,z.__hasExternalTextures=!0},this.setRenderTargetFramebuffer=function(y,N){let W=At.get(y);W.__webglFramebuffer=N,W.__useDefaultFramebuffer=N===void 0},this.setRenderTarget=function(y,N=0,W=0){tt=y,Z=N,A=W;let z=null,G=!1,dt=!1;if(y){let ht=At.get(y);if(ht.__useDefaultFramebuffer!==void 0){ft.bindFramebuffer(F.FRAMEBUFFER,ht.__webglFramebuffer),J.copy(y.viewport),gt.copy(y.scissor),Pt=y.scissorTest,ft.viewport(J),ft.scissor(gt),ft.setScissorTest(Pt),k=-1;return}else if(ht.__webglFramebuffer===void 0)Nt.setupRenderTarget(y);else if(ht.__hasExternalTextures)Nt.rebindTextures(y,At.get(y.texture).__webglTexture,At.get(y.depthTexture).__webglTexture);else if(y.depthBuffer){let Dt=y.depthTexture;if(ht.__boundDepthTexture!==Dt){if(Dt!==null&&At.has(Dt)&&(y.width!==Dt.image.width||y.height!==Dt.image.height))throw new Error("THREE.WebGLRenderer: Attached DepthTexture is initialized to the incorrect size.");Nt.setupDepthRenderbuffer(y)}}let _t=y.texture;(_t.isData3DTexture||_t.isDataArrayTexture||_t.isCompressedArrayTexture)&&(dt=!0);let Mt=At.get(y).__webglFramebuffer;y.isWebGLCubeRenderTarget?(Array.isArray(Mt[N])?z=Mt[N][W]:z=Mt[N],G=!0):y.samples>0&&Nt.useMultisampledRTT(y)===!1?z=At.get(y).__webglMultisampledFramebuffer:Array.isArray(Mt)?z=Mt[W]:z=Mt,J.copy(y.viewport),gt.copy(y.scissor),Pt=y.scissorTest}else J.copy(Ct).multiplyScalar(vt).floor(),gt.copy(Jt).multiplyScalar(vt).floor(),Pt=jt;if(W!==0&&(z=H),ft.bindFramebuffer(F.FRAMEBUFFER,z)&&ft.drawBuffers(y,z),ft.viewport(J),ft.scissor(gt),ft.setScissorTest(Pt),G){let ht=At.get(y.texture);F.framebufferTexture2D(F.FRAMEBUFFER,F.COLOR_ATTACHMENT0,F.TEXTURE_CUBE_MAP_POSITIVE_X+N,ht.__webglTexture,W)}else if(dt){let ht=N;for(let _t=0;_t<y.textures.length;_t++){let Mt=At.get(y.textures[_t]);F.framebufferTextureLayer(F.FRAMEBUFFER,F.COLOR_ATTACHMENT0+_t,Mt.__webglTexture,W,ht)}}else if(y!==null&&W!==0){let ht=At.get(y.texture);F.framebufferTexture2D(F.FRAMEBUFFER,F.COLOR_ATTACHMENT0,F.TEXTURE_2D,ht.__webglTexture,W)}k=-1};function Zc(y){let N=At.get(y);return(N.__readFormat!==y.format||N.__readType!==y.type)&&(N.__readFormat=y.format,N.__readType=y.type,N.__formatReadable=re.textureFormatReadable(y.format),N.__typeReadable=re.textureTypeReadable(y.type)),N}this.readRenderTargetPixels=function(y,N,W,z,G,dt,yt,ht=0){if(!(y&&y.isWebGLRenderTarget)){It("WebGLRenderer.readRenderTargetPixels: renderTarget is not THREE.WebGLRenderTarget.");return}let _t=At.get(y).__webglFramebuffer;if(y.isWebGLCubeRenderTarget&&yt!==void 0&&(_t=_t[yt],Array.isArray(_t)&&(_t=_t[0])),_t){ft.bindFramebuffer(F.FRAMEBUFFER,_t);try{let Mt=y.textures[ht],Dt=Mt.format,zt=Mt.type;y.textures.length>1&&F.readBuffer(F.COLOR_ATTACHMENT0+ht);let bt=Zc(Mt);if(bt.__formatReadable===!1){It("WebGLRenderer.readRenderTargetPixels: renderTarget is not in RGBA or implementation defined format.");return}if(bt.__typeReadable===!1){It("WebGLRenderer.readRenderTargetPixels: renderTarget is not in UnsignedByteType or implementation defined type.");return}N>=0&&N<=y.width-z&&W>=0&&W<=y.height-G&&F.readPixels(N,W,z,G,st.convert(Dt),st.convert(zt),dt)}finally{let Mt=tt!==null?At.get(tt).__webglFramebuffer:null;ft.bindFramebuffer(F.FRAMEBUFFER,Mt)}}},this.readRenderTargetPixelsAsync=async function(y,N,W,z,G,dt,yt,ht=0){if(!(y&&y.isWebGLRenderTarget))throw new Error("THREE.WebGLRenderer.readRenderTargetPixels: renderTarget is not THREE.WebGLRenderTarget.");let _t=At.get(y).__webglFramebuffer;if(y.isWebGLCubeRenderTarget&&yt!==void 0&&(_t=_t[yt],Array.isArray(_t)&&(_t=_t[0])),_t)if(N>=0&&N<=y.width-z&&W>=0&&W<=y.height-G){ft.bindFramebuffer(F.FRAMEBUFFER,_t);let Mt=y.textures[ht],Dt=Mt.format,zt=Mt.type;y.textures.length>1&&F.readBuffer(F.COLOR_ATTACHMENT0+ht);let bt=Zc(Mt);if(bt.__formatReadable===!1)throw new Error("THREE.WebGLRenderer.readRenderTargetPixelsAsync: renderTarget is not in RGBA or implementation defined format.");if(bt.__typeReadable===!1)throw new Error("THREE.WebGLRenderer.readRenderTargetPixelsAsync: renderTarget is not in UnsignedByteType or implementation defined type.");let Vt=F.createBuffer();F.bindBuffer(F.PIXEL_PACK_BUFFER,Vt),F.bufferData(F.PIXEL_PACK_BUFFER,dt.byteLength,F.STREAM_READ),F.readPixels(N,W,z,G,st.convert(Dt),st.convert(zt),0),F.bindBuffer(F.PIXEL_PACK_BUFFER,null);let ue=tt!==null?At.get(tt).__webglFramebuffer:null;ft.bindFramebuffer(F.FRAMEBUFFER,ue);let ee=F.fenceSync(F.SYNC_GPU_COMMANDS_COMPLETE,0);return F.flush(),await Cu(F,ee,4),F.bindBuffer(F.PIXEL_PACK_BUFFER,Vt),F.getBufferSubData(F.PIXEL_PACK_BUFFER,0,dt),F.bindBuffer(F.PIXEL_PACK_BUFFER,null),F.deleteBuffer(Vt),F.deleteSync(ee),dt}else throw new Error("THREE.WebGLRenderer.readRenderTargetPixelsAsync: requested read bounds are out of range.")},this.copyFramebufferToTexture=function(y,N=null,W=0){let z=Math.pow(2,-W),G=Math.floor(y.image.width*z),dt=Math.floor(y.image.height*z),yt=N!==null?N.x:0,ht=N!==null?N.y:0;Nt.setTexture2D(y,0),F.copyTexSubImage2D(F.TEXTURE_2D,W,0,0,yt,ht,G,dt),ft.unbindTexture()},this.copyTextureToTexture=function(y,N,W=null,z=null,G=0,dt=0){let yt,ht,_t,Mt,Dt,zt,bt,Vt,ue,ee=y.isCompressedTexture?y.mipmaps[dt]:y.image;if(W!==null)yt=W.max.x-W.min.x,ht=W.max.y-W.min.y,_t=W.isBox3?W.max.z-W.min.z:1,Mt=W.min.x,Dt=W.min.y,zt=W.isBox3?W.min.z:0;else{let $t=Math.pow(2,-G);yt=Math.floor(ee.width*$t),ht=Math.floor(ee.height*$t),y.isDataArrayTexture?_t=ee.depth:y.isData3DTexture?_t=Math.floor(ee.depth*$t):_t=1,Mt=0,Dt=0,zt=0}z!==null?(bt=z.x,Vt=z.y,ue=z.z):(bt=0,Vt=0,ue=0);let Qt=st.convert(N.format),Ce=st.convert(N.type),St;N.isData3DTexture?(Nt.setTexture3D(N,0),St=F.TEXTURE_3D):N.isDataArrayTexture||N.isCompressedArrayTexture?(Nt.setTexture2DArray(N,0),St=F.TEXTURE_2D_ARRAY):(Nt.setTexture2D(N,0),St=F.TEXTURE_2D),ft.activeTexture(F.TEXTURE0),ft.pixelStorei(F.UNPACK_FLIP_Y_WEBGL,N.flipY),ft.pixelStorei(F.UNPACK_PREMULTIPLY_ALPHA_WEBGL,N.premultiplyAlpha),ft.pixelStorei(F.UNPACK_ALIGNMENT,N.unpackAlignment);let De=ft.getParameter(F.UNPACK_ROW_LENGTH),qt=ft.getParameter(F.UNPACK_IMAGE_HEIGHT),_i=ft.getParameter(F.UNPACK_SKIP_PIXELS),Re=ft.getParameter(F.UNPACK_SKIP_ROWS),Sr=ft.getParameter(F.UNPACK_SKIP_IMAGES);ft.pixelStorei(F.UNPACK_ROW_LENGTH,ee.width),ft.pixelStorei(F.UNPACK_IMAGE_HEIGHT,ee.height),ft.pixelStorei(F.UNPACK_SKIP_PIXELS,Mt),ft.pixelStorei(F.UNPACK_SKIP_ROWS,Dt),ft.pixelStorei(F.UNPACK_SKIP_IMAGES,zt);let Zn=y.isDataArrayTexture||y.isData3DTexture,xi=N.isDataArrayTexture||N.isData3DTexture;if(y.isDepthTexture){let $t=At.get(y),Ee=At.get(N),an=At.get($t.__renderTarget),le=At.get(Ee.__renderTarget);ft.bindFramebuffer(F.READ_FRAMEBUFFER,an.__webglFramebuffer),ft.bindFramebuffer(F.DRAW_FRAMEBUFFER,le.__webglFramebuffer);for(let ye=0;ye<_t;ye++)Zn&&(F.framebufferTextureLayer(F.READ_FRAMEBUFFER,F.COLOR_ATTACHMENT0,At.get(y).__webglTexture,G,zt+ye),F.framebufferTextureLayer(F.DRAW_FRAMEBUFFER,F.COLOR_ATTACHMENT0,At.get(N).__webglTexture,dt,ue+ye)),F.blitFramebuffer(Mt,Dt,Mt+yt,Dt+ht,bt,Vt,bt+yt,Vt+ht,F.DEPTH_BUFFER_BIT,F.NEAREST);ft.bindFramebuffer(F.READ_FRAMEBUFFER,null),ft.bindFramebuffer(F.DRAW_FRAMEBUFFER,null)}else if(G!==0||y.isRenderTargetTexture||At.has(y)){let $t=At.get(y),Ee=At.get(N);ft.bindFramebuffer(F.READ_FRAMEBUFFER,L),ft.bindFramebuffer(F.DRAW_FRAMEBUFFER,$);for(let an=0;an<_t;an++)Zn?F.framebufferTextureLayer(F.READ_FRAMEBUFFER,F.COLOR_ATTACHMENT0,$t.__webglTexture,G,zt+an):F.framebufferTexture2D(F.READ_FRAMEBUFFER,F.COLOR_ATTACHMENT0,F.TEXTURE_2D,$t.__webglTexture,G),xi?F.framebufferTextureLayer(F.DRAW_FRAMEBUFFER,F.COLOR_ATTACHMENT0,Ee.__webglTexture,dt,ue+an):F.framebufferTexture2D(F.DRAW_FRAMEBUFFER,F.COLOR_ATTACHMENT0,F.TEXTURE_2D,Ee.__webglTexture,dt),G!==0?F.blitFramebuffer(Mt,Dt,Mt+yt,Dt+ht,bt,Vt,bt+yt,Vt+ht,F.COLOR_BUFFER_BIT,F.NEAREST):xi?F.copyTexSubImage3D(St,dt,bt,Vt,ue+an,Mt,Dt,yt,ht):F.copyTexSubImage2D(St,dt,bt,Vt,Mt,Dt,yt,ht);ft.bindFramebuffer(F.READ_FRAMEBUFFER,null),ft.bindFramebuffer(F.DRAW_FRAMEBUFFER,null)}else xi?y.isDataTexture||y.isData3DTexture?F.texSubImage3D(St,dt,bt,Vt,ue,yt,ht,_t,Qt,Ce,ee.data):N.isCompressedArrayTexture?F.compressedTexSubImage3D(St,dt,bt,Vt,ue,yt,ht,_t,Qt,ee.data):F.texSubImage3D(St,dt,bt,Vt,ue,yt,ht,_t,Qt,Ce,ee):y.isDataTexture?F.texSubImage2D(F.TEXTURE_2D,dt,bt,Vt,yt,ht,Qt,Ce,ee.data):y.isCompressedTexture?F.compressedTexSubImage2D(F.TEXTURE_2D,dt,bt,Vt,ee.width,ee.height,Qt,ee.data):F.texSubImage2D(F.TEXTURE_2D,dt,bt,Vt,yt,ht,Qt,Ce,ee);ft.pixelStorei(F.UNPACK_ROW_LENGTH,De),ft.pixelStorei(F.UNPACK_IMAGE_HEIGHT,qt),ft.pixelStorei(F.UNPACK_SKIP_PIXELS,_i),ft.pixelStorei(F.UNPACK_SKIP_ROWS,Re),ft.pixelStorei(F.UNPACK_SKIP_IMAGES,Sr),dt===0&&N.generateMipmaps===!0&&N.mipmapsAutoUpdate===!0&&F.generateMipmap(St),ft.unbindTexture()},this.initRenderTarget=function(y){At.get(y).__webglFramebuffer===void 0&&Nt.setupRenderTarget(y)},this.initTexture=function(y){y.isCubeTexture?Nt.setTextureCube(y,0):y.isData3DTexture?Nt.setTexture3D(y,0):y.isDataArrayTexture||y.isCompressedArrayTexture?Nt.setTexture2DArray(y,0):Nt.setTexture2D(y,0),ft.unbindTexture()},this.resetState=function(){Z=0,A=0,tt=null,ft.reset(),at.reset()},typeof __THREE_DEVTOOLS__<"u"&&__THREE_DEVTOOLS__.dispatchEvent(new CustomEvent("observe",{detail:this}))}get coordinateSystem(){return sn}get outputColorSpace(){return this._outputColorSpace}set outputColorSpace(t){this._outputColorSpace=t;let e=this.getContext();e.drawingBufferColorSpace=Gt._getDrawingBufferColorSpace(t),e.unpackColorSpace=Gt._getUnpackColorSpace()}};var r_=[158,163,168],Sa=[243,244,246];function ce(i){let t=parseInt(i.slice(1),16);return[t>>16&255,t>>8&255,t&255]}function Ne(i){return`#${i.map(t=>Math.round(t).toString(16).padStart(2,"0")).join("")}`}function on(i,t,e){return i.map((n,s)=>n*(1-e)+t[s]*e)}function o_(i,t){let e=Oi[i],n=Math.min(Math.max(t,0),1)*(e.length-1),s=Math.min(Math.floor(n),e.length-2);return on(ce(e[s]),ce(e[s+1]),n-s)}function di(i){let t=i.species.map(s=>ce(s.color)),{siteValues:e}=i,n=new Uint8Array(3*i.speciesOf.length);for(let s=0;s<i.speciesOf.length;s++){let r=t[i.speciesOf[s]];if(e){let o=e.values[s],a=e.high-e.low;r=Number.isNaN(o)?r_:o_(e.scale,a?(o-e.low)/a:.5)}n.set(r,3*s)}return n}function Di(i){let t=new Ae;return t.setAttribute("corner",new oe(new Float32Array([-1,i,1,i,1,1,-1,1]),2)),t.setIndex([0,1,2,0,2,3]),t}var mn=class{mesh;_own;_corners;_indices;constructor(t,e,n,s){let r=new Ae,o=t.index.array;this._own=n,this._indices=o.length;let a=Object.entries(t.attributes);this._corners=a[0][1].count;let c=new Uint32Array(o.length*s);for(let l=0;l<s;l++)for(let h=0;h<o.length;h++)c[l*o.length+h]=o[h]+l*this._corners;r.setIndex(new oe(c,1));for(let[l,{array:h,itemSize:u}]of a){let d=new Float32Array(h.length*s);for(let f=0;f<s;f++)d.set(h,f*h.length);r.setAttribute(l,new oe(d,u))}for(let[l,[h,u]]of Object.entries(n)){let d=h instanceof Uint8Array,f=u*this._corners*s;r.setAttribute(l,new oe(d?new Uint8Array(f):new Float32Array(f),u,d))}this.mesh=new Ge(r,e),this.mesh.frustumCulled=!1,this.mesh.visible=s>0,this.changed(...Object.keys(n))}set count(t){this.mesh.geometry.setDrawRange(0,t*this._indices)}array(t){return this._own[t][0]}changed(...t){for(let e of t){let[n,s]=this._own[e],r=this.mesh.geometry.getAttribute(e),o=r.array,a=0;for(let c=0;c<n.length;c+=s)for(let l=0;l<this._corners;l++)for(let h=0;h<s;h++)o[a++]=n[c+h];r.needsUpdate=!0}}dispose(){this.mesh.removeFromParent(),this.mesh.geometry.dispose(),this.mesh.material.dispose()}};var Ma=`
precision highp float;
const vec3 KEY = vec3(-0.402, 0.549, 0.732);
const vec3 FILL = vec3(0.716, -0.447, 0.537);
vec3 lit(vec3 color, vec3 n, float gloss) {
  vec3 base = color * color;
  float key = max(dot(n, KEY), 0.0);
  float light = 0.30 + 0.78 * key + 0.16 * max(dot(n, FILL), 0.0);
  float shine = max(2.0 * dot(n, KEY) * n.z - KEY.z, 0.0);
  shine *= shine; shine *= shine; shine *= shine; shine *= shine;
  return sqrt(min(base * light + gloss * shine * shine, 1.0));
}`,hr=`
precision highp float;
uniform mat4 modelViewMatrix;
uniform mat4 projectionMatrix;
bool flat_() { return projectionMatrix[3][3] == 1.0; }
vec3 towards(vec3 p) { return flat_() ? vec3(0.0, 0.0, 1.0) : normalize(-p); }`,fd=`
uniform mat4 projectionMatrix;
float depthOf(float z) {
  float w = projectionMatrix[2][3] * z + projectionMatrix[3][3];
  return 0.5 + 0.5 * (projectionMatrix[2][2] * z + projectionMatrix[3][2]) / w;
}`,a_=`${hr}
in vec2 corner;
in vec3 center;
in float radius;
in vec3 tint;
in float pie;
uniform float uGrow;
out vec2 vCorner;
out vec3 vTint;
flat out vec3 vCenter;
flat out vec3 vRight;
flat out vec3 vUp;
flat out vec3 vFront;
flat out float vRadius;
flat out float vPie;
void main() {
  vec3 c = (modelViewMatrix * vec4(center, 1.0)).xyz;
  float r = radius + uGrow;
  vec3 front = towards(c);
  vec3 right = normalize(cross(vec3(0.0, 1.0, 0.0), front));
  vec3 up = cross(front, right);
  float d2 = dot(c, c);
  float wide = flat_() ? r : r * sqrt(d2 / max(d2 - r * r, 1e-6));
  vCorner = corner;
  vTint = tint;
  vCenter = c; vRight = right; vUp = up; vFront = front; vRadius = r; vPie = pie;
  gl_Position = projectionMatrix * vec4(c + wide * (corner.x * right + corner.y * up), 1.0);
}`,l_=`${Ma}${fd}
in vec2 vCorner;
in vec3 vTint;
flat in vec3 vCenter;
flat in vec3 vRight;
flat in vec3 vUp;
flat in vec3 vFront;
flat in float vRadius;
flat in float vPie;
#ifdef PIES
uniform sampler2D uPies;
vec3 slice() {
  float angle = fract(atan(vCorner.x, vCorner.y) / 6.2831853 + 1.0);
  ivec2 at = ivec2(0, int(vPie));
  vec4 share = texelFetch(uPies, at, 0);
  for (int k = 1; k < PIES && angle > share.a; k++) {
    share = texelFetch(uPies, ivec2(k, at.y), 0);
  }
  return share.rgb;
}
#endif
out vec4 color;
void main() {
  float r2 = dot(vCorner, vCorner);
  if (r2 > 1.0) discard;
#ifdef FLAT
  color = vec4(vTint, 1.0);
  gl_FragDepth = depthOf(vCenter.z);
#else
  float h = sqrt(1.0 - r2);
  vec3 n = vCorner.x * vRight + vCorner.y * vUp + h * vFront;
  vec3 base = vTint;
#ifdef PIES
  if (vPie >= 0.0) base = slice();
#endif
  color = vec4(lit(base, n, 0.42), 1.0);
  gl_FragDepth = depthOf(vCenter.z + vRadius * n.z);
#endif
}`,c_=`${hr}
in vec2 corner;
in vec3 start;
in vec3 stop;
in vec3 startTint;
in vec3 stopTint;
in float change;
uniform float uRadius;
out float vAcross;
out float vAlong;
out vec3 vSide;
out vec3 vFront;
out float vZ;
flat out vec3 vStartTint;
flat out vec3 vStopTint;
flat out float vChange;
void main() {
  vec3 a = (modelViewMatrix * vec4(start, 1.0)).xyz;
  vec3 b = (modelViewMatrix * vec4(stop, 1.0)).xyz;
  vec3 axis = normalize(b - a);
  vec3 p = mix(a, b, corner.y);
  vec3 eye = towards(p);
  vec3 side = cross(axis, eye);
  float size = length(side);
  side = size > 1e-4 ? side / size : vec3(1.0, 0.0, 0.0);
  vSide = side;
  vFront = cross(side, axis);
  vAcross = corner.x; vAlong = corner.y; vZ = p.z;
  vStartTint = startTint; vStopTint = stopTint; vChange = change;
  gl_Position = projectionMatrix * vec4(p + uRadius * corner.x * side, 1.0);
}`,h_=`${Ma}${fd}
in float vAcross;
in float vAlong;
in vec3 vSide;
in vec3 vFront;
in float vZ;
flat in vec3 vStartTint;
flat in vec3 vStopTint;
flat in float vChange;
uniform float uRadius;
out vec4 color;
void main() {
  float h = sqrt(max(1.0 - vAcross * vAcross, 0.0));
  vec3 n = vAcross * vSide + h * vFront;
  color = vec4(lit(vAlong < vChange ? vStartTint : vStopTint, n, 0.25), 1.0);
#ifdef ROUND
  gl_FragDepth = depthOf(vZ + uRadius * n.z);
#endif
}`,u_=`${hr}
in vec2 corner;
in vec3 start;
in vec3 stop;
uniform vec2 uSize;
uniform float uWidth;
uniform float uNearer;
void main() {
  vec4 a = projectionMatrix * modelViewMatrix * vec4(start, 1.0);
  vec4 b = projectionMatrix * modelViewMatrix * vec4(stop, 1.0);
  vec2 along = (b.xy / b.w - a.xy / a.w) * uSize;
  float size = length(along);
  along = size > 1e-4 ? along / size : vec2(1.0, 0.0);
  vec4 p = mix(a, b, corner.y);
  vec2 aside = vec2(-along.y, along.x) * corner.x + along * (corner.y * 2.0 - 1.0) * 0.5;
  p.xy += aside * uWidth / uSize * p.w;
  p.z -= uNearer * p.w;
  gl_Position = p;
}`,d_=`
precision highp float;
uniform vec4 uColor;
out vec4 color;
void main() { color = vec4(uColor.rgb * uColor.a, uColor.a); }`,f_=`${hr}
in vec3 position;
in vec3 normal;
in vec4 tint;
out vec3 vNormal;
out vec3 vPlace;
out vec4 vTint;
void main() {
  vec4 p = modelViewMatrix * vec4(position, 1.0);
  vPlace = p.xyz;
  vNormal = mat3(modelViewMatrix) * normal;
  vTint = tint;
  gl_Position = projectionMatrix * p;
}`,p_=`${Ma}
in vec3 vNormal;
in vec3 vPlace;
in vec4 vTint;
out vec4 color;
void main() {
  vec3 n = vNormal;
  if (dot(n, n) < 1e-8) n = cross(dFdx(vPlace), dFdy(vPlace));
  n = normalize(n);
  if (n.z < 0.0) n = -n;
  color = vec4(lit(vTint.rgb, n, 0.3) * vTint.a, vTint.a);
}`,m_=`${hr}
in vec3 position;
in vec3 normal;
in float head;
in vec3 start;
in vec3 tip;
in vec3 tint;
uniform float uHead;
out vec3 vNormal;
out vec3 vTint;
void main() {
  vec3 along = tip - start;
  float size = length(along);
  vec3 axis = size > 1e-6 ? along / size : vec3(0.0, 0.0, 1.0);
  vec3 side = normalize(abs(axis.z) < 0.9 ? cross(axis, vec3(0.0, 0.0, 1.0)) : cross(axis, vec3(1.0, 0.0, 0.0)));
  vec3 other = cross(axis, side);
  float thin = min(1.0, size / (1.6 * uHead));
  float headLength = uHead * thin;
  float at = head > 0.5 ? size - headLength * (1.0 - position.z) : position.z * (size - headLength);
  vec3 p = start + axis * at + thin * (side * position.x + other * position.y);
  vNormal = mat3(modelViewMatrix) * (side * normal.x + other * normal.y + axis * normal.z);
  vTint = tint;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(p, 1.0);
}`,g_=`${Ma}
in vec3 vNormal;
in vec3 vTint;
out vec4 color;
void main() { color = vec4(lit(vTint, normalize(vNormal), 0.03), 1.0); }`,v_={ball:[a_,l_],stick:[c_,h_],line:[u_,d_],face:[f_,p_],arrow:[m_,g_]};function gn(i,t={},e={}){let[n,s]=v_[i];return new hs({glslVersion:sr,vertexShader:n,fragmentShader:s,defines:e,uniforms:Object.fromEntries(Object.entries(t).map(([r,o])=>[r,{value:o}]))})}var Pn=.09,Wn=.24,fi=.55;function __(i){let[t,e,n,s]=[[],[],[],[]],r=(l,h,u,d)=>{let f=Math.sqrt(1-u*u);for(let g=0;g<i;g++){let x=2*Math.PI*g/i;t.push(l*Math.cos(x),l*Math.sin(x),h),e.push(f*Math.cos(x),f*Math.sin(x),u),n.push(d)}return t.length/3-i},o=(l,h)=>{for(let u=0;u<i;u++){let d=(u+1)%i;s.push(l+u,l+d,h+u,l+d,h+d,h+u)}},a=Wn/Math.hypot(Wn,fi);o(r(Pn,0,0,0),r(Pn,1,0,0)),o(r(Pn,0,-1,1),r(Wn,0,-1,1)),o(r(Wn,0,a,1),r(0,1,a,1));let c=new Ae;return c.setAttribute("position",new oe(new Float32Array(t),3)),c.setAttribute("normal",new oe(new Float32Array(e),3)),c.setAttribute("head",new oe(new Float32Array(n),1)),c.setIndex(s),c}var wa=class{shafts;_atoms;constructor(t){let e=t.atoms.length,n=new Uint8Array(3*e);t.colors.forEach((r,o)=>n.set(ce(r),3*o)),this._atoms=t.atoms;let s=gn("arrow",{uHead:fi});s.side=2,this.shafts=new mn(__(e>1e3?8:18),s,{start:[new Float32Array(3*e),3],tip:[new Float32Array(3*e),3],tint:[n,3]},e)}place(t,e){let[n,s]=[this.shafts.array("start"),this.shafts.array("tip")];for(let r=0;r<this._atoms.length;r++)for(let o=0;o<3;o++){let a=t[3*this._atoms[r]+o];n[3*r+o]=a,s[3*r+o]=a+e[3*r+o]}this.shafts.changed("start","tip")}};var x_=[255,166,0],y_=.09;function b_(i){let t=i.species.filter(o=>o.portions?.length&&!i.siteValues);if(!t.length)return null;let e=Math.max(...t.map(o=>o.portions.length))+1,n=new Float32Array(4*e*t.length);t.forEach((o,a)=>{let c=0;for(let l=0;l<e;l++){let[h,u]=o.portions[l]??[null,1];c=Math.min(c+u,1);let d=h?ce(h):Sa;n.set([d[0]/255,d[1]/255,d[2]/255,l===e-1||c>.9999?1:c],4*(a*e+l))}});let s=new ls(n,e,t.length,Ke,Je);s.minFilter=s.magFilter=fe,s.needsUpdate=!0;let r=Int16Array.from(i.species,o=>t.indexOf(o));return{texture:s,rows:r,most:e}}var Ea=class{balls;_halos=null;_texture=null;constructor(t,e){let n=t.speciesOf.length,s=b_(t);this._texture=s?.texture??null;let r=s?Float32Array.from(t.speciesOf,a=>s.rows[a]):new Float32Array(0),o=gn("ball",{uGrow:0,...s&&{uPies:s.texture}},s?{PIES:s.most}:{});this.balls=new mn(Di(-1),o,{center:[new Float32Array(3*n),3],radius:[new Float32Array(n),1],tint:[e,3],...s&&{pie:[r,1]}},n)}place(t){this.balls.array("center").set(t),this.balls.changed("center")}resize(t){this.balls.array("radius").set(t),this.balls.changed("radius")}mark(t){if(this._halos?.dispose(),this._halos=null,t.length){let e=new Uint8Array(3*t.length);t.forEach((s,r)=>e.set(x_,3*r));let n={center:[new Float32Array(3*t.length),3],radius:[new Float32Array(t.length),1],tint:[e,3]};this._halos=new mn(Di(-1),gn("ball",{uGrow:y_},{FLAT:""}),n,t.length),this._halos.mesh.userData.atoms=t}return this._halos}follow(){let t=this._halos?.mesh.userData.atoms;if(t&&this._halos){let[e,n]=[this.balls.array("center"),this.balls.array("radius")],[s,r]=[this._halos.array("center"),this._halos.array("radius")];t.forEach((o,a)=>{s.set(e.subarray(3*o,3*o+3),3*a),r[a]=n[o]}),this._halos.changed("center","radius")}}dispose(){this.balls.dispose(),this._halos?.dispose(),this._texture?.dispose()}};var S_=4e3,Ta=class{sticks;_radii;_colors;constructor(t,e){let n=t.bonds.length/2,s=t.frames?.bonds?t.frames.bondOffsets:null;for(let r=0;s&&r+1<s.length;r++)n=Math.max(n,s[r+1]-s[r]);this._colors=e,this._radii=Sn(t,"ball-and-stick"),this.sticks=new mn(Di(0),gn("stick",{uRadius:t.bondRadius},n>S_?{}:{ROUND:""}),{start:[new Float32Array(3*n),3],stop:[new Float32Array(3*n),3],startTint:[new Uint8Array(3*n),3],stopTint:[new Uint8Array(3*n),3],change:[new Float32Array(n),1]},n)}setStyle(t,e){let n=Kn(t,e);this._radii=Sn(t,e),this.sticks.mesh.material.uniforms.uRadius.value=n}place(t,e){let n=e.length/2,{sticks:s,_radii:r,_colors:o}=this,[a,c,l]=["start","stop","change"].map(d=>s.array(d)),[h,u]=["startTint","stopTint"].map(d=>s.array(d));for(let d=0;d<n;d++){let f=e[2*d],g=e[2*d+1],x=0;for(let p=0;p<3;p++){let m=t[3*f+p],M=t[3*g+p];a[3*d+p]=m,c[3*d+p]=M,h[3*d+p]=o[3*f+p],u[3*d+p]=o[3*g+p],x+=(M-m)*(M-m)}l[d]=.5+(r[f]-r[g])/(2*Math.sqrt(x)||1)}s.count=n,s.changed("start","stop","change","startTint","stopTint")}dispose(){this.sticks.dispose()}};var Mc=4096,ur=class{mesh;triangles;_middles;_sorted="";constructor(t,e,n,s,r=!1){let o=new Ae;o.setAttribute("position",new oe(t,3)),o.setAttribute("normal",new oe(e,3)),o.setAttribute("tint",new oe(n,4,!0)),o.setIndex(new oe(s.slice(),1));let a=gn("face");a.side=He,a.transparent=!r,a.premultipliedAlpha=!0,a.depthWrite=r,a.forceSinglePass=!0,this.triangles=s,this._middles=new Float32Array(s.length),this.mesh=new Ge(o,a),this.mesh.frustumCulled=!1,this.mesh.visible=s.length>0,this._measure()}moved(){this.mesh.geometry.getAttribute("position").needsUpdate=!0,this._sorted="",this._measure()}sort(t){let[e,n,s]=[t.elements[2],t.elements[6],t.elements[10]],r=`${e.toFixed(3)} ${n.toFixed(3)} ${s.toFixed(3)}`;if(r===this._sorted||!this.mesh.material.transparent)return;this._sorted=r;let o=this.triangles.length/3,a=new Float32Array(o),c=1/0,l=-1/0;for(let g=0;g<o;g++){let x=this._middles[3*g]*e+this._middles[3*g+1]*n+this._middles[3*g+2]*s;a[g]=x,c=Math.min(c,x),l=Math.max(l,x)}let h=(Mc-1)/(l-c||1),u=new Uint32Array(Mc+1);for(let g=0;g<o;g++)u[(a[g]-c)*h+1|0]++;for(let g=0;g<Mc;g++)u[g+1]+=u[g];let d=this.mesh.geometry.index,f=d.array;for(let g=0;g<o;g++){let x=3*u[(a[g]-c)*h|0]++;f[x]=this.triangles[3*g],f[x+1]=this.triangles[3*g+1],f[x+2]=this.triangles[3*g+2]}d.needsUpdate=!0}dispose(){this.mesh.removeFromParent(),this.mesh.geometry.dispose(),this.mesh.material.dispose()}_measure(){let t=this.mesh.geometry.getAttribute("position").array;for(let e=0;e<this.triangles.length;e+=3){let[n,s,r]=[3*this.triangles[e],3*this.triangles[e+1],3*this.triangles[e+2]];for(let o=0;o<3;o++)this._middles[e+o]=(t[n+o]+t[s+o]+t[r+o])/3}}};var dr=class{strokes;_pixels;constructor(t,e,n,s=0){this._pixels=e;let r=gn("line",{uSize:new Wt(1,1),uWidth:1,uNearer:s,uColor:new ie(...n)});r.premultipliedAlpha=!0,r.transparent=n[3]<1,r.side=He,this.strokes=new mn(Di(0),r,{start:[new Float32Array(3*t),3],stop:[new Float32Array(3*t),3]},t)}get _uniforms(){return this.strokes.mesh.material.uniforms}setColor(t){this._uniforms.uColor.value.set(...t)}setSize(t,e,n){this._uniforms.uSize.value.set(t/2,e/2),this._uniforms.uWidth.value=Math.max(this._pixels*n/2,.5)}place(t){let[e,n]=[this.strokes.array("start"),this.strokes.array("stop")];for(let s=0;s<e.length/3;s++)e.set(t.subarray(6*s,6*s+3),3*s),n.set(t.subarray(6*s+3,6*s+6),3*s);this.strokes.changed("start","stop")}join(t,e){let[n,s]=[this.strokes.array("start"),this.strokes.array("stop")];for(let r=0;r<e.length/2;r++)n.set(t.subarray(3*e[2*r],3*e[2*r]+3),3*r),s.set(t.subarray(3*e[2*r+1],3*e[2*r+1]+3),3*r);this.strokes.changed("start","stop")}};var fr=.5;function Aa(i,t){let{frames:e}=i,n={positions:i.positions,bonds:i.bonds,edges:i.edges,lattice:i.lattice};if(!e)return{...n,tips:i.vectors?.tips??null};let s=c=>{let l=c?c.length/e.count:0;return c?c.subarray(t*l,(t+1)*l):null},r=s(e.lattices),{bonds:o,bondOffsets:a}=e;return{positions:s(e.positions),bonds:o&&a?o.subarray(2*a[t],2*a[t+1]):i.bonds,edges:s(e.edges)??i.edges,tips:s(e.vectors)??i.vectors?.tips??null,lattice:r?[0,3,6].map(c=>[...r.subarray(c,c+3)]):i.lattice}}var Ca=class{group=new On;radii;moment;_scene;_atoms;_bonds;_cell;_rims;_faces;_surfaces;_arrows;_style;_shown=null;constructor(t,e){this._scene=t,this._style=e,this.moment=Aa(t,0),this.radii=Sn(t,e);let n=di(t);this._atoms=new Ea(t,n),this._bonds=new Ta(t,n),this._cell=new dr(t.edges.length/6,1.2,[.45,.45,.45,1]),this._rims=new dr(t.faceEdges.length/2,1,[.12,.13,.15,1],2e-5),this._faces=t.faces.length?M_(t):null,this._surfaces=t.surfaces.length?w_(t):null,this._arrows=t.vectors?new wa(t.vectors):null,this._atoms.balls.mesh.renderOrder=0;let s=[[this._atoms.balls.mesh,1],[this._bonds.sticks.mesh,2],[this._cell.strokes.mesh,3],[this._arrows?.shafts.mesh,4],[this._rims.strokes.mesh,5],[this._faces?.mesh,6],[this._surfaces?.mesh,7]];for(let[r,o]of s)r&&(r.renderOrder=o,this.group.add(r));this.setStyle(e)}setStyle(t){this._style=t,this.radii=Sn(this._scene,t),this._atoms.resize(this.radii),this._bonds.setStyle(this._scene,t),this._place(),this._show()}setShown(t){this._shown=t,this._show()}setFrame(t){this.moment=Aa(this._scene,t),this._place()}setInk(t){let e=t?.65:.42;this._cell.setColor([e,e,e,1]),this._rims.setColor(t?[.9,.92,.95,1]:[.16,.17,.2,1])}prepare(t,e,n,s){this._cell.setSize(t,e,n),this._rims.setSize(t,e,n),this._faces?.sort(s),this._surfaces?.sort(s)}setMarked(t,e){let n=new Set(e);for(let r=0;t.size&&r<this._scene.sites.length;r++)t.has(this._scene.sites[r])&&n.add(r);let s=this._atoms.mark([...n]);s&&(s.mesh.renderOrder=3,this.group.add(s.mesh),this._atoms.follow())}dispose(){this.group.removeFromParent();for(let t of[this._atoms,this._bonds,this._cell.strokes,this._rims.strokes,this._faces,this._surfaces])t?.dispose();this._arrows?.shafts.dispose()}_show(){let t=this._shown,e=r=>t?.[r]??!0,n=e("polyhedra")&&this._style!=="space-filling"&&this._style!=="wireframe",s=(r,o)=>r&&(r.visible=o);s(this._bonds.sticks.mesh,e("bonds")&&Kn(this._scene,this._style)>0&&this.moment.bonds.length>0),s(this._cell.strokes.mesh,e("cell")&&this._scene.edges.length>0),s(this._faces?.mesh,n),s(this._rims.strokes.mesh,n&&this._scene.faceEdges.length>0),s(this._surfaces?.mesh,e("surfaces")),s(this._arrows?.shafts.mesh,e("vectors"))}_place(){let{positions:t,bonds:e,edges:n,tips:s}=this.moment;if(this._atoms.place(t),this._atoms.follow(),this._bonds.place(t,e),this._cell.place(n),this._rims.join(t,this._scene.faceEdges),this._arrows&&s&&this._arrows.place(t,s),this._faces){let r=this._faces.mesh.geometry.getAttribute("position").array;this._scene.faces.forEach((o,a)=>r.set(t.subarray(3*o,3*o+3),3*a)),this._faces.moved()}}};function M_(i){let t=i.faces.length,e=new Uint8Array(4*t);for(let s=0;s<t;s++){let r=i.species[i.faceSpecies[Math.floor(s/3)]];e.set([...ce(r.color),255*fr],4*s)}let n=Uint32Array.from({length:t},(s,r)=>r);return new ur(new Float32Array(3*t),new Float32Array(3*t),e,n)}function w_(i){let t=l=>i.surfaces.reduce((h,u)=>h+l(u),0),e=new Float32Array(t(l=>l.positions.length)),n=new Float32Array(e.length),s=new Uint8Array(4*e.length/3),r=new Uint32Array(t(l=>l.triangles.length)),[o,a]=[0,0];for(let l of i.surfaces){e.set(l.positions,3*o),n.set(l.normals,3*o);let h=[...ce(l.color),255*l.opacity];for(let u=0;u<l.positions.length/3;u++)s.set(h,4*(o+u));for(let u=0;u<l.triangles.length;u++)r[a++]=l.triangles[u]+o;o+=l.positions.length/3}let c=i.surfaces.every(l=>l.opacity>=1);return new ur(e,n,s,r,c)}var E_=.3,wc=class{users=0;_renderer;_stage=new zs;_perspective=new Fe;_orthographic=new us;constructor(){this._renderer=new xa({antialias:!1,alpha:!0,stencil:!1,powerPreference:"low-power"}),this._renderer.setPixelRatio(1),this._renderer.setClearColor(0,0)}get lost(){return this._renderer.getContext().isContextLost()}get calls(){return this._renderer.info.render.calls}get largest(){return Math.min(this._renderer.capabilities.maxTextureSize,8192)}onRestored(t){let e=this._renderer.domElement;return e.addEventListener("webglcontextrestored",t),()=>e.removeEventListener("webglcontextrestored",t)}paint(t,e){let n=Math.max(1,Math.round(t.width*t.ratio)),s=Math.max(1,Math.round(t.height*t.ratio)),r=this._renderer.domElement,o=n*s<E_*r.width*r.height;if(r.width<n||r.height<s||o){let l=(h,u)=>o?u:Math.max(h,u);this._renderer.setSize(l(r.width,n),l(r.height,s),!1)}this._renderer.setViewport(0,0,n,s),this._renderer.setScissor(0,0,n,s),this._renderer.setScissorTest(!0),this._stage.add(t.group),this._renderer.render(this._stage,this._camera(t)),this._stage.remove(t.group);let{width:a,height:c}=e.canvas;e.setTransform(1,0,0,1,0,0),e.clearRect(0,0,a,c),e.imageSmoothingEnabled=a!==n,e.drawImage(r,0,r.height-s,n,s,0,0,a,c)}finish(){let t=this._renderer.getContext();t.readPixels(0,0,1,1,t.RGBA,t.UNSIGNED_BYTE,new Uint8Array(4))}dispose(){this._renderer.dispose(),this._renderer.forceContextLoss()}_camera(t){let e=Math.max(t.distance-2*t.reach,.05*t.distance),n=t.distance+2*t.reach,s=t.height/(2*t.scale),r=t.width/(2*t.scale);if(t.orthographic){let a=this._orthographic;return a.left=-r,a.right=r,a.top=s,a.bottom=-s,a.near=e,a.far=n,a.position.set(0,0,t.distance),a.updateProjectionMatrix(),a}let o=this._perspective;return o.fov=2*Math.atan(s/t.distance)*180/Math.PI,o.aspect=t.width/t.height,o.near=e,o.far=n,o.position.set(0,0,t.distance),o.updateProjectionMatrix(),o}},Fi=null;function pd(){return Fi??=new wc,Fi.users+=1,Fi}function md(){Fi&&--Fi.users===0&&(Fi.dispose(),Fi=null)}var gd=34962,T_=34963,A_=5126,C_=5125,R_=1313821514,P_=5130562;function I_(i){let t=i/255;return t<=.04045?t/12.92:((t+.055)/1.055)**2.4}var Ra=class{_chunks=[];_json;_bytes=0;constructor(t){this._json={asset:{version:"2.0",generator:"nanoos-lab"},scene:0,scenes:[{name:t,nodes:[]}],nodes:[],meshes:[],materials:[],accessors:[],bufferViews:[]}}node(t,e){let n=e.filter(s=>s.triangles.length).map(s=>this._primitive(s));n.length&&(this._json.scenes[0].nodes.push(this._json.nodes.length),this._json.nodes.push({name:t,mesh:this._json.meshes.length}),this._json.meshes.push({name:t,primitives:n}))}finish(){let t=this._bytes?[{byteLength:this._bytes}]:void 0,e=new TextEncoder().encode(JSON.stringify({...this._json,buffers:t})),n=new Uint8Array(Math.ceil(e.length/4)*4).fill(32);n.set(e);let s=20+n.length+8+this._bytes,r=new Uint32Array([1179937895,2,s,n.length,R_]);return new Blob([r,n,new Uint32Array([this._bytes,P_]),...this._chunks],{type:"model/gltf-binary"})}_primitive({positions:t,normals:e,triangles:n,color:s,opacity:r}){let o=Float32Array.from(t),[a,c]=[[1/0,1/0,1/0],[-1/0,-1/0,-1/0]];o.forEach((u,d)=>{a[d%3]=Math.min(a[d%3],u),c[d%3]=Math.max(c[d%3],u)});let l={POSITION:this._accessor(o,"VEC3",gd,{min:a,max:c}),NORMAL:this._accessor(Float32Array.from(e),"VEC3",gd)},h=this._accessor(Uint32Array.from(n),"SCALAR",T_);return this._json.materials.push({pbrMetallicRoughness:{baseColorFactor:[...s.map(I_),r],metallicFactor:0,roughnessFactor:.45},doubleSided:r<1,alphaMode:r<1?"BLEND":"OPAQUE"}),{attributes:l,indices:h,material:this._json.materials.length-1}}_accessor(t,e,n,s={}){this._json.bufferViews.push({buffer:0,byteOffset:this._bytes,byteLength:t.byteLength,target:n}),this._chunks.push(t),this._bytes+=t.byteLength;let r=t.length/(e==="VEC3"?3:1),o=t instanceof Float32Array?A_:C_;return this._json.accessors.push({bufferView:this._json.bufferViews.length-1,componentType:o,count:r,type:e,...s}),this._json.accessors.length-1}};var L_=.02,N_=new B(0,1,0),Ec=class{positions=[];normals=[];triangles=[];_point=new B;add(t,e){let n=this.positions.length/3,[s,r]=[t.getAttribute("position"),t.getAttribute("normal")],o=e.clone().invert().transpose();for(let c=0;c<s.count;c++)this._point.fromBufferAttribute(s,c).applyMatrix4(e),this.positions.push(this._point.x,this._point.y,this._point.z),this._point.fromBufferAttribute(r,c).transformDirection(o),this.normals.push(this._point.x,this._point.y,this._point.z);let a=t.index;for(let c=0;c<(a?.count??s.count);c++)this.triangles.push(n+(a?a.getX(c):c))}},Ui=class extends Map{of(t){let e=this.get(t)??new Ec;return this.set(t,e),e}};function Pa(i,t,e){let n=t.clone().sub(i),s=n.length()||1e-6,r=new Oe().setFromUnitVectors(N_,n.divideScalar(s));return new te().compose(i,r,new B(e,s,e))}var Ia=i=>i.translate(0,.5,0),pi=(i,t)=>new B(i[3*t],i[3*t+1],i[3*t+2]);function D_(i,t,e){let n=t.length>3e3?8:t.length>300?16:28,s=new qs(1,n,n*2/3),r=new Ui,o=di(i);return t.forEach((a,c)=>{let l=new te().makeScale(a,a,a).setPosition(pi(e.positions,c));r.of(Ne([o[3*c],o[3*c+1],o[3*c+2]])).add(s,l)}),r}function F_(i,t,e,{positions:n,bonds:s}){let r=Ia(new oi(1,1,1,s.length>4e3?6:14,1,!0)),o=new Ui,a=di(i);for(let c=0;c<s.length;c++){let[l,h]=[s[c],s[c^1]],[u,d]=[pi(n,l),pi(n,h)],f=.5+(e[l]-e[h])/(2*u.distanceTo(d)||1),g=Ne([a[3*l],a[3*l+1],a[3*l+2]]);o.of(g).add(r,Pa(u,u.clone().lerp(d,Math.min(Math.max(f,0),1)),t))}return o}function U_({edges:i}){let t=Ia(new oi(1,1,1,6,1,!0)),e=new Ui;for(let n=0;n<i.length/3;n+=2)e.of("#7d7d7d").add(t,Pa(pi(i,n),pi(i,n+1),L_));return e}function O_(i,{positions:t,tips:e}){let n=Ia(new oi(1,1,1,12)),s=Ia(new oi(0,1,1,18)),r=new Ui;return i.vectors.atoms.forEach((o,a)=>{let[c,l]=[pi(t,o),pi(e,a)],h=l.length();if(h>1e-6){let u=Math.min(1,h/(1.6*fi)),d=c.clone().addScaledVector(l,1-u*fi/h),f=r.of(i.vectors.colors[a]);f.add(n,Pa(c,d,Pn*u)),f.add(s,Pa(d,c.clone().add(l),Wn*u))}}),r}function B_(i,{positions:t}){let e=new Ui;for(let n=0;n<i.faces.length;n+=3){let s=e.of(i.species[i.faceSpecies[n/3]].color),[r,o,a]=[0,1,2].map(l=>pi(t,i.faces[n+l])),c=o.clone().sub(r).cross(a.clone().sub(r)).normalize();for(let l of[r,o,a])s.triangles.push(s.positions.length/3),s.positions.push(l.x,l.y,l.z),s.normals.push(c.x,c.y,c.z)}return e}function vd(i,t,e,n){let s=new Ra(i.title),r=Sn(i,t),o=Kn(i,t),a=(c,l,h=1)=>s.node(c,[...l].map(([u,d])=>({...d,color:ce(u),opacity:h})));a("atoms",D_(i,r,n)),e.bonds&&o&&n.bonds.length&&a("bonds",F_(i,o,r,n)),e.cell&&n.edges.length&&a("cell",U_(n)),e.vectors&&i.vectors&&n.tips&&a(i.vectors.name||"vectors",O_(i,n)),e.polyhedra&&i.faces.length&&t!=="space-filling"&&t!=="wireframe"&&a("polyhedra",B_(i,n),fr);for(let{name:c,color:l,opacity:h,positions:u,normals:d,triangles:f}of e.surfaces?i.surfaces:[])s.node(c||"surface",[{positions:u,normals:d,triangles:f,color:ce(l),opacity:h}]);return s.finish()}var _d={2:"distance",3:"angle",4:"dihedral"};function xd(i){let[t,e,n,s]=i,r=180/Math.PI;if(i.length===2)return t.distanceTo(e);if(i.length===3)return t.clone().sub(e).angleTo(n.clone().sub(e))*r;let[o,a,c]=[e.clone().sub(t),n.clone().sub(e),s.clone().sub(n)],[l,h]=[o.clone().cross(a),a.clone().cross(c)];return Math.atan2(a.length()*o.dot(h),l.dot(h))*r}function La(i,t){return i==="distance"?`${t.toFixed(3)} \xC5`:`${t.toFixed(1)}\xB0`}function yd(i,t,e,n,s){let{origin:r,direction:o}=i.ray(n,s),a=-1,c=1/0;for(let l=0;l<e.length;l++){let h=t[3*l]-r.x,u=t[3*l+1]-r.y,d=t[3*l+2]-r.z,f=h*o.x+u*o.y+d*o.z,g=h*h+u*u+d*d-f*f,x=Math.max(e[l],.12),p=f-Math.sqrt(x*x-g);g<=x*x&&f>0&&p<c&&(c=p,a=l)}return a}function bd(i,t,e){let n=[];for(let s=0;s<e.length;s++){let[r,o,a,c]=i.project(t[3*s],t[3*s+1],t[3*s+2]);n.push({atom:s,x:r,y:o,depth:a,radius:e[s]*c})}return n.sort((s,r)=>r.depth-s.depth)}function Sd(i){let t=Math.max(8,...i.slice(0,1).map(s=>2*s.radius)),e=new Map,n=[];for(let s of i){let[r,o]=[Math.floor(s.x/t),Math.floor(s.y/t)];e.get(`${r},${o}`)?.some(l=>Math.hypot(l.x-s.x,l.y-s.y)<l.radius)||n.push(s);let c=Math.ceil(s.radius/t);for(let l=r-c;l<=r+c;l++)for(let h=o-c;h<=o+c;h++){let u=`${l},${h}`;e.get(u)?.push(s)??e.set(u,[s])}}return n}var xs='system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif',k_=[255,255,255],Md=[0,0,0];function Ac(i){let t=ce(i);return[[0,Ne(on(t,k_,.62))],[.38,i],[.8,Ne(on(t,Md,.24))],[1,Ne(on(t,Md,.46))]]}var Cc=[[0,"#ffffff",.6],[.38,"#ffffff",0],[.8,"#000000",.2],[1,"#000000",.45]];function Rc(i){let t=[],e=0;for(let[n,s]of i)t.push([e,Math.min(e+s,1),n]),e=Math.min(e+s,1);return e<.9999&&t.push([e,1,Ne(Sa)]),t}var Tc=null;function pr(i,t,e=!1){return Tc??=document.createElement("canvas").getContext("2d"),Tc.font=`${e?"600 ":""}${t}px ${xs}`,Tc.measureText(i).width}function z_(i,t){let{x:e,y:n,radius:s}=t,r=i.createRadialGradient(e-.32*s,n-.4*s,0,e,n,s),o=a=>{i.fillStyle=a,i.beginPath(),i.arc(e,n,s,0,7),i.fill()};if(!t.slices){Ac(t.color).forEach(([a,c])=>r.addColorStop(a,c)),o(r);return}for(let[a,c,l]of Rc(t.slices))i.fillStyle=l,i.beginPath(),i.moveTo(e,n),i.arc(e,n,s,(a-.25)*2*Math.PI,(c-.25)*2*Math.PI),i.fill();Cc.forEach(([a,c,l])=>r.addColorStop(a,`${c}${Math.round(l*255).toString(16).padStart(2,"0")}`)),o(r)}function V_(i,t){i.font=`${t.italic?"italic ":""}${t.bold?"600 ":""}${t.size}px ${xs}`,i.textAlign=t.anchor==="middle"?"center":t.anchor,i.textBaseline="alphabetic",t.halo&&(i.strokeStyle=t.halo,i.lineWidth=3,i.lineJoin="round",i.strokeText(t.text,t.x,t.y)),i.fillStyle=t.color,i.fillText(t.text,t.x,t.y)}function Na(i,t,e){i.save(),i.setTransform(e,0,0,e,0,0);for(let n of t)if(n.kind==="text")V_(i,n);else if(n.kind==="ball")z_(i,n);else if(n.kind==="line")i.strokeStyle=n.color,i.lineWidth=n.width,i.lineCap="round",i.lineJoin="round",i.setLineDash(n.dash?[5,4]:[]),i.beginPath(),n.points.forEach(([s,r])=>i.lineTo(s,r)),n.close&&i.closePath(),n.fill&&(i.fillStyle=n.fill,i.fill()),i.stroke();else if(n.kind==="box")i.fillStyle=n.fill,i.beginPath(),i.roundRect(n.x,n.y,n.width,n.height,n.radius),i.fill();else{let s=i.createLinearGradient(n.x,0,n.x+n.width,0);n.stops.forEach((r,o)=>s.addColorStop(o/(n.stops.length-1),r)),i.fillStyle=s,i.beginPath(),i.roundRect(n.x,n.y,n.width,n.height,2),i.fill()}i.restore()}var mr=["none","element","site","custom"],wd=12;function G_({scene:i,labels:t},e){let n=i.species[i.speciesOf[e]];return t==="element"?n.symbol:t==="site"?`${n.symbol}${i.sites[e]}`:i.atomLabels?.[e]??""}var Pc=class{_rows=new Map;take(t){let e=[Math.floor(t.top/16),Math.floor(t.bottom/16)],n=e.some(s=>this._rows.get(s)?.some(r=>r.left<t.right&&t.left<r.right&&r.top<t.bottom&&t.top<r.bottom));if(!n)for(let s of new Set(e))this._rows.set(s,[...this._rows.get(s)??[],t]);return!n}};function Ed(i){let{scene:t,view:e,drawing:n,labels:s,inks:r}=i,o=new Pc,a=[],c=(l,h,u,d)=>{let f=pr(l,wd,d)/2+1;o.take({left:h-f,right:h+f,top:u-7,bottom:u+7})&&a.push({kind:"text",x:h,y:u+4.2,text:l,size:wd,color:r.text,anchor:"middle",halo:r.paper,bold:d})};for(let{text:l,position:h}of t.labels){let[u,d]=e.project(h[0],h[1],h[2]);c(l,u,d,!0)}if(s!=="none")for(let{atom:l,x:h,y:u}of Sd(bd(e,n.moment.positions,n.radii))){let d=G_(i,l);d&&h>-20&&u>-20&&h<e.width+20&&u<e.height+20&&c(d,h,u,!1)}return a}var H_=["#d4493c","#3b9a43","#4079d6"],Td=26,Ic=20,W_=38,Ad=12.5,$n={x:40,y:40,reach:48};function Cd({scene:i,shown:t}){let e=[];if(!i.siteValues)for(let{label:n,color:s,portions:r}of i.species)e.push({text:n,mark:(o,a)=>({kind:"ball",x:o+7,y:a,radius:6.5,color:s,slices:r})});if(i.vectors&&t.vectors){let{name:n,unit:s,longest:r,colors:o}=i.vectors,a=r===null?"":` up to ${mi(r)}${s&&` ${s}`}`,c=(l,h)=>({kind:"line",points:[[l,h],[l+13,h],[l+8.5,h-4],[l+13,h],[l+8.5,h+4]],color:o[0]??"#888888",width:2});e.push({text:`${n}${a}`,mark:c})}if(t.surfaces)for(let{name:n,color:s}of i.surfaces)e.push({text:n,mark:(r,o)=>({kind:"box",x:r+1,y:o-6,width:12,height:12,radius:2,fill:s})});return e.filter(n=>n.text).map(n=>({...n,width:19+pr(n.text,Ad)+14}))}function Rd(i,t){let e=[[]],n=0;for(let s of i){if(n+s.width>t&&e[e.length-1].length){if(e.length===2)break;e.push([]),n=0}e[e.length-1].push(s),n+=s.width}return e.filter(s=>s.length)}function Pd(i){let[t,e]=[84,8],n=i-2*t;return n>=i/2?{middle:i/2,wide:n}:{middle:(t+i-e)/2,wide:Math.max(i-t-e,60)}}function Id(i,t,e,n){return!t.legend||n<140?0:Ic*Rd(Cd({scene:i,shown:t}),Pd(e).wide).length+(i.siteValues?W_:0)+8}function mi(i){return Math.abs(i)>=1e5||i!==0&&Math.abs(i)<.001?i.toExponential(2):String(Number(i.toPrecision(4)))}function $_({scene:i,shown:t,view:e,inks:n}){let s=[];if(!t.legend||e.height<140)return s;let{middle:r,wide:o}=Pd(e.width),a=Rd(Cd({scene:i,shown:t}),o);return a.forEach((c,l)=>{let h=r-c.reduce((d,f)=>d+f.width,-14)/2,u=e.height-14-Ic*(a.length-1-l);for(let d of c)s.push(d.mark(h,u)),s.push({kind:"text",x:h+19,y:u+4.5,text:d.text,size:Ad,color:n.text,anchor:"start"}),h+=d.width}),i.siteValues&&s.push(...X_(i.siteValues,e,e.height-8-Ic*a.length,n)),s}function X_(i,t,e,n){let s=Math.min(180,t.width*.45),r=(t.width-s)/2,o=e-14,a=(c,l,h,u)=>({kind:"text",x:c,y:l,text:h,size:11.5,color:n.text,anchor:u});return[{kind:"bar",x:r,y:o,width:s,height:9,stops:[...Oi[i.scale]]},a(r-6,o+8.5,mi(i.low),"end"),a(r+s+6,o+8.5,mi(i.high),"start"),a(r+s/2,o-5,i.unit?`${i.name} (${i.unit})`:i.name,"middle")]}function Lc({scene:i,view:t,drawing:e,shown:n}){let s=e.moment.lattice;return!s||!i.lattice||!n.axes||t.width<160||t.height<140?null:s.map((r,o)=>{let a=new B().fromArray(r).normalize().applyQuaternion(t.turn),[c,l]=[a.x*Td,-a.y*Td];return{name:"abc"[o],x:$n.x+c,y:t.height-$n.y+l,z:a.z}})}function q_(i){let t=Lc(i),{view:e}=i,n=[$n.x,e.height-$n.y];return(t??[]).sort((s,r)=>s.z-r.z).flatMap(({name:s,x:r,y:o})=>{let[a,c]=[r-n[0],o-n[1]],l=Math.hypot(a,c),h=l>4?[a/l,c/l]:[.7,-.7],u=H_["abc".indexOf(s)];return[{kind:"line",points:[n,[r,o]],color:u,width:2.4},{kind:"text",x:r+h[0]*9,y:o+h[1]*9+4,text:s,size:12,color:u,anchor:"middle",italic:!0,bold:!0}]})}function Y_({view:i,drawing:t,measures:e,inks:n}){let{positions:s}=t.moment,r=[];for(let{atoms:o,measured:a}of e){let c=o.map(h=>i.project(s[3*h],s[3*h+1],s[3*h+2])),l=c.map(([h,u])=>[h,u]);if(r.push({kind:"line",points:l,color:n.paper,width:4.5}),r.push({kind:"line",points:l,color:"#c2410c",width:2,dash:!0}),a){let h=Math.floor((c.length-1)/2),[u,d]=[c[h],c[c.length===3?h:h+1]],f=La(a.kind,a.value),g=pr(f,12.5,!0)+12,[x,p]=[(u[0]+d[0])/2,(u[1]+d[1])/2];r.push({kind:"box",x:x-g/2,y:p-10,width:g,height:20,fill:"#7c2d12",radius:4}),r.push({kind:"text",x,y:p+4.5,text:f,size:12.5,color:"#ffffff",anchor:"middle",bold:!0})}}return r}function ys(i){return[...Ed(i),...Y_(i),...q_(i),...$_(i)]}async function Ld(i,t,e,n,s,r){let{view:o}=e,a=Math.max(o.width,o.height);if(!(n>0)||a*n>i.largest)throw new Error(`a picture of ${n} times ${a} pixels: choose a scale up to ${Math.floor(i.largest/a)}`);let c=document.createElement("canvas");c.width=Math.round(o.width*n),c.height=Math.round(o.height*n);let l=c.getContext("2d"),h=Math.min(2*n,i.largest/a);t.setInk(r);let u=o.shot(t.group,h);return t.prepare(o.width*h,o.height*h,h,t.group.matrix),i.paint(u,l),s&&(l.globalCompositeOperation="destination-over",l.fillStyle=s,l.fillRect(0,0,c.width,c.height),l.globalCompositeOperation="source-over"),Na(l,ys(e),n),new Promise((d,f)=>c.toBlob(g=>g?d(g):f(new Error("this browser could not write the picture")),"image/png"))}var Zt=i=>String(Math.round(i*10)/10);function Nc(i){return i.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,"").replace(/&/g,"&amp;").replace(/</g,"&lt;").replace(/>/g,"&gt;").replace(/"/g,"&quot;")}var Z_=0,Da=class{_defs=new Map;_prefix=`n${Date.now().toString(36)}${Z_++}`;ball(t,e,n,s,r){let o=h=>`<circle cx="${Zt(t)}" cy="${Zt(e)}" r="${Zt(n)}" fill="url(#${h})"/>`;if(!r?.length){let h=Ac(s).map(([u,d])=>`<stop offset="${u}" stop-color="${d}"/>`);return o(this._radial(s,h.join("")))}let a=h=>{let u=h*2*Math.PI;return`${Zt(t+n*Math.sin(u))} ${Zt(e-n*Math.cos(u))}`},c=Rc(r).map(([h,u,d])=>u-h>.999?`<circle cx="${Zt(t)}" cy="${Zt(e)}" r="${Zt(n)}" fill="${d}"/>`:`<path d="M${Zt(t)} ${Zt(e)}L${a(h)}A${Zt(n)} ${Zt(n)} 0 ${u-h>.5?1:0} 1 ${a(u)}Z" fill="${d}"/>`),l=Cc.map(([h,u,d])=>`<stop offset="${h}" stop-color="${u}" stop-opacity="${d}"/>`);return c.join("")+o(this._radial("glaze",l.join("")))}stick(t,e,n,s,r){let o=Math.atan2(e[1]-t[1],e[0]-t[0])*180/Math.PI,a=Ne(on(ce(r),[0,0,0],.5)),c=Ne(on(ce(r),[255,255,255],.3)),l=`<stop offset="0" stop-color="${a}"/><stop offset=".5" stop-color="${c}"/><stop offset="1" stop-color="${a}"/>`,h=this._def(`stick${r}`,u=>`<linearGradient id="${u}" x1="0" y1="0" x2="0" y2="1">${l}</linearGradient>`);return`<rect x="-.5" y="${Zt(-s)}" width="${Zt(n+1)}" height="${Zt(2*s)}" fill="url(#${h})" transform="translate(${Zt(t[0])} ${Zt(t[1])})rotate(${Zt(o)})"/>`}shape(t){switch(t.kind){case"ball":return this.ball(t.x,t.y,t.radius,t.color,t.slices);case"box":return`<rect x="${Zt(t.x)}" y="${Zt(t.y)}" width="${Zt(t.width)}" height="${Zt(t.height)}" rx="${t.radius}" fill="${t.fill}"/>`;case"bar":{let e=t.stops.map((s,r)=>`<stop offset="${(r/(t.stops.length-1)).toFixed(3)}" stop-color="${s}"/>`),n=this._def(`bar${t.stops}`,s=>`<linearGradient id="${s}">${e.join("")}</linearGradient>`);return`<rect x="${Zt(t.x)}" y="${Zt(t.y)}" width="${Zt(t.width)}" height="${Zt(t.height)}" rx="2" fill="url(#${n})"/>`}case"line":{let e=t.points.map(([s,r])=>`${Zt(s)} ${Zt(r)}`).join("L"),n=t.dash?' stroke-dasharray="5 4"':"";return`<path d="M${e}${t.close?"Z":""}" fill="${t.fill??"none"}" stroke="${t.color}" stroke-width="${t.width}" stroke-linecap="round" stroke-linejoin="round"${n}/>`}default:{let e=t.halo?` stroke="${t.halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`:"",n=`${t.bold?' font-weight="600"':""}${t.italic?' font-style="italic"':""}`;return`<text x="${Zt(t.x)}" y="${Zt(t.y)}" font-size="${t.size}" fill="${t.color}" text-anchor="${t.anchor}"${n}${e}>${Nc(t.text)}</text>`}}}finish(t,e,n,s){let r=Nc(n?`Structure of ${n}`:"Structure");return`<svg xmlns="http://www.w3.org/2000/svg" width="${t}" height="${e}" viewBox="0 0 ${t} ${e}" role="img" aria-label="${r}" font-family="${Nc(xs)}"><title>${r}</title><defs>${[...this._defs.values()].join("")}</defs>${s}</svg>`}_radial(t,e){return this._def(`ball${t}`,n=>`<radialGradient id="${n}" cx=".5" cy=".5" r=".5" fx=".34" fy=".3">${e}</radialGradient>`)}_def(t,e){let n=`${this._prefix}${t.replace(/[^a-z0-9]/gi,"")}`;return this._defs.has(n)||this._defs.set(n,e(n)),n}};var J_=6e4,K_=24,Dc=[-.402,.549,.732],ke=i=>String(Math.round(i*10)/10);function j_({scene:i,drawing:t},e,n,s,r){let o=di(i);return s.map(([a,c,l,h],u)=>{let d=t.radii[u]*h,f=i.siteValues?void 0:i.species[i.speciesOf[u]].portions,g=r.has(i.sites[u])?`<circle cx="${ke(a)}" cy="${ke(c)}" r="${ke(d+.09*h)}" fill="#ffa600"/>`:"",x=Ne([o[3*u],o[3*u+1],o[3*u+2]]);return[l,g+n.ball(a,c,d,x,f?.length?f:void 0)]})}function Q_({scene:i,drawing:t,view:e,shown:n},s,r){let o=Kn(i,s);if(!o||!n.bonds)return[];let{positions:a,bonds:c}=t.moment,l=di(i),h=[],u=d=>[a[3*d],a[3*d+1],a[3*d+2]];for(let d=0;d<c.length;d++){let[f,g]=[c[d],c[d^1]],[x,p]=[u(f),u(g)],m=Math.hypot(p[0]-x[0],p[1]-x[1],p[2]-x[2])||1,M=Math.sqrt(Math.max(t.radii[f]**2-o**2,0))*.98,w=Math.max((m+t.radii[f]-t.radii[g])/2,M),S=b=>e.project(...x.map((U,I)=>U+(p[I]-U)*b/m)),[C,E]=[S(M),S(w)],v=Math.hypot(E[0]-C[0],E[1]-C[1]);if(v>.3){let b=Ne([l[3*f],l[3*f+1],l[3*f+2]]);h.push([(C[2]+E[2])/2,r.stick(C,E,v,o*C[3],b)])}}return h}function tx({drawing:i,view:t,shown:e}){let{edges:n,positions:s}=i.moment,r=[],o=Math.max(Math.min(Math.floor(3600/Math.max(n.length,1)),K_),4);for(let a=0;e.cell&&a<n.length;a+=6){let c=l=>[0,1,2].map(h=>n[a+h]+(n[a+3+h]-n[a+h])*l);for(let l=0;l<o;l++){let h=c((l+.5)/o);if(!i.radii.some((d,f)=>Math.hypot(s[3*f]-h[0],s[3*f+1]-h[1],s[3*f+2]-h[2])<d)){let[d,f]=[t.project(...c(l/o)),t.project(...c((l+1)/o))];r.push([(d[2]+f[2])/2,`<path d="M${ke(d[0])} ${ke(d[1])}L${ke(f[0])} ${ke(f[1])}" stroke="#7d7d7d" stroke-width="1.2"/>`])}}}return r}function ex(i,t,e){let n=Math.hypot(e[0],e[1],e[2])||1,s=e[2]<0?-1:1,r=Math.max(s*(e[0]*Dc[0]+e[1]*Dc[1]+e[2]*Dc[2])/n,0),o=Math.sqrt(.34+.78*r);return t.length?Ne(o>1?on(i,[255,255,255],Math.min(o-1,.3)):on([0,0,0],i,o)):""}function nx([i,t,e]){let n=(o,a)=>[(a[0]-o[0])/o[3],(o[1]-a[1])/o[3],a[2]-o[2]],[s,r]=[n(i,t),n(i,e)];return[s[1]*r[2]-s[2]*r[1],s[2]*r[0]-s[0]*r[2],s[0]*r[1]-s[1]*r[0]]}function Nd(i,t,e){let n=ex(t,i,nx(i)),s=i.map(([r,o])=>`${ke(r)} ${ke(o)}`).join("L");return[(i[0][2]+i[1][2]+i[2][2])/3,`<path d="M${s}Z" fill="${n}" fill-opacity="${e}"/>`]}var ix=({scene:i,shown:t},e,n,s)=>{let r=[];if(!t.polyhedra||e==="space-filling"||e==="wireframe")return r;let{faces:o,faceSpecies:a,faceEdges:c}=i;for(let l=0;l<o.length;l+=3){let h=[s[o[l]],s[o[l+1]],s[o[l+2]]];r.push(Nd(h,ce(i.species[a[l/3]].color),fr))}for(let l=0;l<c.length;l+=2){let[h,u]=[s[c[l]],s[c[l+1]]];r.push([(h[2]+u[2])/2+.02,`<path d="M${ke(h[0])} ${ke(h[1])}L${ke(u[0])} ${ke(u[1])}" stroke="#3a3f45" stroke-width="1"/>`])}return r};function sx({scene:i,shown:t,view:e}){let n=[],s=i.surfaces.reduce((r,o)=>r+o.triangles.length/3,0);if(t.surfaces&&s>J_)throw new Error(`the surfaces have ${s} triangles, too many for an SVG: hide them, or save a PNG`);for(let{positions:r,triangles:o,color:a,opacity:c}of t.surfaces?i.surfaces:[]){let l=h=>e.project(r[3*h],r[3*h+1],r[3*h+2]);for(let h=0;h<o.length;h+=3)n.push(Nd([l(o[h]),l(o[h+1]),l(o[h+2])],ce(a),c))}return n}function rx({scene:i,drawing:t,view:e,shown:n}){let{positions:s,tips:r}=t.moment,o=[];return!i.vectors||!r||!n.vectors||i.vectors.atoms.forEach((a,c)=>{let l=[0,1,2].map(D=>s[3*a+D]),h=Math.hypot(r[3*c],r[3*c+1],r[3*c+2]);if(h<Math.max(t.radii[a],1e-6))return;let u=Math.min(1,h/(1.6*fi)),d=1-u*fi/h,f=D=>e.project(...l.map((O,H)=>O+r[3*c+H]*D)),g=Math.min(.95*t.radii[a]/h,d),[x,p,m]=[f(g),f(d),f(1)],[M,w]=[m[0]-x[0],m[1]-x[1]],S=Math.hypot(M,w)||1,[C,E]=[-w/S*p[3]*u,M/S*p[3]*u],v=([D,O],H)=>`${ke(D+C*H)} ${ke(O+E*H)}`,b=`M${v(x,Pn)}L${v(p,Pn)}L${v(p,Wn)}L${v(m,0)}`,U=`L${v(p,-Wn)}L${v(p,-Pn)}L${v(x,-Pn)}Z`,I=Ne(on(ce(i.vectors.colors[c]),[0,0,0],.35));o.push([(x[2]+m[2])/2,`<path d="${b}${U}" fill="${i.vectors.colors[c]}" stroke="${I}" stroke-width=".8"/>`])}),o}function Dd(i,t,e){let{scene:n,view:s,drawing:r}=i,{positions:o}=r.moment,a=new Da,c=[];for(let u=0;u<o.length;u+=3)c.push(s.project(o[u],o[u+1],o[u+2]));let h=[...j_(i,t,a,c,e),...Q_(i,t,a),...tx(i),...ix(i,t,a,c),...sx(i),...rx(i)].sort((u,d)=>u[0]-d[0]).map(u=>u[1]).join("")+ys(i).map(u=>a.shape(u)).join("");return a.finish(s.width,s.height,n.title,h)}function Fd(i,t,e){let n=new Map,s=0,r=new AbortController,o=(l,h,u,d={})=>l.addEventListener(h,u,{...d,signal:r.signal}),a=l=>{let h=t.getBoundingClientRect();return{x:l.clientX-h.left,y:l.clientY-h.top}};o(t,"pointerdown",l=>{i.focus({preventScroll:!0}),i.classList.add("is-active","is-dragging"),t.setPointerCapture(l.pointerId),n.size||(s=0),n.set(l.pointerId,a(l)),e.leave()}),o(t,"pointermove",l=>{let h=a(l),u=n.get(l.pointerId);if(!u){e.hover(h.x,h.y);return}let d=h.x-u.x,f=h.y-u.y;if(s+=Math.abs(d)+Math.abs(f),n.set(l.pointerId,h),n.size===2){let g=[...n].find(([m])=>m!==l.pointerId)[1],x=Math.hypot(u.x-g.x,u.y-g.y),p=Math.hypot(h.x-g.x,h.y-g.y);e.zoom(p/Math.max(x,1),(h.x+g.x)/2,(h.y+g.y)/2),e.pan(d/2,f/2)}else l.shiftKey||(l.buttons&6)!==0?e.pan(d,f):e.rotate(d,f)});let c=l=>{let h=n.delete(l.pointerId);if(n.size||i.classList.remove("is-dragging"),h&&!n.size&&l.type==="pointerup"&&l.button===0&&s<4){let u=a(l);e.click(u.x,u.y,l.shiftKey||l.ctrlKey||l.metaKey)}};return o(t,"pointerup",c),o(t,"pointercancel",c),o(t,"pointerleave",()=>e.leave()),o(t,"contextmenu",l=>l.preventDefault()),o(t,"wheel",l=>{if(i.classList.contains("is-active")||l.ctrlKey){l.preventDefault();let h=a(l),u=l.deltaMode===1?16:1;e.zoom(Math.exp(-l.deltaY*u/500),h.x,h.y)}},{passive:!1}),o(i,"focusout",l=>{i.contains(l.relatedTarget)||i.classList.remove("is-active")}),o(i,"keydown",l=>{let h=t.getBoundingClientRect(),u=[h.width/2,h.height/2],d=l.shiftKey?e.pan.bind(e):e.rotate.bind(e),f={ArrowLeft:()=>d(-12,0),ArrowRight:()=>d(12,0),ArrowUp:()=>d(0,-12),ArrowDown:()=>d(0,12),"+":()=>e.zoom(1.15,...u),"=":()=>e.zoom(1.15,...u),"-":()=>e.zoom(1/1.15,...u)};if(l.target!==i||l.ctrlKey||l.metaKey||l.altKey)return;let g=f[l.key];g?.(),(g||e.key(l.key,l.shiftKey))&&(l.preventDefault(),l.stopPropagation())}),()=>r.abort()}var ox=4,Fa=class{sites=new Set;chains=[];measuring=!1;cursor=-1;_open=!1;clear(){this.sites.clear(),this.chains=[],this.cursor=-1,this._open=!1}click(t,e){let n=new Set(e?this.sites:[]);t>=0&&(this.sites.has(t)&&(e||this.sites.size===1)?n.delete(t):n.add(t)),this.sites=n}extend(t){let e=this._open?this.chains[this.chains.length-1]:null;if(t<0||e?.[e.length-1]===t)return e&&e.length<2&&this.chains.pop(),this._open=!1,null;if(e?.includes(t))return null;let n=e&&e.length<ox?e:[];return n!==e&&this.chains.push(n),n.push(t),this._open=!0,n}clearMeasures(){let t=this.chains.length>0;return this.chains=[],this._open=!1,t}};function Ua(i,t,e){let n=_d[e.length];return n?{kind:n,sites:e.map(s=>i.sites[s]),images:e.map(s=>[0,1,2].map(r=>i.images[3*s+r])),value:xd(e.map(s=>new B().fromArray(t,3*s)))}:null}function Oa(i,t){let e=[0,1,2].map(c=>i.images[3*t+c]),n=e.some(c=>c!==0)?`, cell ${e.join(" ")}`:"",s=i.siteValues,r=s&&!Number.isNaN(s.values[t])?` \xB7 ${Number(s.values[t].toPrecision(4))} ${s.unit}`:"",o=i.atomLabels?.[t],a=i.species[i.speciesOf[t]].label;return`${a} \xB7 site ${i.sites[t]}${n}${o&&o!==a?` \xB7 ${o}`:""}${r}`}var Ba=class{label=R("div",{class:"nanoos-viewer-label","aria-hidden":"true"});_viewer;constructor(t){this._viewer=t}leave(){this.label.style.visibility="hidden"}_under(t,e){return this._viewer.drawing?yd(this._viewer.view,this._viewer.drawing.moment.positions,this._viewer.drawing.radii,t,e):-1}hover(t,e){let n=this._under(t,e),s=n<0?this._axisUnder(t,e):null;if(this._viewer.setCursor(n<0&&!s?"":"pointer"),n<0&&!s){this.label.style.visibility="hidden";return}this.label.textContent=s?`look along ${s}`:Oa(this._viewer.scene,n),this.label.style.visibility="visible";let r=Math.min(t+12,this._viewer.view.width-this.label.offsetWidth-4);this.label.style.transform=`translate(${Math.max(r,2)}px, ${Math.max(e-30,2)}px)`}_axisUnder(t,e){if(!this._viewer.drawing||t>$n.x+$n.reach||e<this._viewer.view.height-$n.y-$n.reach)return null;let s=Lc(this._viewer.writing())?.map(r=>({...r,away:Math.hypot(r.x-t,r.y-e)}))?.sort((r,o)=>r.away-o.away)[0];return s&&s.away<16?s.name:null}click(t,e,n){let s=this._under(t,e),r=s<0?this._axisUnder(t,e):null;if(r){this._viewer.lookAlong(r);return}this.choose(s,n),this.hover(t,e)}choose(t,e){if(this._viewer.selection.measuring){let s=this._viewer.selection.extend(t),r=s&&Ua(this._viewer.scene,this._viewer.drawing.moment.positions,s);this._viewer.mark(),r?(this._viewer.say(`${r.kind} ${La(r.kind,r.value)}`),this._viewer.options.onMeasure?.(r)):s&&this._viewer.say(Oa(this._viewer.scene,t));return}this._viewer.selection.click(t<0?-1:this._viewer.scene.sites[t],e),this._viewer.mark();let n=[...this._viewer.selection.sites].sort((s,r)=>s-r);this._viewer.say(n.length?`${n.length===1?"selected site":"selected sites"} ${n.join(", ")}`:"nothing selected"),this._viewer.options.onSelect?.(n)}_walk(t){let e=this._viewer.scene.sites.length;if(e){let{cursor:n}=this._viewer.selection;this._viewer.selection.cursor=n<0?t>0?0:e-1:(n+t+e)%e,this._viewer.say(Oa(this._viewer.scene,this._viewer.selection.cursor)),this._viewer.mark()}}_escape(){let{cursor:t}=this._viewer.selection;if(this._viewer.selection.cursor=-1,this._viewer.closeMenu())return!0;if(this._viewer.selection.clearMeasures()||t>=0)this._viewer.mark(),this._viewer.say("cleared");else if(this._viewer.selection.measuring)this._viewer.setMeasuring(!1);else return!1;return!0}key(t,e){let n=this._viewer.scene.frames,s=a=>(this._viewer.pause(),this._viewer.goTo(this._viewer.frame+a)),r={0:()=>this._viewer.reset(),s:()=>this._viewer.nextStyle(),o:()=>this._viewer.toggleOrthographic(),m:()=>this._viewer.setMeasuring(!this._viewer.selection.measuring),l:()=>this._viewer.nextLabels(),f:()=>this._viewer.toggleFullScreen(),a:()=>this._viewer.lookAlong("a"),b:()=>this._viewer.lookAlong("b"),c:()=>this._viewer.lookAlong("c"),n:()=>this._walk(1),p:()=>this._walk(-1),Enter:()=>this.choose(this._viewer.selection.cursor,e)," ":n!==null&&(()=>this._viewer.player?.toggle()),".":n!==null&&(()=>s(1)),",":n!==null&&(()=>s(-1)),Home:n!==null&&(()=>s(-this._viewer.frame)),End:n!==null&&(()=>s(n.count))};if(t==="Escape")return this._escape();let o=r[t];return o&&o(),!!o}};async function gr(i,t,e){try{let n=URL.createObjectURL(await e()),s=document.createElement("a");s.href=n,s.download=`${i.scene.title.replace(/[^\p{L}\p{N}._-]+/gu,"-").replace(/^-+|-+$/g,"")||"structure"}.${t}`,s.click(),setTimeout(()=>URL.revokeObjectURL(n),1e4),i.say(`saved ${s.download}`)}catch(n){i.complain(`It could not be saved: ${n.message}`)}}var ax={"ball-and-stick":"Balls and sticks",polyhedra:"Polyhedra","space-filling":"Full spheres",wireframe:"Wires"},lx={none:"None",element:"Elements",site:"Site numbers",custom:"Given labels"};function cx(i){let e=(/^\s*-?\d\s*-?\d\s*-?\d\s*$/.test(i)?i.match(/-?\d/g):i.trim().split(/[\s,;]+/)).map(Number);return e.length===3&&e.every(Number.isInteger)&&e.some(n=>n!==0)?e:null}function hx(i){let t=i.scene.lattice?["a","b","c"]:[],n=[{kind:"row",label:"Look along",items:["a","b","c"].map((s,r)=>({text:t[r]??"xyz"[r],title:`Look along ${t[r]??"xyz"[r]}`,name:`along-${s}`,act:()=>i.lookAlong(s)}))}];if(t.length){let s=r=>{let o=cx(r);return o&&i.lookAlong(o),o?"":"Three whole numbers, such as 1 1 0"};n.push({kind:"field",label:"Plane h k l",hint:"1 1 0",name:"along-hkl",act:s})}return n}function ux(i){let{scene:t,shown:e}=i;return[["bonds","Bonds",t.bonds.length>0||!!t.frames?.bonds],["cell","Cell",t.edges.length>0],["polyhedra","Polyhedra",t.faces.length>0],["surfaces","Surfaces",t.surfaces.length>0],["vectors",t.vectors?.name||"Vectors",t.vectors!==null],["axes","Axes",t.lattice!==null],["legend","Legend",!0]].filter(([,,s])=>s).map(([s,r])=>({kind:"switch",text:r,on:e[s],name:`show-${s}`,act:()=>i.setVisible({[s]:!e[s]})}))}function Ud(i){let t=mr.filter(e=>e!=="custom"||i.scene.atomLabels);return[{kind:"title",text:"Style"},...i.styles().map(e=>({kind:"choice",text:ax[e],chosen:e===i.style,name:`style-${e}`,act:()=>i.chooseStyle(e)})),{kind:"title",text:"View"},{kind:"switch",text:"Orthographic",on:i.view.orthographic,name:"orthographic",act:()=>i.toggleOrthographic()},...hx(i),{kind:"title",text:"Show"},...ux(i),{kind:"title",text:"Labels"},...t.map(e=>({kind:"choice",text:lx[e],chosen:e===i.labels,name:`labels-${e}`,act:()=>i.setLabels(e)})),{kind:"title",text:"Tools"},{kind:"switch",text:"Measure",on:i.measuring,name:"measuring",act:()=>i.setMeasuring(!i.measuring)},{kind:"action",text:"Full screen",hint:"f",name:"full-screen",act:()=>i.toggleFullScreen()},{kind:"action",text:"Save as PNG",name:"png",act:()=>gr(i,"png",()=>i.toPNG(3,!1))},{kind:"action",text:"Save as PNG, transparent",name:"png-transparent",act:()=>gr(i,"png",()=>i.toPNG(3,!0))},{kind:"action",text:"Save as SVG",name:"svg",act:()=>gr(i,"svg",async()=>new Blob([i.toSVG()],{type:"image/svg+xml"}))},{kind:"action",text:"Save as glTF",name:"glb",act:()=>gr(i,"glb",()=>i.toGLB())}]}var dx={style:'<circle cx="7.5" cy="15.5" r="4.5"/><circle cx="17.5" cy="6.5" r="3"/><path d="M10.8 12.4l4.5-4"/>',projection:'<path d="M4 7l8-4 8 4v10l-8 4-8-4zM4 7l8 4 8-4M12 11v10"/>',measure:'<path d="M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2"/>',reset:'<path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5"/>',menu:'<path d="M4 7h16M4 12h16M4 17h16"/>',play:'<path d="M7 4l13 8-13 8z"/>',pause:'<path d="M7 4v16M17 4v16"/>',check:'<path d="M4 12l5 5L20 6"/>'};function bs(i){let t=document.createElementNS("http://www.w3.org/2000/svg","svg");return t.setAttribute("viewBox","0 0 24 24"),t.setAttribute("aria-hidden","true"),t.innerHTML=dx[i],t}var Xn=64,Fc=10,vr=8,_r=10,ka=class{element;_canvas=R("canvas",{"aria-hidden":"true"});_series;_frame=0;constructor(t,e){this._series=t;let n=t.unit?`${t.name} in ${t.unit}`:t.name;this.element=R("div",{class:"nanoos-viewer-plot",role:"img","aria-label":`${n} by frame; click to go to a frame`},this._canvas);let s=r=>{let o=this._canvas.getBoundingClientRect(),a=(r.clientX-o.left-Xn)/Math.max(o.width-Xn-Fc,1);e(Math.round(Math.min(Math.max(a,0),1)*(t.data.length-1)))};this.element.addEventListener("pointerdown",r=>{this.element.setPointerCapture(r.pointerId),s(r)}),this.element.addEventListener("pointermove",r=>r.buttons&1&&s(r))}setFrame(t){this._frame=t,this.draw()}draw(){let{clientWidth:t,clientHeight:e}=this._canvas;if(!t||!e)return;let n=window.devicePixelRatio||1;this._canvas.width=Math.round(t*n),this._canvas.height=Math.round(e*n);let s=this._canvas.getContext("2d");s.scale(n,n);let r=getComputedStyle(this.element),o=r.getPropertyValue("--nanoos-accent")||"#0b68b0",{data:a,name:c,unit:l}=this._series,h=a.filter(p=>Number.isFinite(p)),u=h.reduce((p,m)=>Math.min(p,m),1/0),d=h.reduce((p,m)=>Math.max(p,m),-1/0),f=p=>Xn+(t-Xn-Fc)*p/Math.max(a.length-1,1),g=p=>e-_r-(e-vr-_r)*(d>u?(p-u)/(d-u):.5);s.strokeStyle=s.fillStyle=r.color,s.globalAlpha=.25,s.strokeRect(Xn-.5,vr-4.5,t-Xn-Fc+1,e-vr-_r+9),s.globalAlpha=.85,s.font=`11px ${xs}`,s.textAlign="right",h.length&&(s.fillText(mi(d),Xn-5,vr+4),s.fillText(mi(u),Xn-5,e-_r+3)),s.fillText(l||c,Xn-5,e/2+4),s.globalAlpha=1,s.strokeStyle=o,s.lineWidth=1.5,s.beginPath(),a.forEach((p,m)=>Number.isFinite(p)&&s.lineTo(f(m),g(p))),s.stroke();let x=a[this._frame];s.globalAlpha=.5,s.beginPath(),s.moveTo(f(this._frame),vr-4),s.lineTo(f(this._frame),e-_r+4),s.stroke(),s.globalAlpha=1,s.fillStyle=o,s.beginPath(),Number.isFinite(x)&&s.arc(f(this._frame),g(x),4,0,7),s.fill()}};var fx=15,za=class{element;_frames;_go;_button;_slider;_counter=R("output",{"aria-live":"off"});_plot;_frame=0;_timer=0;constructor(t,e){this._frames=t,this._go=e,this._button=R("button",{type:"button",class:"nanoos-viewer-play","data-action":"play",onclick:()=>this.toggle()}),this._slider=R("input",{type:"range",min:0,max:t.count-1,step:1,value:0,"aria-label":"Frame"}),this._slider.addEventListener("input",()=>{this.pause(),e(Number(this._slider.value))}),this._slider.addEventListener("keydown",s=>s.key!=="Escape"&&s.key!==" "&&s.stopPropagation()),this._plot=t.values?new ka(t.values,s=>(this.pause(),e(s))):null;let n=R("div",{class:"nanoos-viewer-track",role:"group","aria-label":"Frames"},this._button,this._slider,this._counter);this.element=R("div",{},this._plot?.element,n),this._drawButton(),this.show(0)}get playing(){return this._timer!==0}show(t){this._frame=t,this._slider.value=String(t),this._counter.textContent=`${t+1} / ${this._frames.count}`,this._slider.setAttribute("aria-valuetext",this.told()),this._plot?.setFrame(t)}told(){let{count:t,times:e,values:n}=this._frames,s=r=>r?`, ${r.name} ${mi(r.data[this._frame])} ${r.unit}`:"";return`frame ${this._frame+1} of ${t}${s(e)}${s(n)}`}play(t=fx){this.pause();let e=performance.now(),n=this._frame===this._frames.count-1?0:this._frame,s=-1,r=o=>{this._timer=requestAnimationFrame(r);let a=Math.max(0,Math.floor((o-e)*t/1e3));a!==s&&(s=a,this._go((n+a)%this._frames.count))};this._timer=requestAnimationFrame(r),this._drawButton()}pause(){cancelAnimationFrame(this._timer),this._timer=0,this._drawButton()}toggle(){this.playing?this.pause():this.play()}redraw(){this._plot?.draw()}dispose(){this.pause(),this.element.remove()}_drawButton(){let t=this.playing?"Pause (space)":"Play (space)";this._button.replaceChildren(bs(this.playing?"pause":"play")),this._button.title=t,this._button.setAttribute("aria-label",t)}};var Va=class{canvas=R("canvas");stage;root;_said=R("div",{class:"nanoos-viewer-said","aria-live":"polite"});_hint=R("div",{class:"nanoos-viewer-hint"});constructor(...t){this.stage=R("div",{class:"nanoos-viewer-stage"},this.canvas,this._hint,...t,this._said);let e={class:"nanoos-viewer nanoos-ui",tabindex:0,role:"application","data-lm-suppress-shortcuts":"true"};this.root=R("div",e,this.stage)}enter(t){t.appendChild(this.root),Ir(this.root)}describe(t,e){this.root.setAttribute("aria-label",`Structure of ${t}: drag or arrow keys turn, shift moves, plus and minus zoom, 0 resets; n and p walk through the atoms and Enter chooses one; s style, l labels, m measure, a b c look along${e?", space plays, comma and dot step":""}`)}resize(t,e){(this.canvas.width!==t||this.canvas.height!==e)&&(this.canvas.width=t,this.canvas.height=e)}say(t){this._said.textContent=t}hint(t){this._hint.textContent=t}};function Ga(i){let[t,e,n]=(getComputedStyle(i).color.match(/[\d.]+/g)??["0","0","0"]).map(Number);return .3*t+.59*e+.11*n>128}function Uc(i){return Ga(i)?{text:"#e6e8ea",quiet:"#a4abb2",paper:"#15181b"}:{text:"#212529",quiet:"#5c636a",paper:"#ffffff"}}var Ha=class{element=R("div",{class:"nanoos-viewer-menu",role:"menu",hidden:!0});_opener;_items;_abort=new AbortController;constructor(t,e){this._opener=t,this._items=e,this.element.addEventListener("keydown",s=>this._key(s));let n=s=>{let r=s.composedPath();!this.element.hidden&&!r.includes(this.element)&&!r.includes(this._opener)&&this._shut()};document.addEventListener("pointerdown",n,{signal:this._abort.signal,capture:!0})}toggle(){if(this.element.hidden){this.element.hidden=!1;let t=this._opener.closest(".nanoos-viewer-stage")?.clientHeight??420;this.element.style.maxHeight=`${Math.max(t-44,90)}px`,this._opener.setAttribute("aria-expanded","true"),this.refresh(),this._stops()[0]?.focus({preventScroll:!0})}else this.close()}close(){return this.element.hidden?!1:(this._shut(),this._opener.focus({preventScroll:!0}),!0)}refresh(){if(this.element.hidden)return;let e=this.element.getRootNode().activeElement?.dataset?.action,n=this.element.scrollTop;this.element.replaceChildren(...this._items().map(s=>this._draw(s))),this.element.scrollTop=n,this._stops().find(s=>e&&s.dataset.action===e)?.focus({preventScroll:!0})}dispose(){this._abort.abort()}_shut(){this.element.hidden=!0,this._opener.setAttribute("aria-expanded","false")}_draw(t){if(t.kind==="title")return R("div",{class:"title",role:"presentation"},t.text);if(t.kind==="row"){let r=t.items.map(o=>R("button",{type:"button",role:"menuitem",title:o.title,"aria-label":o.title,"data-action":o.name,onclick:o.act},o.text));return R("div",{class:"row",role:"group","aria-label":t.label},R("span",{},t.label),...r)}if(t.kind==="field")return this._field(t);let e=t.kind==="choice"?t.chosen:t.kind==="switch"?t.on:null,n={choice:"menuitemradio",switch:"menuitemcheckbox",action:"menuitem"}[t.kind],s=R("button",{type:"button",role:n,"aria-checked":e===null?null:String(e),"data-action":t.name});return s.append(R("i",{},e?bs("check"):null),t.text),t.kind==="action"&&t.hint&&s.append(R("kbd",{},t.hint)),s.addEventListener("click",()=>{t.kind==="action"&&this.close(),t.act(),this.refresh()}),s}_field(t){let e=R("div",{class:"wrong",role:"alert"}),n=R("input",{type:"text",placeholder:t.hint,"aria-label":t.label,"data-action":t.name,spellcheck:"false"});return n.addEventListener("keydown",s=>{s.stopPropagation(),s.key==="Enter"?e.textContent=t.act(n.value):s.key==="Escape"&&this.close()}),R("div",{class:"field"},R("label",{},t.label,n),e)}_stops(){return[...this.element.querySelectorAll("button,input")]}_key(t){let e=this._stops(),n=e.indexOf(t.target),s={ArrowDown:(n+1)%e.length,ArrowRight:(n+1)%e.length,ArrowUp:(n-1+e.length)%e.length,ArrowLeft:(n-1+e.length)%e.length,Home:0,End:e.length-1};if(t.key==="Escape")this.close();else if(t.key in s)e[s[t.key]].focus();else return;t.preventDefault(),t.stopPropagation()}};var px=[["style","Next style: balls and sticks, polyhedra, full spheres, wires (s)"],["projection","Perspective or orthographic (o)"],["measure","Measure: click two, three or four atoms (m)"],["reset","Reset the view (0)"]],Wa=class{element=R("div",{class:"nanoos-viewer-buttons",role:"toolbar","aria-label":"View"});_buttons=new Map;_menu;constructor(t){for(let[n,s]of px)this._add(n,s,()=>t[n]());let e=this._add("menu","Menu",()=>this._menu.toggle());e.setAttribute("aria-haspopup","menu"),this._menu=new Ha(e,()=>t.menu()),this.element.append(this._menu.element)}press(t,e){this._buttons.get(t).setAttribute("aria-pressed",String(e))}refresh(){this._menu.refresh()}closeMenu(){return this._menu.close()}dispose(){this._menu.dispose()}_add(t,e,n){let s=R("button",{type:"button",title:e,"aria-label":e,"data-action":t,onclick:n});return s.append(bs(t)),this._buttons.set(t,s),this.element.append(s),s}};var mx=["class","style","data-theme","data-nanoos-theme","data-jp-theme-light","data-jp-theme-name"];function Od(i,t){let e=new ResizeObserver(()=>t.resized());e.observe(i);let n=new IntersectionObserver(a=>t.seen(a[a.length-1].isIntersecting),{rootMargin:"150px"});n.observe(i);let s=()=>t.recolored(),r=new MutationObserver(s);for(let a of[document.body,document.documentElement])r.observe(a,{attributeFilter:mx});let o=matchMedia("(prefers-color-scheme: dark)");return o.addEventListener("change",s),()=>{e.disconnect(),n.disconnect(),r.disconnect(),o.removeEventListener("change",s)}}var gx=22*Math.PI/180,vx=12,_x=90,xx=.0085,$a=class{turn=new Oe;pan=new B;center=new B;scale=1;distance=1;reach=1;width=0;height=0;orthographic=!1;get state(){return{turn:this.turn.toArray(),pan:[this.pan.x,this.pan.y],scale:this.scale,orthographic:this.orthographic}}set state(t){this.turn.fromArray(t.turn).normalize(),this.pan.set(t.pan[0],t.pan[1],0),this.scale=Math.min(Math.max(t.scale,.2),2e3),this.orthographic=t.orthographic}look(t,e,n){let s=new te().set(t.x,t.y,t.z,0,e.x,e.y,e.z,0,n.x,n.y,n.z,0,0,0,0,1);this.turn.setFromRotationMatrix(s)}lookFrom(t,e,n){this.look(new B().fromArray(t),new B().fromArray(e),new B().fromArray(n))}lookAlong(t,e){let[n,s,r]=(e??[[1,0,0],[0,1,0],[0,0,1]]).map(c=>new B().fromArray(c)),o,a=r.clone();if(typeof t=="string")o={a:n,b:s,c:r}[t].clone();else{let[c,l,h]=t,[u,d,f]=[s.clone().cross(r),r.clone().cross(n),n.clone().cross(s)];o=u.multiplyScalar(c).add(d.multiplyScalar(l)).add(f.multiplyScalar(h)),o.multiplyScalar(Math.sign(n.dot(s.clone().cross(r)))||1)}if(o.lengthSq()<1e-12)throw new Error("No direction to look along: h, k and l are all zero");o.normalize(),a.clone().normalize().cross(o).length()<.001&&(a=s.clone()),a.addScaledVector(o,-a.dot(o)).normalize(),this.look(a.clone().cross(o),a,o)}fit(t,e,n,s){this.center.fromArray(t.center);let{positions:r,edges:o}=e,a=new B,c=[];this.reach=1;let l=(u,d,f)=>{a.fromArray(u,d).sub(this.center).applyQuaternion(this.turn),this.reach=Math.max(this.reach,a.length()+f),c.push(a.x,a.y,a.z,f)};n.forEach((u,d)=>l(r,3*d,u));for(let u=0;u<o.length;u+=3)l(o,u,0);let h=e.tips;t.vectors?.atoms.forEach((u,d)=>{let f=[0,1,2].map(g=>r[3*u+g]+h[3*d+g]);l(Float32Array.from(f),0,.2)});for(let u of t.surfaces)for(let d=0;d<u.positions.length;d+=3)l(u.positions,d,0);this.distance=this.reach/Math.sin(gx/2),this._frame(c,s)}project(t,e,n){let s=yx.set(t,e,n).sub(this.center).applyQuaternion(this.turn).add(this.pan),r=this.scale*(this.orthographic?1:this.distance/Math.max(this.distance-s.z,.001));return[this.width/2+s.x*r,this.height/2-s.y*r,s.z,r]}ray(t,e){let n=new B((t-this.width/2)/this.scale,(this.height/2-e)/this.scale,0),s=new B(0,0,this.distance),r=this.orthographic?new B(0,0,-1):n.clone().sub(s).normalize(),o=this.orthographic?n.setZ(this.distance):s,a=this.turn.clone().invert();return o.sub(this.pan).applyQuaternion(a).add(this.center),{origin:o,direction:r.applyQuaternion(a)}}shot(t,e){t.quaternion.copy(this.turn),t.position.copy(this.center).negate().applyQuaternion(this.turn).add(this.pan),t.updateMatrix();let{width:n,height:s,orthographic:r,distance:o,scale:a,reach:c}=this;return{group:t,width:n,height:s,ratio:e,orthographic:r,distance:o,scale:a,reach:c}}rotate(t,e){let n=(s,r)=>new Oe().setFromAxisAngle(s,r*xx);this.turn.premultiply(n(new B(0,1,0),t)).premultiply(n(new B(1,0,0),e)).normalize()}move(t,e){this.pan.x+=t/this.scale,this.pan.y-=e/this.scale}zoom(t,e,n){let s=this.scale;this.scale=Math.min(Math.max(s*t,.2),2e3);let r=1/this.scale-1/s;this.pan.x+=(e-this.width/2)*r,this.pan.y-=(n-this.height/2)*r}_frame(t,{left:e,right:n,top:s,bottom:r}){let o=[1/0,1/0],a=[-1/0,-1/0];for(let h=0;h<t.length;h+=4){let u=t[h+3],d=this.orthographic?1:this.distance/(this.distance-t[h+2]);for(let f=0;f<2;f++)o[f]=Math.min(o[f],(t[h+f]-u)*d),a[f]=Math.max(a[f],(t[h+f]+u)*d)}t.length||(o.fill(-1),a.fill(1));let c=(h,u)=>Math.max(h-2*vx-u,h/3);this.scale=Math.min(c(this.width,e+n)/(a[0]-o[0]),c(this.height,s+r)/(a[1]-o[1]),_x),this.scale=Math.max(this.scale,.1);let l=[(e-n)/2,(r-s)/2].map(h=>h/this.scale);this.pan.set(l[0]-(o[0]+a[0])/2,l[1]-(o[1]+a[1])/2,0)}},yx=new B;var Xa=class{visible=!1;_cost=1/0;_sharp=0;_request=0;_timer=0;_moving=!1;_drawn=!1;_paint;constructor(t){this._paint=t}changed(){!this._request&&this.visible&&(this._request=requestAnimationFrame(()=>{this._request=0,this._paint(!this._moving&&this._drawn),this._drawn||(this._drawn=!0,this.changed())}))}moved(){this._moving=!0,clearTimeout(this._timer),this._timer=window.setTimeout(()=>{this._moving=!1,this.changed()},140),this.changed()}ratio(t){let e=Math.min(window.devicePixelRatio||1,2),n=e*(e>1.4?1.5:2);if(t)return n;if(this._cost===1/0)return e;let s=n*Math.sqrt(14/Math.max(this._cost,.1));return s>=n?n:Math.max(Math.min(s,e),.6*e)}took(t){this._sharp+=1,this._cost=this._sharp===1?1/0:t}stop(){cancelAnimationFrame(this._request),clearTimeout(this._timer),this.visible=!1}};var qa=class{root;view=new $a;shown={bonds:!0,cell:!0,polyhedra:!0,surfaces:!0,vectors:!0,axes:!0,legend:!0};_scene;_style="ball-and-stick";_labels="none";_frame=0;_drawing=null;_painter;_player=null;selection=new Fa;_pace=new Xa(t=>this._paint(t));_hands=new Ba(this);_shell;_toolbar;options;_fitted=!1;_touched=!1;_cleanup=[];constructor(t,e,n={}){this.options=n;let s=al(e);this._painter=pd(),this._toolbar=new Wa({style:()=>this.nextStyle(),projection:()=>this.toggleOrthographic(),measure:()=>this.setMeasuring(!this.selection.measuring),reset:()=>this.reset(),menu:()=>Ud(this)}),this._shell=new Va(this._toolbar.element,this._hands.label),this.root=this._shell.root,Object.assign(this.root,{viewer:this}),this._shell.enter(t),this._take(s),this._observe()}get scene(){return this._scene}get style(){return this._style}get drawing(){return this._drawing}get player(){return this._player}get labels(){return this._labels}get frame(){return this._frame}get camera(){return this._settle(),this.view.state}get measuring(){return this.selection.measuring}setScene(t){this._take(al(t)),this.redraw()}setStyle(t){t!==this._style&&Pr.includes(t)&&(this._style=t,this._drawing?.setStyle(t),this._toolbar.refresh(),this.redraw())}nextStyle(){let t=this.styles();this.chooseStyle(t[(t.indexOf(this._style)+1)%t.length])}chooseStyle(t){this.setStyle(t),this.say(`style: ${t}`),this.options.onStyle?.(t)}styles(){return Pr.filter(t=>t!=="polyhedra"||this._scene.faces.length>0)}setSelected(t){this.selection.sites=new Set(t),this.mark()}setFrame(t){let e=(this._scene.frames?.count??1)-1,n=Math.min(Math.max(Math.round(t),0),e);n!==this._frame&&Number.isFinite(n)&&(this._frame=n,this._drawing?.setFrame(n),this._player?.show(n),this._pace.moved())}goTo(t){let e=this._frame;this.setFrame(t),this._frame!==e&&(this.options.onFrame?.(this._frame),this._player?.playing||this.say(this._player?.told()??""))}play(t){this._player?.play(t)}pause(){this._player?.pause()}setCamera(t){this._settle(),this.view.state=t,this._touched=!0,this._toolbar.press("projection",t.orthographic),this._pace.moved()}lookAlong(t){this.view.lookAlong(t,this._drawing?.moment.lattice??this._scene.lattice),this._settle(!0),this._touched=!0,this.say(`looking along ${Array.isArray(t)?t.join(" "):t}`),this._turned()}setOrthographic(t){this.view.orthographic=t,this._toolbar.press("projection",t),this._toolbar.refresh(),this.redraw()}toggleOrthographic(){this.setOrthographic(!this.view.orthographic),this.say(this.view.orthographic?"orthographic":"perspective"),this._turned()}setLabels(t){this._labels=mr.includes(t)?t:"none",this._toolbar.refresh(),this.redraw()}setVisible(t){Object.assign(this.shown,t),this._drawing?.setShown(this.shown),this._toolbar.refresh(),this.redraw()}setMeasuring(t){this.selection.measuring=t,this.root.classList.toggle("is-measuring",t),this._toolbar.press("measure",t),this._toolbar.refresh(),this._shell.hint(t?"Click 2 atoms for a distance, 3 for an angle, 4 for a dihedral \xB7 Esc clears":""),this.say(t?"measuring: choose two, three or four atoms":"measuring is off")}reset(){this._initial(),this._fitted=!1,this._touched=!1,this._settle(),this._turned()}redraw(){this._pace.changed()}async toPNG(t=2,e=!1){this._ready();let n=e?null:Uc(this.root).paper;return Ld(this._painter,this._drawing,this.writing(),t,n,Ga(this.root))}toSVG(){return this._ready(),Dd(this.writing(),this._style,new Set(this.selection.sites))}async toGLB(){return this._ready(),vd(this._scene,this._style,this.shown,this._drawing.moment)}async measureFrames(t){this._ready();let e=this.view.state,n=performance.now();for(let r=0;r<t;r++)this.view.rotate(5,2),this._paint(!1),this._painter.finish();let s=(performance.now()-n)/t;return this.view.state=e,this.redraw(),s}say(t){this._shell.say(t)}complain(t){this._shell.hint(t),this.say(t)}dispose(){this._pace.stop(),this._cleanup.splice(0).forEach(t=>t()),this._player?.dispose(),this._toolbar.dispose(),this._drawing?.dispose(),this._drawing=null,this._painter&&(md(),this._painter=null),this.root.remove()}_take(t){this._scene=t,this._style=t.style,this._frame=0,this.selection.clear(),this._drawing?.dispose(),this._drawing=null,this._player?.dispose(),this._player=t.frames&&t.frames.count>1?new za(t.frames,e=>this.goTo(e)):null,this._player&&this.root.append(this._player.element),this._initial(),this._fitted=!1,this._touched=!1,this._shell.describe(t.title,this._player!==null),this._toolbar.refresh()}_initial(){let[t,e,n]=this._scene.view;this.view.lookFrom(t,e,n)}_observe(){this._cleanup.push(Od(this._shell.stage,{resized:()=>this._resize(),seen:t=>{this._pace.visible=t,this.redraw()},recolored:()=>{this._player?.redraw(),this.redraw()}}),this._painter.onRestored(()=>this.redraw()),Fd(this.root,this._shell.canvas,{rotate:(t,e)=>(this.view.rotate(t,e),this._turned()),pan:(t,e)=>(this.view.move(t,e),this._turned()),zoom:(t,e,n)=>(this.view.zoom(t,e,n),this._turned()),hover:(t,e)=>this._hands.hover(t,e),leave:()=>this._hands.leave(),click:(t,e,n)=>this._hands.click(t,e,n),key:(t,e)=>this._hands.key(t,e)}))}_turned(){this._touched=!0,this._pace.moved(),this.options.onCamera?.(this.view.state)}_resize(){let{clientWidth:t,clientHeight:e}=this._shell.stage,{view:n}=this;t&&e&&(t!==n.width||e!==n.height)&&(this._touched?n.scale*=Math.min(t/n.width,e/n.height):this._fitted=!1,n.width=t,n.height=e,this._player?.redraw(),this.redraw())}_settle(t=!1){let{view:e,_scene:n}=this;if((!this._fitted||t)&&e.width){let s=this._drawing?.moment??Aa(n,this._frame),r=Id(n,this.shown,e.width,e.height);e.fit(n,s,Sn(n,this._style),{left:0,right:0,top:0,bottom:r}),this._fitted=!0}}_ready(){this._drawing||(this._drawing=new Ca(this._scene,this._style),this._drawing.setShown(this.shown),this._drawing.setFrame(this._frame),this.mark()),this._settle()}_paint(t){let{view:e,_painter:n}=this;if(!n||!e.width||n.lost)return;this._ready();let s=Math.min(window.devicePixelRatio||1,2),[r,o]=[Math.round(e.width*s),Math.round(e.height*s)];this._shell.resize(r,o);let a=this._drawing,c=this._pace.ratio(t);a.setInk(Ga(this.root));let l=performance.now(),h=this._shell.canvas.getContext("2d"),u=e.shot(a.group,c);a.prepare(e.width*c,e.height*c,c,a.group.matrix),n.paint(u,h),this.root.dataset.calls=String(n.calls),t&&(n.finish(),this._pace.took(performance.now()-l)),Na(h,ys(this.writing()),s),this.root.dataset.painted="1",t&&(this.root.dataset.ready="1")}writing(){let{_scene:t,_drawing:e,view:n,shown:s,_labels:r}=this,o=this.selection.chains.map(a=>({atoms:a,measured:Ua(t,e.moment.positions,a)}));return{scene:t,view:n,drawing:e,shown:s,labels:r,measures:o,inks:Uc(this.root)}}mark(){let{sites:t,chains:e,cursor:n}=this.selection;this._drawing?.setMarked(t,[...e.flat(),...n>=0?[n]:[]]),this.redraw()}nextLabels(){let t=mr.filter(e=>e!=="custom"||this._scene.atomLabels);this.setLabels(t[(t.indexOf(this._labels)+1)%t.length]),this.say(`labels: ${this._labels}`)}closeMenu(){return this._toolbar.closeMenu()}setCursor(t){this._shell.canvas.style.cursor=t}toggleFullScreen(){document.fullscreenElement?document.exitFullscreen():this.root.requestFullscreen?.()}};var bx=Symbol.for("nanoos.viewer-core/6552ca730b6b"),Sx=globalThis,Mx=Sx[bx]??={create:(i,t,e)=>new qa(i,t,e)};function Bd(i,t,e){let n=document.createElement("div");if(n.className="nanoos-viewer-message nanoos-ui",n.setAttribute("role","status"),n.textContent=t,i.append(n),e){let s=document.createElement("img");s.className="nanoos-viewer-still",s.alt="Still picture of the structure",s.src=`data:image/svg+xml;charset=utf-8,${encodeURIComponent(e)}`,i.append(s)}Ir(i)}var Oc;function wx(){if(Oc===void 0){let i=document.createElement("canvas").getContext("webgl2");Oc=i!==null,i?.getExtension("WEBGL_lose_context")?.loseContext()}return Oc}function Ya(i,t,e={}){if(!wx())return Bd(i,"This browser offers no WebGL, so the structure cannot be turned here.",e.still),null;try{return Mx.create(i,t,e)}catch(n){return Bd(i,`The structure cannot be shown: ${n.message}`,e.still),null}}var kd=`.nanoos-scenes{font:var(--nanoos-text)/1.45 var(--nanoos-font);color:var(--nanoos-ink);max-width:1080px;margin:var(--nanoos-1) 0}
.nanoos-scenes .ns-head{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline;margin:0 0 8px}
.nanoos-scenes .ns-head strong{font-size:var(--nanoos-title);font-weight:600}
.nanoos-scenes :is(.ns-quiet,caption,figcaption){color:var(--nanoos-quiet)}
.nanoos-scenes .ns-badge{padding:0 8px;border-radius:9px;border:1px solid currentColor;font-size:11.5px;line-height:18px;font-weight:600}
.nanoos-scenes .ns-good{color:var(--nanoos-good)}.nanoos-scenes .ns-busy{color:var(--nanoos-busy)}.nanoos-scenes .ns-warn{color:var(--nanoos-warn)}
.nanoos-scenes .ns-bad{color:var(--nanoos-bad)}.nanoos-scenes .ns-idle{color:var(--nanoos-idle)}
.nanoos-scenes .ns-note{border-left:3px solid currentColor;padding:2px 10px;margin:6px 0}
.nanoos-scenes .ns-row{display:flex;flex-wrap:wrap;gap:12px 24px;align-items:flex-start}
.nanoos-scenes figure{flex:1 1 240px;max-width:320px;min-width:0;margin:0}
.nanoos-scenes .ns-alone figure{max-width:none}
.nanoos-scenes .ns-scene{height:270px}
.nanoos-scenes figcaption{text-align:center;font-size:12px;margin-top:2px}
.nanoos-scenes table{border-collapse:collapse;margin:2px 0 10px;font-size:12.5px;border:0}
.nanoos-scenes caption{text-align:left;padding:0 0 4px}
.nanoos-scenes :is(th,td){text-align:left;padding:3px 14px 3px 0;border:0;background:none;vertical-align:top;font-weight:400;white-space:nowrap}
.nanoos-scenes th{color:var(--nanoos-quiet);font-weight:600}
.nanoos-scenes thead th{border-bottom:1px solid var(--nanoos-edge)}
.nanoos-scenes tbody tr+tr td{border-top:1px solid var(--nanoos-faint)}
.nanoos-scenes :is(th,td).ns-number{text-align:right;font-variant-numeric:tabular-nums}
.nanoos-scenes .ns-picture{max-width:100%;height:auto;border-radius:6px;background:#fff;display:block}
`;var Vd="application/vnd.nanoos.scenes+json";function Gd(i,t){let e=R("div",{class:"nanoos-ui nanoos-scenes"});i.append(e),ln(e,"scenes",kd);let n=[],s=()=>{n.forEach(o=>o?.dispose()),n=[],e.replaceChildren()},r=o=>{s();let a=o;if(a?.schema!=="nanoos.scenes"||a.version!==1){e.append(R("p",{role:"status"},"These scenes were made by another version of nanoos-lab."));return}(a.title||a.state||a.subtitle)&&e.append(Tx(a)),e.append(...a.notes.map(([l,h])=>R("p",{class:`ns-note ns-${l}`},h)));let c=R("div",{class:"ns-row"});if(e.append(c),n=a.scenes.map((l,h)=>{let u=R("div",{class:"ns-scene"});return c.append(R("figure",{},u,R("figcaption",{},l.caption))),Ya(u,l.scene,{still:l.still,onCamera:d=>n.forEach((f,g)=>g!==h&&f?.setCamera(d))})}),a.facts.length||a.tables.length?c.append(R("div",{},Ax(a.facts),...a.tables.slice(0,1).map(zd))):c.classList.add("ns-alone"),e.append(...a.tables.slice(1).map(zd)),a.picture){let l=`data:image/svg+xml;charset=utf-8,${encodeURIComponent(a.picture)}`;e.append(R("img",{class:"ns-picture",src:l,alt:`Figure of ${a.title}`}))}};return r(t),{update:r,dispose:s}}function Tx(i){let{tone:t,symbol:e}=Te(i.state),n=i.state&&R("span",{class:`ns-badge ns-${t}`},`${e} ${i.state}`);return R("div",{class:"ns-head"},R("strong",{},i.title),n,R("span",{class:"ns-quiet"},i.subtitle))}function Ax(i){let t=i.map(([e,n])=>R("tr",{},R("th",{},e),R("td",{},n)));return t.length?R("table",{},R("tbody",{},...t)):null}function zd(i){let t=r=>i.numeric.includes(i.headers[r])?"ns-number":null,e=R("tr",{},...i.headers.map((r,o)=>R("th",{class:t(o),scope:"col"},r))),n=i.rows.map(r=>R("tr",{},...r.map((o,a)=>R("td",{class:t(a)},o)))),s=i.caption?R("caption",{},i.caption):null;return R("table",{},s,R("thead",{},e),R("tbody",{},...n))}var Me={left:56,right:10,top:10,bottom:38};function Hd(i,t,e){let n=(t-i)/e,s=10**Math.floor(Math.log10(n)),r=[1,2,5,10].map(a=>a*s).find(a=>a>=n)??n,o=[];for(let a=Math.ceil(i/r);a*r<=t+1e-9*r;a++)o.push(Number((a*r).toPrecision(12)));return o}function Wd(i){let[t,e]=[1/0,-1/0];for(let s of i)s<t&&(t=s),s>e&&(e=s);if(!(t<=e))return[0,1];let n=(e-t||Math.abs(e)||1)*.03;return[t-n,e+n]}var Za=class{constructor(t){this.onBrush=t;this.canvas=R("canvas",{tabindex:0,role:"img"}),this.canvas.addEventListener("pointerdown",e=>this.start(e)),this.canvas.addEventListener("keydown",e=>{e.key==="Escape"&&this.onBrush([],!1)}),this.observer=new ResizeObserver(()=>this.redraw()),this.observer.observe(this.canvas)}onBrush;canvas;points={x:new Float32Array,y:new Float32Array};x=[0,1];y=[0,1];labels=["",""];colors=[];marked=new Set;brush=null;cloud=null;observer;show(t,e,n=[]){[this.points,this.labels,this.colors]=[t,e,n],[this.x,this.y]=[Wd(t.x),Wd(t.y)];let s=0;for(let r=0;r<t.x.length;r++)Number.isNaN(t.x[r]+t.y[r])||s++;this.canvas.setAttribute("aria-label",`${s} points${e?`: ${e[1]} against ${e[0]}`:" on a map"}; drag to select`),this.canvas.dataset.points=String(s),this.redraw()}mark(t){this.marked=t,this.paint()}dispose(){this.observer.disconnect()}get box(){let t=this.canvas.clientWidth,e=Math.round(Math.min(Math.max(t*.75,220),380));return{width:t,height:e,w:t-Me.left-Me.right,h:e-Me.top-Me.bottom}}toX(t){return Me.left+(t-this.x[0])/(this.x[1]-this.x[0])*this.box.w}toY(t){return Me.top+(1-(t-this.y[0])/(this.y[1]-this.y[0]))*this.box.h}colour(t){return getComputedStyle(this.canvas).getPropertyValue(`--nanoos-${t}`).trim()||"#666"}redraw(){let{width:t,height:e}=this.box;if(t<20)return;let n=window.devicePixelRatio||1,s=document.createElement("canvas");this.canvas.style.height=`${e}px`,[s.width,s.height]=[this.canvas.width,this.canvas.height]=[Math.round(t*n),Math.round(e*n)];let r=s.getContext("2d");if(!r)return;r.scale(n,n),this.labels&&this.axes(r,this.labels);let o=this.points.x.length,a=o>2e4?2:o>2e3?3:5;r.globalAlpha=o>2e4?.35:.7,r.fillStyle=this.colour("busy");let{shade:c}=this.points;c?this.colors.forEach((l,h)=>{r.fillStyle=l,this.dots(r,a,u=>c[u]===h)}):this.dots(r,a,l=>l<o),this.cloud=s,this.paint()}dots(t,e,n){let{x:s,y:r}=this.points,o=this.box,[a,c]=[o.w/(this.x[1]-this.x[0]),o.h/(this.y[1]-this.y[0])],[l,h]=[Me.left-this.x[0]*a-e/2,Me.top+o.h+this.y[0]*c-e/2];for(let u=0;u<s.length;u++)n(u)&&s[u]===s[u]&&r[u]===r[u]&&t.fillRect(l+s[u]*a,h-r[u]*c,e,e)}axes(t,e){let{width:n,height:s,w:r,h:o}=this.box;t.fillStyle=t.strokeStyle=this.colour("quiet"),t.font=`11px ${getComputedStyle(this.canvas).fontFamily}`,t.lineWidth=1,t.globalAlpha=.25;let[a,c]=[Hd(...this.x,Math.max(2,Math.round(r/90))),Hd(...this.y,5)];t.beginPath();for(let h of a)t.moveTo(this.toX(h),Me.top),t.lineTo(this.toX(h),Me.top+o);for(let h of c)t.moveTo(Me.left,this.toY(h)),t.lineTo(n-Me.right,this.toY(h));t.stroke(),t.globalAlpha=1;let l=h=>String(Number(h.toPrecision(4))).replace("-","\u2212");t.textAlign="center",a.forEach(h=>t.fillText(l(h),this.toX(h),s-Me.bottom+14)),t.textAlign="right",c.forEach(h=>t.fillText(l(h),Me.left-5,this.toY(h)+4)),t.fillStyle=this.colour("ink"),t.textAlign="center",t.fillText(e[0],Me.left+r/2,s-6),t.save(),t.translate(11,Me.top+o/2),t.rotate(-Math.PI/2),t.fillText(e[1],0,0),t.restore()}paint(){let t=this.canvas.getContext("2d");if(!t||!this.cloud)return;let e=window.devicePixelRatio||1;if(t.setTransform(1,0,0,1,0,0),t.clearRect(0,0,this.canvas.width,this.canvas.height),t.drawImage(this.cloud,0,0),t.scale(e,e),this.marked.size&&(t.fillStyle=this.colour("selected"),this.dots(t,this.points.x.length>2e4?4:7,n=>this.marked.has(n))),this.brush){let[n,s,r,o]=this.brush;t.strokeStyle=this.colour("ink"),t.setLineDash([4,3]),t.strokeRect(Math.min(n,r),Math.min(s,o),Math.abs(r-n),Math.abs(o-s)),t.setLineDash([])}}start(t){t.preventDefault(),this.canvas.focus({preventScroll:!0}),this.canvas.setPointerCapture(t.pointerId);let[e,n]=[t.offsetX,t.offsetY];this.brush=[e,n,e,n];let s=o=>{this.brush=[e,n,o.offsetX,o.offsetY],this.paint()},r=o=>{this.canvas.removeEventListener("pointermove",s),this.canvas.removeEventListener("pointerup",r),this.canvas.removeEventListener("pointercancel",r);let a=o.type==="pointerup"?this.inside():null;this.brush=null,this.paint(),a&&this.onBrush(a,o.shiftKey||o.ctrlKey||o.metaKey)};this.canvas.addEventListener("pointermove",s),this.canvas.addEventListener("pointerup",r),this.canvas.addEventListener("pointercancel",r)}inside(){if(!this.brush)return[];let[t,e,n,s]=this.brush;n<t&&([t,n]=[n,t]),s<e&&([e,s]=[s,e]),n-t<3&&s-e<3&&([t,e,n,s]=[t-4,e-4,n+4,s+4]);let r=this.box,o=x=>this.x[0]+(x-Me.left)/r.w*(this.x[1]-this.x[0]),a=x=>this.y[0]+(1-(x-Me.top)/r.h)*(this.y[1]-this.y[0]),[c,l,h,u]=[o(t),o(n),a(s),a(e)],{x:d,y:f}=this.points,g=[];for(let x=0;x<d.length;x++)d[x]>=c&&d[x]<=l&&f[x]>=h&&f[x]<=u&&g.push(x);return g}};var $d=`.nanoos-table{font:var(--nanoos-text)/1.4 var(--nanoos-font);color:var(--nanoos-ink);background:var(--nanoos-page);max-width:100%;margin:var(--nanoos-1) 0}
.nanoos-table .nt-bar{display:flex;flex-wrap:wrap;gap:var(--nanoos-2);align-items:center;margin:0 0 var(--nanoos-2)}
.nanoos-table .nt-title{font-size:var(--nanoos-title);font-weight:600}
.nanoos-table .nt-count{color:var(--nanoos-quiet);font-variant-numeric:tabular-nums;margin-right:auto}
.nanoos-table input,.nanoos-table select,.nanoos-table button{font:inherit;font-size:var(--nanoos-small);box-sizing:border-box;color:inherit;background:var(--nanoos-page);border:var(--nanoos-line);border-radius:var(--nanoos-radius);padding:2px var(--nanoos-2);min-width:0;height:24px}
.nanoos-table button{cursor:pointer}
.nanoos-table button:hover{background:var(--nanoos-raised)}
.nanoos-table button[aria-pressed="true"]{background:var(--nanoos-hollow);border-color:var(--nanoos-accent)}
.nanoos-table input.nt-words{flex:0 1 300px}
.nanoos-table :is(input,select,button):focus-visible,.nanoos-table .nt-grid:focus-visible{outline:none;box-shadow:var(--nanoos-focus)}
.nanoos-table .nt-both{display:flex;flex-wrap:wrap;gap:var(--nanoos-3);align-items:flex-start}
.nanoos-table .nt-grid{flex:3 1 420px;min-width:0;overflow:auto;border:var(--nanoos-line);border-radius:var(--nanoos-radius);position:relative;overscroll-behavior:contain}
.nanoos-table .nt-line{display:grid;align-items:center;box-sizing:border-box;min-width:var(--nt-least);width:100%}
.nanoos-table .nt-head{position:sticky;top:0;z-index:2;background:var(--nanoos-raised);border-bottom:var(--nanoos-line);align-items:start;padding:var(--nanoos-1) 0}
.nanoos-table .nt-head>div{padding:0 var(--nanoos-2);min-width:0;display:flex;flex-direction:column;gap:2px}
.nanoos-table .nt-head button{border:0;background:none;padding:0;text-align:left;font-weight:600;font-size:12px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;width:100%}
.nanoos-table .nt-head b{font-size:12px;line-height:24px}
.nanoos-table .nt-number button{text-align:right}
.nanoos-table .nt-unit{font-weight:400;color:var(--nanoos-quiet)}
.nanoos-table .nt-head input,.nanoos-table .nt-head select{width:100%;padding:0 4px;height:21px}
.nanoos-table .nt-method{font-size:11px;line-height:21px;height:21px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;color:var(--nanoos-quiet)}
.nanoos-table .nt-synthetic{color:var(--nanoos-warn);font-weight:600}
.nanoos-table .nt-body{position:relative}
.nanoos-table .nt-row{position:absolute;left:0;top:0;border-bottom:1px solid var(--nanoos-faint);cursor:pointer}
.nanoos-table .nt-row:hover{background:var(--nanoos-raised)}
.nanoos-table .nt-row[aria-selected="true"]{background:color-mix(in srgb,var(--nanoos-selected) 22%,var(--nanoos-page));box-shadow:inset 3px 0 var(--nanoos-selected)}
.nanoos-table .nt-grid:focus-visible .nt-active{outline:2px solid var(--nanoos-accent);outline-offset:-2px}
.nanoos-table .nt-row>div{padding:0 var(--nanoos-2);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.nanoos-table .nt-row>.nt-number{text-align:right;font-variant-numeric:tabular-nums}
.nanoos-table .nt-spread{color:var(--nanoos-quiet)}
.nanoos-table .nt-flag{color:var(--nanoos-warn);margin-left:4px}
.nanoos-table .nt-row>.nt-still{padding:0 2px 0 6px;line-height:0;overflow:visible}
.nanoos-table .nt-still img{width:40px;height:40px}
.nanoos-table .nt-wait{height:10px;border-radius:var(--nanoos-radius);background:var(--nanoos-faint)}
.nanoos-table .nt-empty{padding:var(--nanoos-4);color:var(--nanoos-quiet);font-style:italic;position:sticky;left:0}
.nanoos-table .nt-problem{color:var(--nanoos-bad);margin:0 0 var(--nanoos-2)}
.nanoos-table .nt-problem:empty,.nanoos-table .nt-note:empty{display:none}
.nanoos-table .nt-note{color:var(--nanoos-quiet);font-size:var(--nanoos-small);margin-top:var(--nanoos-1)}
.nanoos-table .nt-plot{flex:2 1 320px;min-width:0;border:var(--nanoos-line);border-radius:var(--nanoos-radius);padding:var(--nanoos-2);box-sizing:border-box}
.nanoos-table .nt-plot canvas{display:block;width:100%;touch-action:none;cursor:crosshair;border-radius:var(--nanoos-radius)}
.nanoos-table .nt-plot .nt-bar{margin-bottom:var(--nanoos-1)}
.nanoos-table .nt-key{display:flex;flex-wrap:wrap;gap:2px 12px;font-size:12px;margin-bottom:var(--nanoos-1)}
.nanoos-table .nt-key i{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:4px}
.nanoos-table .nt-plot select{flex:1 1 90px}
.nanoos-table .nc-badge{display:inline-flex;align-items:center;gap:3px;vertical-align:middle}
.nanoos-table .nc-good{color:var(--nanoos-good)}.nanoos-table .nc-busy{color:var(--nanoos-busy)}
.nanoos-table .nc-warn{color:var(--nanoos-warn)}.nanoos-table .nc-idle{color:var(--nanoos-idle)}
.nanoos-table .nanoos-unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`;var Ss=class{constructor(t,e,n){this.state=t;this.link=e;this.changed=n;this.asked=t,this.turn=t.turn,e.send({type:"marked"})}state;link;changed;live=!0;marked=new Set;selectedTotal=0;blocks=new Map;stills=new Map;wantsPoints=null;wantsCsv=null;asked;turn;renew(t){t.generation!==this.state.generation&&(this.blocks.clear(),this.marked=new Set),this.state=t,t.turn>=this.turn&&(this.asked=t,this.turn=t.turn),this.changed()}row(t){return this.blocks.get(Math.floor(t/50))?.[t%50]}want(t,e){let n=Math.min(t+e,this.state.matching)-1;for(let r=Math.floor(t/50);r<=Math.floor(n/50);r++)this.blocks.has(r)||(this.blocks.set(r,null),this.link.send({type:"rows",generation:this.state.generation,start:r*50,count:50}));let s=[];for(let r=t;r<=n;r++){let o=this.row(r);o&&!this.stills.has(o.id)&&(this.stills.set(o.id,null),s.push(o.id))}s.length&&this.link.send({type:"stills",ids:s})}still(t){return this.stills.get(t)??void 0}ask(t){this.asked={...this.asked,...t,cells:{...this.asked.cells,...t.cells}};let{words:e,cells:n,order:s,descending:r,methods:o,only:a}=this.asked;this.link.send({type:"ask",turn:++this.turn,words:e,cells:n,order:s,descending:r,methods:o,only:a})}select(t,e){this.link.send({type:"select",generation:this.state.generation,places:t,how:e})}points(t,e,n,s){this.wantsPoints={x:t,y:e,then:n},this.link.send({type:"points",x:t,y:e,shade:s})}csv(t){this.wantsCsv=t,this.link.send({type:"csv"})}hear(t,e){let n=t.generation===this.state.generation,s=r=>e[r].buffer.slice(e[r].byteOffset,e[r].byteOffset+e[r].byteLength);if(t.type==="rows"&&n){this.blocks.delete(t.start/50),this.blocks.set(t.start/50,t.rows);for(let r of this.blocks.keys()){if(this.blocks.size<=60)break;this.blocks.delete(r)}this.changed()}else if(t.type==="stills"){for(let[r,o]of Object.entries(t.stills))this.stills.set(r,o);this.changed()}else t.type==="marked"&&n?(this.marked=new Set(new Uint32Array(s(0))),this.selectedTotal=t.total,this.changed()):t.type==="points"&&n&&this.wantsPoints?.x===t.x&&this.wantsPoints?.y===t.y?this.wantsPoints?.then({x:new Float32Array(s(0)),y:new Float32Array(s(1)),shade:e[2]&&new Float32Array(s(2))}):t.type==="csv"&&(this.wantsCsv?.(s(0)),this.wantsCsv=null)}};function Ja(i){return i!==null&&typeof i=="object"&&i.v!==null?i.v:NaN}function qn(i){return i===null?"":typeof i=="string"?i:i.t}function Rx(i){let t=i.replace("\u2265",">=").replace("\u2264","<=").replace("\u2212","-").trim(),e=/^(>=|<=|>|<)\s*(-?[\d.]+(?:e[-+]?\d+)?)/i.exec(t);if(e){let r=Number(e[2]);return{">":a=>a>r,"<":a=>a<r,">=":a=>a>=r,"<=":a=>a<=r}[e[1]]}let n=/^(-?[\d.]*?(?:e[-+]?\d+)?)\s*\.\.\s*(-?[\d.]*(?:e[-+]?\d+)?)/i.exec(t);if(n){let r=n[1]?Number(n[1]):-1/0,o=n[2]?Number(n[2]):1/0;return Number.isNaN(r+o)&&!(r===-1/0&&o===1/0)?null:a=>a>=r&&a<=o}let s=Number(t);return t&&!Number.isNaN(s)?r=>r===s:null}var xr=class{constructor(t,e,n,s){this.rows=e;this.stills=n;this.changed=s;this.shown=e,this.state={...t,words:"",cells:{},order:"",descending:!1,only:!1,problem:"",generation:0,matching:e.length}}rows;stills;changed;live=!1;marked=new Set;state;shown;selected=new Set;get selectedTotal(){return this.selected.size}row(t){return this.shown[t]}want(){}still(t){return this.stills[t]}ask(t){let e={...this.state,...t,cells:{...this.state.cells,...t.cells}},n=e.columns.map(l=>l.key),s=e.words.toLowerCase().split(/\s+/).filter(Boolean),r="",o=Object.entries(e.cells).filter(([,l])=>l.trim()).map(([l,h])=>{let u=n.indexOf(l);if(e.columns[u].kind==="text")return f=>qn(f.cells[u]).toLowerCase().includes(h.trim().toLowerCase());let d=Rx(h);return d||(r=`${e.columns[u].label}: write a range, such as 1..2 or >3, not "${h}"`),f=>d?d(Ja(f.cells[u])):!0}),a=l=>l.cells.map(qn).join(" ").toLowerCase();this.shown=this.rows.filter(l=>(!e.only||this.selected.has(l.id))&&s.every(h=>a(l).includes(h))&&o.every(h=>h(l)));let c=n.indexOf(e.order);c>=0&&(this.shown=Px(this.shown,c,e.descending)),this.state={...e,problem:r,matching:this.shown.length,generation:this.state.generation+1},this.mark()}select(t,e){let n=t.map(s=>this.shown[s].id);e==="replace"&&this.selected.clear();for(let s of n)e==="toggle"&&this.selected.has(s)?this.selected.delete(s):this.selected.add(s);this.mark()}points(t,e,n){let s=r=>{let o=this.state.columns.findIndex(a=>a.key===r);return Float32Array.from(this.shown,a=>Ja(a.cells[o]))};n({x:s(t),y:s(e)})}csv(){}plain(){return[this.state.columns.map(e=>e.unit?`${e.label} / ${e.unit}`:e.label),...this.shown.map(e=>e.cells.map(n=>n!==null&&typeof n=="object"&&n.s!==void 0?n.v:qn(n)))]}mark(){this.marked=new Set(this.shown.flatMap((t,e)=>this.selected.has(t.id)?[e]:[])),this.changed()}};function Px(i,t,e){let n=e?-1:1,s=i.filter(a=>qn(a.cells[t])!==""),r=i.filter(a=>qn(a.cells[t])===""),o=(a,c)=>{let l=Ja(a.cells[t])-Ja(c.cells[t]);if(!Number.isNaN(l))return n*l;let[h,u]=[qn(a.cells[t]).toLowerCase(),qn(c.cells[t]).toLowerCase()];return h<u?-n:h>u?n:0};return[...s.sort(o),...r]}var Yd="application/vnd.nanoos.table+json",gi=46,Xd=6,Ix=250,Lx={name:"minmax(130px,2fr)",formula:"minmax(100px,1.3fr)",space_group:"minmax(110px,1fr)",tags:"minmax(90px,1.2fr)",notes:"minmax(120px,2fr)",crystal_system:"minmax(96px,1fr)",created:"minmax(86px,.8fr)"},Nx=0;function Dx(i){return Lx[i.key]??(i.kind==="value"?"minmax(140px,1.2fr)":"minmax(76px,.7fr)")}var Bc=i=>i.unit?`${i.label} (${i.unit})`:i.label;function qd(i){let t=0;return()=>{clearTimeout(t),t=window.setTimeout(i,Ix)}}var kc=class{constructor(t,e,n){this.link=n;t.append(this.root),ln(t,"table",$d),this.words.setAttribute("aria-label","filter rows by words");let s=R("div",{class:"nt-bar"},R("span",{class:"nt-title"}),this.count,this.words,this.only,this.clear,this.plotting);s.append(R("button",{type:"button",onclick:()=>this.save()},"CSV")),this.grid.append(this.head,this.body),this.root.append(s,this.problem,this.both,this.note);let r=qd(()=>this.source.ask({words:this.words.value}));this.words.addEventListener("input",r),this.only.addEventListener("click",()=>this.source.ask({only:!this.source.state.only})),this.clear.addEventListener("click",()=>this.source.select([],"replace")),this.plotting.addEventListener("click",()=>this.togglePlot()),this.grid.addEventListener("scroll",()=>this.later(),{passive:!0}),this.grid.addEventListener("keydown",o=>this.key(o)),new ResizeObserver(()=>this.later()).observe(this.grid),this.begin(e)}link;root=R("div",{class:"nanoos-ui nanoos-table"});count=R("span",{class:"nt-count",role:"status"});words=R("input",{class:"nt-words",type:"search"});only=R("button",{type:"button","aria-pressed":"false"},"Only selected");clear=R("button",{type:"button"},"Clear selection");plotting=R("button",{type:"button","aria-pressed":"false"},"Plot");problem=R("div",{class:"nt-problem",role:"alert"});note=R("div",{class:"nt-note"});grid=R("div",{class:"nt-grid",role:"grid",tabindex:0,"aria-multiselectable":"true"});head=R("div",{class:"nt-line nt-head",role:"row","aria-rowindex":1});body=R("div",{class:"nt-body",role:"rowgroup"});both=R("div",{class:"nt-both"},this.grid);drawn=new Map;uid=`nanoos-table-${++Nx}`;plot=null;source;active=0;anchor=0;generation=-1;plotted="";headed="";frame=0;begin(t){let e=t;if(!this.link&&(e?.schema!=="nanoos.table"||e.version!==1)){let n=e?.schema==="nanoos.table"?`version ${String(e.version)} of a table`:"something else";this.root.replaceChildren(R("div",{class:"nt-empty"},`This is ${n}, which this version of NANO-OS Lab cannot draw.`));return}if(this.link&&this.source instanceof Ss){this.source.renew(e);return}this.source=this.link?new Ss(e,this.link,()=>this.later()):new xr(e,e.rows??[],e.stills??{},()=>this.later()),this.words.placeholder=this.link?"elements=Li,O band_gap>1 any words":"any words",this.words.value=this.source.state.words,this.note.textContent=!this.link&&e.matching>(e.rows??[]).length?`The first ${e.rows?.length.toLocaleString("en")} of ${e.matching.toLocaleString("en")} rows; run the cell for all of them.`:"",this.link&&e.plot&&!this.plot&&this.togglePlot(),this.draw()}hear(t,e){this.source instanceof Ss&&this.source.hear(t,e)}dispose(){cancelAnimationFrame(this.frame),this.plot?.scatter.dispose(),this.root.remove()}later(){cancelAnimationFrame(this.frame),this.frame=requestAnimationFrame(()=>this.draw())}draw(){let{state:t}=this.source;this.root.querySelector(".nt-title").textContent=t.title;let e=this.source.selectedTotal?` \xB7 ${this.source.selectedTotal.toLocaleString("en")} selected`:"",n=t.matching===t.total?"":` of ${t.total.toLocaleString("en")}`,s=`${t.matching.toLocaleString("en")}${n} rows${e}`;this.count.textContent!==s&&(this.count.textContent=s),this.problem.textContent!==t.problem&&(this.problem.textContent=t.problem),this.only.setAttribute("aria-pressed",String(t.only)),this.clear.hidden=this.only.hidden=!this.source.selectedTotal&&!t.only,this.grid.style.maxHeight=`${t.height}px`,this.grid.setAttribute("aria-rowcount",String(t.matching+1)),this.grid.setAttribute("aria-colcount",String(t.columns.length+1)),this.grid.setAttribute("aria-label",`${t.title}, ${t.matching} rows`),this.drawHead(),this.drawRows(),this.drawPlot()}drawHead(){let{state:t}=this.source,e=`52px ${t.columns.map(Dx).join(" ")}`,n=[...e.matchAll(/(\d+)px/g)].reduce((r,[,o])=>r+Number(o),0);this.root.style.setProperty("--nt-columns",e),this.root.style.setProperty("--nt-least",`${n}px`);let s=JSON.stringify([t.columns,t.order,t.descending,t.methods]);if(s!==this.headed){this.headed=s;let r=document.activeElement?.dataset?.focus,o=Object.fromEntries([...this.head.querySelectorAll("input")].map(a=>[a.dataset.focus,a.value]));this.head.replaceChildren(R("div",{role:"columnheader","aria-label":"structure"}),...t.columns.map((a,c)=>this.heading(a,c)));for(let a of this.head.querySelectorAll("input"))a.value=o[a.dataset.focus??""]??a.value;r&&this.head.querySelector(`[data-focus="${CSS.escape(r)}"]`)?.focus({preventScroll:!0})}this.head.style.gridTemplateColumns=e}heading(t,e){let{state:n}=this.source,s=n.order===t.key,r=s?n.descending?" \u25BC":" \u25B2":"",o=t.unit&&R("span",{class:"nt-unit"},` ${t.unit}`),a=t.sortable?R("button",{type:"button","data-focus":`sort ${t.key}`,title:`Sort by ${Bc(t)}`,onclick:()=>this.sortBy(t.key)},t.label,o,r):R("b",{},t.label,o),c=R("div",{role:"columnheader","aria-colindex":e+2,class:t.kind==="text"?null:"nt-number","data-column":t.key},a);return t.sortable&&c.setAttribute("aria-sort",s?n.descending?"descending":"ascending":"none"),t.filterable&&c.append(this.filterBox(t)),t.kind==="value"&&c.append(this.methodOf(t)),c}filterBox(t){let e=t.kind!=="text",n=R("input",{type:"text","data-focus":`filter ${t.key}`,"aria-label":`filter ${t.label}`,placeholder:e?"1..2, >3":"contains",spellcheck:"false"});n.value=this.source.state.cells[t.key]??"";let s=qd(()=>this.source.ask({cells:{[t.key]:n.value}}));return n.addEventListener("input",s),n}methodOf(t){let e=t.methods??[],n=this.source.state.methods[t.key]??0;if(!e.length)return R("div",{class:"nt-method"},"nothing known");let s=a=>el(e[a].origin,!1),r=a=>`${e[a].label} (${e[a].count.toLocaleString("en")})`;if(e.length===1||!this.source.live)return R("div",{class:e[n].synthetic?"nt-method nt-synthetic":"nt-method",title:r(n)},s(n),` ${e[n].label}`);let o=R("select",{"data-focus":`method ${t.key}`,"aria-label":`method of ${t.label}`,title:r(n)});return e.forEach((a,c)=>o.append(R("option",{value:c,selected:c===n},r(c)))),o.addEventListener("change",()=>this.source.ask({methods:{...this.source.state.methods,[t.key]:Number(o.value)}})),o}sortBy(t){let{order:e,descending:n}=this.source.state;e!==t?this.source.ask({order:t,descending:!1}):n?this.source.ask({order:"",descending:!1}):this.source.ask({order:t,descending:!0})}drawRows(){let{state:t}=this.source;t.generation!==this.generation&&(this.generation=t.generation,this.drawn.forEach(o=>o.remove()),this.drawn.clear(),this.active=Math.min(this.active,Math.max(t.matching-1,0))),this.body.style.height=`${t.matching*gi}px`,this.body.querySelector(".nt-empty")?.remove(),t.matching||(this.body.style.height="auto",this.body.append(R("div",{class:"nt-empty"},t.total?"No row fits: take a filter away.":"There are no structures yet: lab.add(...) adds some.")));let e=Math.floor(this.grid.scrollTop/gi),n=Math.ceil(this.grid.clientHeight/gi)||10,[s,r]=[Math.max(0,e-Xd),Math.min(t.matching,e+n+Xd)];this.source.want(Math.max(0,e-1),Math.min(n+2,t.matching-e+1));for(let[o,a]of this.drawn)(o<s||o>=r)&&(a.remove(),this.drawn.delete(o));for(let o=s;o<r;o++)this.drawRow(o);this.grid.setAttribute("aria-activedescendant",this.drawn.has(this.active)?`${this.uid}-${this.active}`:"")}drawRow(t){let e=this.source.row(t),n=e&&this.source.still(e.id),s=e?n?"whole":"cells":"waiting",r=this.drawn.get(t);(!r||r.dataset.kind!==s)&&(r?.remove(),r=this.makeRow(t,e,n),r.dataset.kind=s,this.drawn.set(t,r),this.body.append(r)),r.setAttribute("aria-selected",String(this.source.marked.has(t))),r.classList.toggle("nt-active",t===this.active)}makeRow(t,e,n){let s=R("div",{class:"nt-line nt-row",role:"row",id:`${this.uid}-${t}`,"aria-rowindex":t+2,"data-id":e?.id});s.style.cssText=`grid-template-columns:var(--nt-columns);height:${gi}px;transform:translateY(${t*gi}px)`;let r=n?R("img",{alt:"",src:`data:image/svg+xml,${encodeURIComponent(n)}`}):null;return s.append(R("div",{class:"nt-still",role:"gridcell"},r)),this.source.state.columns.forEach((o,a)=>{let c=R("div",{class:"nt-wait"});s.append(e?Fx(o,e.cells[a]):R("div",{role:"gridcell"},c))}),s.addEventListener("click",o=>this.choose(t,o.shiftKey)),s}choose(t,e){if(this.active=t,e){let[n,s]=[Math.min(t,this.anchor),Math.max(t,this.anchor)];this.source.select(Array.from({length:s-n+1},(r,o)=>n+o),"add")}else this.anchor=t,this.source.select([t],"toggle");this.later()}key(t){if(t.target!==this.grid)return;let e=Math.max(1,Math.floor(this.grid.clientHeight/gi)-2),n=this.source.state.matching-1,s={ArrowDown:1,ArrowUp:-1,PageDown:e,PageUp:-e,Home:-1/0,End:1/0};if(t.key in s)this.active=Math.max(0,Math.min(n,this.active+s[t.key])),this.reveal(this.active);else if(t.key===" "||t.key==="Enter")this.choose(this.active,t.shiftKey);else return;t.preventDefault(),t.stopPropagation(),this.later()}reveal(t){let[e,n]=[t*gi,(t+1)*gi],s=this.grid.clientHeight-this.head.offsetHeight;e<this.grid.scrollTop?this.grid.scrollTop=e:n>this.grid.scrollTop+s&&(this.grid.scrollTop=n-s)}save(){this.source instanceof xr?ws("materials.csv",wr(this.source.plain())):this.source.csv(t=>ws("materials.csv",t))}togglePlot(){if(this.plotting.setAttribute("aria-pressed",String(!this.plot)),this.plot){this.plot.scatter.dispose(),this.plot.box.remove(),this.plot=null,this.plotted="";return}let t=this.source.state.columns.filter(u=>u.kind!=="text"),e=t.filter(u=>u.kind==="value"),n=(u,d)=>{let f=R("select",{"aria-label":u});return t.forEach(g=>f.append(R("option",{value:g.key,selected:g===d},Bc(g)))),f.addEventListener("change",()=>this.later()),f},s=n("horizontal axis",e[0]??t[0]),r=n("vertical axis",e[1]??t[1]??t[0]),o=new Za((u,d)=>this.source.select(u,d?"add":"replace")),a=this.source.state.plot,c=a?R("div",{class:"nt-key"},...a.shades.map(u=>R("span",{},R("i",{style:`background:${u.color}`}),u.label))):R("div",{class:"nt-bar"},r,R("span",{},"against"),s),l=a?"Click on a point or drag over several; with Shift to add more.":"Drag over points to select their rows; with Shift to add more.",h=R("div",{class:"nt-plot"},c,o.canvas,R("div",{class:"nt-note"},l));this.plot={box:h,scatter:o,x:s,y:r},this.both.append(h),this.later()}drawPlot(){if(!this.plot)return;let{scatter:t,x:e,y:n}=this.plot,{state:s}=this.source,r=s.plot,[o,a]=r?[r.x,r.y]:[e.value,n.value],c=`${s.generation} ${JSON.stringify(s.methods)} ${o} ${a}`;if(c!==this.plotted){this.plotted=c;let l=h=>Bc(s.columns.find(u=>u.key===h));this.source.points(o,a,h=>{t.show(h,r?null:[l(o),l(a)],r?.shades.map(u=>u.color)),t.mark(this.source.marked)},r?.shade)}t.mark(this.source.marked)}};function Fx(i,t){let e=qn(t),n=R("div",{role:"gridcell",class:i.kind==="text"?null:"nt-number",title:e||null});if(t!==null&&typeof t=="object"){let s=t.f?.length?R("span",{class:"nt-flag",role:"img","aria-label":t.f.join("; ")},"\u26A0"):null;n.append(e,t.s?R("span",{class:"nt-spread"},` \xB1 ${t.s}`):""),s&&(n.append(s),n.title=`${e}: ${t.f.join("; ")}`)}else n.append(e||(i.kind==="text"?"":"\u2013"));return n}function Zd(i,t,e){let n=new kc(i,t,e);return{update:s=>n.begin(s),dispose:()=>n.dispose(),hear:(s,r)=>n.hear(s,r)}}var Jd={[rh]:lh,[Yd]:Zd,[xh]:bh,[Vd]:Gd};var Ux=Symbol.for("nanoos.links"),Ox=globalThis,yr=Ox[Ux]??=new Map,Ka=class{constructor(t){this._me=t}_me;_group="";join(t){if(this.leave(),this._group=t,t){let e=yr.get(t)??new Set;yr.set(t,e.add(this._me))}}leave(){let t=yr.get(this._group);t?.delete(this._me),t&&!t.size&&yr.delete(this._group),this._group=""}camera(t){this._others().forEach(e=>e.setCamera(t))}frame(t){this._others().forEach(e=>e.frames===this._me.frames&&e.setFrame(t))}_others(){return[...yr.get(this._group)??[]].filter(t=>t!==this._me)}};function Kd(i){return i?.frames?.positions?.shape?.[0]??1}function Bx(i){let t=i.querySelector(`script[type="${ol}"]`);if(!t||i.dataset.nanoosLive)return;i.dataset.nanoosLive="1";let e=i.querySelector("svg"),n=(e??i).getBoundingClientRect(),s=document.createElement("div");s.style.height=`${Math.max(n.height,e?0:360,160)}px`,s.style.maxWidth="100%",i.appendChild(s);let r=null;try{r=JSON.parse(t.textContent??"")}catch{}let o=0,a=h=>{h!==o&&(o=h,l?.setFrame(h))},c=new Ka({frames:Kd(r),setCamera:h=>l?.setCamera(h),setFrame:a}),l=Ya(s,r,{onCamera:h=>c.camera(h),onFrame:h=>{o=h,c.frame(h)}});l?(c.join(i.dataset.nanoosGroup??""),Object.assign(i,{nanoosViewer:l}),e&&(e.style.display="none")):s.style.height=""}function jd(){document.querySelectorAll("div.nanoos-scene").forEach(Bx)}document.readyState==="loading"?document.addEventListener("DOMContentLoaded",jd):jd();function kx(i){let t=i.querySelector(":scope > script"),e=t&&Jd[t.type];if(!t||!e||i.classList.contains("drawn"))return;let n=document.createElement("div");i.append(n);try{e(n,JSON.parse(t.textContent??"")),i.classList.add("drawn")}catch(s){n.remove(),console.error(s)}}function Qd(){document.querySelectorAll("div.nanoos-display").forEach(kx)}document.readyState==="loading"?document.addEventListener("DOMContentLoaded",Qd):Qd();})();
