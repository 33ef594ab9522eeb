// Filters: `beta>=50 bidders=3 undecided`.

/** The terms of a filter; quotes hold spaces together. */
const terms = text => text.match(/(?:[^\s"]|"[^"]*"?)+/g)?.map(term => term.replaceAll('"', "")) ?? [];

/** Distance of two words in letters, to guess what was meant. */
function distance(a, b) {
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

function unknown(sheet, name) {
  const names = sheet.columns.filter(c => c.form !== "half").map(c => c.key);
  const near = names.map(known => [known.includes(name.toLowerCase()) ? 1 : distance(name.toLowerCase(), known), known])
    .filter(([far]) => far <= Math.max(2, name.length / 3)).sort((a, b) => a[0] - b[0]).slice(0, 3);
  const some = near.length ? near.map(([, known]) => known) : sheet.axes.map(axis => axis.name).slice(0, 4);
  return `No column is called \u201c${name}\u201d.` + (some.length ? ` There is ${some.join(", ")}.` : "");
}

/** Whether a number agrees with what a user wrote, as far as its column shows it. */
const same = (column, number, wanted) =>
  number === wanted || (column.digits != null && written(column, number) === written(column, wanted));

function comparison(sheet, name, sign, text) {
  const column = sheet.find(name);
  if (!column) return { problem: unknown(sheet, name) };
  if (text === "") return { problem: `After \u201c${name}${sign}\u201d stands what to compare with.` };
  const absent = ["missing", MISSING].includes(text.toLowerCase());
  if (absent && "= !=".split(" ").includes(sign)) {
    return { test: line => (column.raw(line) == null) === (sign === "=") };
  }
  if (!column.isNumeric) {
    const wanted = text.toLowerCase();
    if (sign === "=") return { test: line => column.word(line)?.toLowerCase() === wanted };
    if (sign === "!=") return { test: line => column.raw(line) != null && column.word(line).toLowerCase() !== wanted };
    return { problem: `\u201c${name}\u201d holds words: compare them with = or !=.` };
  }
  const wanted = toNumber(text.replace(MINUS, "-"));
  if (Number.isNaN(wanted)) return { problem: `\u201c${text}\u201d is not a number.` };
  const compare = {
    "=": number => same(column, number, wanted), "!=": number => !same(column, number, wanted),
    "<": number => number < wanted, "<=": number => number < wanted || same(column, number, wanted),
    ">": number => number > wanted, ">=": number => number > wanted || same(column, number, wanted),
  }[sign];
  return { test: line => { const number = column.value(line); return number != null && compare(number); } };
}

/** Lines whose texts hold a word. Each column's words are looked through once. */
function search(sheet, word) {
  const wanted = word.toLowerCase();
  const found = sheet.columns.filter(column => column.words).map(column => ({
    column, has: column.words.map(text => text.toLowerCase().includes(wanted)),
  })).filter(({ has }) => has.includes(true));
  return line => found.some(({ column, has }) => { const raw = column.raw(line); return raw != null && has[raw]; });
}

/** A filter's test, and what is wrong with it. */
function filter(sheet, text) {
  const tests = [], problems = [];
  for (const term of terms(text)) {
    const parts = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.*)$/.exec(term);
    if (parts) {
      const { test, problem } = comparison(sheet, parts[1], parts[2], parts[3]);
      problem ? problems.push(problem) : tests.push(test);
    } else if (/[<>=]/.test(term)) {
      problems.push(`\u201c${term}\u201d is no comparison: write name=value.`);
    } else {
      const without = term.startsWith("!"), word = without ? term.slice(1) : term;
      if (!word) continue;
      const has = search(sheet, word);
      tests.push(without ? line => !has(line) : has);
    }
  }
  return { test: line => tests.every(test => test(line)), problems };
}
