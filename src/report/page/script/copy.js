// Lines as text to paste.

/** The lines as CSV, with the tables' names. */
function csv(columns, lines) {
  const quoted = text => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const row = cells => cells.map(quoted).join(",");
  return [row(columns.map(c => c.name)), ...lines.map(line => row(columns.map(c => c.plain(line))))].join("\n") + "\n";
}

const TEX = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
const tex = text => text.replace(/[\\~^&%$#_{}]/g, c => TEX[c] ?? "\\" + c);

/** What siunitx sets a column of numbers by. */
function format(column, lines) {
  const texts = lines.map(line => column.plain(line)).filter(text => text !== "");
  const [whole, decimals, power] = [/^-?(\d+)/, /\.(\d+)/, /e-?(\d+)/].map(part =>
    texts.reduce((most, text) => Math.max(most, part.exec(text)?.[1].length ?? 0), 0));
  const sign = texts.some(text => text.startsWith("-")) ? "-" : "";
  return `S[table-format=${sign}${Math.max(1, whole)}${decimals ? "." + decimals : ""}${power ? "e-" + power : ""}]`;
}

/** The lines as a booktabs table; numbers in siunitx columns, an interval beside its mean. */
function latex(columns, lines) {
  const isPair = at => columns[at + 1]?.form === "half" && columns[at].at + 1 === columns[at + 1].at;
  let sides = "";
  const heads = [];
  columns.forEach((column, at) => {
    if (column.form === "half" && at > 0 && isPair(at - 1)) return;
    const head = column.tex ?? tex(column.text);
    if (column.words) {
      sides += column.isNumeric ? "r" : "l";
      heads.push(head);
    } else if (isPair(at)) {
      sides += ` ${format(column, lines)} @{\${}\\pm{}$} ${format(columns[at + 1], lines)} `;
      heads.push(`\\multicolumn{2}{c}{${head}}`);
    } else {
      sides += ` ${format(column, lines)} `;
      heads.push(`{${head}}`);
    }
  });
  const entry = (column, line) => {
    const text = column.plain(line);
    if (text === "") return column.words ? "--" : "{--}";
    return column.words ? (text === "inf" ? "$\\infty$" : tex(text)) : text;
  };
  const rows = lines.map(line => columns.map(column => entry(column, line)).join(" & ") + " \\\\");
  return [
    "% \\usepackage{booktabs, siunitx}", `\\begin{tabular}{${sides.trim().replace(/ +/g, " ")}}`, "\\toprule",
    heads.join(" & ") + " \\\\", "\\midrule", ...rows, "\\bottomrule", "\\end{tabular}", "",
  ].join("\n");
}

/** Copies a text, also where a page from the file system has no clipboard. */
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Something must be selected for a browser to copy. What it copies is given to it: to lay out long texts takes seconds.
    const area = element("textarea", { readonly: true, "aria-hidden": "true", class: "away" });
    const before = document.activeElement;
    let done = false;
    const give = event => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      done = true;
    };
    area.value = " ";
    document.body.append(area);
    area.select();
    document.addEventListener("copy", give);
    document.execCommand("copy");
    document.removeEventListener("copy", give);
    area.remove();
    before?.focus({ preventScroll: true });
    if (!done) return say("The browser does not let this page copy.");
  }
  say(`Copied ${what}.`);
}
