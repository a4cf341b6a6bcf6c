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
      if (id !== first) {
        a.removeAttribute("aria-current");
        return;
      }
      a.setAttribute("aria-current", "true");
      const above = a.offsetTop - contents.scrollTop;
      if (above < 0 || above > contents.clientHeight - 60) contents.scrollTop = a.offsetTop - 120;
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

  // Only what scrolls is a stop for the keyboard and a landmark; tall tables always do.
  const boxes = ".grid:not(.tall) > .scroll, .picture, .commands, .formula";
  const hint = (box) => {
    const beyond = box.scrollWidth - box.clientWidth - Math.abs(box.scrollLeft);
    box.classList.toggle("more", beyond > 2);
  };
  const settle = (box) => {
    hint(box);
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    if (box.hasAttribute("aria-label")) box.setAttribute("role", scrolls ? "region" : "group");
  };
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) settle(target.closest(boxes));
  });
  document.querySelectorAll(boxes).forEach((box) => {
    sizes.observe(box);
    box.addEventListener("scroll", () => hint(box), { passive: true });
    if (box.firstElementChild) sizes.observe(box.firstElementChild);
  });
})();
