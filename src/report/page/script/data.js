// The lines of a sweep, by column.
const MINUS = "\u2212", MISSING = "\u2013", PM = "\u00b1";

/** A number as text: rounded as its column says, with a hyphen for a minus. */
function written(column, number) {
  if (number == null) return "";
  if (column.digits == null) return String(number);
  if (typeof column.digits === "number") {
    const text = number.toFixed(column.digits);
    return /[1-9]/.test(text) ? text : text.replace("-", "");
  }
  return number.toExponential(+column.digits.slice(1)).replace("e+", "e");
}

const toNumber = word => (word === "inf" ? Infinity : word.trim() === "" ? NaN : Number(word));

/** A column with its reading: what lines are compared by, and what they show. */
class Column {
  constructor(told, at) {
    Object.assign(this, told, { at });
    if (this.words) {
      this.numbers = this.words.map(toNumber);
      this.isNumeric = this.form === "axis" && this.numbers.every(number => !Number.isNaN(number));
    } else {
      this.isNumeric = true;
    }
  }
  /** The number of a line, or the place of its word; null where it is missing. */
  raw(line) {
    return this.data ? this.data[line] : this.same;
  }
  /** What a filter compares: a number, or a word. */
  value(line) {
    const raw = this.raw(line);
    return raw == null || !this.words ? raw : this.isNumeric ? this.numbers[raw] : this.words[raw];
  }
  /** What lines are sorted by: axes of words keep their order. */
  rank(line) {
    return this.form === "axis" && !this.isNumeric ? this.raw(line) : this.value(line);
  }
  word(line) {
    const raw = this.raw(line);
    return raw == null ? null : this.words[raw];
  }
  plain(line) {
    return this.words ? this.word(line) ?? "" : written(this, this.raw(line));
  }
  shows(line) {
    const text = this.plain(line);
    if (text === "") return MISSING;
    if (this.words) return text;
    return (this.form === "half" ? PM : "") + text.replaceAll("-", MINUS);
  }
  /** The head as nodes; what `*` encloses is a variable. */
  head() {
    if (this.form === "axis") return [element("bdi", {}, this.title)];
    return this.title.split("*").map((piece, at) => (at % 2 ? element("i", {}, piece) : piece));
  }
  /** The head as text. */
  get text() {
    return this.form === "axis" ? this.title : this.title.replaceAll("*", "");
  }
  /** Characters of the widest entry. */
  width() {
    if (this.words) return Math.max(1, ...this.words.map(word => word.length));
    const present = (this.data ?? [this.same]).filter(number => number != null);
    const ends = present.reduce(([a, b], number) => [Math.min(a, number), Math.max(b, number)], [0, 0]);
    const widest = this.digits == null ? present : [...ends, this.form === "half" ? 0 : -1e-5];
    return widest.reduce((most, number) => Math.max(most, written(this, number).length), 1) + (this.form === "half");
  }
}

/** All columns of a sweep. */
class Sheet {
  constructor(article) {
    const told = JSON.parse(article.querySelector(":scope > script").textContent);
    this.name = told.name;
    this.rows = told.rows;
    this.columns = told.columns.map((column, at) => new Column(column, at));
    this.cells = told.cells;
    this.axes = this.columns.filter(column => column.form === "axis");
    this.lines = new Map();
    for (let line = 0; line < this.rows; line++) {
      const cell = this.cell(line);
      this.lines.has(cell) ? this.lines.get(cell).push(line) : this.lines.set(cell, [line]);
    }
  }
  cell(line) {
    return this.cells ? this.cells[line] : line;
  }
  label(line) {
    const axes = this.axes.filter(axis => axis.raw(line) != null);
    return axes.map(axis => `${axis.text}=${axis.word(line)}`).join("  ") || this.name;
  }
  /** The intervals of a measure. */
  half(column) {
    const next = this.columns[column.at + 1];
    return column.form === "number" && next?.form === "half" ? next : null;
  }
  /** A column by what a user calls it. */
  find(name) {
    const wanted = name.toLowerCase();
    const by = test => this.columns.find(test);
    return by(c => c.name.toLowerCase() === wanted) ?? by(c => c.key.toLowerCase() === wanted)
      ?? by(c => c.text.toLowerCase().replaceAll(" ", "_") === wanted)
      ?? by(c => c.name.startsWith(wanted + "_mean"));
  }
}

/** An element with attributes and children. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Tells something to those who see it and to those who hear it. */
function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(say.later);
  say.later = setTimeout(() => (said.textContent = ""), 4000);
}
