// Opens report pages from the file system and uses them. `.ci/browser` starts it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, shots, ...pages] = process.argv.slice(2);
const { chromium } = createRequire(resolve(tools, "package.json"))("playwright-core");
mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const MINUS = "\u2212";
const number = text => Number(text.replaceAll(MINUS, "-").replace("\u00b1", ""));

/** A page, and all that it says and asks for. */
async function open(path, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, deviceScaleFactor: 1 });
  const page = await context.newPage();
  const url = pathToFileURL(resolve(path)).href, wrong = [];
  page.on("console", message => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", error => wrong.push(`error: ${error.message}`));
  page.on("request", request => request.url() === url || wrong.push(`request: ${request.url()}`));
  const start = performance.now();
  page.setDefaultTimeout(20000);
  await page.goto(url, { waitUntil: "load" });
  await page.waitForSelector("tr[data-line]");
  const load = performance.now() - start;
  await page.evaluate(() => {
    window.copied = [];
    window.addEventListener("copy", event => window.copied.push(event.clipboardData.getData("text/plain")));
  });
  return { page, context, wrong, load };
}

const inside = page => page.evaluate(() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return "";
  const over = [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
  return `${wide} px too wide: ${over.slice(0, 4).map(e => `${e.tagName}.${e.getAttribute("class")}`)}`;
});

/** What a column shows, of the lines in sight. */
const entries = (article, at) => article.locator("tbody tr[data-line]").evaluateAll(
  (rows, at) => rows.map(row => row.children[at].textContent), at);

/** Uses one sweep of a page. */
async function use(page, article, times) {
  const timed = async (name, act) => {
    const start = performance.now();
    await act();
    await page.evaluate(() => new Promise(requestAnimationFrame));
    times[name] = Math.max(times[name] ?? 0, performance.now() - start);
  };
  const count = () => article.locator(".count").textContent();
  const lines = Number((await count()).split(" ")[0]);

  // Sorting, by click and by keyboard: rising, falling, as before.
  const heads = article.locator(".wrap th");
  const numbers = await heads.evaluateAll(heads => heads.map((head, at) => [head.className, at])
    .filter(([form]) => form === "number").map(([, at]) => at));
  const at = numbers[0], button = heads.nth(at).locator("button");
  const before = await entries(article, at);
  await timed("sort", () => button.click());
  assert.equal(await heads.nth(at).getAttribute("aria-sort"), "ascending");
  const rising = (await entries(article, at)).map(number).filter(x => !Number.isNaN(x));
  assert.deepEqual(rising, [...rising].sort((a, b) => a - b));
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await heads.nth(at).getAttribute("aria-sort"), "descending");
  const falling = (await entries(article, at)).map(number).filter(x => !Number.isNaN(x));
  assert.deepEqual(falling, [...falling].sort((a, b) => b - a));
  await page.keyboard.press("Space");
  assert.equal(await heads.nth(at).getAttribute("aria-sort"), null);
  assert.deepEqual(await entries(article, at), before);

  // Filters: a comparison, a word, one that names no column, one without lines.
  const find = article.locator(".cells .find input"), told = article.locator(".cells .told");
  const median = rising[Math.floor(rising.length / 2)];
  const name = (await heads.nth(at).getAttribute("title")).split(":")[0];
  if (median !== undefined) {
    await timed("filter", () => find.fill(`${name}>=${median}`));
    const left = (await entries(article, at)).map(number);
    assert.ok(left.length > 0 && left.every(x => x >= median), `${name}>=${median}: ${left.slice(0, 5)}`);
  }
  await find.fill("nonesuch=3");
  await page.waitForFunction(e => e.textContent.includes("nonesuch"), await told.elementHandle());
  await find.fill("zzzzzz");
  await article.locator("tr.none").waitFor();
  await find.press("Escape");
  await page.waitForFunction(([e, n]) => e.textContent === `${n} ${n === 1 ? "row" : "rows"}`, [await article.locator(".count").elementHandle(), lines]);
  assert.equal(await told.textContent(), "");

  // A column is added and taken away.
  const columns = await heads.count();
  await article.locator(".menu summary").click();
  const hidden = article.locator(".menu input[data-column]:not(:checked)").first();
  if (await hidden.count()) {
    const box = article.locator(`.menu input[data-column="${await hidden.getAttribute("data-column")}"]`);
    await box.check();
    assert.equal(await heads.count(), columns + 1);
    await box.uncheck();
  }
  assert.equal(await heads.count(), columns);
  await page.keyboard.press("Escape");
  assert.ok(!(await article.locator(".menu").evaluate(menu => menu.open)));

  // Copies: without a clipboard too.
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  const copied = async selector => {
    await timed("copy", () => article.locator(selector).click());
    await page.waitForFunction(() => document.getElementById("said").textContent.startsWith("Copied"));
    return page.evaluate(() => window.copied.at(-1));
  };
  const csv = await copied("button.csv");
  assert.equal(csv.trimEnd().split("\n").length, lines + 1);
  assert.ok(!csv.includes(MINUS) && csv.split("\n")[0].includes("multiplier_tail_mean"));
  const latex = await copied("button.latex");
  assert.equal((latex.match(/\\\\\n/g) ?? []).length, lines + 1);
  assert.ok((await copied(".paste button.copy >> nth=0")).includes("schema"));

  // A line marks its points, a point its line.
  const first = article.locator("tbody tr[data-line]").first();
  await article.locator(".cells").evaluate(cells => cells.scrollIntoView({ behavior: "instant" }));
  await first.locator("td").first().click();
  assert.equal(await first.getAttribute("aria-selected"), "true");
  const points = article.locator(".plate:visible [data-cell]");
  if (await points.count()) {
    assert.ok((await article.locator(".plate [data-cell].on").count()) > 0);
    await article.locator(".wrap").press("Escape");
    const point = points.last(), cell = await point.getAttribute("data-cell");
    await point.dispatchEvent("click");
    const row = article.locator("tr[aria-selected=true]").first();
    await row.waitFor();
    assert.ok(await points.last().evaluate(e => e.classList.contains("on")), cell);
    assert.ok(await row.evaluate(row => {
      const [r, w] = [row.getBoundingClientRect(), row.closest(".wrap").getBoundingClientRect()];
      return r.top >= w.top && r.bottom <= w.bottom + 1;
    }), "the line of a point is in sight");
  }
  await article.locator(".wrap").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  assert.equal(await article.locator("tr[aria-selected=true]").count(), 0);

  // The explorer: another measure, other scales, a tip, a click. Of one row there is nothing to explore.
  const explore = article.locator(".explore"), canvas = explore.locator("canvas");
  assert.equal(await explore.isVisible(), lines > 1);
  if (lines > 1) await exploring(page, article, explore, canvas, timed);
}

