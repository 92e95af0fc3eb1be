"use strict";
(() => {
  // The overview: search and filters over the index that the page contains.
  const form = document.getElementById("search");
  if (!form) return;
  const PAGE = 100;
  const FILTERS = ["owner", "status", "domain", "format"];
  const one = (id) => document.getElementById(id);
  const results = one("results");
  const found = one("found");
  const more = one("more");
  const { before, after } = results.dataset;
  const STATUS_CLASSES = { active: "good", draft: "info", deprecated: "warning" };

  const datasets = JSON.parse(one("index").textContent).map((values) => {
    const [id, name, domain, version, status, format, day, owners, description, fields] = values;
    return {
      id, name: name || id, domain, version, status, format, day, owners, description, fields,
      lowId: id.toLowerCase(),
      words: [id, ...owners, description, fields].join(" ").toLowerCase(),
    };
  });

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const count = (number, noun) => number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");

  // The choices of a filter, each with its number of datasets. Removed datasets count only as removed.
  const valuesOf = (dataset, name) => (name === "owner" ? dataset.owners : [dataset[name]]);
  for (const name of FILTERS) {
    const numbers = new Map();
    for (const dataset of datasets) {
      if (dataset.status === "removed" && name !== "status") continue;
      for (const value of valuesOf(dataset, name)) numbers.set(value, (numbers.get(value) || 0) + 1);
    }
    const select = one("search-" + name);
    for (const value of [...numbers.keys()].sort()) {
      const option = element("option", "", value + " (" + numbers.get(value).toLocaleString("en") + ")");
      option.value = value;
      select.append(option);
    }
  }

  const choices = () => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));

  const rank = (dataset, text) => {
    if (!text) return 0;
    if (dataset.lowId === text) return 0;
    if (dataset.lowId.startsWith(text)) return 1;
    return dataset.lowId.includes(text) ? 2 : 3;
  };

  const search = (chosen) => {
    const text = (chosen.q || "").toLowerCase();
    const words = text.split(/\s+/).filter(Boolean);
    const matching = datasets.filter((dataset) =>
      (chosen.status ? dataset.status === chosen.status : dataset.status !== "removed")
      && (!chosen.owner || dataset.owners.includes(chosen.owner))
      && (!chosen.domain || dataset.domain === chosen.domain)
      && (!chosen.format || dataset.format === chosen.format)
      && words.every((word) => dataset.words.includes(word)));
    if (!words.length) return matching;
    const ranked = [[], [], [], []];
    for (const dataset of matching) ranked[rank(dataset, text)].push(dataset);
    return ranked.flat();
  };

  const matchingFields = (dataset, words) =>
    dataset.fields.split(" ").filter((name) => name && words.some((word) => name.toLowerCase().includes(word))).slice(0, 5);

  const row = (dataset, words) => {
    const item = element("li");
    const link = element("a", "name", dataset.id);
    link.href = before + dataset.name + after;
    const status = element("span", "badge " + (STATUS_CLASSES[dataset.status] || "other"), dataset.status);
    const facts = element("p", "quiet");
    facts.textContent = [dataset.owners.join(", ") || "no owner", dataset.format, "changed " + dataset.day].join(" \u00b7 ");
    const head = element("p", "head");
    head.append(link, " ", element("b", "version", dataset.version), " ", status);
    item.append(head);
    if (dataset.description) item.append(element("p", "description", dataset.description));
    item.append(facts);
    const fields = words.length ? matchingFields(dataset, words) : [];
    if (fields.length) {
      const line = element("p", "quiet", "fields: ");
      fields.forEach((name, number) => line.append(...(number ? [", "] : []), element("code", "", name)));
      item.append(line);
    }
    return item;
  };

  let matching = [];
  let words = [];
  let length = 0;
  const showMore = () => {
    results.append(...matching.slice(length, length + PAGE).map((dataset) => row(dataset, words)));
    length = Math.min(matching.length, length + PAGE);
    const left = matching.length - length;
    more.hidden = !left;
    more.textContent = "Show " + Math.min(PAGE, left) + " more of " + left.toLocaleString("en");
  };

  const total = datasets.filter((dataset) => dataset.status !== "removed").length;
  const show = () => {
    const chosen = choices();
    words = (chosen.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    matching = search(chosen);
    length = 0;
    results.replaceChildren();
    showMore();
    one("nothing").hidden = matching.length > 0;
    results.hidden = !matching.length;
    const status = chosen.status === "removed"
      ? count(matching.length, "removed dataset")
      : matching.length.toLocaleString("en") + " of " + count(total, "dataset");
    if (found.textContent !== status) found.textContent = status;
    const kept = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value)).toString();
    try {
      history.replaceState(null, "", kept ? "#" + kept : location.pathname + location.search);
    } catch {
      // a sandboxed page has no history
    }
  };

  // The fragment of the address holds the filters, so that a search can be linked to.
  // A server may also be asked with a query.
  const restore = () => {
    const isSearch = (written) => [...written.keys()].some((name) => name === "q" || FILTERS.includes(name));
    const wanted = [location.hash.slice(1), location.search].map((text) => new URLSearchParams(text)).find(isSearch);
    if (!wanted) return false;
    one("search-text").value = wanted.get("q") || "";
    for (const name of FILTERS) {
      const select = one("search-" + name);
      select.value = wanted.get(name) || "";
      if (select.selectedIndex < 0) select.value = "";
    }
    return true;
  };

  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show, 0));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = results.querySelector("a");
    if (first) first.focus();
  });
  more.addEventListener("click", () => {
    const next = length;
    showMore();
    results.children[next].querySelector("a").focus();
  });
  addEventListener("hashchange", () => { if (restore()) show(); });
  form.hidden = false;
  restore();
  show();
})();
