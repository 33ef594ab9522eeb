// The explorer: a scatter plot of any column against any other, on a canvas.

const HUES = 7, MOST_BARS = 2000, MOST_LEGEND = 14, REACH = 16;

class Explorer {
  constructor(article, sheet, state) {
    const find = selector => article.querySelector(".explore " + selector);
    Object.assign(this, { article, sheet, state, canvas: find("canvas"), board: find(".board"), tip: find(".tip"),
      legend: find(".legend"), told: find(".told"), points: [] });
    this.selects = Object.fromEntries(["x", "y", "colour"].map(role => [role, find(`select[data-role=${role}]`)]));
    this.logs = Object.fromEntries(["x", "y"].map(role => [role, find(`input[data-log=${role}]`)]));
    this.choices();
    article.querySelector(".explore .bar").addEventListener("change", event => {
      const role = event.target.dataset.role;
      if (role === "x" || role === "y") this.guessLog(role);
      this.draw();
    });
    this.canvas.addEventListener("pointermove", event => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.canvas.addEventListener("click", event => {
      const point = this.near(event);
      if (point) state.pick([sheet.cell(point.line)], true, true);
      else state.pick([]);
    });
    new ResizeObserver(() => this.draw()).observe(this.board);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** Fills the menus, and chooses what is seen first: a bias or the multiplier along the first axis. */
  choices() {
    const { sheet } = this;
    const axes = sheet.axes, numbers = sheet.columns.filter(column => column.form === "number");
    const texts = sheet.columns.filter(column => column.form === "text" && column.words.length <= 60);
    const group = (title, columns) => {
      const options = columns.map(column => element("option", { value: column.at }, column.text));
      return options.length ? [element("optgroup", { label: title }, ...options)] : [];
    };
    const main = numbers.filter(column => column.tex), rest = numbers.filter(column => !column.tex);
    for (const role of ["x", "y"]) {
      this.selects[role].append(...group("Axes", axes), ...group("Measures", main), ...group("More measures", rest));
    }
    this.selects.colour.append(element("option", { value: "" }, "nothing"), ...group("Axes", axes),
      ...group("Verdicts and texts", texts), ...group("Measures", main));
    const numeric = axes.filter(axis => axis.isNumeric && axis.name !== "bidder");
    const x = numeric[0] ?? axes[0] ?? main[0];
    const y = ["bias_mean", "multiplier_tail_mean", "epsilon_ex_ante_mean"].map(name => main.find(c => c.name === name))
      .find(Boolean) ?? main[0];
    const colour = axes.find(axis => axis !== x && axis.words.length <= MOST_LEGEND) ?? sheet.find("destination");
    for (const [role, column] of Object.entries({ x, y, colour })) if (column) this.selects[role].value = column.at;
    for (const role of ["x", "y"]) this.guessLog(role);
  }

  column(role) {
    const { value } = this.selects[role];
    return value === "" ? null : this.sheet.columns[+value];
  }

  /** Axes and sizes that span much and are above zero are first shown as powers. */
  guessLog(role) {
    const column = this.column(role);
    if (!column) return;
    let low = Infinity, high = 0, fits = column.isNumeric;
    for (let line = 0; fits && line < this.sheet.rows; line++) {
      const number = column.value(line);
      if (number == null) continue;
      if (!(number > 0) || !Number.isFinite(number)) fits = false;
      low = Math.min(low, number);
      high = Math.max(high, number);
    }
    this.logs[role].checked = fits && high / low > 15;
    this.logs[role].disabled = Boolean(column.words && !column.isNumeric);
  }

  style(name) {
    return getComputedStyle(this.article).getPropertyValue(name).trim();
  }

  /** How points are coloured: by word, or along a ramp. */
  colours(column, lines) {
    if (!column) return { of: () => this.style("--c0"), shape: () => 0, legend: () => [] };
    if (column.words && (!column.isNumeric || column.words.length <= MOST_LEGEND)) {
      const hues = Array.from({ length: HUES }, (_, at) => this.style(`--c${at}`)), none = this.style("--soft");
      const at = line => column.raw(line);
      const used = [...new Set(lines.map(at))].sort((a, b) => a - b).filter(raw => raw != null);
      const place = new Map(used.map((raw, index) => [raw, index]));
      const of = line => (at(line) == null ? none : hues[place.get(at(line)) % HUES]);
      const legend = () => {
        const entries = used.slice(0, MOST_LEGEND).map((raw, index) => {
          const dot = element("i", { class: `dot shape-${index % 4}` });
          dot.style.setProperty("--hue", `var(--c${index % HUES})`);
          return element("span", {}, dot, element("bdi", {}, column.words[raw]));
        });
        if (used.length > MOST_LEGEND) entries.push(element("span", {}, `and ${used.length - MOST_LEGEND} more`));
        return [element("span", { class: "soft" }, ...column.head()), ...entries];
      };
      return { of, shape: line => (place.get(at(line)) ?? 0) % 4, legend };
    }
    const stops = this.style("--ramp").split(",").map(stop => stop.trim().match(/\w\w/g).map(two => parseInt(two, 16)));
    const values = lines.map(line => column.value(line)).filter(number => number != null && Number.isFinite(number));
    const low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const log = low > 0 && high / low > 30, bend = log ? Math.log : number => number;
    const of = line => {
      const number = column.value(line);
      if (number == null) return this.style("--soft");
      const share = high > low ? Math.min(1, Math.max(0, (bend(number) - bend(low)) / (bend(high) - bend(low)))) : 0.5;
      const place = share * (stops.length - 1), at = Math.min(stops.length - 2, Math.floor(place));
      return `rgb(${stops[at].map((from, part) => Math.round(from + (stops[at + 1][part] - from) * (place - at)))})`;
    };
    const text = number => written(column, number).replaceAll("-", MINUS);
    const legend = () => [element("span", { class: "soft" }, ...column.head()), element("span", {}, text(low),
      element("i", { class: "ramp" }), text(high), log ? " (log)" : "")];
    return { of, shape: () => 0, legend };
  }

  draw() {
    const [x, y, colour] = ["x", "y", "colour"].map(role => this.column(role));
    const { canvas, sheet, state } = this;
    const wide = this.board.clientWidth;
    if (!x || !y || !wide) return;
    const high = Math.round(Math.min(460, Math.max(280, wide * 0.5)));
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
    canvas.style.height = high + "px";
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const all = [...Array(sheet.rows).keys()];
    const lines = state.kept ? all.filter(line => state.kept.has(line)) : all;
    const [halfX, halfY] = [sheet.half(x), sheet.half(y)];
    const across = scale(x, lines, this.logs.x.checked, halfX), up = scale(y, lines, this.logs.y.checked, halfY);
    const area = this.frame(pen, across, up, x, y, wide, high);
    const paint = this.colours(colour, lines);
    this.points = [];
    for (const line of lines) {
      const [px, py] = [across.at(line), up.at(line)];
      if (px != null && py != null) this.points.push({ line, x: area.x(px), y: area.y(py), px, py });
    }
    const bars = this.points.length <= MOST_BARS;
    this.joins(pen, x, colour, paint);
    const some = state.picked.size > 0;
    const isOn = point => state.picked.has(sheet.cell(point.line));
    const radius = this.points.length > 2000 ? 2.2 : this.points.length > 300 ? 3 : 4;
    const dot = (point, on) => {
      pen.globalAlpha = some && !on ? 0.22 : this.points.length > 2000 ? 0.6 : 1;
      pen.strokeStyle = pen.fillStyle = paint.of(point.line);
      if (bars || on) this.bars(pen, area, point, halfX, halfY);
      shape(pen, paint.shape(point.line), point.x, point.y, on ? radius + 2 : radius);
      if (on) {
        pen.strokeStyle = this.style("--text");
        pen.lineWidth = 1.5;
        pen.stroke();
      }
    };
    this.points.filter(point => !isOn(point)).forEach(point => dot(point, false));
    this.points.filter(isOn).forEach(point => dot(point, true));
    pen.globalAlpha = 1;
    this.legend.replaceChildren(...paint.legend());
    if (!this.points.length) {
      pen.fillStyle = this.style("--soft");
      pen.textAlign = "center";
      pen.fillText(lines.length ? "No line has both numbers." : "No line fits the filter.", wide / 2, high / 2);
    }
    const lost = lines.length - this.points.length;
    this.told.textContent = lost ? `${lost} of ${lines.length} lines have no place here: a number is missing`
      + `${this.logs.x.checked || this.logs.y.checked ? ", or is not above 0 on a log scale" : ""}.` : "";
    canvas.setAttribute("aria-label", `Scatter plot of ${this.points.length} lines: ${y.text} against ${x.text}`
      + `${colour ? `, coloured by ${colour.text}` : ""}. The table above has the numbers.`);
  }

  /** Axes, grid and labels; gives where numbers come to lie. */
  frame(pen, across, up, x, y, wide, high) {
    const [ink, soft, hair] = ["--text", "--soft", "--hair"].map(name => this.style(name));
    const font = getComputedStyle(this.board).fontFamily;
    pen.font = `12px ${font}`;
    const upTicks = up.ticks(6);
    const fitted = text => (text.length > 22 ? text.slice(0, 21) + "\u2026" : text);
    const left = Math.min(wide * 0.35, 16 + Math.max(20, ...upTicks.map(tick => pen.measureText(fitted(tick.text)).width)));
    const box = { left, right: wide - 14, top: 30, bottom: high - 46 };
    const along = (scale, from, to) => number => from + (scale.end(number) - scale.low) / (scale.high - scale.low) * (to - from);
    const area = { x: along(across, box.left, box.right), y: along(up, box.bottom, box.top) };
    pen.lineWidth = 1;
    pen.strokeStyle = hair;
    pen.fillStyle = soft;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    let lastY = Infinity;
    for (const tick of upTicks) {
      const at = Math.round(area.y(tick.number)) + 0.5;
      if (at > lastY - 13) continue;
      lastY = at;
      pen.beginPath();
      pen.moveTo(box.left, at);
      pen.lineTo(box.right, at);
      pen.stroke();
      pen.fillText(fitted(tick.text), box.left - 8, at);
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.strokeStyle = soft;
    pen.beginPath();
    pen.moveTo(box.left, box.bottom + 0.5);
    pen.lineTo(box.right, box.bottom + 0.5);
    const ticks = across.ticks(Math.max(3, Math.floor(wide / 110)));
    let last = -Infinity;
    for (const tick of ticks) {
      const at = area.x(tick.number), width = pen.measureText(fitted(tick.text)).width;
      const middle = Math.min(at, wide - width / 2 - 2);
      pen.moveTo(Math.round(at) + 0.5, box.bottom);
      pen.lineTo(Math.round(at) + 0.5, box.bottom + 4);
      if (middle - width / 2 < last + 8) continue;
      pen.fillText(fitted(tick.text), middle, box.bottom + 8);
      last = middle + width / 2;
    }
    pen.stroke();
    pen.fillStyle = ink;
    pen.font = `13px ${font}`;
    pen.textAlign = "right";
    pen.fillText(x.text + (this.logs.x.checked ? " (log)" : ""), box.right, high - 18, wide - 20);
    pen.textAlign = "left";
    pen.fillText(y.text + (this.logs.y.checked ? " (log)" : ""), 4, 6, wide - 20);
    return area;
  }

  /** Joins the points of a colour along an axis, where each has but one. */
  joins(pen, x, colour, paint) {
    if (x.form !== "axis" || !x.isNumeric || (colour && colour.form !== "axis")) return;
    const series = new Map();
    for (const point of this.points) {
      const key = colour ? colour.raw(point.line) : 0;
      series.has(key) ? series.get(key).push(point) : series.set(key, [point]);
    }
    for (const points of series.values()) {
      points.sort((a, b) => a.px - b.px);
      if (points.some((point, at) => at && point.px === points[at - 1].px)) return;
    }
    pen.lineWidth = 1.25;
    pen.globalAlpha = this.state.picked.size ? 0.2 : 0.55;
    for (const points of series.values()) {
      pen.strokeStyle = paint.of(points[0].line);
      pen.beginPath();
      points.forEach((point, at) => (at ? pen.lineTo(point.x, point.y) : pen.moveTo(point.x, point.y)));
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  /** The intervals of a point. */
  bars(pen, area, point, halfX, halfY) {
    pen.lineWidth = 1.25;
    pen.beginPath();
    const wy = halfY?.value(point.line), wx = halfX?.value(point.line);
    if (wy) {
      pen.moveTo(point.x, area.y(point.py - wy));
      pen.lineTo(point.x, area.y(point.py + wy));
    }
    if (wx) {
      pen.moveTo(area.x(point.px - wx), point.y);
      pen.lineTo(area.x(point.px + wx), point.y);
    }
    pen.stroke();
  }

  near(event) {
    const rect = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - rect.left, event.clientY - rect.top];
    let best = null, least = REACH ** 2;
    for (const point of this.points) {
      const far = (point.x - x) ** 2 + (point.y - y) ** 2;
      if (far < least) [best, least] = [point, far];
    }
    return best;
  }

  hover(event) {
    const point = this.near(event), { tip } = this;
    tip.hidden = !point;
    this.canvas.style.cursor = point ? "pointer" : "default";
    if (!point) return;
    const told = role => {
      const column = this.column(role);
      if (!column || column.form === "axis") return [];
      const half = this.sheet.half(column);
      return [element("div", {}, ...column.head(), " ", element("b", {}, column.shows(point.line)),
        half ? " " + half.shows(point.line) : "")];
    };
    tip.replaceChildren(element("div", { class: "soft" }, element("bdi", {}, this.sheet.label(point.line))),
      ...["y", "x", "colour"].flatMap(told));
    const left = Math.min(point.x + 12, this.board.clientWidth - tip.offsetWidth - 4);
    tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, point.y - tip.offsetHeight - 10)}px)`;
  }
}

/** A circle, square, triangle or diamond. */
function shape(pen, kind, x, y, r) {
  pen.beginPath();
  if (kind === 0) pen.arc(x, y, r, 0, 2 * Math.PI);
  else if (kind === 1) pen.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else if (kind === 2) [[0, -1.25], [1.15, 0.8], [-1.15, 0.8]].forEach(([a, b]) => pen.lineTo(x + a * r, y + b * r));
  else [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]].forEach(([a, b]) => pen.lineTo(x + a * r, y + b * r));
  pen.closePath();
  pen.fill();
}