/** Uses its explorer. */
async function exploring(page, article, explore, canvas, timed) {
  await canvas.scrollIntoViewIfNeeded();
  const ink = () => canvas.evaluate(canvas => canvas.toDataURL());
  const drawn = await ink();
  const y = explore.locator("select[data-role=y]");
  const other = await y.evaluate(s => [...s.options].find(o => o.value !== s.value)?.value);
  if (other !== undefined) {
    await timed("explore", () => y.selectOption(other));
    assert.notEqual(await ink(), drawn);
  }
  const place = await page.evaluate(canvas => {
    const { width, height } = canvas.getBoundingClientRect(), point = [];
    for (let py = 4; py < height && !point.length; py += 4) for (let px = 4; px < width; px += 4) {
      const { left, top } = canvas.getBoundingClientRect();
      canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: left + px, clientY: top + py, bubbles: true }));
      if (!canvas.nextElementSibling.hidden) { point.push(px, py + 8); break; }
    }
    return point;
  }, await canvas.elementHandle());
  if (place.length) {
    await canvas.click({ position: { x: place[0], y: place[1] } });
    assert.ok((await article.locator("tr[aria-selected=true]").count()) > 0, "a click on a point marks its line");
    await page.keyboard.press("Escape");
    await article.locator(".wrap").focus();
    await page.keyboard.press("Escape");
  }
}

for (const path of pages) {
  const name = basename(path) === "index.html" ? basename(dirname(dirname(resolve(path)))) : basename(path, ".html");
  const times = {};
  for (const width of [1280, 390]) {
    for (const scheme of ["light", "dark"]) {
      const { page, context, wrong, load } = await open(path, width, scheme);
      times.load = Math.max(times.load ?? 0, load);
      assert.equal(await inside(page), "", `${path} at ${width}`);
      await page.screenshot({ path: `${shots}/${name}-${width}-${scheme}.png`, fullPage: true });
      if (scheme === "light") {
        const articles = page.locator("article.sweep");
        for (let at = 0; at < (await articles.count()); at++) await use(page, articles.nth(at), times);
        assert.equal(await inside(page), "", `${path} at ${width}, used`);
      }
      times.nodes = await page.evaluate(() => document.querySelectorAll("*").length);
      assert.deepEqual(wrong, [], path);
      await context.close();
    }
  }
  const told = Object.entries(times).map(([what, time]) => `${what} ${Math.round(time)}${what === "nodes" ? "" : " ms"}`);
  console.log(`${name}: ${told.join(", ")}`);
}
await browser.close();
