// The camera: read by the browser where it can, else the node reads its pictures.

const EVERY = 120; // milliseconds between two looks
const WIDTH = 1280; // four pixels for each module of a code that fills a third of the picture
const GONE = 1500; // after so long without it a card that comes is shown anew

/** A video of the camera, and what it sees; `send(blob)` asks the node for the codes in it. */
export class Camera {
  constructor(send, read) {
    this.send = send;
    this.read = read;
    this.video = Object.assign(document.createElement("video"), {
      muted: true, playsInline: true, autoplay: true,
    });
    this.video.setAttribute("aria-hidden", "true");
    this.canvas = document.createElement("canvas");
    this.watching = false;
    this.last = "";
    this.lastAt = 0;
  }

  /** Open the camera; throws what getUserMedia throws. */
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: WIDTH }, height: { ideal: 720 } },
    });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.detector = await detector();
    this.loop();
  }

  get on() {
    return Boolean(this.stream?.active);
  }

  async loop() {
    while (this.on) {
      const begun = performance.now();
      if (this.watching && !document.hidden && this.video.readyState >= 2) {
        const seen = await this.look().catch(() => []);
        this.see(seen);
      }
      await new Promise((go) => setTimeout(go, Math.max(10, EVERY - (performance.now() - begun))));
    }
  }

  async look() {
    if (this.detector) {
      return (await this.detector.detect(this.video)).map((one) => one.rawValue);
    }
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, WIDTH / videoWidth);
    this.canvas.width = videoWidth * scale;
    this.canvas.height = videoHeight * scale;
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/jpeg", 0.75));
    return this.send(blob);
  }

  see(texts) {
    const now = performance.now();
    if (texts.includes(this.last)) this.lastAt = now; // still held there after its answer
    else if (now - this.lastAt > GONE) this.last = "";
    const fresh = texts.filter((text) => text !== this.last);
    if (fresh.length && this.watching) {
      [this.last] = fresh;
      this.lastAt = now;
      this.read(fresh[0]);
    }
  }
}

async function detector() {
  try {
    const known = await window.BarcodeDetector.getSupportedFormats();
    if (!known.includes("qr_code")) return null;
    const formats = ["qr_code", "ean_13"].filter((one) => known.includes(one));
    return new window.BarcodeDetector({ formats });
  } catch {
    return null;
  }
}
