// Codes read by this device: by its camera, or from a photo. Nothing leaves the browser.

import { Camera } from "../browser/camera.js";
import { reader } from "../browser/codes.js";

/** Let a page read codes where it has the parts for it; `found(texts)` gets what they say. */
export class Scanner {
  constructor(found) {
    this.found = found;
    this.part = document.getElementById("lecture");
    this.part.hidden = false;
    this.camera = new Camera(async () => [], (text) => found([text]));
    document.getElementById("lire").addEventListener("click", () => this.start());
    document.getElementById("photo").addEventListener("change", (event) => this.#photo(event.target));
  }

  async start() {
    this.#say();
    const { zxing } = document.body.dataset;
    if (!(await reader(zxing))) return this.#say("reader");
    try {
      if (!this.camera.on) await this.camera.start(zxing);
    } catch {
      return this.#say("camera");
    }
    const finder = document.getElementById("viseur");
    finder.hidden = false;
    finder.replaceChildren(this.camera.video);
    this.camera.watching = true;
  }

  /** Look no more; the camera is let go. */
  stop() {
    this.camera.stop();
    document.getElementById("viseur").hidden = true;
  }

  async #photo(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    this.#say();
    const read = await reader(document.body.dataset.zxing);
    if (!read) return this.#say("reader");
    try {
      const picture = await createImageBitmap(file);
      const texts = await read(picture, () => drawn(picture));
      if (texts.length) return this.found(texts);
    } catch {
      // no picture at all
    }
    this.#say("nothing");
  }

  #say(trouble = "") {
    for (const one of this.part.querySelectorAll("[data-trouble]")) {
      one.hidden = one.dataset.trouble !== trouble;
    }
  }
}

function drawn(picture) {
  const scale = Math.min(1, 2000 / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return drawing;
}
