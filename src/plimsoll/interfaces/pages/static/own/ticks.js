// Lists whose rows are ticked: one box for all, x for the row that has the focus, and how many are ticked. Works without it, box by box.
(() => {
  "use strict";
  document.querySelectorAll("form.ticked").forEach((form) => {
    const boxes = [...form.querySelectorAll('input[name="pick[]"]')];
    const all = form.querySelector("[data-all]");
    const said = form.querySelector("[data-count]");
    const tell = () => {
      const ticked = boxes.filter((one) => one.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
      said.textContent = ticked ? said.dataset.count.replace("#", ticked) : "";
    };
    all.hidden = false;
    all.addEventListener("change", () => { boxes.forEach((one) => { one.checked = all.checked; }); tell(); });
    form.addEventListener("change", tell);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
      const row = event.target.closest("tr") || form.querySelector("tr[data-here]");
      const box = row && form.contains(row) ? row.querySelector('input[name="pick[]"]') : null;
      if (box) { box.checked = !box.checked; tell(); }
    });
    tell();
  });
})();
