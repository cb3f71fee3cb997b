var g={COMPLETED:"good",RUNNING:"busy",QUEUED:"wait",SUBMITTING:"wait",PENDING:"idle",FAILED:"bad",LOST:"bad",CANCELLED:"warn"},b=`
.nanoos-monitor{--line:var(--jp-border-color2,#dee2e6);--soft:var(--jp-content-font-color2,#5c636a);--page:var(--jp-layout-color1,#fff);--shade:var(--jp-layout-color2,#f1f3f5);
  font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--jp-content-font-color1,#212529);max-width:1080px;container-type:inline-size}
.nanoos-monitor .head{display:flex;gap:6px 8px;align-items:center;flex-wrap:wrap;margin:2px 0 6px}
.nanoos-monitor .head b{font-size:15px;font-weight:600;margin-right:2px}
.nanoos-monitor .strip{display:flex;gap:1px;height:6px;border-radius:3px;overflow:hidden;background:var(--line);margin:0 0 8px}
.nanoos-monitor .strip span{display:block;min-width:2px;background:currentColor}
.nanoos-monitor .scroll{max-height:380px;overflow:auto;border:1px solid var(--line);border-radius:4px}
.nanoos-monitor table{border-collapse:separate;border-spacing:0;width:100%;font-size:12.5px;margin:0;table-layout:fixed}
.nanoos-monitor th,.nanoos-monitor td{padding:4px 8px;text-align:left;vertical-align:middle;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-width:none;box-sizing:border-box;background:var(--page)}
.nanoos-monitor th{position:sticky;top:0;z-index:1;color:var(--soft);font-weight:600;padding-block:5px;border-bottom:1px solid var(--line)}
.nanoos-monitor tr.row+tr.row td{border-top:1px solid var(--jp-border-color3,#edf0f2)}
.nanoos-monitor .run{width:106px}.nanoos-monitor .state{width:112px}.nanoos-monitor .elapsed{width:86px;text-align:right}
.nanoos-monitor .where{width:122px}.nanoos-monitor .what{width:19%}.nanoos-monitor .act{width:78px;text-overflow:clip;text-align:right}
.nanoos-monitor td.elapsed{font-variant-numeric:tabular-nums}
.nanoos-monitor td.going{color:var(--soft)}
.nanoos-monitor td.going.bad{color:var(--bad)}
.nanoos-monitor td .soft{color:var(--soft)}
.nanoos-monitor tr.row{cursor:pointer}
.nanoos-monitor tr.row:hover td,.nanoos-monitor tr.chosen td{background:var(--shade)}
.nanoos-monitor tr.chosen td:first-child{box-shadow:inset 3px 0 var(--busy)}
.nanoos-monitor code{font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:12px;background:none;padding:0;color:inherit}
.nanoos-monitor .badge{display:inline-block;padding:0 7px;border-radius:9px;font-size:11px;line-height:17px;border:1px solid currentColor;font-weight:600}
.nanoos-monitor .bar{display:inline-block;vertical-align:middle;height:6px;width:84px;margin-right:8px;border-radius:3px;background:var(--jp-border-color1,#ced4da);overflow:hidden}
.nanoos-monitor .bar div{height:6px;background:var(--busy)}
.nanoos-monitor button{font:inherit;font-size:11.5px;padding:0 8px;border:1px solid var(--jp-border-color1,#adb5bd);border-radius:3px;background:var(--page);color:inherit;cursor:pointer}
.nanoos-monitor button:hover{border-color:currentColor}
.nanoos-monitor button:focus-visible,.nanoos-monitor tr.row:focus-visible{outline:2px solid var(--busy);outline-offset:-2px}
.nanoos-monitor pre{margin:8px 0 0;padding:8px 10px;max-height:220px;overflow:auto;background:var(--shade);color:inherit;border-radius:4px;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}
.nanoos-monitor .failures{margin:8px 0 0;padding:0;list-style:none}
.nanoos-monitor .failures li{margin:3px 0;overflow-wrap:anywhere}
.nanoos-monitor .whole{margin-top:8px;overflow-wrap:anywhere}
.nanoos-monitor .whole+pre{margin-top:4px}
.nanoos-monitor .said{min-height:1.4em;margin-top:4px;color:var(--soft)}
.nanoos-monitor{--good:#0a7d55;--busy:#0b68b0;--wait:#4a6f97;--bad:#c2410c;--idle:#636b73;--warn:#915300}
[data-jp-theme-light="false"] .nanoos-monitor{--good:#4cc38a;--busy:#70b8ff;--wait:#9fb8d6;--bad:#ff8b5e;--idle:#aab1b8;--warn:#f0c000;--shade:var(--jp-layout-color2,#343434)}
.nanoos-monitor .good{color:var(--good)}.nanoos-monitor .busy{color:var(--busy)}.nanoos-monitor .wait{color:var(--wait)}
.nanoos-monitor .bad{color:var(--bad)}.nanoos-monitor .idle{color:var(--idle)}.nanoos-monitor .warn{color:var(--warn)}
@container (max-width:960px){.nanoos-monitor .bar{width:48px}}
@container (max-width:780px){.nanoos-monitor .where{display:none}}
@container (max-width:660px){.nanoos-monitor .run{width:70px}.nanoos-monitor .elapsed{display:none}.nanoos-monitor .what{width:27%}}
@container (max-width:460px){.nanoos-monitor .run{display:none}}
`;function a(o,n="",t=""){let e=document.createElement(o);return n&&(e.className=n),t&&(e.textContent=t),e}function x(o){let n=a("div","head");n.append(a("b","",o.total===1?"1 run":`${o.total} runs`));for(let[t,e]of Object.entries(o.counts))n.append(a("span",`badge ${g[t]??"idle"}`,`${e} ${t}`));return n}function w(o){let n=a("div","strip");n.setAttribute("role","img");let t=Object.entries(o.counts).map(([e,r])=>`${r} ${e.toLowerCase()}`);n.setAttribute("aria-label",t.join(", "));for(let[e,r]of Object.entries(o.counts)){let s=a("span",g[e]??"idle");s.style.width=`${100*r/Math.max(1,o.total)}%`,n.append(s)}return n}function l(o,n=""){let t=a("td",o,n);return n&&(t.title=n),t}function v(o){let n=l(`going${g[o.state]==="bad"?" bad":""}`);if(o.fraction!==null&&o.state!=="COMPLETED"){let t=String(Math.round(100*o.fraction)),[e,r]=[a("div","bar"),a("div")];r.style.width=`${t}%`,e.setAttribute("role","progressbar"),e.setAttribute("aria-valuenow",t),e.append(r),n.append(e)}return n.append(o.message),n.title=o.message,n}function y(o,n,t){let e=a("button","",o);return e.setAttribute("aria-label",`${o} run ${n.id}`),e.addEventListener("click",r=>{r.stopPropagation(),t.send({verb:o,run:n.id})}),e}function E(o,n){let t=a("tr",o.id===n.get("selected")?"row chosen":"row");t.tabIndex=0,t.dataset.run=o.id;let[e,r,s,i]=[l("run"),l("what"),l("state"),l("act")];e.append(a("code","",o.id)),r.append(o.task,a("span","soft",o.what?` \xB7 ${o.what}`:"")),r.title=o.what,s.append(a("span",`badge ${g[o.state]??"idle"}`,o.state)),o.attempt>1&&(s.title=`attempt ${o.attempt}`),i.append(...o.can.map(p=>y(p,o,n))),t.append(e,r,s,v(o),l("elapsed",o.elapsed),l("where",o.place||o.profile),i);let d=()=>{n.set("selected",n.get("selected")===o.id?"":o.id),n.save_changes()};return t.addEventListener("click",d),t.addEventListener("keydown",p=>{p.key==="Enter"&&p.target===t&&d()}),t}var M=["run","what","state","going","elapsed","where","act"],T={what:"task",going:"",act:""};function k(o,n){let t=a("div","scroll"),e=a("table"),r=a("tr");for(let d of M)r.append(a("th",d,T[d]??d));let s=a("tbody");for(let d of o.rows)s.append(E(d,n));let i=a("thead");return i.append(r),e.append(i,s),t.append(e),t}function L(o){if(!o.failures.length)return null;let n=a("ul","failures");for(let t of o.failures){let e=a("li");e.append(a("span","badge bad",`${t.runs.length} \xD7 ${t.type||"failed"}`),` ${t.message}`),n.append(e)}return n}function $({model:o,el:n}){let t=a("div","nanoos-monitor"),e=a("style");e.textContent=b;let r=a("div");t.append(e,r),n.append(t);let s=()=>{let i=o.get("snapshot"),d=r.querySelector(".scroll"),[p,m]=[d?.scrollTop??0,document.activeElement?.dataset?.run];if(r.replaceChildren(x(i)),!i.total){r.append(a("p","idle","No runs yet: lab.submit(...) or lab.map(...) makes some."));return}r.append(w(i),k(i,o));let u=L(i);u&&r.append(u);let c=i.rows.find(h=>h.id===o.get("selected"));c&&r.append(a("div","whole",[c.id,c.place,c.message].filter(Boolean).join(" \xB7 "))),i.log&&i.log.run===o.get("selected")&&r.append(a("pre","",i.log.text||"Its worker has not written anything to the log.")),r.append(a("div","said",o.get("said")));let f=r.querySelector(".scroll");f&&(f.scrollTop=p),m&&r.querySelector(`tr[data-run="${m}"]`)?.focus({preventScroll:!0})};s();for(let i of["snapshot","selected","said"])o.on(`change:${i}`,s);return()=>{for(let i of["snapshot","selected","said"])o.off(`change:${i}`,s);t.remove()}}var j={render:$};export{j as default};
