// A form that uses or makes a passkey: asks the server what to sign, has the browser sign it, and sends the form with the answer.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const ceremonies = {
    get: (asked) => navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) } }),
    create: (asked) => navigator.credentials.create({
      publicKey: { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: known(asked.excludeCredentials) },
    }),
  };
  const told = (made) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
  };
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const said = form.querySelector("[data-said]");
    const address = form.getAttribute("action") || location.href;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.textContent = said.dataset.waiting;
      const sent = new URLSearchParams(new FormData(form));
      sent.set("act", form.dataset.ask);
      try {
        const answer = await fetch(address, { method: "POST", body: sent, credentials: "same-origin" });
        const asked = await answer.json();
        form.elements.credential.value = told(await ceremonies[form.dataset.passkey](asked.options));
        form.elements.challenge.value = asked.challenge;
      } catch {
        said.textContent = said.dataset.refused;
        return;
      }
      form.submit();
    });
  });
})();
