// What is chosen on a page of choices is worked out while it is chosen; without a script its button does the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-live]");
  if (!form) return;
  let waits = 0, asked = 0;
  const show = async () => {
    if (!form.checkValidity()) return;
    const mine = ++asked, address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = document.querySelector(".panels"), found = page.querySelector(".panels");
    if (!there || !found || mine !== asked) return;
    there.replaceWith(found);
    history.replaceState(null, "", address);
  };
  form.addEventListener("input", () => { asked += 1; clearTimeout(waits); waits = setTimeout(show, 350); });
})();
