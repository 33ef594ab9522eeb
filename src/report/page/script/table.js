// The table: only the lines in sight are there.

const AROUND = 12, MOST_PRINTED = 500, MOST_LETTERS = 30;

class Lines {
  constructor(article, sheet, state) {
    const find = selector => article.querySelector(".cells " + selector);
    Object.assign(this, { article, sheet, state, wrap: find(".wrap"), head: find("thead tr"), body: find("tbody") });
    this.table = find("table");
    this.told = find(".told");
    this.count = find(".count");
    this.order = [...Array(sheet.rows).keys()];
    this.sorted = null;
    this.height = 30;
    this.wrap.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()), { passive: true });
    this.wrap.addEventListener("keydown", event => this.key(event));
    this.body.addEventListener("click", event => {
      const row = event.target.closest("tr[data-line]");
      if (row && !getSelection().toString()) state.pick([sheet.cell(+row.dataset.line)], true);
    });
    this.heads();
    this.arrange();
  }

  get columns() {
    return this.sheet.columns.filter(column => column.shown);
  }

  /** The heads, each a button that sorts. */
  heads() {
    const head = column => {
      const button = element("button", { type: "button" }, ...column.head());
      button.addEventListener("click", () => this.sort(column));
      const unit = column.unit ? ` (${column.unit})` : "";
      const th = element("th", { scope: "col", class: column.words && !column.isNumeric ? "t" : column.form,
        title: `${column.name}: ${column.doc ?? ""}${unit}` }, button);
      th.style.minWidth = `min(${Math.min(column.width(), MOST_LETTERS)}ch + 14px, 40vw)`;
      return th;
    };
    this.head.replaceChildren(...this.columns.map(head));
    this.mark();
  }

  /** Says by which column lines are sorted. */
  mark() {
    this.columns.forEach((column, at) => {
      const is = this.sorted?.column === column;
      const th = this.head.children[at];
      is ? th.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending") : th.removeAttribute("aria-sort");
    });
  }

  /** Rising, falling, then as the tables have them. */
  sort(column) {
    const { sorted } = this;
    if (sorted?.column !== column) this.sorted = { column, down: false };
    else this.sorted = sorted.down ? null : { column, down: true };
    this.arrange();
    this.mark();
  }

  /** Filters and sorts the lines. What is missing comes last. */
  arrange() {
    const { test, problems } = filter(this.sheet, this.state.filter);
    const order = [];
    for (let line = 0; line < this.sheet.rows; line++) if (test(line)) order.push(line);
    if (this.sorted) {
      const { column, down } = this.sorted, sign = down ? -1 : 1;
      const keys = Array.from({ length: this.sheet.rows }, (_, line) => column.rank(line));
      order.sort((a, b) => {
        const x = keys[a], y = keys[b];
        if (x == null || y == null) return (x == null) - (y == null) || a - b;
        return (x < y ? -1 : x > y ? 1 : 0) * sign || a - b;
      });
    }
    this.order = order;
    this.state.kept = order.length === this.sheet.rows ? null : new Set(order);
    this.told.textContent = problems.join(" ");
    this.count.textContent = order.length === this.sheet.rows ? `${order.length} ${order.length === 1 ? "row" : "rows"}`
      : `${order.length} of ${this.sheet.rows} rows`;
    this.wrap.scrollTop = 0;
    this.draw();
  }

  row(line, at) {
    const picked = this.state.picked.has(this.sheet.cell(line));
    const row = element("tr", { "data-line": line, "aria-rowindex": at + 2, "aria-selected": String(picked) });
    for (const column of this.columns) {
      const text = column.shows(line);
      const td = element("td", { class: column.words && !column.isNumeric ? "t" : column.form,
        title: column.words && text.length > MOST_LETTERS && text });
      const isVerdict = column.name === "destination" || column.name === "movement";
      const word = isVerdict && column.word(line);
      td.append(word ? element("span", { class: "word " + word.replace(/[^a-z]+/g, "-") }, text)
        : column.words ? element("bdi", {}, text) : text);
      row.append(td);
    }
    return row;
  }

  draw() {
    const { order, height, wrap } = this;
    const from = Math.max(0, Math.floor(wrap.scrollTop / height) - AROUND);
    const to = Math.min(order.length, from + Math.ceil((wrap.clientHeight || 600) / height) + 2 * AROUND);
    const gap = lines => {
      const row = element("tr", { class: "gap", "aria-hidden": "true" }, element("td", { colspan: this.columns.length }));
      row.style.height = lines * height + "px";
      return row;
    };
    const rows = order.slice(from, to).map((line, at) => this.row(line, from + at));
    if (!order.length) {
      rows.push(element("tr", { class: "none" }, element("td", { colspan: this.columns.length || 1 }, "No line fits the filter.")));
    }
    this.body.replaceChildren(...(from ? [gap(from)] : []), ...rows, ...(to < order.length ? [gap(order.length - to)] : []));
    this.table.setAttribute("aria-rowcount", order.length + 1);
    const real = this.body.querySelector("tr[data-line]")?.getBoundingClientRect().height;
    if (real && Math.abs(real - height) > 0.01) {
      this.height = real;
      if (order.length > to - from) this.draw();
    }
  }

  /** All lines of the page, up to a bound, for paper. */
  print(note) {
    const { order } = this;
    this.body.replaceChildren(...order.slice(0, MOST_PRINTED).map((line, at) => this.row(line, at)));
    const more = order.length - MOST_PRINTED;
    note.textContent = more > 0 ? `The first ${MOST_PRINTED} of ${order.length} lines; the tables hold all.` : "";
  }

  /** Brings a line into sight. */
  reveal(line) {
    const at = this.order.indexOf(line);
    if (at < 0) return;
    const { wrap, height } = this, head = this.head.offsetHeight, top = at * height;
    if (top < wrap.scrollTop || top + height > wrap.scrollTop + wrap.clientHeight - head) {
      wrap.scrollTop = Math.max(0, top - (wrap.clientHeight - head) / 2);
    }
    this.draw();
  }

  /** Arrows go from line to line. */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.state.pick([]);
    if (!step || event.target !== this.wrap || !this.order.length) return;
    event.preventDefault();
    const cell = [...this.state.picked].at(-1);
    const here = this.order.findIndex(line => this.sheet.cell(line) === cell);
    let at = here < 0 ? (step > 0 ? 0 : this.order.length - 1) : here + step;
    while (this.order[at] != null && this.sheet.cell(this.order[at]) === cell) at += step;
    const line = this.order[at];
    if (line == null) return;
    this.state.pick([this.sheet.cell(line)]);
    this.reveal(line);
    say(this.sheet.label(line));
  }
}
