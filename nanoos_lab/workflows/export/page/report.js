// Draws the figures and minds the page's two switches. It asks nothing of the network.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = () => {
    root.dataset.jpThemeLight = String(!dark.matches);
    root.dataset.nanoosTheme = dark.matches ? "dark" : "light";
  };
  theme();
  dark.addEventListener("change", theme);

  const button = document.getElementById("code-toggle");
  button?.addEventListener("click", () => {
    const on = document.body.classList.toggle("with-code");
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Hide code" : "Show code";
    document.querySelectorAll("details.code").forEach((d) => { d.open = on; });
  });

  const draw = (frame) => {
    const spec = JSON.parse(frame.querySelector("script").textContent);
    const ink = getComputedStyle(root).getPropertyValue("--soft").trim();
    spec.layout.font = { ...spec.layout.font, color: ink };
    const target = document.createElement("div");
    frame.append(target);
    Plotly.newPlot(target, spec.data, spec.layout, spec.config)
      .then(() => frame.classList.add("drawn"))
      .catch((error) => { target.remove(); console.error(error); });
  };
  if (window.Plotly) document.querySelectorAll(".plot").forEach(draw);

  const links = new Map();
  document.querySelectorAll(".toc a").forEach((a) => links.set(decodeURIComponent(a.hash.slice(1)), a));
  if (links.size && "IntersectionObserver" in window) {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        links.forEach((a) => a.classList.remove("here"));
        links.get(entry.target.id)?.classList.add("here");
      }
    }, { rootMargin: "0px 0px -75% 0px" });
    links.forEach((_, id) => { const at = document.getElementById(id); if (at) seen.observe(at); });
  }
})();
