// What this device can do, asked of it.

const CAN = {
  sounds: "AudioContext" in window,
  vibration: "vibrate" in navigator && /Android/.test(navigator.userAgent),
  detector: "BarcodeDetector" in window,
  alone: Boolean(navigator.serviceWorker && navigator.locks),
  awake: "wakeLock" in navigator,
};
const SILENCE = "passkoop-silence";

/** Fill in /caisse/appareil, if that is the page shown. */
export function describe() {
  const measured = document.querySelector("#mesures");
  if (!measured) return;
  document.querySelector("[data-can=script]").hidden = true;
  measured.hidden = false;
  for (const line of measured.children) {
    const can = CAN[line.dataset.can];
    for (const one of line.querySelectorAll("[data-yes]")) one.hidden = !can;
    for (const one of line.querySelectorAll("[data-no]")) one.hidden = can;
  }
  const silence = document.querySelector("#silence");
  silence.hidden = false;
  const show = () => silence.setAttribute("aria-pressed", String(Boolean(localStorage[SILENCE])));
  silence.onclick = () => {
    if (localStorage[SILENCE]) delete localStorage[SILENCE];
    else localStorage[SILENCE] = "1";
    show();
  };
  show();
}
