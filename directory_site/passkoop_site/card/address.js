// The first script of the page, before anything is fetched: the card is taken out of the address and
// out of this tab's history. What stands behind # never went to the host. Anchors are lower-case.
(() => {
  const take = () => {
    const text = location.hash.slice(1);
    if (/^[a-z-]*$/.test(text)) return "";
    history.replaceState(history.state, "", location.pathname + location.search);
    return text;
  };
  const text = take();
  window.passkoop = { text, take };
  document.documentElement.classList.add("scripted", ...(text ? ["reading"] : []));
})();
