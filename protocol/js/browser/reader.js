// A USB reader is a keyboard that types very fast. Its text arrives twice: as the keys that were
// pressed, read as on a US keyboard, and as the characters that this computer made of them. Nobody
// knows beforehand which is right: both are sent on, the card's signature decides.

const SHIFTED_DIGITS = ")!@#$%^&*(";
const OTHERS = {
  Backquote: "`~", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}",
  Backslash: "\\|", Semicolon: ";:", Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?",
  Space: "  ", NumpadDivide: "//", NumpadMultiply: "**", NumpadSubtract: "--", NumpadAdd: "++",
  NumpadDecimal: "..",
};
const GAP = 50; // milliseconds between two keys in a field for something else: nobody types so fast
const PATIENCE = 400; // where only a reader types, and before one without Enter is done
const OWN_FIELD = "texte";
const LEAST = 8; // characters of the shortest badge
const LEAST_WITHOUT_END = 13;

/** What a key gives on a US keyboard, "" if it prints nothing. */
export function onUsKeyboard(code, shift) {
  if (/^Key[A-Z]$/.test(code)) return shift ? code[3] : code[3].toLowerCase();
  if (/^Digit\d$/.test(code)) return shift ? SHIFTED_DIGITS[code[5]] : code[5];
  if (/^Numpad\d$/.test(code)) return code[6];
  return OTHERS[code]?.[shift ? 1 : 0] ?? "";
}

/** Call `read({keys, codes})` for each burst of keys that no person types. */
export function listen(read) {
  let burst = null, timer = 0;

  function begin() {
    const field = document.activeElement;
    const typed = field instanceof HTMLInputElement && field.type !== "file";
    burst = { keys: "", codes: "", count: 0, at: 0, gap: PATIENCE };
    if (typed && field.id === OWN_FIELD) burst.own = field;
    else if (typed) Object.assign(burst, { gap: GAP, field, value: field.value });
  }

  function end() {
    const done = burst;
    burst = null;
    // What the reader typed into a field was not meant for it.
    if (done.field) done.field.value = done.value;
    read({ keys: done.own?.value || done.keys, codes: done.codes });
  }

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph")) return;
    clearTimeout(timer);
    if (burst && event.timeStamp - burst.at > burst.gap) burst = null;
    if (event.key === "Enter" || event.key === "Tab") {
      if (!burst || burst.count < LEAST) return void (burst = null);
      event.preventDefault();
      event.stopPropagation();
      return end();
    }
    const meant = onUsKeyboard(event.code, event.shiftKey);
    const came = event.key.length === 1 ? event.key : "";
    if (!meant && !came && event.key !== "Dead") return; // Shift and the like
    if (!burst) begin();
    burst.keys += came;
    burst.codes += meant;
    burst.count += 1;
    burst.at = event.timeStamp;
    timer = setTimeout(() => {
      if (burst && burst.count >= LEAST_WITHOUT_END) end();
    }, PATIENCE);
  }, true);
}
