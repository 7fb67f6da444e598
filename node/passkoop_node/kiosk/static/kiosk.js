// The kiosk's screen. All of it works without this; here it forgets sooner, and helps the fingers.
const START = "/borne", TRY_AGAIN = 5000, TURN = 8000;
const reminder = document.getElementById("rappel"), asks = document.getElementById("veille");

/** Empty what a browser could keep of this page: its fields, and its words. */
function blank() {
  for (const field of document.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    field.value = "";
    field.checked = false;
    field.defaultValue = "";
  }
  for (const part of document.querySelectorAll("main")) part.replaceChildren();
}

let leaving = false;

/** Leave nothing on the screen, now; the first page comes as soon as the node answers. */
async function leave() {
  if (leaving) return;
  leaving = true;
  if (asks?.open) asks.close();
  blank();
  for (;;) {
    try {
      await fetch(START, { cache: "no-store" }); // the node forgets, too
      location.replace(START);
      return;
    } catch {
      const said = document.getElementById("coupure");
      if (said) document.querySelector("main").replaceWith(said.content.cloneNode(true));
      said?.remove();
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
    }
  }
}

// A page that the browser puts aside to show it again at once is put aside empty, and not shown.
addEventListener("pagehide", blank);
addEventListener("pageshow", (event) => { if (event.persisted) location.replace(START); });

if (reminder && asks) {
  const idle = Number(reminder.dataset.idle) * 1000, last = Number(reminder.dataset.last) * 1000;
  const seconds = asks.querySelector("[data-seconds]");
  // The one goes on while the tablet sleeps, the other whatever sets its clock.
  const clocks = () => [Date.now(), performance.now()];
  let since = clocks();
  const stay = () => { since = clocks(); if (asks.open) asks.close(); };
  for (const touch of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
    addEventListener(touch, () => { if (!asks.open) since = clocks(); }, { passive: true });
  }
  asks.querySelector("[data-stay]").addEventListener("click", stay);
  asks.addEventListener("cancel", stay);
  asks.querySelector("[data-erase-now]").addEventListener("click", leave);
  setInterval(() => {
    const quiet = Math.max(...clocks().map((now, at) => now - since[at]));
    if (quiet >= idle + last) leave();
    else if (quiet >= idle) {
      seconds.textContent = String(Math.ceil((idle + last - quiet) / 1000));
      if (!asks.open && !leaving) {
        asks.showModal();
        asks.querySelector("[data-stay]").focus();
      }
    }
  }, 500);
  for (const button of document.querySelectorAll("[data-erase]")) {
    button.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  }
}

// The first field is ready to be typed into, and Enter goes to the next one.
const form = document.querySelector("form.asks");
const fields = form ? [...form.querySelectorAll(".cols input")] : [];
if (form?.querySelector("[data-first]")) fields[0]?.focus();
fields.forEach((field, at) => field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || at + 1 === fields.length) return;
  event.preventDefault();
  fields[at + 1].focus();
}));
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Between two people: one news after the other, unless somebody prefers that nothing moves.
const start = document.getElementById("debut"), news = document.getElementById("annonces");
if (start) {
  setTimeout(async () => {
    try {
      await fetch(START, { cache: "no-store" });
      location.replace(START);
    } catch {
      leave(); // says so, and comes back
    }
  }, Number(start.dataset.refresh) * 1000);
  const still = matchMedia("(prefers-reduced-motion: reduce)"), pause = document.getElementById("pause");
  if (news && pause && !still.matches) {
    const parts = [...news.children];
    let now = 0;
    const show = () => parts.forEach((part, at) => part.classList.toggle("now", at === now));
    news.classList.add("turning");
    pause.hidden = false;
    show();
    setInterval(() => {
      if (pause.ariaPressed === "true" || still.matches) return;
      now = (now + 1) % parts.length;
      news.classList.add("moves");
      show();
    }, TURN);
    pause.addEventListener("click", () => {
      pause.ariaPressed = String(pause.ariaPressed !== "true");
    });
  }
}
