"use strict";
(() => {
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const text = (cell) => String(cell).replace(/<[^>]*>/g, "").trim();
  const number = (raw) => (raw === "" || raw === null || raw === undefined ? NaN : Number(raw));
  const blanksLast = (isBlank, compare) => (a, b) => {
    if (isBlank(a) || isBlank(b)) return isBlank(a) - isBlank(b);
    return compare(a, b);
  };
  const both = (isBlank, compare) => ({
    asc: blanksLast(isBlank, compare),
    desc: blanksLast(isBlank, (a, b) => compare(b, a)),
  });
  DataTable.type("amount", { order: { pre: number, ...both(Number.isNaN, (a, b) => a - b) } });
  DataTable.type("words", { order: { pre: text, ...both((a) => a === "" || a === "–", words.compare) } });

  const say = document.body.dataset;
  const count = new Intl.NumberFormat(document.documentElement.lang);
  const said = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const start = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const made = new DataTable(table, {
      paging: false,
      info: false,
      autoWidth: false,
      order: [],
      layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
      columns: heads.map((head) => ({
        type: head.classList.contains("n") ? "amount" : "words",
        orderable: head.tagName === "TH",
        ariaTitle: said(say.sort, { column: head.textContent.trim() }),
      })),
      language: { aria: { orderable: "", orderableReverse: "", orderableRemove: "" }, zeroRecords: "–" },
    });
    const filter = table.closest(".grid").querySelector(".filter");
    if (!filter) return;
    const shown = filter.querySelector(".matches");
    filter.querySelector("input").addEventListener("input", (event) => {
      made.search(event.target.value).draw();
      const fit = count.format(made.rows({ search: "applied" }).count());
      const all = count.format(made.rows().count());
      shown.textContent = event.target.value ? said(say.matches, { shown: fit, all }) : "";
    });
  };
  // Long reports stay quick: a table is made sortable when it comes near.
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      start(entry.target);
    }
  }, { rootMargin: "600px 0px" });
  document.querySelectorAll("table").forEach((table) => {
    if (table.tBodies[0].rows.length > 1) near.observe(table);
  });
})();
