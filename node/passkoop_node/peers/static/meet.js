// The other co-op's code by the camera: what is read goes into the field, and the form goes. Browsers
// open the camera on secure addresses alone; elsewhere this stays hidden, and the photo does it.

import { Camera } from "../browser/camera.js";

const $ = (wanted) => document.querySelector(wanted);
const [field, open, shut, said] = ["#code", "#scanner-code", "#fermer", "#camera-dit"].map($);
const camera = new Camera(codesIn, take);
const say = (id) => (said.textContent = id ? $(id).content.textContent : "");

async function codesIn(blob) {
  const answer = await fetch("/bureau/coops/jumeler/image", {
    method: "POST", body: blob,
    headers: { "Content-Type": "image/jpeg", "X-Passkoop-Jeton": field.form.elements._jeton.value },
  });
  return answer.ok ? (await answer.json()).codes : [];
}

function take(text) {
  if (!/^[A-Za-z2-7]{5}(-[A-Za-z2-7]{5}){3}$/.test(text)) return say("#pas-un-code");
  close();
  field.value = text;
  field.form.requestSubmit();
}

function close() {
  camera.stop();
  $("#viseur").replaceChildren();
  show(false);
}

function show(isOpen) {
  open.hidden = isOpen;
  shut.hidden = !isOpen;
}

open.addEventListener("click", async () => {
  open.disabled = true;
  try {
    await camera.start();
    $("#viseur").replaceChildren(camera.video);
    await camera.video.play();
    camera.watching = true;
    say("#montrez");
    show(true);
    shut.focus();
  } catch (error) {
    camera.stop();
    say(error?.name === "NotAllowedError" ? "#interdite" : "#sans-camera");
  }
  open.disabled = false;
});

shut.addEventListener("click", () => {
  close();
  say("");
  open.focus();
});

if (window.isSecureContext && navigator.mediaDevices) $("#scanner").hidden = false;
