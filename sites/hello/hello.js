// Fetches this page again and shows what the edge wrote into the answer.
"use strict";

const shown = ["x-cache", "age", "cache-control", "etag", "content-encoding", "via", "x-amz-cf-pop", "x-amz-cf-id"];
const byId = (id) => document.getElementById(id);

function kind(result, status) {
  if (/^(Hit|RefreshHit)/.test(result)) return "is-hit";
  if (/^Miss/.test(result)) return "is-miss";
  return status >= 400 || /^Error/.test(result) ? "is-err" : "";
}

async function ask(path, label) {
  const begun = performance.now();
  let response;
  try {
    // "no-store" keeps the browser's own cache out of it; the edge pays no heed to what a viewer asks here.
    response = await fetch(path, { cache: "no-store" });
    await response.arrayBuffer();
  } catch {
    byId("verdict").textContent = "no answer";
    byId("verdict").className = "verdict is-err";
    return;
  }
  const took = (performance.now() - begun).toFixed(1);
  const result = response.headers.get("x-cache") ?? "no X-Cache: not served by an edge";
  const className = kind(result, response.status);

  byId("verdict").textContent = result.replace(" from cloudfront", "");
  byId("verdict").className = "verdict " + className;

  const rows = [["request", `GET ${path}`], ["status", String(response.status)]];
  for (const name of shown) rows.push([name, response.headers.get(name) ?? "–"]);
  rows.push(["took", `${took} ms`]);
  byId("facts").replaceChildren(...rows.flatMap(([name, value]) => {
    const term = document.createElement("dt"), detail = document.createElement("dd");
    term.textContent = name;
    detail.textContent = value;
    return [term, detail];
  }));

  const item = document.createElement("li");
  item.textContent = `${label}: ${response.status} ${result.replace(" from cloudfront", "")}`;
  item.className = className;
  byId("trail").append(item);
  while (byId("trail").children.length > 12) byId("trail").firstChild.remove();
}

byId("again").addEventListener("click", () => ask(location.pathname, "page"));
// A query string is no part of this behaviour's cache key: the same page, and still a hit.
byId("query").addEventListener("click", () => ask(location.pathname + "?n=" + Math.floor(Math.random() * 1e6), "with a query"));
byId("missing").addEventListener("click", () => ask("/no-such-page-" + Math.floor(Math.random() * 1e6), "missing"));
ask(location.pathname, "page");
