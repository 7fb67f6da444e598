// The camera: read by the browser where it can, else by zxing-wasm where it was installed, else the
// node reads its pictures.

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

  /** Open the camera; throws what getUserMedia throws. `zxing`: see `reader` in codes.js. */
  async start(zxing) {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: WIDTH }, height: { ideal: 720 } },
    });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.detector = await import("./codes.js").then((codes) => codes.reader(zxing)).catch(() => null);
    this.loop();
  }

  stop() {
    this.watching = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
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
    if (this.detector) return this.detector(this.video, () => this.picture());
    this.picture();
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/jpeg", 0.75));
    return this.send(blob);
  }

  /** Draw what the camera sees now. */
  picture() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, WIDTH / videoWidth);
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    Object.assign(this.canvas, { width, height });
    const drawing = this.canvas.getContext("2d", { willReadFrequently: true });
    drawing.drawImage(this.video, 0, 0, width, height);
    return drawing;
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
