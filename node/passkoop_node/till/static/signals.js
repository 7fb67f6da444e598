// What is heard and felt of an answer: one high tone, two, a long low one, two low ones.

const TONES = {
  ok: [[880, 0, 0.12]],
  note: [[620, 0, 0.1], [620, 0.18, 0.1]],
  no: [[220, 0, 0.5]],
  unk: [[330, 0, 0.12], [260, 0.2, 0.2]],
};
const BUZZES = { ok: 60, note: [60, 80, 60], no: 400, unk: [120, 60, 120] };

let audio = null;

/** Browsers let a page sound only after somebody touched it. */
export function unlock() {
  audio ??= new AudioContext();
  audio.resume();
}

/** Sound and shake for a zone: "ok", "note", "no" or "unk". */
export function signal(zone) {
  if (localStorage.getItem("passkoop-silence")) return;
  navigator.vibrate?.(BUZZES[zone]);
  if (audio?.state !== "running") return;
  for (const [pitch, from, length] of TONES[zone]) {
    const tone = audio.createOscillator(), volume = audio.createGain();
    const at = audio.currentTime + from;
    tone.type = zone === "no" ? "square" : "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}
