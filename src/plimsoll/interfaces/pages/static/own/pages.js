// What the pages do where scripts run: charts from their tables, forms sent once, keys, the finder. Everything works without it.
(() => {
  "use strict";
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  // Forms are sent once; what comes back with the page's own key is recognised by the server.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!form.matches("[data-once]") || (button && button.matches("[data-many]"))) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    if (button && button.dataset.sending) {
      button.setAttribute("aria-disabled", "true");
      button.textContent = button.dataset.sending;
    }
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // Where the next page takes longer than a moment, a line says so, and it can be stopped; after ten seconds that is offered plainly.
  const leaving = () => {
    if (!document.body.dataset.loading) return;
    const line = document.createElement("div");
    line.className = "loading";
    line.setAttribute("role", "status");
    line.textContent = document.body.dataset.loading;
    const late = [setTimeout(() => document.body.append(line), 300), setTimeout(() => {
      const stop = document.createElement("button");
      stop.className = "btn";
      stop.textContent = document.body.dataset.stop;
      stop.addEventListener("click", () => { window.stop(); line.remove(); });
      line.append(" ", stop);
    }, 10000)];
    window.addEventListener("pagehide", () => { late.forEach(clearTimeout); line.remove(); }, { once: true });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isOurs = link && !link.target && link.origin === location.origin && !link.hash && !/\.(csv|json|yaml|pdf)$/.test(link.pathname) && !link.search.includes("form=csv");
    if (isOurs && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) leaving();
  });
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented && event.target.matches(".filters, .finder")) leaving(); });

  // A page that waits for figures shows itself anew, though not while somebody writes in it or reads a definition.
  const again = Number(document.body.dataset.again || 0);
  if (again) setInterval(() => {
    if (!document.hidden && !typing(document.activeElement) && !document.querySelector(":popover-open")) location.reload();
  }, again * 1000);

  // Charts: the table is the data; a browser without scripts shows the table.
  const drawn = [];
  const colours = () => [style("--brand"), style("--bad"), style("--warn"), style("--good"), style("--wait"), style("--soft")];
  // A waterfall: the first and the last row are wholes, the rows between them are what was added or taken away.
  const fall = (rows, name, up, down) => {
    const values = rows.map((row) => Number(row.cells[1].dataset.value || 0));
    let held = 0;
    const under = [];
    const shown = values.map((value, at) => {
      const isWhole = at === 0 || at === values.length - 1;
      const from = isWhole ? 0 : held;
      held = from + value;
      under.push(Math.round(from * 1e6) / 1e6);
      return { value, itemStyle: { color: style(isWhole ? "--brand" : value > 0 ? up : down) } };
    });
    const bar = { type: "bar", stack: "all", stackStrategy: "all", barMaxWidth: 44 };
    return [{ ...bar, name: "", data: under, itemStyle: { color: "transparent" }, tooltip: { show: false }, silent: true }, { ...bar, name, data: shown }];
  };
  const draw = (figure) => {
    const table = figure.querySelector("table");
    if (!table || !window.echarts) return;
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.firstChild.textContent.trim());
    const rows = [...table.tBodies[0].rows];
    const names = rows.map((row) => row.cells[0].textContent.trim());
    const kind = figure.dataset.chart;
    const isFall = kind.startsWith("waterfall");
    // Some columns of stacked bars are lines: what is left after them, and what has to stay.
    const lines = (figure.dataset.lines || "").split(" ").filter(Boolean).map(Number);
    const series = isFall ? (kind === "waterfall" ? fall(rows, heads[1], "--bad", "--good") : fall(rows, heads[1], "--good", "--bad")) : heads.slice(1).map((name, at) => ({
      name, type: kind === "line" || lines.includes(at + 1) ? "line" : "bar", stack: kind === "stack" && !lines.includes(at + 1) ? "all" : undefined, symbol: "circle", symbolSize: 5, barMaxWidth: 34,
      data: rows.map((row) => { const value = row.cells[at + 1].dataset.value; return value === undefined ? null : Number(value); }),
    })).filter((one) => one.data.some((value) => value !== null));
    const place = figure.querySelector(".drawing");
    const details = figure.querySelector("details");
    if (details) details.open = false;
    place.style.height = "16rem";
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    const soft = style("--soft");
    const unit = figure.dataset.unit || "";
    const isGood = kind === "waterfall-good"; // its points have long names, and stand one under the other
    const points = {
      type: "category", data: names, axisLine: { lineStyle: { color: style("--line") } }, axisTick: { show: false },
      axisLabel: { color: soft, hideOverlap: !isFall, interval: isFall ? 0 : "auto", width: isGood ? 150 : undefined, overflow: "truncate" },
    };
    const amounts = { type: "value", axisLabel: { color: soft }, splitLine: { lineStyle: { color: style("--line") } } };
    chart.setOption({
      animation: false, color: colours(), textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: series.length > 1 && !isFall ? 34 : 16, bottom: 8, containLabel: true },
      legend: series.length > 1 && !isFall ? { top: 0, left: 0, textStyle: { color: soft }, itemHeight: 8 } : undefined,
      tooltip: { trigger: isFall ? "item" : "axis", renderMode: "richText", confine: true, valueFormatter: (value) => (value === null || value === undefined ? "–" : value.toLocaleString() + unit) },
      xAxis: isGood ? amounts : points, yAxis: isGood ? { ...points, inverse: true } : amounts,
      series,
    });
    drawn.push(chart);
  };
  const start = () => document.querySelectorAll("figure[data-chart]").forEach(draw);
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));

  // Lists: j and k move, o opens.
  let here = -1;
  const move = (by) => {
    const rows = [...document.querySelectorAll("table[data-list] tbody tr")];
    if (!rows.length) return;
    here = Math.max(0, Math.min(rows.length - 1, here + by));
    rows.forEach((row, at) => row.toggleAttribute("data-here", at === here));
    const link = rows[here].querySelector("a");
    if (link) link.focus();
    rows[here].scrollIntoView({ block: "nearest" });
  };

  // Keys: single ones when nobody types, and sequences that begin with g.
  let waiting = "";
  let since = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { document.querySelectorAll(".found").forEach((found) => { found.textContent = ""; }); if (typing(event.target)) event.target.blur(); return; }
    if (event.key === "Enter" && event.target.id === "find") { const first = document.querySelector(".found a"); if (first) { event.preventDefault(); first.click(); } return; }
    if (event.key === "ArrowDown" && event.target.id === "find") { const first = document.querySelector(".found a"); if (first) { event.preventDefault(); first.focus(); } return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const now = event.timeStamp; // when it was pressed, however late the page comes to it
    const pressed = waiting && now - since < 1500 ? `${waiting} ${event.key}` : event.key;
    waiting = "";
    if (pressed === "g") { waiting = "g"; since = now; return; }
    if (pressed === "/") { const find = document.getElementById("find"); if (find) { event.preventDefault(); find.focus(); find.select(); } return; }
    if (pressed === "?") { const keys = document.getElementById("keys"); if (keys && keys.togglePopover) { event.preventDefault(); keys.togglePopover(); } return; }
    if (pressed === "j" || pressed === "k") { move(pressed === "j" ? 1 : -1); return; }
    const asked = document.querySelector(`[data-key="${CSS.escape(pressed)}"]`);
    if (!asked) return;
    event.preventDefault();
    if (asked.tagName === "DETAILS") { asked.open = !asked.open; const first = asked.querySelector("input:not([type=hidden]), select, textarea, button"); if (asked.open && first) first.focus(); return; }
    asked.click();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest || !event.target.closest(".found") || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const links = [...document.querySelectorAll(".found a")];
    const next = links[links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    (next || document.getElementById("find")).focus();
  });

  // Definitions stand beside their button.
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches(".definition") || event.newState !== "open") return;
    const button = document.querySelector(`[popovertarget="${box.id}"]`);
    if (!button) return;
    const at = button.getBoundingClientRect();
    box.style.margin = "0";
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${Math.min(at.bottom + 6, innerHeight - box.offsetHeight - 8)}px`;
  }, true);

  // A sealed bid: its amount and nonce stay in the browser, only their hash is sent. What is not an amount has no hash, nor what is being worked out.
  document.addEventListener("input", async (event) => {
    const form = event.target.form;
    const tender = form && form.querySelector('[name="seal-tender"]');
    if (!tender || event.target.name || !window.crypto || !crypto.subtle) return;
    const [amount, nonce] = form.querySelectorAll('input[name=""]');
    const hash = form.querySelector('[name="hash"]');
    hash.value = "";
    if (!nonce.value) nonce.value = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
    const [whole, part = ""] = amount.value.split(".");
    if (!/^[0-9]+$/.test(whole) || !/^[0-9]{0,2}$/.test(part)) return;
    const value = (name) => form.querySelector(`[name="seal-${name}"]`).value;
    const sealed = () => [tender.value, value("bidder"), String(BigInt(whole + part.padEnd(2, "0"))), value("currency"), nonce.value].join("\n");
    const [said, written] = [sealed(), amount.value];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said));
    if (written !== amount.value || said !== sealed()) return;
    hash.value = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
  });

  // Something to copy.
  document.addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copy]");
    if (copied && navigator.clipboard) navigator.clipboard.writeText(copied.textContent.trim());
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
