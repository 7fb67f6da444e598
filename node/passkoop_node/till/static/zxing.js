// Codes read in the browser by zxing-wasm, where the browser itself reads none.

const OPTIONS = { formats: ["QRCode", "EAN13"], maxNumberOfSymbols: 4 };

/** Return what reads the codes in a picture; `module` is the address of zxing-wasm. */
export async function load(module) {
  const { prepareZXingModule, readBarcodes } = await import(module);
  const wasm = module.replace("es/reader/index.js", "reader/zxing_reader.wasm");
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return async (_video, draw) => {
    const drawing = draw();
    const picture = drawing.getImageData(0, 0, drawing.canvas.width, drawing.canvas.height);
    return (await readBarcodes(picture, OPTIONS)).map((one) => one.text);
  };
}
