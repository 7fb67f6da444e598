// Codes read in the browser: by itself where it can, else by zxing-wasm where that was installed.

/**
 * Return what reads the codes of a video, nothing if this browser cannot.
 * @param zxing the address of zxing-wasm, a megabyte that the service worker keeps; "" if not here
 */
export async function reader(zxing) {
  return (await own().catch(() => null)) ?? (zxing ? brought(zxing).catch(() => null) : null);
}

async function own() {
  const known = await window.BarcodeDetector.getSupportedFormats();
  if (!known.includes("qr_code")) return null;
  const formats = ["qr_code", "ean_13", "upc_a"].filter((one) => known.includes(one));
  const detector = new window.BarcodeDetector({ formats });
  return async (video) => {
    const found = await detector.detect(video);
    return meant(found.map((one) => ({ text: one.rawValue, isCard: one.format === "qr_code" })));
  };
}

async function brought(address) {
  const { prepareZXingModule, readBarcodes } = await import(address);
  const wasm = address.replace("es/reader/index.js", "reader/zxing_reader.wasm");
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const options = { formats: ["QRCode", "EAN13"], maxNumberOfSymbols: 4 };
  return async (_video, draw) => {
    const drawing = draw();
    const picture = drawing.getImageData(0, 0, drawing.canvas.width, drawing.canvas.height);
    const found = await readBarcodes(picture, options);
    return meant(found.map((one) => ({ text: one.text, isCard: one.symbology === "QRCode" })));
  };
}

/** A card that bears a badge's bar code too is read as a card. */
function meant(found) {
  const cards = found.filter(({ isCard }) => isCard);
  return (cards.length ? cards : found).map(({ text }) => text);
}
