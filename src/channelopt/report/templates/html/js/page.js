"use strict";
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector(".theme-switch");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const tell = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("channelopt-theme", root.dataset.theme);
    } catch {
      // not remembered where storage is not allowed
    }
    tell();
  });
  system.addEventListener("change", tell);
  tell();

  const contents = document.querySelector(".contents details");
  const wide = matchMedia("(min-width: 60.01rem)");
  const fold = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) contents.open = false;
  });

  const links = new Map([...contents.querySelectorAll("a")].map((a) => [a.hash.slice(1), a]));
  const seen = new Set();
  const mark = () => {
    const first = [...links.keys()].find((id) => seen.has(id));
    if (!first) return;
    links.forEach((a, id) => {
      if (id === first) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    });
  };
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) seen.add(entry.target.id);
      else seen.delete(entry.target.id);
    }
    mark();
  }, { rootMargin: "-10% 0px -60% 0px" });
  document.querySelectorAll("section[id]").forEach((section) => watch.observe(section));

  // Only what scrolls is a stop for the keyboard and a landmark.
  const stops = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1;
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
      if (target.hasAttribute("aria-label")) target.setAttribute("role", scrolls ? "region" : "group");
    }
  });
  document.querySelectorAll(".scroll, .commands, .formula").forEach((scroll) => stops.observe(scroll));
})();
