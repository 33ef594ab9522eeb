// One sweep of the page: its table, its explorer and its figures mark the same cells.

function start(article) {
  const sheet = new Sheet(article);
  const find = selector => article.querySelector(selector);
  const state = { picked: new Set(), kept: null, filter: "" };
  const figures = [...article.querySelectorAll(".plate svg")];
  // Numbers stand on the tiles of a heat map: those are framed, and the others do not fade.
  for (const figure of figures) {
    const { width, height } = figure.querySelector("[data-cell]")?.getBBox() ?? { width: 0, height: 0 };
    figure.classList.toggle("tiles", width * height > 250);
  }

  /** Marks cells everywhere; a second time, takes the mark away. */
  state.pick = (cells, toggles = false, shows = false) => {
    const off = toggles && state.picked.size === cells.length && cells.every(cell => state.picked.has(cell));
    state.picked = new Set(off ? [] : cells);
    for (const figure of figures) {
      let any = false;
      for (const point of figure.querySelectorAll("[data-cell]")) {
        const on = state.picked.has(+point.dataset.cell);
        point.classList.toggle("on", on);
        any ||= on;
      }
      figure.classList.toggle("picked", any);
    }
    table.draw();
    explorer.draw();
    if (shows && state.picked.size) show([...state.picked]);
  };
  const show = cells => {
    const lines = cells.flatMap(cell => sheet.lines.get(cell) ?? []);
    if (!lines.length) return;
    if (state.kept && !lines.some(line => state.kept.has(line))) setFilter("");
    table.reveal(table.order.find(line => lines.includes(line)) ?? lines[0]);
  };
  const box = find(".cells .find input");
  const setFilter = text => {
    box.value = state.filter = text;
    table.arrange();
    explorer.draw();
  };

  const table = new Lines(article, sheet, state);
  const explorer = new Explorer(article, sheet, state);
  explorer.draw();
  let later = 0;
  box.addEventListener("input", () => {
    cancelAnimationFrame(later);
    later = requestAnimationFrame(() => setFilter(box.value));
  });
  box.addEventListener("keydown", event => event.key === "Escape" && setFilter(""));
  find(".menu").addEventListener("change", event => {
    const at = event.target.dataset.column;
    if (at == null) return;
    sheet.columns[+at].shown = event.target.checked;
    table.heads();
    table.draw();
  });
  find(".find-column").addEventListener("input", event => {
    const wanted = event.target.value.toLowerCase();
    for (const label of article.querySelectorAll(".menu fieldset label")) {
      const column = sheet.columns[+label.firstElementChild.dataset.column];
      label.hidden = !`${column.name} ${column.text} ${column.doc ?? ""}`.toLowerCase().includes(wanted);
    }
    for (const set of article.querySelectorAll(".menu fieldset")) set.hidden = !set.querySelector("label:not([hidden])");
  });
  const lines = () => (table.order.length === 1 ? "1 line" : `${table.order.length} lines`);
  find("button.csv").addEventListener("click", () => copy(csv(table.columns, table.order), `${lines()} as CSV`));
  find("button.latex").addEventListener("click", () => copy(latex(table.columns, table.order), `${lines()} as LaTeX`));
  article.addEventListener("click", event => {
    const point = event.target.closest(".plate [data-cell]");
    if (point) state.pick([+point.dataset.cell], true, true);
    const button = event.target.closest("button[data-cells]");
    if (button) {
      state.pick(button.dataset.cells.split(" ").map(Number), true, true);
      if (state.picked.size) find(".cells").scrollIntoView({ block: "start" });
    }
    const paste = event.target.closest(".paste button.copy");
    if (paste) copy(paste.closest(".paste").querySelector("code").textContent + "\n", "it");
  });
  addEventListener("beforeprint", () => table.print(find(".print-note")));
  addEventListener("afterprint", () => table.draw());
}

document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".menu[open]")) {
    menu.open = false;
    menu.firstElementChild.focus();
  }
});
document.querySelectorAll("article.sweep").forEach(start);

// On paper nothing is folded.
addEventListener("beforeprint", () => document.querySelectorAll("details.rest").forEach(part => { part.open = true; }));
