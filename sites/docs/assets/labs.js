// The two small laboratories (TTL, cache key) and the header table. Each works on its page and is skipped on others.
"use strict";

const seconds = (text) => (/^"?(\d+)"?$/.test(text ?? "") ? Number(text.replaceAll('"', "")) : undefined);

// Directives of a Cache-Control field, names in lower case.
function directives(field) {
  const found = new Map();
  for (const part of field.split(",")) {
    const [name, ...value] = part.trim().split("=");
    if (name) found.set(name.trim().toLowerCase(), value.join("=").trim());
  }
  return found;
}

// CloudFront's arithmetic: the lifetime in seconds with the reason, or undefined for "do not store".
function lifetime({ control, expires, min, preset, max }) {
  const told = directives(control);
  const barred = ["no-store", "no-cache", "private"].find((name) => told.has(name));
  if (barred) {
    return min === 0
      ? { ttl: undefined, why: `${barred} with a minimum of 0` }
      : { ttl: min, why: `${barred}, but the minimum overrules it` };
  }
  const clamp = (value) => Math.max(min, Math.min(value, max));
  for (const name of ["s-maxage", "max-age"]) {
    const value = seconds(told.get(name));
    if (value !== undefined) return { ttl: clamp(value), why: `${name}=${value}, kept between minimum and maximum` };
  }
  if (expires !== undefined) return { ttl: clamp(expires), why: `Expires in ${expires} s, kept between minimum and maximum` };
  return { ttl: Math.max(min, preset), why: "nothing said: the larger of minimum and default" };
}

function inWords(ttl) {
  const units = [["year", 31536000], ["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const [name, size] of units) {
    if (ttl >= size) {
      const count = Math.round((ttl / size) * 10) / 10;
      return ` (${count} ${name}${count === 1 ? "" : "s"})`;
    }
  }
  return "";
}

const ttlLab = document.getElementById("ttl-lab");
if (ttlLab) {
  const update = () => {
    const value = (name) => Number(ttlLab.elements[name].value || 0);
    const expires = ttlLab.elements.expires.value.trim();
    const { ttl, why } = lifetime({
      control: ttlLab.elements.control.value, expires: /^-?\d+$/.test(expires) ? Number(expires) : undefined,
      min: value("min"), preset: value("default"), max: value("max"),
    });
    const result = ttl === undefined ? "not stored" : `${ttl} s${inWords(ttl)}`;
    document.getElementById("ttl-out").textContent = `${result}\n${why}`;
  };
  ttlLab.addEventListener("input", update);
  ttlLab.addEventListener("submit", (event) => event.preventDefault());
  update();
}

const keyLab = document.getElementById("key-lab");
if (keyLab) {
  const update = () => {
    const { target, encoding, mode, names, gzip, brotli } = keyLab.elements;
    const [path, query = ""] = target.value.split("?");
    const listed = new Set(names.value.split(/[\s,]+/).filter(Boolean));
    const keep = { none: () => false, all: () => true, whitelist: (n) => listed.has(n), allExcept: (n) => !listed.has(n) }[mode.value];
    const fields = query.split("&").filter((field) => field && keep(field.split("=")[0]));
    const accepted = encoding.value.toLowerCase().split(",")
      .map((coding) => coding.trim()).filter((coding) => !/;\s*q=0(\.0*)?$/.test(coding)).map((coding) => coding.split(";")[0]);
    const codings = [brotli.checked && accepted.includes("br") && "br", gzip.checked && accepted.includes("gzip") && "gzip"].filter(Boolean);
    names.disabled = mode.value === "none" || mode.value === "all";
    document.getElementById("key-out").textContent = [
      `path             ${path || "/"}`,
      `query            ${fields.join("&") || "–"}`,
      `accept-encoding  ${codings.join(",") || "–"}`,
    ].join("\n");
  };
  keyLab.addEventListener("input", update);
  keyLab.addEventListener("submit", (event) => event.preventDefault());
  update();
}

const ownHeaders = document.getElementById("own-headers");
if (ownHeaders) {
  const names = ["x-cache", "age", "via", "x-amz-cf-pop", "x-amz-cf-id", "x-amz-request-id", "content-encoding", "etag"];
  fetch(location.pathname, { cache: "no-store" }).then((response) => {
    ownHeaders.replaceChildren(...names.flatMap((name) => {
      const term = document.createElement("dt"), detail = document.createElement("dd");
      term.textContent = name;
      detail.textContent = response.headers.get(name) ?? "–";
      return [term, detail];
    }));
  }).catch(() => {});
}
