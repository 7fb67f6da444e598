// Search as you type: the form's own answer, without its button. Without this, the button does it.
for (const form of document.querySelectorAll("form[data-live]")) {
  const names = [form.dataset.live, `${form.dataset.live}-nombre`];
  let waiting, asking;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(address, { signal: asking.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // Another page, such as the door of entry, is shown as what it is.
      if (!answer.ok || names.some((name) => !page.getElementById(name))) return location.assign(address);
      for (const name of names)
        document.getElementById(name).replaceChildren(...page.getElementById(name).childNodes);
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") asking = undefined; // no network: the button says so
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });
}
