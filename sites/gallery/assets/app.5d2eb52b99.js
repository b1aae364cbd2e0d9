// The range laboratory: draws any second of a recording from the few bytes that hold it.
"use strict";

const file = "/sound/harbour.wav", headBytes = 44;
const canvas = document.getElementById("wave"), log = document.getElementById("answers");
let sound;

async function range(bytes, why) {
  const begun = performance.now();
  const response = await fetch(file, { headers: { Range: `bytes=${bytes}` }, cache: "no-store" });
  const body = await response.arrayBuffer();
  const result = (response.headers.get("x-cache") ?? "–").replace(" from cloudfront", "");
  const row = document.createElement("tr");
  const cells = [why, `bytes=${bytes}`, String(response.status), response.headers.get("content-range") ?? "–",
    `${body.byteLength} bytes, ${(performance.now() - begun).toFixed(1)} ms`, result];
  for (const [index, text] of cells.entries()) {
    const cell = document.createElement("td");
    cell.textContent = text;
    if (index > 0) cell.className = "mono";
    if (index === 5) cell.classList.add(/Hit/.test(result) ? "is-hit" : "is-miss");
    row.append(cell);
  }
  log.prepend(row);
  while (log.children.length > 6) log.lastChild.remove();
  return { body, contentRange: response.headers.get("content-range"), status: response.status };
}

// A WAV file says in its first 44 bytes how fast it is to be played and how long it is.
async function readHead() {
  const { body } = await range(`0-${headBytes - 1}`, "the header alone");
  const view = new DataView(body);
  sound = { rate: view.getUint32(24, true), bytes: view.getUint32(40, true) };
  document.getElementById("length").textContent = `${(sound.bytes / sound.rate).toFixed(0)} s, ${sound.rate} samples a second`;
}

function draw(samples, from, to) {
  const scale = devicePixelRatio || 1, width = canvas.clientWidth * scale, height = canvas.clientHeight * scale;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d"), total = sound.bytes;
  context.fillStyle = "rgb(95 202 219 / .16)";
  context.fillRect((from / total) * width, 0, Math.max(2, ((to - from) / total) * width), height);
  context.strokeStyle = "#8fe0ec";
  context.lineWidth = 1.4 * scale;
  context.beginPath();
  for (let x = 0; x < width; x++) {
    const sample = samples[Math.floor((x / width) * samples.length)];
    const y = height / 2 - ((sample - 128) / 128) * height * 0.46;
    if (x === 0) context.moveTo(x, y); else context.lineTo(x, y);
  }
  context.stroke();
}

async function show(part) {
  const from = Math.floor(part * (sound.bytes - sound.rate)), to = from + sound.rate;
  const { body } = await range(`${headBytes + from}-${headBytes + to - 1}`, `second ${(from / sound.rate).toFixed(1)}`);
  draw(new Uint8Array(body), from, to);
}

canvas.addEventListener("click", (event) => show(event.offsetX / canvas.clientWidth));
canvas.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); show(Math.random()); }
});
document.getElementById("tail").addEventListener("click", () => range("-100", "the last hundred bytes"));
document.getElementById("beyond").addEventListener("click", () => range("999999999-", "past the end"));
document.getElementById("two").addEventListener("click", () => range("0-9,100-109", "two ranges at once"));

readHead().then(() => show(0.07)).catch(() => { document.getElementById("length").textContent = "no answer"; });
