// Scales of the explorer: numbers, powers, words.

/** Steps of 1, 2 or 5 times a power of ten. */
function niceStep(span, count) {
  const raw = span / count, power = 10 ** Math.floor(Math.log10(raw)), size = raw / power;
  return (size < 1.5 ? 1 : size < 3.5 ? 2 : size < 7.5 ? 5 : 10) * power;
}

const tickText = (number, decimals) => {
  const size = Math.abs(number), short = number !== 0 && (size >= 1e5 || size < 1e-3);
  return (short ? (+number.toPrecision(3)).toExponential() : number.toFixed(decimals)).replaceAll("-", MINUS)
    .replace("e+", "e");
};

function linearTicks(low, high, count) {
  const step = niceStep(high - low || 1, count), ticks = [];
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)));
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) {
    const number = +(at * step).toPrecision(12);
    ticks.push({ number, text: tickText(number, decimals) });
  }
  return ticks;
}

/** Powers of ten between two exponents; plain steps where there is no more than one. */
function logTicks(low, high, count) {
  const first = Math.ceil(low - 1e-9), last = Math.floor(high + 1e-9);
  if (last - first < 1) return linearTicks(10 ** low, 10 ** high, count).filter(tick => tick.number > 0);
  const every = Math.ceil((last - first + 1) / count), ticks = [];
  for (let power = first; power <= last; power += every) {
    const number = Number(`1e${power}`);
    if (number > 0 && Number.isFinite(number)) ticks.push({ number, text: tickText(number, Math.max(0, -power)) });
  }
  return ticks;
}

/** The scale of a column over lines: its ends as they are drawn, that is by their logarithms where these are. */
function scale(column, lines, log, half) {
  const words = column.words && (!column.isNumeric || column.numbers.some(number => !Number.isFinite(number)));
  if (words) {
    const used = [...new Set(lines.map(line => column.raw(line)))].filter(raw => raw != null).sort((a, b) => a - b);
    const place = new Map(used.map((raw, at) => [raw, at]));
    return {
      words: true, low: -0.5, high: used.length - 0.5,
      at: line => (column.raw(line) == null ? null : place.get(column.raw(line))), bend: number => number, end: number => number,
      ticks: () => used.map((raw, number) => ({ number, text: column.words[raw] })),
    };
  }
  const at = line => {
    const number = column.value(line);
    return number == null || !Number.isFinite(number) || (log && number <= 0) ? null : number;
  };
  let low = Infinity, high = -Infinity;
  for (const line of lines) {
    const number = at(line);
    if (number == null) continue;
    const width = half && lines.length <= 2000 ? half.value(line) ?? 0 : 0;
    low = Math.min(low, log && number - width <= 0 ? number : number - width);
    high = Math.max(high, number + width);
  }
  if (low > high) [low, high] = log ? [0.1, 10] : [0, 1];
  const bend = log ? Math.log10 : number => number;
  const pad = (bend(high) - bend(low)) * 0.05 || (log ? 0.3 : Math.abs(low) * 0.1 || 0.5);
  const [least, most] = [bend(low) - pad, bend(high) + pad];
  const values = column.words && column.words.length <= 8
    ? [...new Set(lines.map(at))].filter(number => number != null).sort((a, b) => a - b) : null;
  const ticks = count => {
    if (values) return values.map(number => ({ number, text: String(number).replaceAll("-", MINUS).replace("e+", "e") }));
    return log ? logTicks(least, most, count) : linearTicks(least, most, count);
  };
  const end = number => (log && number <= 0 ? least : Math.max(least, Math.min(most, bend(number))));
  return { low: least, high: most, at, bend, end, ticks };
}
