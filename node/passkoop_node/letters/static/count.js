// Count while somebody chooses: the form's own answer to its button « Compter ». Without this, the
// button does it.
for (const form of document.querySelectorAll("form[data-count]")) {
  const shown = document.getElementById(form.dataset.count);
  let waiting, asking;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const sent = new URLSearchParams(new FormData(form));
    sent.set("faire", "compter");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, signal: asking.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const counted = page.getElementById(shown.id);
      if (counted) shown.replaceChildren(...counted.childNodes);
    } catch {
      // No network, or a newer question: the button is there.
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.name === "critere" || event.target.name === "nom") return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 400);
  });
}
